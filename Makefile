# Everything a person or CI runs. It needs Python 3.11 to 3.13, Node.js 20, 22 or 24, and make.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 4566
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
COMPILE := $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header

# Compiled modules are kept, whatever the shell says: every worker and command of a test run imports the project anew otherwise.
unexport PYTHONDONTWRITEBYTECODE
# Node.js 20 works. jsii prints a banner about its end of life at every start without this list of silenced versions.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

# Three workers for two processors, up to 8: tests of local clouds wait half of the time. What must stay together runs in one worker
# (tests/scheduling.py), in this order of tiers: local clouds first, and last what any worker can run, so that none is idle at the end.
# The heart has no local clouds: as many workers as processors, up to 8. WORKERS=N sets another number for either.
TIER_WORKERS = $(or $(WORKERS),$(shell $(PYTHON) -c 'import os; print(min(8, (3 * (os.cpu_count() or 1) + 1) // 2))'))
HEART_WORKERS = $(or $(WORKERS),$(shell $(PYTHON) -c 'import os; print(min(8, os.cpu_count() or 1))'))
PYTEST := $(BIN)/pytest --dist loadscope --no-loadscope-reorder --numprocesses
TIERS := $(addprefix tests/,e2e infra storage protocol unit)
# Without whole commands on a table and whole runs of checks, which take two thirds of the unit tests' time.
HEART := tests/protocol/test_clients.py tests/protocol/test_requests.py tests/unit \
	$(addprefix --ignore=tests/unit/,scimctl/commands scimctl/connections scimprobe/check scimprobe/simulate/test_run.py)

.PHONY: help install browser up down example quick heart tiers test test-full screenshots check lock bench clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

define check_tools
@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { echo "Python 3.11, 3.12 or 3.13 is required, and $(PYTHON) is `$(PYTHON) --version 2>&1`. Name another one: make PYTHON=python3.13" >&2; exit 1; }
@node --version 2>/dev/null | grep -qE '^v(20|22|24)\.' || { echo "Node.js 20, 22 or 24 is required for the CDK, and node is `node --version 2>&1`." >&2; exit 1; }
@command -v npm >/dev/null || { echo "npm, which comes with Node.js, is required to install the CDK." >&2; exit 1; }
endef

install: $(VENV)/.installed node_modules/.installed ## Install what is missing: .venv (with scimctl in it) and node_modules

$(VENV)/.installed: requirements/dev.lock requirements/install.lock pyproject.toml
	$(check_tools)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement requirements/install.lock
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --config-setting editable_mode=compat --editable .
	$(BIN)/python -m support.compiling
	@touch $@

node_modules/.installed: package-lock.json
	$(check_tools)
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

browser: install ## Find Chromium for the console's tests, or install Debian's (as root)
	@$(BIN)/python -m tests.e2e.browsers

lock: ## Resolve the pins of pyproject.toml and requirements/*.in into locks with hashes and without addresses
	$(COMPILE) --universal --python-version 3.11 --all-extras pyproject.toml -o requirements/dev.lock
	$(COMPILE) --universal --python-version 3.11 --constraints requirements/dev.lock requirements/install.in -o requirements/install.lock
	$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux2014 --constraints requirements/dev.lock requirements/scim.in -o requirements/scim.lock
	$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux2014 --constraints requirements/dev.lock requirements/authorizer.in -o requirements/authorizer.lock
	$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux2014 --constraints requirements/dev.lock requirements/token.in -o requirements/token.lock
	$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux2014 --constraints requirements/dev.lock requirements/console.in -o requirements/console.lock
	$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux2014 --constraints requirements/dev.lock requirements/webhooks.in -o requirements/webhooks.lock
	$(COMPILE) --universal --python-version 3.11 requirements/peers.in -o requirements/peers.lock
	npm install --prefix benchmarks/peers/scimmy --package-lock-only --no-audit --no-fund --loglevel=error

up: install ## Bring the local endpoint up (PORT=N), provision 25 users and 5 groups into it, leave it running
	@$(BIN)/scimctl local up --detach --port $(PORT)
	@$(BIN)/scimctl simulate --users 25 --groups 5
	@$(BIN)/scimctl local status --next-steps

example: install ## Run the example product beside the local endpoint, with users who can sign in, until Ctrl-C
	@$(BIN)/python -m examples.product.local --port $(PORT)

down: ## Stop the local endpoint; its data stays in .local/
	@$(BIN)/scimctl local down

check: install ## Form, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quick: install ## Form, types, layers and the heart of the fast tiers, in a minute or so
	@$(MAKE) --no-print-directory --jobs=2 check heart

heart:
	$(PYTEST) $(HEART_WORKERS) --hypothesis-profile=quick -m "not full" $(HEART)

# The types take one processor for a minute and more in a fresh clone: the tests run beside them.
test: browser ## Form, types, layers and every tier of tests; what CI runs
	@$(MAKE) --no-print-directory --jobs=2 check tiers

tiers:
	$(PYTEST) $(TIER_WORKERS) -m "not full" $(TIERS)

test-full: check browser ## The same with every variant of the conformance suites and eight times the examples, for a release
	$(PYTEST) $(TIER_WORKERS) --hypothesis-profile=full $(TIERS)

screenshots: browser ## Make the console's screenshots in docs/images anew
	$(BIN)/pytest tests/e2e/console/test_screenshots.py --screenshots docs/images

bench: install ## Measure what operations cost and take, into benchmarks/results (BENCH="cost speed", BENCH=--help)
	@$(BIN)/python -m benchmarks $(BENCH)

clean: ## Remove what was installed and built; the local cloud's data too
	@test ! -x $(BIN)/scimctl || $(BIN)/scimctl local down
	rm -rf $(VENV) node_modules cdk.out .cache .local
