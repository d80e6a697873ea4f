#!/usr/bin/env bash
# Everything `make test` runs, in the order in which a failure is cheapest to see.
set -euo pipefail
cd "$(dirname "$0")/.."
part() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }

part "Style and import contracts"
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/lint-imports
part "Types"
.venv/bin/mypy
.venv/bin/python -m mypy.stubtest sfu._native
part "Client: types and unit tests"
(cd static_client && npx tsc --noEmit && npm test --silent)
part "Native core"
(cd sfu/native && cargo clippy --quiet --locked --all-targets --release -- -D warnings && cargo test --quiet --locked --release)
if [ $# -gt 0 ]; then exec .venv/bin/python -m pytest "$@"; fi
# What computes or waits for pages may share the cores; what keeps deadlines or moves media has them to itself.
shared=(tests/rooms tests/storage tests/portal)
for pages in accessibility accessibility_rooms account_pages colleagues navigation people_pages portal_pages schedule_pages; do
  shared+=("tests/e2e/test_$pages.py")
done
failed=0
part "Rules, storage, portal and pages"
.venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile "${shared[@]}" || failed=1
part "Media, processes and rooms in browsers"
.venv/bin/python -m pytest "${shared[@]/#/--ignore=}" || failed=1
exit $failed
