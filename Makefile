# Every job of this project, each by one word. `make` or `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_WORKERS ?= auto
# Compiled modules are kept, whatever the environment says: tests start many processes, and each would compile them all.
export PYTHONDONTWRITEBYTECODE :=
BENCH_FLAGS = $(if $(QUICK),--quick) $(if $(JSON),--json $(JSON)) $(if $(TEST_DATABASE_URL),--postgres $(TEST_DATABASE_URL))
DEMO_FLAGS := $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: setup
setup: $(STAMP) ## Create the virtual environment and install the locked packages

var/demo.env: | $(STAMP)
	@$(BIN)/python -m config.keys demo $@

var/test.env: | $(STAMP)
	@$(BIN)/python -m config.keys test $@

.env: | $(STAMP)
	@$(BIN)/python -m config.keys develop $@

.PHONY: demo
demo: var/demo.env ## Run the whole main job against the bundled local Sage Intacct, then serve it (ONCE=1: stop afterwards)
	ENV_FILE=var/demo.env $(BIN)/python manage.py demo $(DEMO_FLAGS)

.PHONY: run
run: .env ## Serve the site for development (settings from .env)
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py runserver $(PORT)

.PHONY: worker
worker: .env ## Work off the queue (settings from .env)
	$(BIN)/python manage.py worker

.PHONY: intacct
intacct: $(STAMP) ## Run the local Sage Intacct by itself, where the generated .env expects it
	$(BIN)/python manage.py intacct_sandbox

.PHONY: test
test: var/test.env ## Run the test suite on SQLite
	ENV_FILE=var/test.env $(BIN)/python -W error -m pytest -n $(TEST_WORKERS) $(ARGS)

.PHONY: test-postgres
test-postgres: var/test.env ## Run the same suite on PostgreSQL at TEST_DATABASE_URL
	@test -n "$(TEST_DATABASE_URL)" || { echo "Set TEST_DATABASE_URL, for example postgres://postgres@127.0.0.1:5432/postgres"; exit 2; }
	ENV_FILE=var/test.env DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -W error -m pytest -n $(TEST_WORKERS) $(ARGS)

.PHONY: previous
previous: $(STAMP) ## Make the database of the previous version again, by its own code (tests/migration/README.md)
	$(BIN)/python -m tests.migration

.PHONY: test-browser
test-browser: var/test.env ## Run the browser tests (needs Debian's chromium)
	ENV_FILE=var/test.env $(BIN)/python -W error -m pytest -m browser -n 2 tests/browser $(ARGS)

.PHONY: soak
soak: var/test.env ## Run the long tests: workers killed again and again, many rows removed, every hostile answer to a write
	ENV_FILE=var/test.env $(BIN)/python -W error -m pytest -m soak tests/soak $(ARGS)

.PHONY: fuzz
fuzz: var/test.env ## Send thousands of odd requests to every address, on PostgreSQL at TEST_DATABASE_URL (SEED=, EACH=, ONLY=)
	@test -n "$(TEST_DATABASE_URL)" || { echo "Set TEST_DATABASE_URL, for example postgres://postgres@127.0.0.1:5432/postgres"; exit 2; }
	FUZZ_SEED=$(SEED) FUZZ_EACH=$(EACH) FUZZ_ONLY=$(ONLY) ENV_FILE=var/test.env DATABASE_URL=$(TEST_DATABASE_URL) \
		$(BIN)/python -W error -m pytest -n 0 -q --show-capture=no --tb=short -p no:randomly -m fuzz tests/fuzz tests/test_access_bodies.py $(ARGS)

.PHONY: faults
faults: $(STAMP) ## Push 1,000 documents under every fault while workers are killed, then count (SEED=N repeats a storm)
	$(BIN)/python -W error -m tests.faults $(if $(SEED),--seed $(SEED)) $(ARGS)

.PHONY: attack
attack: $(STAMP) ## Attack the site: hostile answers, bombs, crowds, restarts, killed and frozen processes, a full disk (ATTACKS="uploads disk")
	$(BIN)/python -W error -m tests.attack $(ATTACKS) $(ARGS)

