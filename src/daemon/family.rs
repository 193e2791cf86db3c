//! The order of sessions in a one-shot: by agent, beginning and UUID, parents before children.

use std::collections::HashMap;

use crate::follow::Id;
use crate::wire::time::Time;

/// What the order is made of.
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    pub(super) id: Id,
    pub(super) agent: &'a str,
    pub(super) sid: &'a str,
    /// When it begins, where that is asked: one that starts another begins before that.
    pub(super) begins: Option<Time>,
    /// The session before it, read first: a parent, or the transcript it goes on from.
    pub(super) after: Option<Id>,
}

/// Sorts `members` by (agent, beginning, sid), those without an agent's name or beginning last,
/// each behind the one it comes after.
///
/// Members that come after each other in a circle are kept, in sorted order.
pub(super) fn order(mut members: Vec<Member<'_>>) -> Vec<Id> {
    // Who has no agent's name is of another family, and may have been started by one who has.
    members.sort_by_key(|member| {
        let nameless = member.agent.is_empty();
        let begins = (member.begins.is_none(), member.begins);
        (nameless, member.agent, begins, member.sid)
    });
    let most = members.iter().map(|member| member.id as usize + 1).max();
    // What is left to be put in its place.
    let mut left = vec![false; most.unwrap_or_default()];
    for member in &members {
        left[member.id as usize] = true;
    }
    let is_known = |id: Id| left.get(id as usize) == Some(&true);
    let mut followers: HashMap<Id, Vec<Id>> = HashMap::new();
    let mut starts = Vec::with_capacity(members.len());
    for member in &members {
        match member.after.filter(|&id| is_known(id) && id != member.id) {
            Some(after) => followers.entry(after).or_default().push(member.id),
            None => starts.push(member.id),
        }
    }
    let mut order = Vec::with_capacity(members.len());
    let mut stack = Vec::new();
    // Circles have no start: any member of theirs will do.
    for start in starts
        .into_iter()
        .chain(members.iter().map(|member| member.id))
    {
        stack.push(start);
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut left[id as usize], false) {
                order.push(id);
                stack.extend(followers.get(&id).into_iter().flatten().rev());
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_before_children_and_none_is_lost() {
        let member = |id: u32, sid: &'static str, after| Member {
            id,
            agent: "a",
            sid,
            begins: None,
            after,
        };
        let cases = [
            (
                vec![
                    member(1, "c", None),
                    member(2, "a", Some(1)),
                    member(3, "b", None),
                ],
                vec![3, 1, 2],
            ),
            (
                vec![member(1, "a", Some(2)), member(2, "b", Some(1))],
                vec![1, 2],
            ),
            (
                vec![member(1, "a", Some(9)), member(2, "b", Some(2))],
                vec![1, 2],
            ),
            (
                vec![
                    member(1, "z", None),
                    member(2, "b", Some(1)),
                    member(3, "a", Some(2)),
                    member(4, "c", Some(1)),
                ],
                vec![1, 2, 3, 4],
            ),
        ];
        for (members, want) in cases {
            assert_eq!(order(members.clone()), want, "{members:?}");
        }
    }
}
