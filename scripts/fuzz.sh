#!/usr/bin/env bash
# Long mutation runs over every parser of the packet path: PLENUM_FUZZ_RUNS inputs each (a million by default), after
# random requests to each route of a running server as its OpenAPI document describes them (FUZZ_EXAMPLES of them).
# Coverage-guided targets over the same checks are in sfu/native/fuzz (they need cargo-fuzz and a nightly compiler).
set -euo pipefail
cd "$(dirname "$0")/.."
FUZZ_EXAMPLES="${FUZZ_EXAMPLES:-200}" .venv/bin/python -m pytest tests/portal/test_openapi.py -q -k 5xx
cd sfu/native
exec cargo test --quiet --locked --release --package plenum-core --test fuzz -- --ignored --nocapture "$@"
