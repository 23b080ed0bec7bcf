# make run    open Strata in a browser
# make test   run every test
# make bench  measure what the README states
# make pictures  take the README's pictures
# make traces  store what the bundled model says of short clips, after it was trained anew
# make texts  collect every sentence for translators
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test lint bench texts traces pictures clean

run: $(VENV)/app
	$(BIN)/streamlit run app.py --server.address localhost --server.headless false

test: $(VENV)/developer
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest

lint: $(VENV)/developer
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

texts: $(VENV)/developer
	$(BIN)/python -m tests.messages

traces: $(VENV)/app
	$(BIN)/python -m models.recipes.traces

bench: $(VENV)/developer
	$(BIN)/python -m benchmarks

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "Strata needs Python 3.11, 3.12 or 3.13; this is $$($(PYTHON) --version). Name another: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq python3-venv; \
	  else echo "Debian keeps Python's venv in a package of its own: sudo apt-get install python3-venv"; exit 1; fi; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/app: $(VENV)/made requirements.txt
	$(PIP) -r requirements.txt
	touch $@

$(VENV)/developer: $(VENV)/made requirements.txt requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	touch $@

pictures: $(VENV)/developer
	$(BIN)/python -m tests.browser.pictures

clean:
	rm -rf $(VENV)
