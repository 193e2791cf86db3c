"""Following: from a write to its event on standard output, against tail -F."""

import json
import os
import subprocess
import sys

from work import cpu_ns, measured, median, settled, transcripts


def run(work, table):
    for count in work.args.sessions:
        compare(work, table, count, 2_000)
    if len(work.args.sessions) > 1:
        burst(work, table)


def compare(work, table, count, rate, rounds=3):
    """Both in turn; the median of each and of their ratios, for a machine is never quiet. No round may lose a line."""
    mine, other = [], []
    for _ in range(rounds):
        for name, found in (("ours", mine), ("tail", other)):
            got = round_of(work, count, name, rate)
            if not got:
                table.add(f"follow, {count} sessions", f"{name} gave nothing", "", None, "any", False)
                return
            found.append(got)

    def medians(key):
        ours, theirs = ([one[key] for one in found] for found in (mine, other))
        ratio = median([us / them for us, them in zip(ours, theirs)])
        return median(ours), median(theirs), ratio

    def total(key, found):
        return sum(one[key] for one in found)

    for quantile, most in (("p50_us", 2), ("p99_us", 4)):
        ours, theirs, ratio = medians(quantile)
        table.add(f"follow, {count} sessions, {rate}/s, {quantile[:3]}", f"{ours:.0f} us",
                  f"tail -F {theirs:.0f} us", ratio, f"<= {most}", ratio <= most)
    lost = total("missing", mine)
    table.add(f"follow, {count} sessions, lines lost", f"{lost} of {total('wrote', mine)}",
              f"{total('missing', other)}", None, "0", lost == 0)
    ours, theirs, ratio = medians("cpu_us")
    table.add(f"follow, {count} sessions, CPU a line", f"{ours:.0f} us", f"{theirs:.0f} us", ratio)


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
