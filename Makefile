# `make run` serves the guide (or ARTICLES=path-or-address); `make test` runs every test.
# Both make the environment first. Nothing but Python >= 3.11 is needed.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
ARTICLES ?= docs/guide
DESK ?= $(if $(filter docs/guide,$(ARTICLES)),guide,articles)
PORT ?= 8321
# Tests behind the unit part wait for servers two fifths of their time: two more at once than cores.
# Each begins with a stretch of its own, so that a file's server starts once, and helps others after.
SIDE_BY_SIDE ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')

.PHONY: run test unit lint clean

# What runs needs less than what tests: a first `make run` waits for no test tools.
$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dengmi needs Python 3.11 or newer; call make PYTHON=/path/to/python3.11")'
	@echo "Making the environment in $(VENV), once; this takes a minute or so …"
	@$(call install,-e '.[office]')
	@touch $@

$(VENV)/.tests: $(VENV)/.ready
	@echo "Adding what the tests need …"
	@command -v uv >/dev/null 2>&1 || $(BIN)/python -m pip install -q --disable-pip-version-check -U 'pip>=25.1'
	@$(call install,-e '.[office]' --group dev)
	@touch $@

define install
if command -v uv >/dev/null 2>&1; then \
  test -x $(BIN)/python || uv venv -q --python $(PYTHON) $(VENV); \
  uv pip install -q --python $(BIN)/python $(1); \
else \
  test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
  $(BIN)/python -m pip install -q --disable-pip-version-check $(1); \
fi
endef

run: $(VENV)/.ready
	@$(BIN)/dengmi add '$(ARTICLES)' --desk $(DESK) || [ $$? -eq 3 ]  # 3: all but some articles
	@DENGMI_DEFAULT_DESK=$(DESK) exec $(BIN)/dengmi serve --port $(PORT)

test: $(VENV)/.tests
	$(BIN)/python -m pytest tests/unit -q -n auto --dist worksteal
	$(BIN)/python -m pytest tests --ignore=tests/unit -q -n $(SIDE_BY_SIDE) --dist worksteal

unit: $(VENV)/.tests
	$(BIN)/python -m pytest tests/unit -q -n auto --dist worksteal

lint: $(VENV)/.tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
