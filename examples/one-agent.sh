#!/bin/sh
# Shows the boxes of one agent, its sub-agents included.
#
# usage: one-agent.sh AGENT [SOURCE]   (default: the agent ops of the tree beside this file)
set -eu
live_status=${LIVE_STATUS:-live-status}
agent=${1:-ops}
source=${2:-$(dirname -- "$0")/openclaw}

"$live_status" tail --agent "$agent" "$source" |
  "$live_status" render --output text --markup plain
