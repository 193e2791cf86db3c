"""`hook`, as agents call it: alone, and fifty at once, beside a program that does nothing."""

import os
import tempfile
import time

from work import millis

PAYLOAD = (b'{"hook_event_name":"PreToolUse","session_id":"5f3c1a70-8d1e-4c55-9a11-0b6d2f7e9c01",'
           b'"tool_name":"Bash","tool_use_id":"t1","cwd":"/w"}')

ROUNDS = [(1, 400), (50, 40)]


def run(work, table):
    # Whoever follows with the same state reads the spool, too.
    with tempfile.TemporaryDirectory(dir=work.folder) as folder:
        # A hook writes for those alone who use the tool: into a state directory that is there.
        state = os.path.join(folder, "live-status")
        os.mkdir(state, mode=0o700)
        measure(work, table, state, dict(work.environment, XDG_STATE_HOME=folder))


def measure(work, table, state, environment):
    ours, nothing = [work.binary, "hook", "claude"], ["/bin/true"]
    for many, rounds in ROUNDS:
        mine, theirs = [], []
        for _ in range(rounds):
            mine += at_once(ours, many, environment)
            theirs += at_once(nothing, many, environment)
        (half, most), (their_half, their_most) = percentiles(mine), percentiles(theirs)
        name = f"hook, {many} at once" if many > 1 else "hook, one at a time"
        table.add(f"{name}, p50 by /bin/true", millis(half), millis(their_half), half / their_half)
        table.add(f"{name}, p99 by /bin/true", millis(most), millis(their_most), most / their_most,
                  "<= 20 ms", most <= 0.020)
    sent = sum(rounds * many for many, rounds in ROUNDS)
    spool = os.path.join(state, "spool")
    told = sum(written(os.path.join(spool, name)) for name in os.listdir(spool))
    table.add("hook, events in the spool, of those sent", str(told), str(sent), target="all", good=told == sent)


def written(path):
    with open(path, "rb") as file:
        return file.read().count(b"\n")


def at_once(command, many, environment):
    """How long each of them took, in seconds, from its spawn to its end."""
    with tempfile.TemporaryFile() as file, open(os.devnull, "wb") as null:
        file.write(PAYLOAD)
        file.flush()
        begun, took = {}, []
        for _ in range(many):
            # Each has a place of its own in the payload.
            payload = os.open(f"/proc/self/fd/{file.fileno()}", os.O_RDONLY)
            actions = [(os.POSIX_SPAWN_DUP2, payload, 0), (os.POSIX_SPAWN_DUP2, null.fileno(), 1)]
            now = time.perf_counter()
            begun[os.posix_spawn(command[0], command, environment, file_actions=actions)] = now
            os.close(payload)
        for _ in range(many):
            pid, _ = os.wait()
            took.append(time.perf_counter() - begun[pid])
    return took


def percentiles(values):
    values = sorted(values)
    return values[len(values) // 2], values[len(values) * 99 // 100]
