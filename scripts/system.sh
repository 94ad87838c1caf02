#!/usr/bin/env bash
# Sees to what only the system can bring: Python's venv, Node, and with `browser` a Chromium for the tests.
# Installs it where it may (root, or sudo without a password), and else says what is missing.
set -euo pipefail

venv_works() { "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null; }
node_works() { command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; }
browser_works() { command -v "${CHROMIUM:-chromium}" chromium-browser google-chrome >/dev/null; }

install() {
  local apt=()
  if [ "$(id -u)" = 0 ]; then apt=(apt-get); elif sudo -n true 2>/dev/null; then apt=(sudo -n apt-get); fi
  if [ ${#apt[@]} = 0 ] || ! command -v apt-get >/dev/null; then return 0; fi
  echo "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  "${apt[@]}" -qq update && "${apt[@]}" -qq install -y --no-install-recommends "$@" >/dev/null || true
}

demand() {
  echo "missing: $1" >&2
  exit 1
}

"${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || demand "Python 3.10 or newer"
venv_works || install python3-venv
venv_works || demand "Python's venv (Debian: apt-get install python3-venv)"
node_works || install nodejs npm
node_works || demand "Node 20 or newer, with npm; it builds the JavaScript (a released wheel needs neither)"
if [ "${1:-}" = browser ]; then
  browser_works || install chromium fonts-dejavu-core
  browser_works || demand "Chromium, for the tests in a real browser (Debian: apt-get install chromium fonts-dejavu-core)"
fi
