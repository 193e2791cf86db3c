//! State on a file system that is reached over a network: the system is made to say so.

use rustix::process::Signal;

use super::rig::{Home, Service, child_of, fake, kill, under_strace};
use crate::faults::harness::has;
use crate::support::Ran;

/// Whether strace may write into what a system call answers.
fn may_poke() -> bool {
    let mut traced = std::process::Command::new("strace");
    traced.args([
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=statfs",
        "-e",
        NFS,
        "true",
    ]);
    let may = has("strace") && traced.output().is_ok_and(|it| it.status.success());
    if !may {
        println!("skipped: strace cannot say it");
    }
    may
}

/// The number of NFS in the first field of what `statfs` answers.
const NFS: &str = "inject=statfs:poke_exit=@arg2=6969000000000000";

// Fault 85.
#[test]
fn row_85_state_on_a_network_is_refused_unless_it_is_allowed() {
    if !may_poke() {
        return;
    }
    let (home, fake) = (Home::new(), fake());
    let remote = |more: &[&str]| under_strace(&home.posting(&fake, more), "statfs", NFS);
    let ran: Ran = remote(&[]).output().expect("it starts").into();
    assert_eq!(ran.code, 73, "{}", ran.err);
    let place = home.text(".local/state/live-status");
    for want in ["state would be kept on NFS", &place, "--allow-remote-state"] {
        assert!(ran.err.contains(want), "{want}: {}", ran.err);
    }
    assert!(
        fake.requests().is_empty(),
        "nothing was asked of the server"
    );
    let mut run = Service::start(&mut remote(&["--allow-remote-state"]));
    run.until("ready: sources are armed");
    kill(child_of(run.pid()), Signal::TERM);
    run.end();
    let said = run.said();
    assert!(said.contains("state is kept on NFS"), "{said}");
}
