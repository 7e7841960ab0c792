# Two commands on a machine with Python 3.11 and make: `make demo` and `make test`.
# Everything else is optional. Variables: PYTHON (which interpreter makes the environment), WORKERS (processes of the tests).

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# One more than the cores of the machine that decides: tests of servers and browsers wait for those.
WORKERS ?= 3

.PHONY: demo serve test tests types quick check docs bench soak lock clean help
.DEFAULT_GOAL := help
# The tests start a hundred programs: without compiled modules each of them compiles the whole package again.
unexport PYTHONDONTWRITEBYTECODE

demo: ## set everything up and quote a real case: screen, PDF and Excel in out/
	@$(PYTHON) tools/setup.py base
	@mkdir -p out
	@$(BIN)/zhirong quote src/zhirong/cases/xixian-jingshuixing/case.toml --pdf out/quote.pdf --xlsx out/quote.xlsx
	@$(PYTHON) tools/setup.py --left-out

serve: ## set everything up and serve the platform with a region for training in out/region
	@$(PYTHON) tools/setup.py base
	@$(BIN)/zhirong demo-region --if-empty --data out/region
	@$(BIN)/zhirong serve --data out/region

test: ## set everything up and pass every check and test
	@$(PYTHON) tools/setup.py test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(MAKE) --no-print-directory -j 2 tests types
	@$(PYTHON) tools/setup.py --left-out

tests:
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Beside the tests: while those wait for a server or a browser, and yielding to them.
types:
	@nice -n 10 $(BIN)/mypy
	@nice -n 10 $(BIN)/lint-imports

quick: ## less than a minute: set everything up, style, and the tests of the pure core, the snippets of the documentation and the house
	@$(PYTHON) tools/setup.py test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/pytest --quick -n 2 --dist load -p no:schemathesis
	@$(PYTHON) tools/setup.py --left-out

check: ## style, types and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(MAKE) --no-print-directory types

docs: ## build the documentation of both languages as a site in build/site; a warning is an error
	@$(PYTHON) tools/setup.py test
	@$(BIN)/python tools/make_docs.py

bench: ## measure each work beside a peer, answers compared (JSON=1 for JSON, SMALL=1 for a quick run that only shows that all parts work)
	@$(PYTHON) tools/setup.py test >&2
	@$(BIN)/python -m bench $(if $(JSON),--json) $(if $(SMALL),--small)

soak: ## the long runs (hours): all tests on both databases with new examples, races, kills, damage, attacks
	@$(PYTHON) tools/setup.py test
	@ZHIRONG_TWINS=1 ZHIRONG_SEARCH=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
	@$(BIN)/python tests/register/register_soak.py race --postgresql
	@$(BIN)/python tests/register/register_soak.py kill --times 500
	@$(BIN)/python tests/register/register_soak.py simulate --steps 100000
	@$(BIN)/python tests/register/register_soak.py damage
	@$(BIN)/python tests/register/register_soak.py damage-large
	@$(BIN)/python tests/security/security_soak.py --minutes 10
	@$(BIN)/python tests/house/install_soak.py

lock: ## make the lock files anew from pyproject.toml and requirements/*.in
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --extra platform -o requirements/base.txt pyproject.toml requirements/base.in
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements/base.txt --all-extras -o requirements/dev.txt pyproject.toml requirements/dev.in

clean: ## remove the environment and everything made
	rm -rf .venv out build dist

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'
