"""Posting: one post from a script against curl, a stream of frames, memory, and what a busy run costs."""

import json
import os
import re
import subprocess
import time

import stream
from chat import Chat, text
from wire import Wire
from work import median, status_kib


def run(work, table):
    if not os.access(os.path.join(os.path.dirname(work.binary), "examples", "fake_mattermost"), os.X_OK):
        table.missing("post", "no fake server: cargo build --release --example fake_mattermost --example busy_run")
        return
    update(work, table)
    create(work, table)
    sustained(work, table)
    latency(work, table)
    memory(work, table)
    busy(work, table)


def timed(command, environment):
    """Spawned from here with nothing to read; its answer goes nowhere."""
    begun = time.perf_counter()
    null = os.open(os.devnull, os.O_RDWR)
    pid = os.posix_spawnp(command[0], command, environment, file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1)])
    _, status = os.waitpid(pid, 0)
    os.close(null)
    if status != 0:
        raise RuntimeError(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - begun


def against_curl(table, name, pairs):
    mine, other = (median([pair[side] for pair in pairs]) for side in (0, 1))
    ratio = median([ours / theirs for ours, theirs in pairs])
    table.add(name, f"{mine * 1000:.2f} ms", f"{other * 1000:.2f} ms", ratio, "<= 0.6", ratio <= 0.6)


def update(work, table, rounds=100):
    """The post is known: one request on both sides, with the same bytes."""
    if not have_curl(table, "one-shot update"):
        return
    chat = Chat(work, "update")
    ours = lambda number: chat.post("--key", "update", "--text", text(1000 + number))
    made = json.loads(subprocess.run(ours(0), env=chat.environment, check=True, capture_output=True).stdout)
    path = f"/posts/{made['box']}/patch"
    pairs = []
    for number in range(1, rounds + 1):
        first = timed(ours(2 * number), chat.environment)
        post = chat.ask("GET", f"/posts/{made['box']}")
        body = json.dumps({"message": text(1001 + 2 * number), "props": post["props"]}, ensure_ascii=False, separators=(",", ":"))
        pairs.append((first, timed(chat.curl("PUT", f"/api/v4{path}", body), chat.environment)))
    chat.stop()
    against_curl(table, "one-shot update of a known key by curl, 1 request", pairs[10:])


def create(work, table, rounds=60):
    """A new post: the requests that we make, and curl once for each of them."""
    if not have_curl(table, "one-shot create"):
        return
    logged = Chat(work, "create-log", log=True)
    ours = lambda chat, name: chat.post("--key", name, "--text", text(1))
    timed(ours(logged, "one"), logged.environment)
    asked = logged.requests()
    logged.stop()
    chat = Chat(work, "create")
    pairs = []
    for number in range(rounds):
        dry = subprocess.run([*ours(chat, f"curl-{number}"), "--dry-run"], env=chat.environment, check=True, capture_output=True)
        body = json.dumps(json.loads(dry.stdout.splitlines()[0])["body"], ensure_ascii=False, separators=(",", ":"))
        body = re.sub(r'"pending_post_id":"[^":]*', f'"pending_post_id":"{chat.ask("GET", "/users/me")["id"]}', body)
        theirs = [chat.curl(method, path.replace(logged.channel, chat.channel), body if method == "POST" else None)
                  for method, path in asked]
        first = timed(ours(chat, f"ours-{number}"), chat.environment)
        pairs.append((first, sum(timed(command, chat.environment) for command in theirs)))
    chat.stop()
    against_curl(table, f"one-shot create by curl, {len(asked)} requests each", pairs[5:])


def have_curl(table, figure):
    try:
        subprocess.run(["curl", "--version"], check=True, capture_output=True)
        return True
    except (OSError, subprocess.CalledProcessError):
        table.missing(figure, "no curl")
        return False


def sustained(work, table):
    """As many edits as there can be, and the same edit over plain sockets of this process."""
    chat = Chat(work, "stream")
    first = json.loads(subprocess.run(chat.post("--key", "bare", "--text", text(0)), env=chat.environment, check=True,
                                      capture_output=True).stdout)
    props = chat.ask("GET", f"/posts/{first['box']}")["props"]
    body = json.dumps({"message": text(0), "props": props}, ensure_ascii=False).encode()
    path, seconds = f"/api/v4/posts/{first['box']}/patch", work.args.seconds / 2
    for name, connections, measure in [
        ("1 box, 1 connection", 1, lambda: stream.one_box(chat, seconds)),
        ("100 boxes, 4 connections", 4, lambda: stream.many_boxes(chat, 100, seconds)),
    ]:
        bare = stream.bare_loop(chat, path, body, connections, seconds)
        rate, cpu = measure()
        target = "" if connections > 1 else ">= 5000/s"
        table.add(f"edits by a bare loop of {connections} (python sockets), {name}", f"{rate:.0f}/s", f"{bare:.0f}/s", rate / bare, target,
                  rate >= 5000 if target else None)
        table.add(f"CPU of each edit, {name}", f"{cpu:.0f} us", "", None, "<= 60 us", cpu <= 60)
    chat.stop()


def latency(work, table, rounds=300):
    """One frame at a time, long after the last one was shown: nothing holds it up but us."""
    wire = Wire()
    chat = Chat(work, "latency")
    chat.environment.update(MM_URL=wire.url)
    post = stream.Stream(chat)
    # Blocked: of a run that works the gap is at least ten times the last answer, and this server is slow at times.
    post.feed([1], "blocked")
    post.receipts(1)
    wire.arrivals.get(timeout=5)
    took = []
    for _ in range(rounds):
        time.sleep(0.03)
        begun = time.perf_counter()
        post.feed([1], "blocked")
        took.append(wire.arrivals.get(timeout=5) - begun)
        post.receipts(1)
    post.end()
    wire.close()
    chat.stop()
    took.sort()
    half, most = took[len(took) // 2], took[int(len(took) * 0.99)]
    table.add("frame on stdin to its edit on the wire, p50 and p99", f"{half * 1000:.2f} ms, {most * 1000:.2f} ms", "", None, "<= 1 ms",
              half <= 0.001)


def memory(work, table, boxes=1000):
    """Live boxes: made, edited twice, and nothing under way."""
    # Canned answers: on the fake every create lists a channel of all the others.
    wire = Wire()
    chat = Chat(work, "memory")
    chat.environment.update(MM_URL=wire.url)
    post = stream.Stream(chat)
    for _ in range(3):
        stream.rounds(post, boxes, lambda: True)
    # Later looks for rivals are over.
    time.sleep(2.5)
    kib = status_kib(post.process.pid, "VmRSS")
    own = status_kib(post.process.pid, "RssAnon")
    post.end()
    wire.close()
    chat.stop()
    table.add(f"memory of post with {boxes} live boxes", f"{kib / 1024:.1f} MiB ({own / 1024:.1f} not of files)", "", None, "<= 12 MiB",
              kib <= 12 * 1024)


def busy(work, table):
    """300 tools in 10 minutes, by arithmetic: what it costs the server from the first request to the last."""
    program = os.path.join(os.path.dirname(work.binary), "examples", "busy_run")
    try:
        told = json.loads(subprocess.run([program], check=True, capture_output=True).stdout)
    except OSError:
        table.missing("a busy run", "cargo build --release --example busy_run")
        return
    table.add("busy run, 300 tools in 10 minutes, edits of events", f"{told['edits']} of {told['events']}", f"{told['frames']} frames",
              told["edits"] / told["events"])
    table.add("busy run, requests and bytes sent from create to final", f"{told['requests']}, {told['bytes'] / 1024:.0f} KiB",
              f"{told['bytes'] / told['edits']:.0f} B an edit")
