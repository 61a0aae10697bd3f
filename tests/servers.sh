#!/bin/sh
# Servers and browsers that the tests talk to. The program itself never needs this.
set -eu
missing=""
[ -d /usr/lib/postgresql ] && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-noto-cjk"
[ -n "$missing" ] || { echo "servers: all there"; exit 0; }
if [ "$(id -u)" = 0 ]; then run=""; else run="sudo"; fi
# postgresql-common would start a cluster of its own; the tests start theirs
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -q
# shellcheck disable=SC2086
$run apt-get install -yq --no-install-recommends $missing
