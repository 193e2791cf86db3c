#!/bin/sh
# All that a commit cannot wait for: the fault tests with more rounds, a kill at every system call, and
# hours of coming and going.
#   tests/soak.sh [--minutes N] [FACTOR]
#     FACTOR      rounds of the fault tests times FACTOR (default 5), and 50,000 cases of each model
#     --minutes N how long sessions come and go at the end (default 30; memory is judged from 3 on)
# Each part says what it is and how long it took; the first one that fails ends it. LIVE_STATUS_SEED
# chooses what is random, and is printed.
set -eu
cd "$(dirname "$0")/.."
minutes=30
if [ "${1:-}" = --minutes ]; then
  minutes=$2
  shift 2
fi
factor="${1:-5}"
seed="${LIVE_STATUS_SEED:-$(date +%s)}"

# part NAME FILTER [VARIABLE=VALUE]...: the tests of that filter, one after the other where threads would disturb.
part() {
  name=$1 filter=$2
  shift 2
  printf '\n== %s\n' "$name"
  [ $# -eq 0 ] || printf '   %s\n' "$*"
  began=$(date +%s)
  env LIVE_STATUS_SEED="$seed" "$@" cargo test --test it -- "$filter" --nocapture
  printf '== %s took %s s\n' "$name" "$(($(date +%s) - began))"
}

part 'faults of disks, parsers and state' faults:: \
  LIVE_STATUS_FAULT_ROUNDS="$factor" LIVE_STATUS_MODEL_CASES="${LIVE_STATUS_MODEL_CASES:-50000}"
part '1,000 rounds of each way to write a file anew' faults::rewrite LIVE_STATUS_FAULT_ROUNDS=20
part '1,000 rounds of renames' faults::aside LIVE_STATUS_FAULT_ROUNDS=5
part 'a run on damaged memories' service::damaged LIVE_STATUS_FAULT_ROUNDS=20
printf '\n== the model of a follower\n'
LIVE_STATUS_MODEL_CASES="${LIVE_STATUS_MODEL_CASES:-50000}" cargo test --lib -- follow::tests::model
part 'run killed at every system call' kills::calls LIVE_STATUS_KILL_POINTS=1000000
part 'run killed at random' kills::moments LIVE_STATUS_RANDOM_KILLS=500
part 'the stages of the pipe killed' kills::pipes LIVE_STATUS_PIPE_KILLS=200
part '10,000 lines a session while nobody ran' unattended::away LIVE_STATUS_LINES_AWAY=10000
part 'a minute of standing still' unattended::clocks LIVE_STATUS_STOP_SECONDS=60
part '2,000 runs under one budget, 1,000 in an outage' load::many LIVE_STATUS_FAULT_ROUNDS=10 LIVE_STATUS_LIVE_RUNS=2000
part '100,000 transcripts at once' load::flood LIVE_STATUS_FAULT_ROUNDS=20
part "$minutes minutes of coming and going" unattended::churn LIVE_STATUS_SOAK_MINUTES="$minutes"
