"""What every part needs: trees, processes, and what the system says of a process."""

import glob
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time


def size(text):
    """Reads 100MiB, 1GiB or a plain number."""
    found = re.fullmatch(r"(\d+)([KMG]iB)?", text)
    if not found:
        raise ValueError(text)
    return int(found[1]) << {None: 0, "KiB": 10, "MiB": 20, "GiB": 30}[found[2]]


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def millis(seconds):
    return f"{seconds * 1000:.1f} ms"


class Work:
    """A folder of trees, and an environment that knows nothing of this machine's own transcripts."""

    def __init__(self, args, folder):
        self.args = args
        self.folder = folder
        self.binary = os.path.abspath(args.binary)
        self.generator = os.path.join(args.corpus, "gen_transcripts.py")
        self.to_sqlite = os.path.join(args.corpus, "to_sqlite.py")
        home = os.path.join(folder, "home")
        os.makedirs(home, exist_ok=True)
        self.environment = {"PATH": os.environ["PATH"], "HOME": home, "TZ": "UTC", "LC_ALL": "C"}
        self.running = []

    def __enter__(self):
        # tail -F keeps every file open.
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        wanted = 20_000 if hard == resource.RLIM_INFINITY else min(20_000, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return self

    def __exit__(self, *_):
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()

    def tree(self, name, sessions, bytes_=0):
        """A generated tree of that shape, made once."""
        path = os.path.join(self.folder, name)
        if not os.path.exists(os.path.join(path, "agents")):
            self.generate("--out", path, "--sessions", sessions, "--bytes", bytes_, "--seed", 1, "--odd-escapes", 0)
        return path

    def generate(self, *options):
        command = [sys.executable, self.generator, *map(str, options)]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=self.environment).stdout

    def spawn(self, command, **options):
        process = subprocess.Popen(command, env=options.pop("env", self.environment), **options)
        self.running.append(process)
        return process

    def follow(self, tree, *options, **pipes):
        """`live-status tail -f` on a tree."""
        return self.spawn([self.binary, "tail", "-f", *options, tree], **pipes)

    def stop(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def transcripts(tree):
    return sorted(glob.glob(os.path.join(tree, "agents", "*", "sessions", "*.jsonl")))


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def status_kib(pid, field):
    """A field of /proc/PID/status in KiB; 0 once the process is gone."""
    try:
        found = re.search(rf"^{field}:\s+(\d+)", read(f"/proc/{pid}/status"), re.M)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def of_threads(pid, name):
    """A file of /proc for each thread of the process; one may end meanwhile."""
    for path in glob.glob(f"/proc/{pid}/task/*/{name}"):
        try:
            yield read(path)
        except OSError:
            pass


def switches(pid):
    """Times that any thread of the process was put on a core or taken off."""
    return sum(int(count) for text in of_threads(pid, "status") for count in re.findall(r"ctxt_switches:\s+(\d+)", text))


def cpu_ns(pid):
    """Time on a core, all threads, in nanoseconds."""
    return sum(int(text.split()[0]) for text in of_threads(pid, "schedstat"))


def stolen():
    """Seconds on a core that a virtual machine wanted and did not get; 0 where nobody counts them."""
    try:
        return int(read("/proc/stat").split()[8]) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0


def watches(pid):
    """inotify watches of the process."""
    return sum(read(path).count("inotify wd:") for path in glob.glob(f"/proc/{pid}/fdinfo/*"))


def descriptors(pid):
    return os.listdir(f"/proc/{pid}/fd")


def settled(process, quiet=1.0, limit=60):
    """Waits until the process has not run for a while; False where it never rests.

    The time on a core tells: who reads much may not be switched once in all that while.
    """
    deadline = time.monotonic() + limit
    last, since = None, time.monotonic()
    while time.monotonic() < deadline and process.poll() is None:
        now = cpu_ns(process.pid)
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since >= quiet:
            return True
        time.sleep(0.05)
    return False


def measured(text):
    """The last JSON line of the generator's --measure."""
    lines = [line for line in text.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {}
