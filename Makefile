# The verbs of this project; `make` alone lists them. Each does its own set-up.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
EXTRAS := cli,media,heic,bedrock,vertex,redis,parquet
OFFICIAL := .venvs/official/.ready

# A file's tests stay together, in the order of the folders: many share what was costly to set up.
PARALLEL := --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help install demo test lint types bench bench-media faults soak serve format generate clean peers bench-server bench-window coverage programs house release-check bench-bulk faults-bulk drift instruments

help:            ## list the verbs
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 22

install: $(READY)  ## make .venv with everything the other verbs need
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Tercet needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Choose another with: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'  # the first that knows dependency groups
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]' --group dev
	@touch $(READY)

programs:
	@.ci/programs

# The official SDK as a client of the local API; tests/official.py says why, where it cannot be made.
$(OFFICIAL): tests/official.py
	@$(PYTHON) -m tests.official || echo "Without the official SDK, the tests that need it are skipped."

demo: $(READY)     ## the tour: real requests against the local API (LIVE=1: the real API)
	@$(BIN)/python examples/demo.py $(if $(LIVE),--live)

test:            ## the whole test suite, in parallel, with coverage (ARGS: more for pytest)
	@$(MAKE) --no-print-directory -j3 $(READY) $(OFFICIAL) programs
	@$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report= $(ARGS)

coverage: $(READY) ## what the last `make test` did not reach
	@$(BIN)/coverage report

lint: $(READY)     ## style, imports, the arrows between rooms, names, tests of every module, whether what is made is up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/python tools/generate.py --check
	@$(BIN)/python tools/house.py --check
	@$(BIN)/python tools/house_mirror.py

types: $(READY)    ## mypy --strict and pyright
	@$(BIN)/mypy
	@$(BIN)/pyright

bench: $(READY)    ## speed beside the official SDK, one run; writes bench/RESULTS.md
	@$(BIN)/python bench/run.py

bench-media: $(READY)  ## images and PDFs beside plain Pillow and pypdf
	@$(BIN)/python bench/media.py

peers: $(READY)    ## other people's clients against the local API, each in an environment of its own
	@$(BIN)/python tests/peers/run.py

instruments: $(READY) ## what six tracing libraries see of the SDK's client and of Tercet's
	@$(BIN)/python tests/instruments/run.py

drift: $(READY)    ## what differs from the newest official SDK, or from VERSION=2.11.0, and has no row in docs/compatibility.md
	@$(BIN)/python tools/drift.py $(VERSION)

bench-server: $(READY) ## the local API beside other mock servers, one run; writes bench/RESULTS-server.md
	@$(BIN)/python bench/server.py

bench-window: $(READY) ## what a long conversation costs: everything, a moving window, a window in steps
	@$(BIN)/python bench/window.py

bench-bulk: $(READY) ## bulk jobs beside other people's, one run; writes bench/RESULTS-bulk.md
	@$(BIN)/python bench/bulk.py

faults-bulk: $(READY) ## bulk jobs that are killed, 200 rounds live and 200 by batches, 50 lost answers to batches: each item once
	@$(BIN)/python -m tests.faults.bulk_kills --rounds 200
	@$(BIN)/python -m tests.faults.batch_kills --rounds 200 --unclear 50

house: $(READY)    ## the measure of the house: sizes, names, circles, hops, files that five changes touch (ARGS=-v: which)
	@$(BIN)/python tools/house.py $(ARGS)

faults: $(READY)   ## the fault matrix, beside the official SDK; writes docs/reliability.md
	@$(BIN)/python -m tests.faults.suite
	@$(BIN)/python -m tests.faults.ledger_kills --rounds 200
	@$(BIN)/python -m tests.faults.conversation_kills --rounds 200

soak: $(READY)     ## 200 streams at once with 5 % faults for 10 minutes (SECONDS=30: shorter)
	@$(BIN)/python -m tests.faults.soak --seconds $(or $(SECONDS),600)

release-check: $(READY) ## build what would be published, judge it, run the wheel where nothing else is (TAG=v0.2.0: for that tag)
	@$(BIN)/python tools/release.py check $(TAG)

serve: $(READY)    ## the local API on port 8787
	@$(BIN)/tercet serve

format: $(READY)   ## write the code as `make lint` wants it
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

generate: $(READY) ## write what follows from something else: stubs, plain names of arguments, docs/reference.md
	@$(BIN)/python tools/generate.py

clean:           ## remove what the verbs made
	rm -rf $(VENV) .venvs .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage dist build
