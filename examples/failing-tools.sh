#!/bin/sh
# Lists every tool call that failed: when, which agent, what it was, and why.
# Needs jq, which stands in the middle of the pipe: it is sent the events, and the events are plain lines.
#
# usage: failing-tools.sh [SOURCE]   (default: the tree beside this file)
set -eu
live_status=${LIVE_STATUS:-live-status}
source=${1:-$(dirname -- "$0")/openclaw}

"$live_status" tail "$source" |
  "$live_status" label |
  jq -r '
    # A call is labelled where it starts and judged where it ends: remember the label in between.
    foreach inputs as $event ({};
      if $event.type == "tool.start" then .[$event.call] = $event.label.text else . end;
      if $event.type == "tool.end" and $event.outcome == "error"
      then [$event.ts[11:19], $event.agent, .[$event.call],
            (if $event.exit_code then "exit \($event.exit_code)" else $event.error // "failed" end)] | @tsv
      else empty end)
  ' --null-input
