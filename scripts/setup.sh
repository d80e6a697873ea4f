#!/usr/bin/env bash
# Brings this checkout to a state that `make run` (or, with "test", `make test`) can use. Every step is skipped when its
# inputs have not changed since it last succeeded, so a second start takes seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
goal=${1:-run}
stamps=.cache/stamps

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf '\033[31mplenum: %s\033[0m\n' "$*" >&2; exit 1; }
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# step NAME TEXT INPUT... -- COMMAND...: runs COMMAND unless the inputs' contents are as at its last success.
step() {
  local name=$1 text=$2 inputs=() digest
  shift 2
  while [ "$1" != -- ]; do inputs+=("$1"); shift; done
  shift
  digest=$( { printf '%s\n' "$*"; find "${inputs[@]}" -type f \
      -not -path '*/target/*' -not -path '*/node_modules/*' -not -path '*/dist/*' -print0 | sort -z | xargs -0 sha256sum; } | sha256sum | cut -d' ' -f1)
  if [ "$(cat "$stamps/$name" 2>/dev/null)" = "$digest" ]; then return; fi
  say "$text"
  local began=$SECONDS
  "$@" || fail "$text: failed"
  printf '    done in %s s\n' $((SECONDS - began))
  echo "$digest" > "$stamps/$name"
}

check_prerequisites() {
  command -v python3 >/dev/null || fail "python3 is missing: apt-get install python3 python3-venv"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed, found $(python3 --version)"
  python3 -c 'import venv, ensurepip' 2>/dev/null || fail "Python's venv module is missing: apt-get install python3-venv"
  command -v cargo >/dev/null || fail "Rust 1.85 or newer is needed: see https://rustup.rs"
  at_least "$(cargo --version | cut -d' ' -f2)" 1.85 || fail "Rust 1.85 or newer is needed, found $(cargo --version): rustup update stable"
  command -v cc >/dev/null || fail "a C compiler is missing: apt-get install build-essential"
  command -v node >/dev/null || fail "Node.js 20.19 or newer is needed: see https://nodejs.org"
  at_least "$(node --version | tr -d v)" 20.19 || fail "Node.js 20.19 or newer is needed, found $(node --version)"
  command -v npm >/dev/null || fail "npm is missing; it comes with Node.js"
}

make_environment() {
  [ -x .venv/bin/python ] || python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes "$@"
}

build_native() {
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-sfu/native/target}
  local quiet=()
  [ -t 2 ] || quiet=(--quiet) # on a terminal cargo shows how far it is
  PIP_QUIET=1 VIRTUAL_ENV=$PWD/.venv .venv/bin/maturin develop --release --locked "${quiet[@]}"
}

build_client() {
  (cd static_client && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build -- --logLevel warn)
}

# Programs that only the tests need, from Debian's packages.
install_test_tools() {
  local missing=()
  command -v chromium >/dev/null || missing+=(chromium)
  command -v ffprobe >/dev/null || missing+=(ffmpeg)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v nft >/dev/null || missing+=(nftables)
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
  [ ${#missing[@]} -eq 0 ] && return
  say "Installing ${missing[*]}"
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-dejavu-core >/dev/null ||
    fail "could not install ${missing[*]} (root or sudo is needed)"
}

check_prerequisites
mkdir -p "$stamps"
if [ "$goal" = test ]; then
  install_test_tools
  step python-dev "Python environment with test tools" requirements/dev.txt -- make_environment -r requirements/dev.txt
else
  [ -e "$stamps/python-dev" ] || step python "Python environment (a minute or two the first time)" requirements/runtime.txt requirements/build.txt \
    -- make_environment -r requirements/runtime.txt -r requirements/build.txt
fi
step native "Native core (release build, a few minutes the first time)" pyproject.toml sfu/native -- build_native
step client "Browser client" static_client -- build_client
