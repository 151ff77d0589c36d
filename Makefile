# Everything a person or CI runs. `make up` and `make test` need only Python 3.11+, Node and make on the machine.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 4566
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
UV_VERSION := $(shell sed -n 's/.*"uv==\([^"]*\)".*/\1/p' pyproject.toml)
COMPILE := $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header

.PHONY: help install up down test check lock bench clean

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

install: $(VENV)/.installed node_modules/.installed ## Install what is missing: .venv (with scimctl in it) and node_modules

$(VENV)/.installed: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.13 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements/dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

node_modules/.installed: package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20 or newer with npm is needed for the CDK command line"; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

lock: ## Resolve the pins of pyproject.toml and requirements/*.in into locks with hashes and without addresses
	$(COMPILE) --universal --python-version 3.11 --all-extras pyproject.toml -o requirements/dev.lock
	$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux2014 --no-emit-package boto3 requirements/scim.in -o requirements/scim.lock
	$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux2014 requirements/authorizer.in -o requirements/authorizer.lock

up: install ## Bring the local endpoint up (PORT=N), provision 25 users and 5 groups into it, leave it running
	@$(BIN)/scimctl local up --detach --port $(PORT)
	@$(BIN)/scimctl simulate --users 25 --groups 5
	@$(BIN)/scimctl local status --next-steps

down: ## Stop the local endpoint; its data stays in .local/
	@$(BIN)/scimctl local down

check: install ## Form, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check ## Form, types, layers and every tier of tests
	$(BIN)/pytest

bench: install ## Measure what operations cost and take, into benchmarks/results (BENCH="cost speed", BENCH=--help)
	@$(BIN)/python -m benchmarks $(BENCH)

clean: ## Remove what was installed and built; the local cloud's data too
	@test ! -x $(BIN)/scimctl || $(BIN)/scimctl local down
	rm -rf $(VENV) node_modules cdk.out .local
