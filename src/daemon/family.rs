//! The order of sessions in a one-shot: by agent and UUID, parents before children.

use std::collections::HashMap;
use std::hash::Hash;

/// What the order is made of.
#[derive(Clone, Debug)]
pub(super) struct Member<'a, I> {
    pub(super) id: I,
    pub(super) agent: &'a str,
    pub(super) sid: &'a str,
    /// The session before it, read first: a parent, or the transcript it goes on from.
    pub(super) after: Option<I>,
}

/// Sorts `members` by (agent, sid), each behind the one it comes after.
///
/// Members that come after each other in a circle are kept, in sorted order.
pub(super) fn order<I: Copy + Eq + Hash>(mut members: Vec<Member<'_, I>>) -> Vec<I> {
    members.sort_by(|a, b| (a.agent, a.sid).cmp(&(b.agent, b.sid)));
    let known: HashMap<I, usize> = members
        .iter()
        .enumerate()
        .map(|(at, member)| (member.id, at))
        .collect();
    let mut followers: HashMap<I, Vec<I>> = HashMap::new();
    let mut roots = Vec::new();
    for member in &members {
        match member
            .after
            .filter(|after| known.contains_key(after) && *after != member.id)
        {
            Some(after) => followers.entry(after).or_default().push(member.id),
            None => roots.push(member.id),
        }
    }
    let mut order = Vec::with_capacity(members.len());
    let mut done = vec![false; members.len()];
    for start in roots
        .into_iter()
        .chain(members.iter().map(|member| member.id))
    {
        let mut stack = vec![start];
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut done[known[&id]], true) {
                continue;
            }
            order.push(id);
            stack.extend(followers.get(&id).into_iter().flatten().rev());
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
