"""Appends lines to many transcripts, faster than the corpus generator makes them up.

    burst.py LOG RATE SECONDS FILE...

Each line is a call of a tool with a stamp that the generator's --measure finds in what a follower
writes; LOG tells it when each was written. Prints the rate that was reached, as JSON.
"""

import json
import os
import sys
import time

# Lines are due in groups: a sleep for each would cost more than the line.
GROUP_SECONDS = 0.001

# Its number as the id of record and call, and again with the time as the stamp.
LINE = json.dumps({
    "type": "message", "id": "b%d", "parentId": None, "timestamp": "2026-09-25T10:00:00.000Z",
    "message": {
        "role": "assistant",
        "content": [{"type": "toolCall", "id": "toolu_%d", "name": "exec",
                     "arguments": {"command": "echo live-%d-%d " + "and so on " * 40}}],
        "stopReason": "toolUse", "provider": "anthropic", "model": "claude-sonnet-4-5",
        "usage": {"input": 4, "output": 53, "cacheRead": 10819, "cacheWrite": 1087, "totalTokens": 11963},
    },
}, separators=(",", ":")).encode() + b"\n"


def main():
    log, rate, seconds, paths = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]
    files = [os.open(path, os.O_WRONLY | os.O_APPEND) for path in paths]
    written = [0] * int(rate * seconds)
    start, sent = time.perf_counter(), 0
    while sent < len(written):
        due = min(len(written), int((time.perf_counter() - start) * rate) + 1)
        for number in range(sent, due):
            now = written[number] = time.time_ns()
            os.write(files[number * 7919 % len(files)], LINE % (number, number, number, now))
        sent = due
        time.sleep(GROUP_SECONDS)
    reached = sent / (time.perf_counter() - start)
    with open(log, "w", encoding="utf-8") as file:
        file.writelines(f'{{"seq":{number},"last_ns":{now}}}\n' for number, now in enumerate(written))
    print(json.dumps({"rate": reached}))


if __name__ == "__main__":
    main()
