#!/bin/sh
# Plays recorded transcripts into this terminal, ten times as fast as they happened.
#
# usage: replay.sh [SOURCE [SPEED]]   (SPEED: a number, or max for no pause at all)
set -eu
live_status=${LIVE_STATUS:-live-status}
source=${1:-$(dirname -- "$0")/openclaw}

exec "$live_status" run --replay "$source" --speed "${2:-10}"
