#!/bin/sh
# Shows the boxes with phrases of your own, taken from labels.toml beside this file.
#
# usage: own-labels.sh [SOURCE [LABELS]]
set -eu
live_status=${LIVE_STATUS:-live-status}
here=$(dirname -- "$0")

"$live_status" tail "${1:-$here/openclaw}" |
  "$live_status" label --labels "${2:-$here/labels.toml}" |
  "$live_status" render --output text --markup plain
