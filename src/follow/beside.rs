//! Small files beside a transcript that say more of its session than the transcript does.

use std::io::Read as _;
use std::path::PathBuf;

use super::follower::Follower;
use super::names;
use super::open::{self, Opened};
use super::session::Id;

/// Which sources keep one, and how its name ends where the transcript's ends in `.jsonl`.
const SIDECARS: &[(&str, &str)] = &[("claude", ".meta.json")];

/// A file above this is none of those that are meant.
const MOST_BYTES: u64 = 64 << 10;

impl Follower {
    /// What stands in the file beside the transcript of a sub-agent, as it is now; `None` where
    /// its source keeps none, or has not written it yet.
    #[must_use]
    pub fn beside(&self, id: Id) -> Option<Vec<u8>> {
        let path = self.path_beside(id)?;
        let Opened::File(file, _) = open::open(&path, self.options.links).ok()? else {
            return None;
        };
        let mut bytes = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= MOST_BYTES).then_some(bytes)
    }

    fn path_beside(&self, id: Id) -> Option<PathBuf> {
        let session = self.session(id);
        session.parent?;
        let kept = SIDECARS.iter().find(|(it, _)| *it == session.source);
        let (_, end) = kept?;
        let path = self.path_of(id)?;
        let name = path.file_name()?.to_str()?;
        let name = name.strip_suffix(names::SUFFIX)?;
        Some(path.with_file_name([name, end].concat()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{LAYOUTS, Options, Root};
    use super::*;

    #[test]
    fn only_a_sub_agent_has_a_file_beside_it_and_it_is_read_as_it_is_now() {
        let home = tempfile::tempdir().expect("a directory");
        let folder = home.path().join("projects/p");
        let children = folder.join("S1/subagents");
        fs::create_dir_all(&children).expect("made");
        for path in [folder.join("S1.jsonl"), children.join("agent-1.jsonl")] {
            fs::write(path, "{}\n").expect("written");
        }
        fs::write(folder.join("S1.meta.json"), "not looked at").expect("written");
        let layout = LAYOUTS.iter().find(|it| it.source == "claude");
        let root = Root::Tree {
            path: home.path().to_owned(),
            layout: layout.expect("a layout"),
            skip: 0,
        };
        let mut follower = Follower::new(vec![root], Options::default());
        follower.scan(&mut |_, _| {});
        let told = |follower: &Follower| -> Vec<Option<Vec<u8>>> {
            let ids: Vec<Id> = follower.sessions().map(|(id, _)| id).collect();
            ids.into_iter().map(|id| follower.beside(id)).collect()
        };
        assert_eq!(told(&follower), [None, None], "it comes a moment later");
        let meta = children.join("agent-1.meta.json");
        fs::write(&meta, b"{\"x\":1}").expect("written");
        assert_eq!(told(&follower), [None, Some(b"{\"x\":1}".to_vec())]);
        fs::write(&meta, vec![b' '; MOST_BYTES as usize + 1]).expect("written");
        assert_eq!(told(&follower), [None, None], "too large to be one");
    }
}
