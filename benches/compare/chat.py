"""A Mattermost for the parts `post` and `run`: the tests' fake, on loopback, and what it is sent."""

import functools
import http.client
import json
import os
import re
import subprocess
import threading
import time
from urllib.parse import urlsplit


class Chat:
    """The fake server, an account on it, and the commands that both sides run."""

    def __init__(self, work, name, log=False, heard=None):
        """`heard` gets a time for each request that was answered, and its line; `log` writes the lines into a file."""
        self.work = work
        self.folder = os.path.join(work.folder, f"chat-{name}")
        os.makedirs(self.folder, exist_ok=True)
        self.log = os.path.join(self.folder, "log")
        target = os.path.join(self.folder, "target.json")
        server = os.path.join(os.path.dirname(work.binary), "examples", "fake_mattermost")
        options = ["--log"] if log or heard else []
        with open(self.log, "wb") as err:
            self.server = work.spawn([server, "--target", target, *options], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE if heard else err)
        if heard:
            threading.Thread(target=listen, args=(self.server.stderr, heard), daemon=True).start()
        deadline = time.monotonic() + 20
        while not os.path.exists(target):
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{server} does not start")
            time.sleep(0.01)
        with open(target, encoding="utf-8") as file:
            told = json.load(file)
        self.url, self.channel = told["url"], told["channels"]["public"]["id"]
        self.token, self.person = told["bots"]["status-bot"]["token"], told["users"]["alice"]["token"]
        state = os.path.join(self.folder, "state")
        self.environment = dict(work.environment, MM_URL=self.url, MM_TOKEN=self.token, XDG_STATE_HOME=state)

    def stop(self):
        self.work.stop(self.server)

    def requests(self):
        """What the server was asked, as (method, path); only with `log`."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return re.findall(r"\b(GET|POST|PUT|DELETE) (\S+)", file.read())

    def post(self, *options):
        return [self.work.binary, "post", "--channel", self.channel, *options]

    def curl(self, method, path, body):
        """One request as a script would make it: a process of its own, the answer read to its end."""
        command = ["curl", "-sS", "-o", os.devnull, "-X", method, "-H", f"Authorization: Bearer {self.token}"]
        if body is not None:
            command += ["-H", "Content-Type: application/json", "--data-binary", body]
        return [*command, self.url + path]

    def ask(self, method, path, body=None, token=None):
        """A request of the bench's own."""
        at = urlsplit(self.url)
        line = http.client.HTTPConnection(at.hostname, at.port)
        line.request(method, f"/api/v4{path}", body, {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json"})
        answer = line.getresponse().read()
        line.close()
        return json.loads(answer)


def listen(lines, heard):
    for line in lines:
        heard(time.perf_counter(), line.decode())


def frame(key, rev, text, state="active"):
    """A frame as `render` writes it, of a run that works. Made from a mould: who feeds must not be what is measured."""
    mould = moulded(state, time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()))
    return mould.replace("KEY", key).replace("987654321", str(rev)).replace('"TEXT"', json.dumps(text))


@functools.lru_cache(maxsize=4)
def moulded(state, at):
    steps = [{"id": f"s{number}", "title": "Running", "detail": "cargo test", "status": "ok", "started": at, "ms": 200}
             for number in range(5)]
    frame = {"v": 1, "type": "frame", "key": "KEY", "source": "openclaw", "sid": "KEY", "run": "first", "rev": 987654321,
             "at": at, "last": at, "state": state, "routes": [], "title": "main: working",
             "view": {"agent": "main", "started": at, "ms": 1000, "steps": steps, "totals": {"tools": 5}}, "text": {"markdown": "TEXT"}, "src": []}
    return json.dumps(frame, separators=(",", ":")) + "\n"


def key(number):
    """26 characters of base32, another for each number."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(letters[number >> (5 * place) & 31] for place in range(26))


def text(number):
    """A box of five steps, as long as most are."""
    steps = "".join(f"✓ Running `cargo test` {step} · 0.2s  \n" for step in range(5))
    return f"[ACTIVE] **main** · {number}s · 5 tools  \n{steps}[ACTIVE] 5 steps · 12.4k tokens · 14:32"
