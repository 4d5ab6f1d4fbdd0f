#!/usr/bin/env bash
# Installs the npm packages of the lock file, unless exactly these are there, and makes sure of Node 24.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cmp --silent package-lock.json node_modules/.installed-lock.json; then
  echo 'installing npm packages (about a minute) ...'
  npm ci --loglevel=error
  cp package-lock.json node_modules/.installed-lock.json
fi

# npm puts node_modules/.bin first on the PATH, where the pinned Node lies on Linux.
if ! PATH="$PWD/node_modules/.bin:$PATH" node -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 24 || (major === 24 && minor >= 12) ? 0 : 1)'; then
  echo 'Node 24.12 or newer is needed: the pinned one was not installed (it exists for Linux on x64 and arm64)' >&2
  exit 1
fi
