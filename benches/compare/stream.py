"""`post` fed with frames on a pipe, and the bare loops that it is held against."""

import os
import re
import selectors
import socket
import subprocess
import time
from urllib.parse import urlsplit

from chat import frame, key, text
from work import cpu_ns


class Stream:
    """A `post` that nothing slows down, and the receipts that it writes."""

    def __init__(self, chat, *options):
        # As many boxes as are fed: one that waits for its turn would never have a receipt.
        free = ("--throttle", "0", "--rate", "0", "--max-active-sessions", "0")
        command = chat.post(*free, *options)
        self.process = chat.work.spawn(command, env=chat.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.output = self.process.stdout.fileno()
        # The newest frame that was fed, and the newest that was shown.
        self.rev, self.shown = 0, 0

    def feed(self, boxes, state="active"):
        """One new frame for each of those boxes."""
        self.rev += 1
        lines = "".join(frame(key(box), self.rev, text(self.rev), state) for box in boxes)
        self.process.stdin.write(lines.encode())
        self.process.stdin.flush()

    def receipts(self, count):
        """Waits for so many receipts; they must tell of edits and new posts alone."""
        seen = b""
        while seen.count(b"\n") < count:
            got = os.read(self.output, 1 << 16)
            if not got:
                raise RuntimeError("post ended early")
            seen += got
        for line in seen.splitlines():
            if b'"did":"updated"' not in line and b'"did":"created"' not in line:
                raise RuntimeError(f"not an edit: {line.decode()}")
        self.shown = int(re.search(rb'"rev":(\d+)', line)[1])
        return seen.count(b"\n")

    def end(self):
        self.process.stdin.close()
        for _ in iter(lambda: os.read(self.output, 1 << 16), b""):
            pass
        self.process.wait()


def one_box(chat, seconds):
    """Edits a second of one box, and CPU of each: a frame waits while another is under way.

    It is blocked, so that the least gap counts alone and not ten times the latency.
    """
    stream = Stream(chat)
    stream.feed([0], "blocked")
    stream.receipts(1)
    done, cpu, begun = 0, cpu_ns(stream.process.pid), time.perf_counter()
    while time.perf_counter() - begun < seconds:
        # One under way and one that waits; a further one would take its place.
        while stream.rev - stream.shown < 2:
            stream.feed([0], "blocked")
        done += stream.receipts(1)
    took = time.perf_counter() - begun
    cpu = cpu_ns(stream.process.pid) - cpu
    stream.end()
    return done / took, cpu / done / 1000


def rounds(stream, boxes, enough, group=50):
    """Frames for all boxes in turn, round after round until `enough`; gives how many were shown.

    Two groups are under way: more would fill both pipes, and nobody would read either.
    """
    done, fed = 0, 0
    while True:
        while fed - done <= group and not (fed % boxes == 0 and fed and enough()):
            # Blocked, as in `one_box`: a box that has to wait would lose a frame to its next.
            stream.feed([1 + (fed + number) % boxes for number in range(group)], "blocked")
            fed += group
        if done >= fed:
            return done
        done += stream.receipts(1)


def many_boxes(chat, boxes, seconds):
    """Edits a second over all connections, and CPU of each."""
    stream = Stream(chat)
    rounds(stream, boxes, lambda: True)
    cpu, begun = cpu_ns(stream.process.pid), time.perf_counter()
    done = rounds(stream, boxes, lambda: time.perf_counter() - begun >= seconds)
    took = time.perf_counter() - begun
    cpu = cpu_ns(stream.process.pid) - cpu
    stream.end()
    return done / took, cpu / done / 1000


def bare_loop(chat, path, body, connections, seconds):
    """The same edit again and again over plain sockets: requests a second."""
    at = urlsplit(chat.url)
    head = (f"PUT {path} HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {chat.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
    request = head.encode() + body
    lines = selectors.DefaultSelector()
    for _ in range(connections):
        line = socket.create_connection((at.hostname, at.port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(request)
        lines.register(line, selectors.EVENT_READ)
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for event, _ in lines.select():
            # An answer is one write of the server, and fits.
            if not event.fileobj.recv(1 << 16).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("the bare loop is not answered")
            done += 1
            event.fileobj.sendall(request)
    took = time.perf_counter() - begun
    for event in list(lines.get_map().values()):
        event.fileobj.close()
    return done / took
