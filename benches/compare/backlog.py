"""Backlog: a tree of finished transcripts, every event to /dev/null, in turns with others."""

import os
import resource
import shutil
import subprocess
import time

from work import median, millis, status_kib, transcripts

HERE = os.path.dirname(os.path.abspath(__file__))


def run(work, table):
    args = work.args
    tree = work.tree(f"backlog-{args.files}-{args.bytes}", args.files, args.bytes)
    files = transcripts(tree)
    total = sum(os.path.getsize(path) for path in files)
    ours = [work.binary, "tail", tree]
    others = [
        ("wc -l", ["wc", "-l", *files], "<= 14", lambda ratio: ratio <= 14, args.rounds),
        ("jq, same work", ["jq", "-c", "-f", f"{HERE}/same.jq", *files], ">= 8", lambda ratio: ratio >= 8, slow(args)),
        ("node, same work", ["node", f"{HERE}/same.mjs", *files], ">= 2.5", lambda ratio: ratio >= 2.5, slow(args)),
        ("hl, formatting", ["hl", "-P", "--color", "never", *files], "", None, slow(args)),
    ]
    timed(work, ours)  # warms the page cache
    for name, command, target, is_good, rounds in others:
        if not shutil.which(command[0]):
            table.missing(f"backlog against {command[0]}", "not installed")
            continue
        faster = name != "wc -l"
        pairs = [(timed(work, ours), timed(work, command)) for _ in range(rounds)]
        quotient = lambda us, theirs: theirs / us if faster else us / theirs
        ratio = median([quotient(us[1], theirs[1]) for us, theirs in pairs])
        wall = median([quotient(us[0], theirs[0]) for us, theirs in pairs])
        mine, other = (median([pair[side][1] for pair in pairs]) for side in (0, 1))
        table.add(
            f"backlog {total / 1e6:.0f} MB, {len(files)} files, CPU time, {'times faster than' if faster else 'by'} {name}",
            f"{millis(mine)} ({total / mine / 1e9:.2f} GB/s)", f"{millis(other)} (wall {wall:.1f})", ratio, target,
            is_good(ratio) if is_good else None)
    memory(work, table, tree, files)


def slow(args):
    return max(1, args.rounds // 3)


def timed(work, command):
    """Seconds by the clock, and seconds on a core: others on the machine stretch only the first."""
    before, begun = children(), time.perf_counter()
    subprocess.run(command, env=work.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - begun, children() - before


def children():
    """Time on a core of all processes that ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(work, table, tree, files):
    """Peak resident memory, from outside: the high-water mark as it was last seen."""
    longest = max(longest_line(path) for path in files)
    process = work.spawn([work.binary, "tail", tree], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, status_kib(process.pid, "VmHWM"))
        time.sleep(0.002)
    limit = 16 * 1024 + longest / 1024
    table.add(f"peak memory, longest line {longest / 1e6:.1f} MB", f"{peak / 1024:.1f} MiB", "",
              None, f"<= {limit / 1024:.1f} MiB", peak <= limit)


def longest_line(path):
    longest = 0
    with open(path, "rb") as file:
        for line in file:
            longest = max(longest, len(line))
    return longest
