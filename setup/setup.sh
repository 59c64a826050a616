#!/bin/sh
# All that `npm start` and `npm test` need, from a fresh clone on. What is there already is left alone,
# so running it again costs a second. This part needs only sh, node and npm; the rest is main.ts.
set -eu

cd "$(dirname "$0")/.."

fail() {
  echo "setup: $1" >&2
  exit 1
}

command -v node >/dev/null || fail "node is missing: install Node.js 20 or newer, with npm"
command -v npm >/dev/null || fail "npm is missing: install it beside Node.js"
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ||
  fail "this is Node.js $(node --version): install 20 or newer"

# One setup at a time on this machine: the second waits and then finds everything there.
# The kernel drops the lock with the process that holds it, however that ends.
cache="${MINICLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/minicluster}"
mkdir -p "$cache" || fail "cannot write to $cache: set MINICLUSTER_CACHE to a folder of yours"
if command -v flock >/dev/null; then
  exec 9>"$cache/setup.lock"
  if ! flock --nonblock 9; then
    echo "setup: waiting for another setup on this machine"
    flock 9
  fi
fi

stamp=node_modules/.minicluster/package-lock.sha256
locked=$(sha256sum <package-lock.json)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$locked" ]; then
  started=$(date +%s)
  echo "npm packages ..."
  output=$(npm ci --no-audit --no-fund --loglevel=error 2>&1 9>&-) || {
    printf '%s\n' "$output" | head -n 15 >&2
    fail "npm ci could not install the packages of package-lock.json (see above)"
  }
  mkdir -p "$(dirname "$stamp")"
  printf '%s\n' "$locked" >"$stamp"
  echo "npm packages: $(($(date +%s) - started)) s"
fi

exec node --require tsx/cjs setup/main.ts
