"""Silence: what following costs while nothing happens."""

import os
import subprocess
import time

from work import cpu_ns, descriptors, settled, status_kib, switches, transcripts, watches


def run(work, table):
    anonymous = {}
    for count in work.args.sessions:
        tree = work.tree(f"idle-{count}", count)
        age(tree)
        process = work.follow(tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        silence(work, table, process, f"idle, {count} sessions")
        fds, watched = len(descriptors(process.pid)), watches(process.pid)
        anonymous[count] = status_kib(process.pid, "RssAnon") * 1024
        files = held(process.pid)
        folders = agents(tree)
        table.add(f"idle, {count} sessions, transcripts held open", f"{files} ({fds} descriptors in all)", "", None, "0", files == 0)
        table.add(f"idle, {count} sessions, watches", f"{watched}", f"{folders} agents", None, "<= 2 an agent + 3",
                  watched <= 2 * folders + 3)
        table.add(f"idle, {count} sessions, memory", f"{status_kib(process.pid, 'VmRSS') / 1024:.1f} MiB")
        work.stop(process)
    few, many = min(anonymous), max(anonymous)
    if many > few:
        each = (anonymous[many] - anonymous[few]) / (many - few)
        table.add("memory per idle session", f"{each:.0f} B", "", None, "<= 1024 B", each <= 1024)


def age(tree, hours=3):
    """Sessions that were last written to hours ago: what most of thousands are."""
    then = time.time() - hours * 3600
    for path in transcripts(tree):
        os.utime(path, (then, then))


def silence(work, table, process, name):
    """Wake-ups and time on a core while nothing is written."""
    if not settled(process):
        table.missing(name, "it never rested")
        return
    before = switches(process.pid), cpu_ns(process.pid)
    time.sleep(work.args.idle)
    woken, spent = switches(process.pid) - before[0], cpu_ns(process.pid) - before[1]
    table.add(f"{name}, wake-ups and CPU in {work.args.idle:.0f} s", f"{woken}, {spent / 1e6:.1f} ms", "", None, "0, 0 ms",
              woken == 0 and spent == 0)


def held(pid):
    """Open transcripts."""
    count = 0
    for name in descriptors(pid):
        try:
            count += os.readlink(f"/proc/{pid}/fd/{name}").endswith(".jsonl")
        except OSError:
            pass
    return count


def agents(tree):
    return len(os.listdir(os.path.join(tree, "agents")))
