"""The whole chain: from a line in a transcript to the post acknowledged, by one `run`, and what it costs.

Pacing apart: `--rate 0` lifts the budget of requests and `--throttle 0` the least gap. What is left of it is ten
times the last answer's time between two edits of a box that works; a box is written to only after that. What is
timed is one line at a time, while all the other sessions are live and silent.
"""

import json
import os
import queue
import re
import subprocess
import time

import idle
from chat import Chat
from work import cpu_ns, settled, status_kib, switches, watches

# A box at rest for so long is held up by nothing but us.
REST_SECONDS = 0.03


def run(work, table):
    if not os.access(os.path.join(os.path.dirname(work.binary), "examples", "fake_mattermost"), os.X_OK):
        table.missing("run", "no fake server: cargo build --release --example fake_mattermost")
        return
    for count in (1, 100, 1_000):
        live(work, table, count)
    silence(work, table, 5_000)


class Sessions:
    """Transcripts of one agent, and the threads in which they were asked for."""

    def __init__(self, chat, count):
        self.tree = os.path.join(chat.folder, "tree")
        self.folder = os.path.join(self.tree, "agents", "main", "sessions")
        os.makedirs(self.folder)
        self.step = 0
        index = {}
        for number in range(count):
            body = json.dumps({"channel_id": chat.channel, "message": "please"})
            root = chat.ask("POST", "/posts", body, chat.person)["id"]
            index[f"agent:main:mattermost:channel:{chat.channel}:thread:{root}"] = {"sessionId": f"s{number}"}
        with open(os.path.join(self.folder, "sessions.json"), "w", encoding="utf-8") as file:
            json.dump(index, file)

    def path(self, number):
        return os.path.join(self.folder, f"s{number}.jsonl")

    def begin(self, number):
        """A request, and a tool that is called at once: its box is due. Gives when that was written."""
        return append(self.path(number), [
            {"type": "session", "version": 3, "id": f"s{number}", "timestamp": now(), "cwd": "/srv/w"},
            message("r", {"role": "user", "content": "look around"}),
            self.call(),
        ])

    def work(self, number):
        """One line more: another tool is called."""
        return append(self.path(number), [self.call()])

    def call(self):
        self.step += 1
        block = {"type": "toolCall", "id": f"c{self.step}", "name": "read", "arguments": {"path": f"/srv/w/step-{self.step}.md"}}
        return message(f"a{self.step}", {"role": "assistant", "content": [block], "stopReason": "toolUse"})


def message(identity, inner):
    return {"type": "message", "id": identity, "timestamp": now(), "message": inner}


def now():
    at = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}Z"


def append(path, lines):
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    begun = time.perf_counter()
    os.write(file, data)
    os.close(file)
    return begun


class Answers:
    """The answers of the server to those requests that make or edit a post, as they come."""

    def __init__(self):
        self.came = queue.SimpleQueue()

    def heard(self, at, line):
        found = re.match(r"(POST|PUT) /api/v4/posts(?:/\w+/patch)?(?:\?\S*)? by status-bot: (\d+)", line)
        if found:
            self.came.put((found[1] == "POST", at, found[2] in ("200", "201")))

    def next(self, made):
        """When the next post was made, or the next edit done."""
        while True:
            is_new, at, well = self.came.get(timeout=30)
            if not well:
                raise RuntimeError("the server refused")
            if is_new == made:
                return at

    def forget(self):
        while not self.came.empty():
            self.came.get()


def live(work, table, count, probes=200):
    """So many live boxes; further ones are made and theirs are edited, one at a time."""
    answers = Answers()
    chat = Chat(work, f"run-{count}", heard=answers.heard)
    fresh = max(50, min(count, probes))
    sessions = Sessions(chat, count + fresh)
    environment = dict(chat.environment, MAX_ACTIVE_SESSIONS="0")
    command = [work.binary, "run", "--to", "mattermost", "--rate", "0", "--throttle", "0", sessions.tree]
    process = work.spawn(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    settled(process)
    made, shown, edits = [], [], []
    for number in range(count + fresh):
        answers.forget()
        begun = sessions.begin(number)
        at, first = answers.next(made=True), answers.next(made=False)
        if number >= count:
            made.append(at - begun)
            shown.append(first - begun)
    # The later looks for rivals are over.
    time.sleep(2.5)
    for probe in range(probes):
        time.sleep(REST_SECONDS)
        answers.forget()
        at = sessions.work(probe * 7919 % count)
        edits.append(answers.next(made=False) - at)
    name = f"run, {count} live"
    for what, took in (("write of a new run to its post made", made), ("write of a new run to its first edit", shown),
                       ("write to the edit acknowledged", edits)):
        table.add(f"{name}, {what}, p50 and p99", quantiles(took))
    busy(work, table, f"run, {count + fresh} live", process, sessions, count)
    work.stop(process)
    chat.stop()


def quantiles(took):
    took = sorted(took)
    return f"{took[len(took) // 2] * 1000:.2f}, {took[int(len(took) * 0.99)] * 1000:.2f} ms"


def busy(work, table, name, process, sessions, count):
    """A line in every session, over and over; then nothing but the time that passes."""
    lines, before, begun = 0, cpu_ns(process.pid), time.perf_counter()
    while time.perf_counter() - begun < work.args.seconds:
        sessions.work(lines % count)
        lines += 1
        time.sleep(0.001)
    took = time.perf_counter() - begun
    settled(process, quiet=0.2, limit=10)
    spent = cpu_ns(process.pid) - before
    table.add(f"{name}, CPU a line at {lines / took:.0f} lines/s, edits and all", f"{spent / lines / 1000:.0f} us")
    table.add(f"{name}, memory", f"{status_kib(process.pid, 'VmRSS') / 1024:.1f} MiB")
    before, woken = cpu_ns(process.pid), switches(process.pid)
    time.sleep(work.args.idle)
    spent, woken = cpu_ns(process.pid) - before, switches(process.pid) - woken
    share = spent / 1e7 / work.args.idle
    table.add(f"{name}, no line for {work.args.idle:.0f} s: share of a core, wake-ups", f"{share:.2f} %, {woken}")


def silence(work, table, count):
    """Watched sessions of which none is live."""
    tree = work.tree(f"idle-{count}", count)
    idle.age(tree)
    chat = Chat(work, "run-idle")
    command = [work.binary, "run", "--to", "mattermost", "--channel", chat.channel, tree]
    process = work.spawn(command, env=chat.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    idle.silence(work, table, process, f"run, {count} sessions idle")
    watched, folders = watches(process.pid), idle.agents(tree)
    # One more than `tail`: the directory of what hooks tell.
    table.add(f"run, {count} sessions idle, watches", f"{watched}", f"{folders} agents", None, "<= 2 an agent + 4",
              watched <= 2 * folders + 4)
    table.add(f"run, {count} sessions idle, memory", f"{status_kib(process.pid, 'VmRSS') / 1024:.1f} MiB")
    work.stop(process)
    chat.stop()
