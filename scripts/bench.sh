#!/usr/bin/env bash
# CPU per forwarded packet beside the floor of this machine, measured in the same run (sfu/native/bench).
set -euo pipefail
cd "$(dirname "$0")/../sfu/native"
exec cargo run --quiet --locked --release --package plenum-bench -- "$@"
