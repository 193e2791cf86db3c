"""live-status against the tools at hand: one table of figures, ratios and targets."""

import argparse
import os
import shutil
import sys
import tempfile

import backlog
import follow
import hook
import idle
import post
import run
import start
import store
from table import Table
from work import Work, size, stolen

PARTS = {
    "backlog": (backlog.run, "throughput against wc, jq, node and hl; peak memory"),
    "follow": (follow.run, "write to event against tail -F, nothing lost in a burst"),
    "hook": (hook.run, "a hook of an agent against a program that does nothing, alone and fifty at once"),
    "idle": (idle.run, "wake-ups, CPU, descriptors, watches and memory per session"),
    "store": (store.run, "commit to event in a SQLite store, and its idle cost"),
    "post": (post.run, "one post against curl, edits a second, latency, memory, a busy run's cost"),
    "run": (run.run, "transcript write to post acknowledged, idle and busy with 1 to 1,000 live boxes"),
    "start": (start.run, "process start against bash, start with saved cursors"),
}


def arguments():
    parts = "\n".join(f"  {name:<9} {about}" for name, (_, about) in PARTS.items())
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    corpus = os.environ.get("LIVE_STATUS_CORPUS", os.path.join(root, "..", "shared", "corpus"))
    binary = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(root, "target")), "release", "live-status")
    args = argparse.ArgumentParser(
        prog="compare.sh", description=__doc__, epilog=f"parts:\n{parts}",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--only", action="append", choices=list(PARTS), help="measure this part alone; may be repeated")
    args.add_argument("--binary", default=binary, help="the live-status to measure (default: the release build)")
    args.add_argument("--corpus", default=corpus, help="folder of gen_transcripts.py and to_sqlite.py")
    args.add_argument("--work", help="folder for trees, kept (default: a temporary one, removed)")
    args.add_argument("--bytes", type=size, default="200MiB", help="size of the backlog (default 200MiB)")
    args.add_argument("--files", type=int, default=1000, help="files of the backlog (default 1000)")
    args.add_argument("--rounds", type=int, default=15, help="rounds of the backlog; slow tools get a third (default 15)")
    args.add_argument("--sessions", type=int, nargs="+", default=[1, 1000, 5000],
                      help="numbers of sessions to follow (default 1 1000 5000)")
    args.add_argument("--seconds", type=float, default=5, help="length of each live round (default 5)")
    args.add_argument("--idle", type=float, default=10, help="seconds of silence to watch (default 10)")
    args.add_argument("--check", action="store_true", help="exit with 1 where a target is missed")
    return args.parse_args()


def main():
    args = arguments()
    if not os.access(args.binary, os.X_OK):
        sys.exit(f"compare.sh: {args.binary} is not there: cargo build --release, or --binary")
    if not os.path.exists(os.path.join(args.corpus, "gen_transcripts.py")):
        sys.exit(f"compare.sh: no gen_transcripts.py in {args.corpus}: set LIVE_STATUS_CORPUS")
    folder = args.work or tempfile.mkdtemp(prefix="live-status-compare-")
    os.makedirs(folder, exist_ok=True)
    table = Table()
    before = stolen()
    try:
        with Work(args, folder) as work:
            for name in args.only or PARTS:
                print(f"measuring {name} ...", file=sys.stderr, flush=True)
                PARTS[name][0](work, table)
    except KeyboardInterrupt:
        table.missing("the rest", "interrupted")
    finally:
        if not args.work:
            shutil.rmtree(folder, ignore_errors=True)
    table.print()
    print(f"time on a core that the host of this machine kept for others meanwhile: {stolen() - before:.1f} s")
    sys.exit(1 if args.check and table.missed else 0)


main()
