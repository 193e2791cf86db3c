#!/bin/sh
# Shows a desktop notification when a run fails, or prints it where there is no notify-send.
# Needs jq. It reads frames, not events: that a run ended in silence is known to frames alone.
#
# usage: live-status tail -f | live-status render | notify-failed.sh
#        notify-failed.sh SOURCE   (what failed there, once)
set -eu
live_status=${LIVE_STATUS:-live-status}
frames() {
  if [ $# -gt 0 ]; then "$live_status" run --once --to stdout "$1"; else cat; fi
}

frames "$@" |
  jq --unbuffered -r 'select(.state == "error") | [.key, .title, .view.note // ""] | @tsv' |
  while IFS="$(printf '\t')" read -r key title note; do
    # A failed run may be told about by several frames, and its tokens may still be counted.
    case " ${told:-} " in *" $key "*) continue ;; esac
    told="${told:-} $key"
    if command -v notify-send >/dev/null && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
      notify-send --urgency=critical -- "$title" "$note"
    else
      printf '%s: %s\n' "$title" "$note"
    fi
  done
