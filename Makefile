# Mingjing: the verbs. Only `make servers`, `make ckan-install` and `make s3-install` touch the machine outside this
# checkout, DEMO_HOME, MINGJING_CKAN, MINGJING_S3 and package caches.
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME ?= .mingjing
export MINGJING_CKAN ?= /var/tmp/mingjing-ckan
export MINGJING_S3 ?= /var/tmp/mingjing-s3
UV := UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON_DOWNLOADS=never .uv/bin/uv
ROOMS := domain intake storage checks redaction review catalog flows

.PHONY: help setup demo test check format bench chaos pictures servers s3-install ckan-install ckan-up ckan-down docs clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.ready: pyproject.toml uv.lock
	@test -x .uv/bin/uv || { $(PYTHON) -m venv .uv && .uv/bin/pip install -q --disable-pip-version-check uv==$(UV_VERSION); }
	@$(UV) sync -q --frozen --compile-bytecode --python $(PYTHON)
	@$(BIN)/python -m flows.prefect_setup
	@touch $@

setup: $(VENV)/.ready ## create .venv from uv.lock; leaves .venv/bin/mingjing

demo: setup ## the whole road on made-up department files, in DEMO_HOME
	@$(BIN)/mingjing demo --home $(DEMO_HOME)

test: setup ## every test; what needs a missing server is left out and named
	@$(BIN)/python -m pytest -n 2

check: setup ## format, lint, security lint, types, import rule, generated docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit -q -r $(ROOMS) -c pyproject.toml
	@$(BIN)/python -m flows.reference --check

format: setup ## let ruff rewrite what it can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: setup ## write docs/reference again from the code
	@$(BIN)/python -m flows.reference

bench: setup ## the measured figures, into bench/RESULTS.md
	@$(BIN)/python -m bench

chaos: setup ## publishing under 300 faults, on the embedded catalogue and a real CKAN (8 to 30 minutes)
	@$(BIN)/python -m tests.chaos

pictures: demo ## pictures of the console's pages into docs/images (needs chromium)
	@$(BIN)/python -m tests.pictures $(DEMO_HOME)

servers: ## install PostgreSQL and chromium with apt (tests only; asks for root)
	@sh tests/servers.sh

s3-install: ## a real S3 server for the tests, into MINGJING_S3
	@PYTHON=$(PYTHON) sh tests/s3_install.sh $(MINGJING_S3)

ckan-install: ## a real CKAN 2.12 for the tests, into MINGJING_CKAN (asks for root where packages are missing)
	@PYTHON=$(PYTHON) sh tests/ckan/install.sh $(MINGJING_CKAN)

ckan-up: ckan-install ## start it, with PostgreSQL, Redis and Solr, on loopback
	@$(PYTHON) tests/ckan/stack.py up

ckan-down: ## stop it; its data stays
	@$(PYTHON) tests/ckan/stack.py down

clean: ## remove environment, caches and the demo's home
	@rm -rf $(VENV) .uv .mypy_cache .ruff_cache .import_linter_cache .hypothesis $(DEMO_HOME)
