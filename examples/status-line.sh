#!/bin/sh
# Prints one line for tmux or a prompt whenever it changes, as: 2 working, 1 waiting: ops.
# Needs jq.
#
# usage: live-status tail -f | live-status render | status-line.sh
#        status-line.sh SOURCE   (every line that was)
# tmux:  status-line.sh > ~/.cache/live-status.line  and in tmux.conf
#        set -g status-right '#(tail -n 1 ~/.cache/live-status.line)'
set -eu
live_status=${LIVE_STATUS:-live-status}
frames() {
  if [ $# -gt 0 ]; then
    "$live_status" run --replay "$1" --speed max --to stdout
  else
    cat
  fi
}

frames "$@" |
  jq --unbuffered -rn '
    # A frame is a state, not a log: the newest of each key is all there is to know.
    foreach inputs as $frame ({runs: {}, line: ""};
      .before = .line
      | if $frame.state | IN("active", "blocked", "idle")
        then .runs[$frame.key] = $frame else del(.runs[$frame.key]) end
      | [.runs[]] as $runs
      | ($runs | map(select(.state == "blocked"))) as $waiting
      | ($runs | length - ($waiting | length)) as $working
      | .line = ([ if $working > 0 then "\($working) working" else empty end,
                   if ($waiting | length) > 0
                   then "\($waiting | length) waiting: \($waiting | map(.view.agent) | unique | join(", "))"
                   else empty end ] | join(", "))
      | if .line == "" then .line = "all quiet" else . end;
      if .line != .before then .line else empty end)'
