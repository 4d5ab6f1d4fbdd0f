#!/usr/bin/env bash
# Installs what the tests take from Debian's packages, if it is missing. The operator itself needs none of it.
#
#   openssh-server  sshd, for charts that come over SSH
#   openssl         certificates for HTTPS servers
#   prometheus      prometheus and promtool, for what a dashboard would see
#
# With the word `image` instead: what an image is built with where no docker runs.
#
#   buildah         about 100 MB with what it needs
set -euo pipefail

case "${1:-tests}" in
  tests)
    declare -A program=([openssh-server]=sshd [openssl]=openssl [prometheus]=promtool)
    need='the tests need'
    ;;
  image)
    declare -A program=([buildah]=buildah)
    need='an image is built with docker, whose daemon does not answer, or with'
    ;;
  *)
    echo "usage: hack/debian.sh [image]" >&2
    exit 2
    ;;
esac
PATH="$PATH:/usr/sbin:/sbin"

missing=()
for package in "${!program[@]}"; do
  command -v "${program[$package]}" >/dev/null || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "$need ${missing[*]}: install it with your system's package manager" >&2
  exit 1
fi
if [[ $EUID -ne 0 ]]; then
  echo "$need ${missing[*]}: run 'sudo apt-get install --no-install-recommends ${missing[*]}'" >&2
  exit 1
fi

echo "installing ${missing[*]} from Debian's packages ..."
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The tests start their own servers: none that a package brings shall run.
if ! { apt-get update && RUNLEVEL=1 apt-get install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  cat "$log" >&2
  echo "could not install ${missing[*]}: see above" >&2
  exit 1
fi