.PHONY: bench-pushes
bench-pushes: $(STAMP) ## Measure 1,000 pushes at 150 ms a request against one request for each document
	$(BIN)/python -W error -m tests.bench.pushes $(ARGS)

.PHONY: bench-pages
bench-pages: $(STAMP) ## Measure pages and pickers at 100,000 vendors, on PostgreSQL at TEST_DATABASE_URL (ARGS="--vendors 1000 --json FILE")
	$(BIN)/python -m tests.bench.pages --postgres "$(TEST_DATABASE_URL)" $(ARGS)

.PHONY: deploy-rehearsal
deploy-rehearsal: $(STAMP) ## Rehearse the deployment without containers behind nginx and Caddy, on PostgreSQL at TEST_DATABASE_URL
	TEST_DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m scripts.rehearse_deploy $(if $(TOLERATE_UNCHECKED),--tolerate-unchecked)

.PHONY: measure
measure: $(STAMP) ## Measure runs per minute by number of workers, on PostgreSQL at TEST_DATABASE_URL
	TEST_DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m scripts.measure_queue

.PHONY: third-party
third-party: $(STAMP) ## Run published Intacct clients against the local Intacct (needs npm and the registries)
	$(BIN)/python -m tests.third_party

.PHONY: bench
bench: var/test.env ## Measure a pull against a bare floor and a published client (QUICK=1, JSON=FILE, TEST_DATABASE_URL for PostgreSQL)
	@$(BIN)/python -m tests.bench $(BENCH_FLAGS)

.PHONY: format
format: $(STAMP) ## Format Python and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lint
lint: $(STAMP) ## Check style, format, templates and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/codespell

.PHONY: types
types: var/test.env ## Check types
	ENV_FILE=var/test.env $(BIN)/mypy

.PHONY: check
check: var/test.env ## Check migrations and the deployment settings
	ENV_FILE=var/test.env $(BIN)/python manage.py makemigrations --check --dry-run
	ENV_FILE=var/test.env $(BIN)/python -m config.keys check-deploy

.PHONY: coverage
coverage: var/test.env ## Run the suite with coverage; fails below the figure kept in pyproject.toml
	$(BIN)/coverage erase
	ENV_FILE=var/test.env $(BIN)/python -W error -m coverage run -m pytest -n $(TEST_WORKERS) $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage html --quiet --skip-covered --fail-under=0 --directory var/coverage/html
	$(BIN)/python -m scripts.coverage_ratchet

.PHONY: docs
docs: $(STAMP) ## Build the docs as one site in var/docs; fails on a link that leads nowhere
	$(BIN)/mkdocs build --strict --quiet
	@echo "Open var/docs/index.html"

.PHONY: audit
audit: $(STAMP) ## Ask for advisories against the locked packages; NOT CHECKED fails too (unless TOLERATE_UNCHECKED=1)
	@$(BIN)/python -m scripts.audit $(if $(TOLERATE_UNCHECKED),--tolerate-unchecked)

.PHONY: pin-images
pin-images: $(STAMP) ## Write the digest of each container image beside its tag (needs Docker and the registry)
	@$(BIN)/python -m scripts.pin_images

.PHONY: hooks
hooks: $(STAMP) ## Run the quick checks at each commit
	$(BIN)/pre-commit install

.PHONY: docs-errors
docs-errors: var/test.env ## Write docs/errors.md from the register of codes
	ENV_FILE=var/test.env $(BIN)/python manage.py document_errors

.PHONY: docs-field-maps
docs-field-maps: var/test.env ## Write docs/field-maps.md from the mappings
	ENV_FILE=var/test.env $(BIN)/python manage.py document_field_maps

.PHONY: lock
lock: $(STAMP) ## Renew requirements.txt and requirements-dev.txt from the .in files
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --upgrade -q requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --upgrade -q requirements-dev.in -o requirements-dev.txt

.PHONY: clean
clean: ## Remove the virtual environment, keys and databases made here
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache
