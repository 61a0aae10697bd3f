#!/bin/sh
# A real CKAN for the tests, with what it stands on, into the folder $1: Debian's packages (asks for root), a venv of its
# own (ckanapi behaves otherwise where ckan is importable) and Solr's jars. Run again, it adds what is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${1:?name a folder}
python=${PYTHON:-python3}
began=$(date +%s)
say() { echo "ckan-install: $1 ($(($(date +%s) - began)) s)"; }

missing=""
need() { # need PACKAGE, unless the test that follows succeeds
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
need postgresql sh -c 'ls /usr/lib/postgresql/*/bin/initdb'
need redis-server command -v redis-server
need libpq-dev sh -c 'ls /usr/include/postgresql/libpq-fe.h'
need libmagic1 sh -c 'ls /usr/lib/*/libmagic.so.1'
need gcc command -v gcc
need libc6-dev sh -c 'ls /usr/include/stdlib.h'
need python3-dev "$python" -c 'import os, sysconfig; os.stat(sysconfig.get_paths()["include"] + "/Python.h")'
need default-jdk-headless command -v javac
need maven command -v mvn
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ]; then run=""; else run="sudo"; fi
  export DEBIAN_FRONTEND=noninteractive
  # postgresql-common and redis-server would start servers of their own on the machine's ports
  guard=/usr/sbin/policy-rc.d
  if [ ! -e $guard ]; then
    printf '#!/bin/sh\nexit 101\n' | $run tee $guard >/dev/null
    $run chmod 755 $guard
    trap '$run rm -f $guard' EXIT
  fi
  $run apt-get update -qq
  # shellcheck disable=SC2086
  $run apt-get install -yqq --no-install-recommends $missing >/dev/null
fi
say "packages"

mkdir -p "$root"
chmod 755 "$root"
if [ ! -e "$root/jars/.ready" ]; then
  rm -rf "$root/jars"
  mvn -B -q -f "$here/solr/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$root/jars" &
  maven=$!
fi
if [ ! -e "$root/venv/.ready" ]; then
  rm -rf "$root/venv"
  "$python" -m venv "$root/venv"
  "$root/venv/bin/pip" install -q --disable-pip-version-check 'setuptools<81' wheel
  "$root/venv/bin/pip" install -q --disable-pip-version-check 'ckan[requirements]==2.12.0' 'gunicorn==23.0.0'
  touch "$root/venv/.ready"
fi
plugin="$here/../../plugin"
stamp=$(cat "$plugin/pyproject.toml" "$plugin"/ckanext/mingjing/*.py "$here"/../../catalog/linked/*.py | sha256sum)
if [ "$(cat "$root/venv/.plugin" 2>/dev/null)" != "$stamp" ]; then
  "$root/venv/bin/pip" install -q --disable-pip-version-check 'ckanext-dcat==2.4.4'
  "$root/venv/bin/pip" install -q --disable-pip-version-check --force-reinstall --no-deps "$plugin"
  echo "$stamp" >"$root/venv/.plugin"
fi
say "CKAN"
if [ ! -e "$root/jars/.ready" ]; then
  wait "$maven"
  touch "$root/jars/.ready"
fi
[ "$root/classes/ServeSolr.class" -nt "$here/solr/ServeSolr.java" ] ||
  javac -cp "$root/jars/*" -d "$root/classes" "$here/solr/ServeSolr.java"
say "Solr"
