"""SQLite stores: from a commit to its event, and what silence costs."""

import glob
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import idle
from work import median

STAMP = re.compile(rb"live-(\d+)-0")


def run(work, table):
    count = 1_000
    files = work.tree(f"idle-{count}", count)
    tree = os.path.join(work.folder, "store")
    shutil.rmtree(tree, ignore_errors=True)
    # The store stays open for writing while it is followed, as the Gateway leaves it.
    seconds = 2 * work.args.seconds + work.args.idle + 60
    keeper = work.spawn([sys.executable, work.to_sqlite, files, "--out", tree, "--zstd", "0", "--follow", str(seconds), "--interval", "3600000"],
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path = filled(tree, len(os.listdir(os.path.join(files, "agents"))))
    if not path:
        table.missing("store", "to_sqlite.py made none")
        return
    process = work.follow(tree, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    idle.silence(work, table, process, f"store, {count} sessions, idle")
    arrived = {}
    reader = threading.Thread(target=listen, args=(process.stdout, arrived), daemon=True)
    reader.start()
    committed = write(path, work.args.seconds)
    deadline = time.monotonic() + 5
    while len(arrived) < len(committed) and time.monotonic() < deadline:
        time.sleep(0.05)
    work.stop(process)
    keeper.kill()
    late = sorted((arrived[seq] - at) / 1e6 for seq, at in committed.items() if seq in arrived)
    if not late:
        table.missing("store, commit to event", "nothing came")
        return
    p99 = late[min(len(late) - 1, int(len(late) * 0.99))]
    table.add(f"store, commit to event, {len(committed)} commits, p50", f"{median(late):.2f} ms")
    table.add("store, commit to event, p99", f"{p99:.2f} ms", "", None, "<= 5 ms", p99 <= 5)
    table.add("store, commits lost", f"{len(committed) - len(late)}", "", None, "0", len(late) == len(committed))


def filled(tree, agents):
    """Waits for every store to be complete; gives one of them."""
    deadline = time.monotonic() + 60
    sizes = None
    while time.monotonic() < deadline:
        time.sleep(0.5)
        stores = sorted(glob.glob(os.path.join(tree, "agents", "*", "agent", "openclaw-agent.sqlite-wal")))
        now = [os.path.getsize(path) for path in stores]
        if len(stores) == agents and now == sizes:
            return stores[0].removesuffix("-wal")
        sizes = now
    return None


def write(path, seconds, rate=50):
    """Commits a call at a time; gives when each commit returned."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous=NORMAL")
    session, = database.execute("SELECT session_id FROM transcript_events LIMIT 1").fetchone()
    last, = database.execute("SELECT max(seq) FROM transcript_events WHERE session_id=?", (session,)).fetchone()
    committed = {}
    for number in range(1, int(seconds * rate) + 1):
        now = int(time.time() * 1000)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{now % 1000:03}Z"
        call = {"type": "toolCall", "id": f"live-{number}-0", "name": "read", "arguments": {"path": "a.txt"}}
        record = {"type": "message", "id": f"{number:08x}", "parentId": None, "timestamp": stamp,
                  "message": {"role": "assistant", "content": [call], "timestamp": now, "stopReason": "toolUse"}}
        text = json.dumps(record, separators=(",", ":"))
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO transcript_events(session_id,seq,event_json,created_at,event_utf8_bytes) VALUES(?,?,?,?,?)",
                         (session, last + number, text, now, len(text)))
        database.execute("COMMIT")
        committed[number] = time.monotonic_ns()
        time.sleep(1 / rate)
    database.close()
    return committed


def listen(stream, arrived):
    descriptor = stream.fileno()
    rest = b""
    while True:
        got = os.read(descriptor, 1 << 16)
        now = time.monotonic_ns()
        if not got:
            return
        lines = (rest + got).split(b"\n")
        rest = lines.pop()
        for line in lines:
            for found in STAMP.finditer(line):
                arrived.setdefault(int(found[1]), now)
