//! Which steps stay where there is no room for all.
//!
//! What runs stays longest, then the newest third, then what failed, then the
//! newer before the older. A step never stays without the sub-agent it belongs to.

use crate::wire::frame::{Step, StepStatus};
use crate::wire::hidden::Hidden;
use crate::wire::time::Time;

/// Leaves at most `room` steps in the tree; where `folds`, also counting one
/// line for every level that then has steps before those shown.
///
/// What goes is counted in `hidden`, of its own level.
pub(super) fn prune(steps: &mut Vec<Step>, hidden: &mut Hidden, room: usize, folds: bool) {
    if let Some(tree) = Tree::chosen(steps, hidden.steps, room, folds) {
        let mut kept = tree.nodes.iter().map(|node| node.kept);
        cut(steps, hidden, &mut kept);
    }
}

/// What [`prune`] would leave of steps without sub-agents: the others are not even copied.
pub(super) fn pruned(steps: &[Step], hidden: &mut Hidden, room: usize, folds: bool) -> Vec<Step> {
    let Some(tree) = Tree::chosen(steps, hidden.steps, room, folds) else {
        return steps.to_vec();
    };
    let kept = steps.iter().zip(&tree.nodes).filter(|(_, node)| node.kept);
    let kept: Vec<Step> = kept.map(|(step, _)| step.clone()).collect();
    hidden.join(Hidden::steps((steps.len() - kept.len()) as u64));
    kept
}

struct Node {
    level: usize,
    class: u8,
    started: Option<Time>,
    kept: bool,
}

/// The steps of the run, or of one sub-agent.
struct Level {
    /// The node of the sub-agent.
    owner: Option<usize>,
    earlier: u64,
    all: usize,
    kept: usize,
}

impl Level {
    /// Lines that say how many steps are not shown: none or one.
    fn fold(&self) -> usize {
        let hidden = self.earlier > 0 || self.kept < self.all;
        usize::from(hidden && (self.owner.is_none() || self.kept > 0))
    }
}

struct Tree {
    nodes: Vec<Node>,
    levels: Vec<Level>,
    folds: bool,
}

impl Tree {
    /// The steps with those marked that stay; `None` where all of them do.
    fn chosen(steps: &[Step], earlier: u64, room: usize, folds: bool) -> Option<Self> {
        let mut tree = Self {
            nodes: Vec::new(),
            levels: vec![Level {
                owner: None,
                earlier,
                all: 0,
                kept: 0,
            }],
            folds,
        };
        tree.read(steps, 0);
        if tree.fits_whole(room) {
            return None;
        }
        tree.choose(room);
        Some(tree)
    }

    fn read(&mut self, steps: &[Step], level: usize) {
        self.levels[level].all += steps.len();
        for step in steps {
            let owner = self.nodes.len();
            self.nodes.push(Node {
                level,
                class: class(&step.status),
                started: step.started,
                kept: false,
            });
            if let Some(child) = &step.child {
                let below = self.levels.len();
                self.levels.push(Level {
                    owner: Some(owner),
                    earlier: child.earlier,
                    all: 0,
                    kept: 0,
                });
                self.read(&child.steps, below);
            }
        }
    }

    fn fits_whole(&self, room: usize) -> bool {
        let nested = |level: &&Level| level.earlier > 0 && (level.owner.is_none() || level.all > 0);
        let folds = self.levels.iter().filter(nested).count();
        self.nodes.len() + if self.folds { folds } else { 0 } <= room
    }

    fn choose(&mut self, room: usize) {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        let age = |node: &usize| std::cmp::Reverse((self.nodes[*node].started, *node));
        order.sort_by_key(age);
        for &newest in order.iter().take(room / 3) {
            let class = &mut self.nodes[newest].class;
            *class = (*class).min(1);
        }
        order.sort_by_key(|node| self.nodes[*node].class);
        let mut used = if self.folds { self.levels[0].fold() } else { 0 };
        for node in order {
            let path = self.path(node);
            let before = self.cost(&path);
            self.keep(&path, true);
            let after = self.cost(&path);
            if used + after - before <= room {
                used = used + after - before;
            } else {
                self.keep(&path, false);
            }
        }
    }

    /// The node and those above it that are not kept yet.
    fn path(&self, node: usize) -> Vec<usize> {
        let mut path = Vec::new();
        let mut here = Some(node);
        while let Some(node) = here.filter(|node| !self.nodes[*node].kept) {
            path.push(node);
            here = self.levels[self.nodes[node].level].owner;
        }
        path
    }

    fn keep(&mut self, path: &[usize], kept: bool) {
        for &node in path {
            self.nodes[node].kept = kept;
            let level = &mut self.levels[self.nodes[node].level];
            level.kept = if kept { level.kept + 1 } else { level.kept - 1 };
        }
    }

    /// The lines that the nodes of `path` and their levels take. A path has one
    /// node of each of its levels.
    fn cost(&self, path: &[usize]) -> usize {
        let line = |node: &usize| {
            let level = &self.levels[self.nodes[*node].level];
            let fold = if self.folds { level.fold() } else { 0 };
            fold + usize::from(self.nodes[*node].kept)
        };
        path.iter().map(line).sum()
    }
}

fn class(status: &StepStatus) -> u8 {
    match status {
        StepStatus::Active | StepStatus::Blocked | StepStatus::Background => 0,
        StepStatus::Error => 2,
        StepStatus::Ok | StepStatus::Stopped | StepStatus::Unknown | StepStatus::Other(_) => 3,
    }
}

/// Takes out what is not kept; `kept` runs through the tree as it was read.
fn cut(steps: &mut Vec<Step>, hidden: &mut Hidden, kept: &mut dyn Iterator<Item = bool>) {
    steps.retain_mut(|step| {
        let stays = kept.next().unwrap_or(true);
        if let Some(child) = &mut step.child {
            let mut below = Hidden::of_child(child);
            cut(&mut child.steps, &mut below, kept);
            below.keep_in(child);
        }
        if !stays {
            hidden.add(step);
        }
        stays
    });
}
