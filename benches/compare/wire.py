"""A server of canned answers that notes when each edit arrives: the clock at the other end of the wire."""

import json
import queue
import re
import socket
import threading
import time


class Wire:
    """Answers like a Mattermost on which nobody else posts; `arrivals` gets a time for each edit."""

    def __init__(self):
        self.arrivals = queue.SimpleQueue()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(line,), daemon=True).start()

    def close(self):
        self.listener.close()

    def serve(self, line):
        held = b""
        while True:
            while b"\r\n\r\n" not in held:
                got = line.recv(1 << 16)
                if not got:
                    return
                arrived = time.perf_counter()
                held += got
            head, held = held.split(b"\r\n\r\n", 1)
            length = re.search(rb"content-length: (\d+)", head, re.I)
            while length and len(held) < int(length[1]):
                held += line.recv(1 << 16)
            cut = int(length[1]) if length else 0
            body, held = held[:cut], held[cut:]
            method, path = head.decode().split(" ", 2)[:2]
            if path.endswith("/patch"):
                self.arrivals.put(arrived)
            status, answer = canned(method, path, json.loads(body) if body else {})
            told = json.dumps(answer).encode()
            line.sendall(b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(told)) + told)


ME, POST = "b" * 26, "p" * 26


def canned(method, path, body):
    if path.endswith("/users/me"):
        return 200, {"id": ME, "username": "status-bot", "is_bot": True}
    if method == "GET":
        return 200, {"order": [], "posts": {}}
    post = {"id": POST, "user_id": ME, "channel_id": body.get("channel_id", ""), "root_id": body.get("root_id", ""),
            "create_at": int(time.time() * 1000), "message": body["message"], "props": body["props"]}
    return (201 if method == "POST" else 200), post
