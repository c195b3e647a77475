# Nexus: `make run` and `make test` need Python 3.11 or later, git and nothing else.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
BIND ?= 127.0.0.1:8000
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test lint format check-lint requirements clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Nexus needs Python 3.11 or later, this is {sys.version.split()[0]}; try make PYTHON=python3.13")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: $(VENV)/.run ## Run the whole product at http://127.0.0.1:8000/ (BIND=HOST:PORT elsewhere)
	@exec $(BIN)/python manage.py up --bind $(BIND)

test: $(VENV)/.test check-lint ## Lint, then every test that this machine can run
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.test check-lint ## Only the checks

check-lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check $$(git ls-files '*.html')
	$(BIN)/mypy
	$(BIN)/lint-imports
	NEXUS_DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run
	NEXUS_DATA_DIR=$$(mktemp -d) NEXUS_BASE_URL=https://nexus.example.org $(BIN)/python -W error::UserWarning manage.py check --deploy --fail-level WARNING

format: $(VENV)/.test ## Format the code and the templates
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade $$(git ls-files '*.html')

requirements: ## Pin anew what pyproject.toml asks for
	$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --python-version 3.11 --group dev -c requirements.txt -o requirements-dev.txt

clean: ## Remove the virtual environment and caches; var/ with your data stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
