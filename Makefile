# `make run` serves the guide (or ARTICLES=path-or-address); `make test` runs every test.
# Both make the environment first. Nothing but Python >= 3.11 is needed.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
ARTICLES ?= docs/guide
DESK ?= $(if $(filter docs/guide,$(ARTICLES)),guide,articles)
PORT ?= 8321

.PHONY: run test unit lint clean

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dengmi needs Python 3.11 or newer; call make PYTHON=/path/to/python3.11")'
	@if command -v uv >/dev/null 2>&1; then \
	  test -x $(BIN)/python || uv venv -q --python $(PYTHON) $(VENV); \
	  uv pip install -q --python $(BIN)/python -e . --group dev; \
	else \
	  test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
	  $(BIN)/python -m pip install -q --disable-pip-version-check -U 'pip>=25.1'; \
	  $(BIN)/python -m pip install -q --disable-pip-version-check -e . --group dev; \
	fi
	@touch $@

run: $(VENV)/.ready
	@$(BIN)/dengmi add '$(ARTICLES)' --desk $(DESK) || [ $$? -eq 3 ]  # 3: all but some articles
	@DENGMI_DEFAULT_DESK=$(DESK) $(BIN)/dengmi serve --port $(PORT)

test: $(VENV)/.ready
	$(BIN)/python -m pytest tests/unit -q -n auto
	$(BIN)/python -m pytest tests --ignore=tests/unit -q -n auto

unit: $(VENV)/.ready
	$(BIN)/python -m pytest tests/unit -q -n auto

lint: $(VENV)/.ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
