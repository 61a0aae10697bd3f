# Mingjing: the verbs. `make` lists them; only `make servers` touches the machine outside this checkout.
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME ?= .mingjing

.PHONY: help setup demo test check bench servers docs clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.ready: pyproject.toml uv.lock
	@test -x .uv/bin/uv || { $(PYTHON) -m venv .uv && .uv/bin/pip install -q --disable-pip-version-check uv==$(UV_VERSION); }
	@UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON_DOWNLOADS=never .uv/bin/uv sync --frozen --python $(PYTHON)
	@$(BIN)/python -m flows.prefect_template
	@touch $@

setup: $(VENV)/.ready ## create .venv from uv.lock (leaves .venv/bin/mingjing)
