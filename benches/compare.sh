#!/bin/sh
# Measures live-status against the tools at hand and prints ratios.
#
#   benches/compare.sh                      everything, about eight minutes
#   benches/compare.sh --only backlog       one part; more than one: --only idle --only start
#   benches/compare.sh --help               sizes, places, parts
#
# It needs python3 and the corpus generators (LIVE_STATUS_CORPUS, else ../shared/corpus).
# jq, node and hl are measured where they are installed.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
command -v python3 >/dev/null || { echo "compare.sh: python3 is needed" >&2; exit 69; }
exec python3 "$here/compare" "$@"
