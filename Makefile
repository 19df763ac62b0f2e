# The words of this project: `make serve`, `make test`, `make check`, `make help`.
PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help serve test test-fast test-qgis bench check format lock clean
# What `make bench` measures on and with: two databases of ten gigabytes together, and the peers.
BENCH_DIR ?= .bench
# Where `make test-qgis` has its Debian suites, two gigabytes each; by chroot, so as root.
QGIS_DIR ?= .qgis
QGIS_SUITES ?= trixie sid

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/:/'

# Large answers in large pages of memory; see docs/scaling.md.
serve bench: export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1

serve: .venv/runs web/dist/built ## set everything up and serve on HOST and PORT (default 127.0.0.1:8000)
	@scripts/install-postgis
	@scripts/install-pango
	@if [ -n "$$DATABASE_URL" ]; then $(BIN)/crossings migrate; fi
	@exec $(BIN)/crossings serve

test: .venv/tests web/dist/built ## set everything up and run all tests
	@scripts/install-postgis
	@scripts/install-pango
	@scripts/install-clients
	$(BIN)/pytest -n 2 --dist loadfile

test-fast: .venv/tests ## run the unit tests and the most telling database tests (two minutes of processor time)
	@scripts/install-postgis
	$(BIN)/pytest -q -m "(unit or smoke) and not slow"

test-qgis: .venv/tests web/dist/built ## run QGIS of Debian trixie (3.40) and sid against a service, as root
	@scripts/install-postgis
	@scripts/install-pango
	@for suite in $(QGIS_SUITES); do scripts/install-qgis $$suite $(QGIS_DIR)/$$suite || exit 1; done
	$(BIN)/python tests/qgis/run.py $(QGIS_DIR)

bench: .venv/tests ## measure against tipg, pygeoapi and MapServer (hours; minutes with BENCH="--quick")
	@scripts/install-postgis
	@scripts/install-peers $(BENCH_DIR)/peers
	$(BIN)/python -m benchmarks $(BENCH_DIR) $(BENCH)

check: .venv/tests ## ruff, mypy --strict and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/tests ## lay the code out
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/tests ## write the locks anew from pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--group dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--group build pyproject.toml --constraint requirements-dev.lock -o requirements.lock

clean: ## take away what was built, but no data
	rm -rf .venv web/dist web/node_modules

.venv/made:
	scripts/make-venv $(PYTHON)
	@touch $@

.venv/runs: .venv/made requirements.lock pyproject.toml
	$(BIN)/pip install -q -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/tests: .venv/runs requirements-dev.lock
	$(BIN)/pip install -q -r requirements-dev.lock
	@touch $@

web/dist/built: api/tiles/symbols.json $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)
	scripts/install-npm
	cd web && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build
	@touch $@
