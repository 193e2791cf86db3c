//! Whether the state directory is on a disk of this machine.
//!
//! A database's locks and its log want one: over a network they may be silently no locks at all.

use super::dir::StateDir;

/// The numbers of linux/magic.h, and what they stand for.
const REMOTE: [(u64, &str); 7] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x0102_1997, "9p"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
];

/// The name of the file system of that number, where it is one that is reached over a network.
fn remote(number: u64) -> Option<&'static str> {
    let found = REMOTE.iter().find(|(known, _)| *known == number);
    found.map(|(_, name)| *name)
}

impl StateDir {
    /// The file system that the directory is on, where it is reached over a network.
    #[must_use]
    pub fn is_remote(&self) -> Option<&'static str> {
        let found = rustix::fs::statfs(self.path()).ok()?;
        // The type of the field differs between machines; the numbers have 32 bits.
        remote(found.f_type as u64 & 0xffff_ffff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Fault 85.
    #[test]
    fn a_file_system_is_known_by_its_number() {
        let cases = [
            ("NFS", 0x6969, Some("NFS")),
            ("CIFS", 0xff53_4d42, Some("CIFS")),
            ("9p, as in a virtual machine", 0x0102_1997, Some("9p")),
            ("ext4", 0xef53, None),
            ("tmpfs", 0x0102_1994, None),
            ("btrfs", 0x9123_683e, None),
            ("overlayfs", 0x794c_7630, None),
        ];
        for (what, number, want) in cases {
            assert_eq!(remote(number), want, "{what}");
        }
    }

    // Fault 85.
    #[test]
    fn a_directory_of_this_machine_is_not_remote() {
        let dir = tempfile::tempdir().expect("a directory");
        let state = StateDir::open(&dir.path().join("state")).expect("opens");
        assert_eq!(state.is_remote(), None);
    }
}
