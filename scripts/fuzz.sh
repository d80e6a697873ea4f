#!/usr/bin/env bash
# Long mutation runs over every parser of the packet path: PLENUM_FUZZ_RUNS inputs each (a million by default).
# Coverage-guided targets over the same checks are in sfu/native/fuzz (they need cargo-fuzz and a nightly compiler).
set -euo pipefail
cd "$(dirname "$0")/../sfu/native"
exec cargo test --quiet --locked --release --package plenum-core --test fuzz -- --ignored --nocapture "$@"
