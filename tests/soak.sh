#!/bin/sh
# The fault tests with more rounds than a commit can wait for:
#   tests/soak.sh [FACTOR]      rounds times FACTOR (default 5), and 50,000 cases of each model
set -eu
cd "$(dirname "$0")/.."
export LIVE_STATUS_FAULT_ROUNDS="${1:-5}"
export LIVE_STATUS_MODEL_CASES="${LIVE_STATUS_MODEL_CASES:-50000}"
cargo test --test it -- faults
cargo test --lib -- follow::tests::model
