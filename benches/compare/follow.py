"""Following: from a write to its event on standard output, against tail -F."""

import json
import os
import subprocess
import sys

from work import cpu_ns, measured, settled, transcripts


def run(work, table):
    for count in work.args.sessions:
        compare(work, table, count, 2_000)
    if len(work.args.sessions) > 1:
        burst(work, table)


def compare(work, table, count, rate):
    """Both in turn, twice; the better round of each, since a busy machine only ever adds."""
    best = {}
    for _ in range(2):
        for name in ("ours", "tail"):
            found = round_of(work, count, name, rate)
            if not found:
                table.missing(f"follow, {count} sessions", f"{name} gave nothing")
                return
            if name not in best or found["p50_us"] < best[name]["p50_us"]:
                best[name] = found
    mine, other = best["ours"], best["tail"]
    for quantile, most in (("p50_us", 2), ("p99_us", 4)):
        ratio = mine[quantile] / other[quantile]
        table.add(f"follow, {count} sessions, {rate}/s, {quantile[:3]}", f"{mine[quantile]:.0f} us",
                  f"tail -F {other[quantile]:.0f} us", ratio, f"<= {most}", ratio <= most)
    table.add(f"follow, {count} sessions, lines lost", f"{mine['missing']} of {mine['wrote']}",
              f"{other['missing']}", None, "0", mine["missing"] == 0)
    table.add(f"follow, {count} sessions, CPU a line", f"{mine['cpu_us']:.0f} us", f"{other['cpu_us']:.0f} us",
              mine["cpu_us"] / other["cpu_us"])


def burst(work, table):
    count = 1_000
    found = round_of(work, count, "ours", 20_000, write=written_fast)
    if not found:
        table.missing("burst", "nothing came")
        return
    table.add(f"burst, {count} sessions, {found['rate']:.0f}/s reached, lines lost", f"{found['missing']} of {found['wrote']}",
              "", None, "0", found["missing"] == 0)
    table.add(f"burst, {count} sessions, p50 and p99", f"{found['p50_us']:.0f}, {found['p99_us']:.0f} us")


def written_by_generator(work, tree, count, rate, log):
    """Gives the rate that was reached, as the next one does."""
    work.generate("--out", tree, "--sessions", count, "--bytes", 0, "--seed", 1, "--live", "--rate", rate,
                  "--duration", work.args.seconds, "--index-interval", 0, "--log", log)
    with open(log, "rb") as lines:
        return sum(b'"seq"' in line for line in lines) / work.args.seconds


def written_fast(work, tree, _count, rate, log):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "burst.py")
    command = [sys.executable, script, log, str(rate), str(work.args.seconds), *transcripts(tree)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)["rate"]


def round_of(work, count, name, rate, write=written_by_generator):
    """One live round; latencies, what was lost, and time on a core for each line."""
    tree = work.tree(f"live-{count}", count)
    log = os.path.join(work.folder, "live.log")
    if os.path.exists(log):
        os.remove(log)
    if name == "ours":
        command = [work.binary, "tail", "-f", tree]
    else:
        command = ["tail", "-q", "-n0", "-F", *transcripts(tree)]
    measure = work.spawn([sys.executable, work.generator, "--measure", "--log", log],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    follower = work.spawn(command, stdout=measure.stdin, stderr=subprocess.DEVNULL)
    measure.stdin.close()
    settled(follower)
    before = cpu_ns(follower.pid)
    reached = write(work, tree, count, rate, log)
    settled(follower, quiet=0.3, limit=20)
    cpu = cpu_ns(follower.pid) - before
    work.stop(follower)
    measure.stdin = None
    found = measured(measure.communicate(timeout=60)[0])
    if "p50_us" not in found:
        return None
    with open(log, encoding="utf-8") as lines:
        found["wrote"] = sum('"seq"' in line for line in lines)
    found["rate"] = reached
    found["cpu_us"] = cpu / 1_000 / max(1, found["seen"])
    return found
