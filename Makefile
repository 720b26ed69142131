# Two commands are enough: make serve, make test.
BIN := .venv/bin
WORKERS ?= 2

.PHONY: serve test check bench screenshots format clean

serve:            ## the demo street at http://127.0.0.1:8050 (SHIYOU_PORT, SHIYOU_DATABASE_URL)
	@deploy/environment.sh serve
	@$(BIN)/shiyou serve --demo

test:             ## everything, on SQLite and PostGIS, browser included
	@deploy/environment.sh test
	@deploy/test-tools.sh
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not bench"

check:            ## style, types, import contracts, translations
	@deploy/environment.sh test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m dashapp.text.check

bench:            ## measure; writes docs/benchmarks.json and docs/benchmarks.md
	@deploy/environment.sh test
	@deploy/test-tools.sh
	@PYTHONPATH=tests $(BIN)/python -m benchmarks

screenshots:      ## take the pictures of docs/screenshots with a real browser
	@deploy/environment.sh test
	@deploy/test-tools.sh
	@PYTHONPATH=tests $(BIN)/python -m e2e.screenshots

format:
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:            ## remove the environment; the database in var/ stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
