"""Starting: the process alone, and following with saved cursors."""

import os
import subprocess
import time

from work import median, millis, settled, transcripts


def run(work, table):
    process(work, table)
    resume(work, table, max(work.args.sessions))


def process(work, table, rounds=200):
    """Spawned from a small process: a fork of this one would cost more than what is measured."""
    ours, shell = [work.binary, "--version"], ["bash", "-c", "true"]
    pairs = [(spawned(work, ours), spawned(work, shell)) for _ in range(rounds)][20:]
    mine, other = (median([pair[side] for pair in pairs]) for side in (0, 1))
    ratio = median([us / theirs for us, theirs in pairs])
    table.add("process start, --version by bash -c true", f"{mine * 1000:.2f} ms", f"{other * 1000:.2f} ms", ratio, "<= 2", ratio <= 2)


def spawned(work, command):
    begun = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawnp(command[0], command, work.environment, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    os.waitpid(pid, 0)
    os.close(null)
    return time.perf_counter() - begun


def resume(work, table, count, rounds=7):
    """A line was written while nobody followed: how long until its event is out."""
    tree = work.tree(f"idle-{count}", count)
    environment = dict(work.environment, XDG_STATE_HOME=os.path.join(work.folder, "state"))
    command = [work.binary, "tail", "-f", "--resume", "compare", tree]
    first = work.spawn(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rested = settled(first, quiet=2.5)
    work.stop(first)
    if not rested:
        table.missing("start with saved cursors", "it never rested")
        return
    last = transcripts(tree)[-1]
    took = []
    for number in range(rounds):
        with open(last, "a", encoding="utf-8") as file:
            file.write(f'{{"type":"model_change","id":"m{time.time_ns()}","timestamp":"2026-09-25T10:00:{number:02}.000Z",'
                       f'"provider":"p","modelId":"model-{time.time_ns()}"}}\n')
        begun = time.perf_counter()
        again = work.spawn(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        seen = b""
        while b'"model"' not in seen:
            got = os.read(again.stdout.fileno(), 1 << 16)
            if not got:
                break
            seen += got
        took.append(time.perf_counter() - begun)
        work.stop(again)
        again.stdout.close()
        if b'"model"' not in seen:
            table.missing("start with saved cursors", "the new line never came")
            return
    value = median(took)
    table.add(f"start with saved cursors, {count} sessions, to the first event", millis(value), "", None, "<= 60 ms", value <= 0.060)
