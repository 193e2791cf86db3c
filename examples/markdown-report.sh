#!/bin/sh
# Writes the boxes of all runs as a Markdown page, to paste into a ticket or to mail.
#
# usage: markdown-report.sh [SOURCE] > report.md
set -eu
live_status=${LIVE_STATUS:-live-status}
source=${1:-$(dirname -- "$0")/openclaw}

printf '# What the agents did\n\n'
"$live_status" tail "$source" |
  "$live_status" label |
  "$live_status" render --output text --commentary latest
