//! A process whose clocks stand still until a test moves them: a library stands before the system's.
//!
//! What waits for a time is woken once the test has brought it about, so that a pause of an hour
//! takes no time, and what is not due by then never comes, however slow the machine is.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::preload;
use super::threads::at_rest;
use super::waits::PATIENCE;

/// Each clock shows when it was first asked for, and what stands in a file in nanoseconds. A wait
/// that has an end is cut into short ones, as its end may come at any moment.
const SOURCE: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
static long (*call)(long, ...);
static volatile long long *passed;
static long long begun[16];

__attribute__((constructor)) static void begin(void) {
  if (passed) return;
  call = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  int file = open(getenv("STILL_CLOCK"), O_RDONLY | O_CLOEXEC);
  passed = mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  for (int id = 0; id < 16; id++) {
    struct timespec now;
    if (call(SYS_clock_gettime, id, &now) == 0) begun[id] = now.tv_sec * SECOND + now.tv_nsec;
  }
}

int clock_gettime(clockid_t id, struct timespec *time) {
  begin();
  int is_of_work = id == CLOCK_PROCESS_CPUTIME_ID || id == CLOCK_THREAD_CPUTIME_ID;
  if (id < 0 || id >= 16 || is_of_work) return call(SYS_clock_gettime, id, time);
  long long now = begun[id] + *passed;
  time->tv_sec = now / SECOND;
  time->tv_nsec = now % SECOND;
  return 0;
}

long syscall(long number, ...) {
  begin();
  long a[6];
  va_list rest;
  va_start(rest, number);
  for (int at = 0; at < 6; at++) a[at] = va_arg(rest, long);
  va_end(rest);
  int waits = number == SYS_futex && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
  if (!waits || (a[1] & FUTEX_CLOCK_REALTIME) || !a[3])
    return call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  struct timespec end = *(struct timespec *)a[3];
  for (;;) {
    long long now = begun[CLOCK_MONOTONIC] + *passed;
    int is_over = end.tv_sec < now / SECOND
        || (end.tv_sec == now / SECOND && end.tv_nsec <= now % SECOND);
    if (is_over) {
      errno = ETIMEDOUT;
      return -1;
    }
    struct timespec soon;
    call(SYS_clock_gettime, CLOCK_MONOTONIC, &soon);
    soon.tv_nsec += SECOND / 100;
    soon.tv_sec += soon.tv_nsec / SECOND;
    soon.tv_nsec %= SECOND;
    long answer = call(number, a[0], a[1], a[2], &soon, a[4], a[5]);
    if (answer == 0 || errno != ETIMEDOUT) return answer;
  }
}
"#;

/// The clocks of the processes that are started under it.
pub struct Still {
    library: PathBuf,
    clock: PathBuf,
    passed: Mutex<Duration>,
}

impl Still {
    /// Such clocks, with what they need below `dir`; nothing where there is no compiler.
    pub fn below(dir: &Path) -> Option<Self> {
        let library = preload::library(dir, "still", SOURCE)?;
        let clock = dir.join("still.clock");
        std::fs::write(&clock, [0; 8]).expect("written");
        Some(Self {
            library,
            clock,
            passed: Mutex::default(),
        })
    }

    /// Puts a process that is to be started under these clocks.
    pub fn over(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("STILL_CLOCK", &self.clock);
    }

    /// Lets so much time pass, once all threads of process `pid` sleep: one that has looked at the
    /// clock, and is about to wait until a moment after that, would reckon from the later clock.
    pub fn pass(&self, pid: u32, span: Duration) {
        at_rest(pid, Instant::now() + PATIENCE);
        let mut passed = self.passed.lock().expect("no panic");
        *passed += span;
        let nanos = i64::try_from(passed.as_nanos()).expect("not for centuries");
        let file = File::options().write(true).open(&self.clock);
        let written = file.and_then(|file| file.write_all_at(&nanos.to_ne_bytes(), 0));
        written.expect("written");
    }
}
