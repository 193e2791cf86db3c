//! What a level does not show, so that its one line can say it.

use super::figures::count;
use super::frame::{Child, Step, StepStatus, View};

/// Steps that are not shown, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// All of them.
    pub steps: u64,
    /// Those that are sub-agents.
    pub agents: u64,
    /// Sub-agents that are not over.
    pub running: u64,
}

impl Hidden {
    /// Steps that were not kept at all; none of them is a sub-agent.
    #[must_use]
    pub fn steps(steps: u64) -> Self {
        Self {
            steps,
            ..Self::default()
        }
    }

    /// What the level of a run does not hold.
    #[must_use]
    pub fn of_view(view: &View) -> Self {
        Self {
            steps: view.earlier,
            agents: view.earlier_agents,
            running: view.earlier_running,
        }
    }

    /// What the level of a sub-agent does not hold.
    #[must_use]
    pub fn of_child(child: &Child) -> Self {
        Self {
            steps: child.earlier,
            agents: child.earlier_agents,
            running: child.earlier_running,
        }
    }

    /// Notes it down.
    pub fn keep_in(self, child: &mut Child) {
        child.earlier = self.steps;
        child.earlier_agents = self.agents;
        child.earlier_running = self.running;
    }

    /// One step more.
    pub fn add(&mut self, step: &Step) {
        let agent = step.child.is_some();
        self.steps = self.steps.saturating_add(1);
        self.agents = self.agents.saturating_add(u64::from(agent));
        let runs = matches!(
            step.status,
            StepStatus::Active | StepStatus::Blocked | StepStatus::Background
        );
        self.running = self.running.saturating_add(u64::from(agent && runs));
    }

    /// What another part of the same level does not show.
    pub fn join(&mut self, other: Self) {
        self.steps = self.steps.saturating_add(other.steps);
        self.agents = self.agents.saturating_add(other.agents);
        self.running = self.running.saturating_add(other.running);
    }

    /// `12 earlier steps, 7 more sub-agents, 2 running`
    #[must_use]
    pub fn words(self) -> String {
        let steps = self.steps.saturating_sub(self.agents);
        let mut parts = Vec::new();
        if steps > 0 || self.agents == 0 {
            parts.push(count(steps, "earlier step"));
        }
        if self.agents > 0 {
            parts.push(count(self.agents, "more sub-agent"));
        }
        if self.running > 0 {
            parts.push(format!("{} running", self.running));
        }
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_folded_is_said_in_one_line() {
        let cases = [
            ((12, 0, 0), "12 earlier steps"),
            ((7, 7, 2), "7 more sub-agents, 2 running"),
            ((1, 1, 0), "1 more sub-agent"),
            ((19, 7, 2), "12 earlier steps, 7 more sub-agents, 2 running"),
        ];
        for ((steps, agents, running), want) in cases {
            let hidden = Hidden {
                steps,
                agents,
                running,
            };
            assert_eq!(hidden.words(), want);
        }
    }
}
