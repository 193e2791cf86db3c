//! `run` while the wall clock of its machine jumps: a library of a few lines stands before the system's.

use super::rig::{Home, Service, fake};
use crate::mattermost::process::{boxes, state};
use crate::support::preload::library;

/// Adds what stands in a file to the wall clock, in seconds; other clocks go on as they are.
const SHIFT: &str = r#"
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *time) {
  int answer = syscall(SYS_clock_gettime, id, time);
  const char *name = getenv("SHIFT_FILE");
  if (answer == 0 && id == CLOCK_REALTIME && name) {
    char text[32] = {0};
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file >= 0 && read(file, text, 31) > 0) time->tv_sec += atoll(text);
    if (file >= 0) close(file);
  }
  return answer;
}
"#;

// Fault 73.
#[test]
fn row_73_no_jump_of_the_wall_clock_ends_a_run_early_or_holds_its_box_up() {
    const DAY: i64 = 86_400;
    let (home, fake) = (Home::new(), fake());
    let Some(library) = library(home.dir.path(), "shift", SHIFT) else {
        return;
    };
    let set = |seconds: i64| {
        // In one step: who reads it while it is written would see another time.
        let new = home.write("shift.new", &seconds.to_string());
        std::fs::rename(new, home.path("shift")).expect("renamed");
    };
    set(0);
    let mut command = home.posting(&fake, &[]);
    command
        .env("LD_PRELOAD", library)
        .env("SHIFT_FILE", home.path("shift"));
    let mut run = Service::start(&mut command);
    run.until("ready: sources are armed");
    let mut files = vec!["/srv/file-0.md".to_owned()];
    home.reads("s1", &files);
    let jumps = [0, DAY, -DAY, 3_650 * DAY, -3_650 * DAY, 0];
    for (number, seconds) in jumps.into_iter().enumerate() {
        let newest = format!("file-{number}.md");
        fake.wait_until(&newest, |fake| {
            boxes(fake)
                .iter()
                .any(|post| post.message.contains(&newest))
        });
        let all = boxes(&fake);
        assert_eq!(all.len(), 1, "before {seconds} s");
        assert_eq!(
            state(&all[0]),
            "active",
            "before {seconds} s: {}",
            all[0].message
        );
        set(seconds);
        files.push(format!("/srv/file-{}.md", number + 1));
        home.reads("s1", &files);
    }
    home.has_read("s1", &files);
    fake.wait_until("the end", |fake| {
        boxes(fake).iter().any(|post| state(post) == "done")
    });
    assert_eq!(run.stop(), 143);
    let all = boxes(&fake);
    assert_eq!(all.len(), 1);
}
