#!/bin/sh
# Keeps `live-status run` going as a service of your account, its token handed over as a credential.
# The token lies in ~/.config/live-status/token, mode 600; MM_URL says where the server is.
#
# usage: systemd.sh [OPTION OF run]...   (look: journalctl --user -u live-status; end: systemctl --user stop live-status)
set -eu
live_status=$(command -v "${LIVE_STATUS:-live-status}")

systemd-run --user --unit=live-status --property=Restart=on-failure --property="LoadCredential=mm-token:$HOME/.config/live-status/token" --setenv="MM_URL=$MM_URL" "$live_status" run --to mattermost "$@"
