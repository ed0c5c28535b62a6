# The only commands. A laptop and CI run the same lines; nothing is installed outside this folder.
# TARGET=postgres make build is TEKIL_TARGET=postgres make build; every other setting: docs/settings.md.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

export DO_NOT_TRACK = 1
export DAGSTER_DISABLE_TELEMETRY = 1
export GX_ANALYTICS_ENABLED = false
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export PYTHONPATH = $(CURDIR)
ifdef TARGET
export TEKIL_TARGET = $(TARGET)
endif

.PHONY: build rebuild sample query explain plan override release discard deliver deliver-plan dbt test lint format fuzz bench bench-identity dev graph report docs lock clean help

build: $(READY)  ## land what is new, dbt build, print the summary (incremental on an earlier build)
	@$(RUN) -m orchestration.lib.build

rebuild: $(READY)  ## the same with every table made anew; customer ids stay
	@$(RUN) -m orchestration.lib.build --rebuild

sample: $(READY)  ## write a sample retailer: CUSTOMERS=5000 DAYS=365 SEED=20260101 OUT=warehouse/sample
	@$(RUN) -m sample --out $(or $(OUT),warehouse/sample) --seed $(or $(SEED),20260101) --customers $(or $(CUSTOMERS),5000) --days $(or $(DAYS),365)

query: $(READY)  ## look at a table: make query SQL="select * from segments.segments"
	@$(RUN) -m orchestration.lib.query

explain: $(READY)  ## why two identifiers are one customer, or not: make explain A=email:... B=phone:...
	@$(RUN) -m orchestration.lib.ask explain "$(A)" "$(B)"

plan: $(READY)  ## what the rules in seeds/rules would change in who is who, before a build applies them
	@$(RUN) -m orchestration.lib.ask plan

override: $(READY)  ## merge or un-merge by hand: make override ACTION=exclude A=email:... B=account_id:... REASON="..."
	@$(RUN) -m orchestration.lib.override "$(or $(ACTION),exclude)" "$(A)" "$(B)" --reason "$(REASON)"

release: $(READY)  ## let pass what the gate stopped, at the next build: make release LOAD=7 REASON="..."
	@$(RUN) -m orchestration.lib.gate release --load "$(LOAD)" --reason "$(REASON)"

discard: $(READY)  ## leave in quarantine what the gate stopped, and open the gate: make discard LOAD=7 REASON="..."
	@$(RUN) -m orchestration.lib.gate discard --load "$(LOAD)" --reason "$(REASON)"

deliver: $(READY)  ## carry what has changed to the destinations: DESTINATION=one, ARGS="--replay --allow-mass-delete"
	@$(RUN) -m orchestration.lib.deliver $(if $(DESTINATION),--destination $(DESTINATION)) $(ARGS)

deliver-plan: $(READY)  ## what a delivery would send, row by row, without sending: DESTINATION=one
	@$(RUN) -m orchestration.lib.deliver --dry-run $(if $(DESTINATION),--destination $(DESTINATION)) $(ARGS)

dbt: $(READY)  ## any dbt command with these settings: make dbt ARGS="build --select customers"
	@$(RUN) -m orchestration.lib.run_dbt $(ARGS)

test: lint  ## everything CI runs
	@$(RUN) -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: $(READY)  ## ruff over Python, sqlfluff over SQL
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@mkdir -p target/lint && PYTHONWARNINGS=ignore TEKIL_TARGET=duckdb TEKIL_DUCKDB_PATH=target/lint/none.duckdb DBT_TARGET_PATH=target/lint DBT_LOG_PATH=target/lint $(VENV)/bin/sqlfluff lint models --disable-progress-bar

format: $(READY)  ## put Python in the house's form
	@$(VENV)/bin/ruff check --fix . && $(VENV)/bin/ruff format .

fuzz: $(READY)  ## the long random tests, whole
	@TEKIL_FUZZ=full $(RUN) -m pytest -m fuzz

bench: $(READY)  ## speed, memory and growth: CUSTOMERS="5000 50000"
	@$(RUN) -m benchmarks.build $(if $(CUSTOMERS),--customers $(CUSTOMERS))

bench-identity: $(READY)  ## components against Splink and scipy, 1 % batches, 20 M links: PEOPLE="100000 1000000"
	@$(RUN) -m benchmarks.identity $(if $(PEOPLE),--people $(PEOPLE))

dev: $(READY)  ## open Dagster's UI on this project
	@DAGSTER_HOME=$(CURDIR)/warehouse/dagster $(RUN) -m orchestration.lib.dev

graph: $(READY)  ## keep the asset graph as it is now: read what changed in tests/orchestration/graph.txt
	@mkdir -p target && TEKIL_PII_SALT=none TEKIL_TARGET=duckdb $(RUN) -m tests.orchestration.look --graph > target/graph.txt && mv target/graph.txt tests/orchestration/graph.txt && git diff --stat tests/orchestration/graph.txt

report: $(READY)  ## one HTML page of charts from the public tables of the last build: warehouse/report/index.html
	@$(RUN) -m orchestration.lib.report

docs: $(READY)  ## dbt docs of the last build, under target/
	@$(RUN) -m orchestration.lib.run_dbt "docs generate --static --quiet"
	@echo target/$${TEKIL_TARGET:-duckdb}/static_index.html

lock: $(READY)  ## resolve every dependency anew and pin it with its hash
	@$(VENV)/bin/python -m pip install --quiet uv
	@$(VENV)/bin/uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --upgrade -o requirements.lock

clean:  ## remove what builds leave behind, but not the warehouse
	@rm -rf target logs .pytest_cache .ruff_cache .hypothesis

# one stamp for the environment: made again only when the lock changes
$(READY): requirements.lock
	@echo "setting up $(VENV) (once, about a minute)" >&2
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { echo "error: $(PYTHON) is not Python 3.11 to 3.13: set PYTHON=/path/to/one that is." >&2; exit 1; }
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV) || { echo "error: $(PYTHON) cannot make a virtual environment here: install its venv package, or allow writing to $(CURDIR)." >&2; exit 1; }
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $(READY)

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
