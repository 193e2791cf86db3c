#!/bin/sh
# Reports where the time went: for each tool its calls, failures and seconds, the slowest first.
# Needs jq.
#
# usage: tool-times.sh [SOURCE]
set -eu
live_status=${LIVE_STATUS:-live-status}
source=${1:-$(dirname -- "$0")/openclaw}

printf '%-16s %6s %7s %9s\n' TOOL CALLS FAILED SECONDS
"$live_status" tail --include 'tool.*' "$source" |
  jq -rs '
    # Only the start names the tool. Not every end says how long it took: then the two times tell.
    def ms: (.ts[:19] + "Z" | fromdateiso8601) * 1000 + (.ts[20:23] | tonumber);
    INDEX(.[] | select(.type == "tool.start"); .call) as $start
    | map(select(.type == "tool.end") | $start[.call] as $from
          | {tool: ($from.name // "?"), failed: (.outcome == "error"),
             ms: (.ms // if $from.ts and .ts then ms - ($from | ms) else 0 end)})
    | group_by(.tool)
    | map([.[0].tool, length, (map(select(.failed)) | length), (map(.ms) | add) / 1000])
    | sort_by(-.[3])[] | @tsv' |
  while IFS="$(printf '\t')" read -r tool calls failed seconds; do
    LC_ALL=C printf '%-16s %6d %7d %9.1f\n' "$tool" "$calls" "$failed" "$seconds"
  done
