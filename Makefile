# Every target sets up what it needs by itself; only Python (3.9 or newer, and a 3.13), git and make are assumed.
.DEFAULT_GOAL := help
.PHONY: help setup demo up test soak simulate mutants model bench check scan lock build clean site machines

# A caller's PYTHONPATH would lend our tools other packages; without byte code SAM starts seconds later.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
SAM_BIN := .venv-sam/bin
UV := .venv-uv/bin/uv
TEMPLATE_TESTS := $(patsubst %,tests/unit/test_%.py,template template_before versions deployment rights protection)
COMPILE := $(UV) pip compile --quiet --no-header --generate-hashes --python-version 3.13 --universal

# The first interpreter that can make an environment. pyenv's shims exist, and fail, for versions not selected;
# Debian's python3 comes without ensurepip: so each one is tried. A machine may have uv, and no Python.
FIND_PYTHON = for python in python3.13 python3 python3.14 python3.12 python3.11 python3.10 python3.9 python \
	/usr/bin/python3 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.*/bin/python; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1 \
	&& break; python=; done; test -n "$$python" || python=$$({ uv python find --managed-python 3.13 \
	|| { uv python install --no-bin 3.13 && uv python find --managed-python 3.13; }; } 2>/dev/null) \
	|| { echo "Cleave needs Python 3.9 or newer with its venv module, or uv, to set itself up. Install one and run make again:" \
	"apt install python3-venv (Debian, Ubuntu)" >&2; exit 1; }

# Where HOME cannot be written to, uv's cache and the Pythons that it fetches go beside the environments.
ifneq ($(shell cache="$${XDG_CACHE_HOME:-$$HOME/.cache}"; mkdir -p "$$cache" 2>/dev/null && test -w "$$cache" && echo writable),writable)
export XDG_CACHE_HOME := $(CURDIR)/.venv-home/cache
export UV_PYTHON_INSTALL_DIR := $(CURDIR)/.venv-home/python
endif

# What is started here must not outlive make, even if that is killed.
demo up build: export CLEAVE_STOP_WITH_PARENT := 1

help:  ## show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## make or renew the environments
	@$(FIND_PYTHON); "$$python" cli/cleave_cli/bootstrap.py

demo: setup  ## the main job from start to end on the local engine, then exit
	@$(BIN)/cleave demo

up: setup  ## the service on the local engine until Ctrl-C
	@$(BIN)/cleave up $(ARGS)

# A part of them: make test ARGS="tests/unit -k split"
test: setup  ## all tests: unit and integration first, then end to end
	@$(BIN)/pytest $(or $(ARGS),-n 2 --dist worksteal tests/unit tests/integration tests/proofs tests/simulation)
	@$(if $(ARGS),,$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder tests/e2e)

soak: setup  ## the tests that are too long for every run
	@$(BIN)/pytest -v --no-header -m soak -s tests
	@$(BIN)/python -m tests.proofs.soak

# One seed is one run: make simulate SEEDS=1..10000; a failing one alone, shrunk: make simulate SEEDS=17
SEEDS := 1..500
simulate: setup  ## the whole service under one seeded scheduler (SEEDS=1..10000)
	@PYTHONHASHSEED=0 $(BIN)/python -m tests.simulation $(SEEDS)

mutants: setup  ## put faults into a copy of the sources; each must be seen by its test
	@$(BIN)/python -m tests.proofs.mutants

model: setup  ## explore the model of the protocol, and find every fault of it
	@$(BIN)/python -m tests.proofs.model

# Names of benchmarks, --quick or --long: make bench ARGS="counts cold"
bench: setup  ## measure; benchmarks/RESULTS.md (ARGS="--quick", or names)
	@PYTHONPATH=. $(BIN)/python -m benchmarks $(ARGS)

check: setup  ## ruff, mypy, sam validate, cfn-lint, and what CloudFormation gets of the template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	SAM_CLI_TELEMETRY=0 $(SAM_BIN)/sam validate --lint
	$(BIN)/cfn-lint template.yaml
	$(if $(TEMPLATE_TESTS),$(BIN)/pytest -q -n 2 $(TEMPLATE_TESTS))

scan: setup  ## checkov on the template, in an environment of its own
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-checkov
	@$(UV) pip sync --quiet --require-hashes --python .venv-checkov/bin/python requirements/checkov.txt
	@.venv-checkov/bin/checkov --config-file .checkov.yaml

# As root, with debootstrap: make machines ARGS="--test debian-13"
machines: setup  ## a newcomer's commands on clean machines; docs/machines.md (ARGS="--test", or names)
	@$(BIN)/python -m tests.machines --write $(ARGS)

site: setup  ## the documents as a site in .cleave/site; a link that leads nowhere fails it
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-docs
	@$(UV) pip sync --quiet --require-hashes --python .venv-docs/bin/python requirements/docs.txt
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --quiet --strict

build: setup  ## sam build, when something changed
	@$(BIN)/cleave build

lock: setup  ## renew the pinned, hashed requirement files
	$(COMPILE) --upgrade pyproject.toml -o layers/dependencies/requirements.txt
	$(COMPILE) --upgrade pyproject.toml --extra dev -c layers/dependencies/requirements.txt -o requirements/dev.txt
	for name in sam engine ric uv checkov peer docs; do $(COMPILE) --upgrade requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean:  ## remove what was built; the environments stay
	rm -rf .aws-sam .cleave .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -path './.venv*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
