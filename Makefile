# The only entry point. `make run` serves the product, `make test` passes the tests; both set up what they need.
.PHONY: run test setup setup-test lint fmt types bench fuzz clean help

ARGS ?=

help:
	@echo "make run [ARGS='--port 8080']   set up and serve        make test    set up and run every test"
	@echo "make lint | fmt | types         style and contracts     make bench   CPU per packet beside the floor"
	@echo "make fuzz                       long mutation runs"

run: setup
	@exec .venv/bin/plenum serve $(ARGS)

setup:
	@scripts/setup.sh run

setup-test:
	@scripts/setup.sh test

test: setup-test
	@scripts/test.sh

lint: setup-test
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports
	cd sfu/native && cargo fmt --check && cargo clippy --all-targets --release -- -D warnings
	cd static_client && npm run --silent types

fmt: setup-test
	.venv/bin/ruff check --fix . ; .venv/bin/ruff format .
	cd sfu/native && cargo fmt

types: setup-test
	.venv/bin/mypy && .venv/bin/python -m mypy.stubtest sfu._native
	cd static_client && npx tsc --noEmit

bench: setup-test
	scripts/bench.sh

fuzz: setup-test
	scripts/fuzz.sh

clean:
	rm -rf .venv .cache sfu/native/target static_client/node_modules static_client/dist
