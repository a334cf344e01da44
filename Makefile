# Two commands on a fresh machine: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-$(shell cat requirements.txt requirements-dev.txt | cksum | cut -d' ' -f1)

.PHONY: demo test e2e setup app lint example addbiomechanics clean help
.DEFAULT_GOAL := help

help: ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

demo: setup ## Assess the bundled synthetic example end to end and print where the report is
	$(BIN)/python -m assessment demo --out results/demo --overwrite

test: setup lint ## Lint, type-check and run all tests
	$(BIN)/python -m pytest

e2e: setup ## Drive the app, upload to PDF, and take the pictures of docs/screens (Debian: chromium fonts-nanum)
	$(BIN)/python -m pytest -m e2e -n 0 -o faulthandler_timeout=0 tests/e2e

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(READY) ## Make .venv with the pinned requirements

$(READY):
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}. Name another: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@rm -f $(VENV)/.ready-* && touch $@

app: setup ## Open the browser app
	$(BIN)/streamlit run streamlit_app.py

example: setup ## Make the synthetic example session again
	$(BIN)/python -m examples.synthesise

addbiomechanics: ## Make .addbiomechanics, the environment of the engine that we compare with (Python 3.11)
	$(PYTHON) -m venv .addbiomechanics
	.addbiomechanics/bin/pip install --quiet --disable-pip-version-check -r benchmarks/addbiomechanics/requirements.txt

clean: ## Remove the virtual environment and results
	rm -rf $(VENV) results
