#!/bin/sh
# Deploys, and keeps one post in the chat up to date on the way; whatever fails is told there.
# MM_URL, LIVE_STATUS_CHANNEL and MM_TOKEN (or LIVE_STATUS_TOKEN_FILE) say where.
#
# usage: deploy.sh [NAME] [VERSION]   (BUILD, MIGRATE and ROLL_OUT are the commands; default: none)
set -eu
live_status=${LIVE_STATUS:-live-status}
name=${1:-api}
version=${2:-1.0}

# One post for each version; a chat that is down stops no deploy.
tell() {
  "$live_status" post --key "deploy-$name-$version" --state "$1" \
    --text "**deploy $name $version**: $2" >/dev/null || true
}

step() {
  doing=$1
  shift
  tell active "$doing"
  "$@"
}

trap '[ $? = 0 ] || tell error "failed while $doing"' EXIT
step "building" ${BUILD:-true}
step "changing the database" ${MIGRATE:-true}
step "rolling out" ${ROLL_OUT:-true}
tell done "is live"
