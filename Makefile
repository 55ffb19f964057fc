# `make` alone lists the commands. Everything is installed in this folder, in .venv, in the versions of pins.txt.

PYTHON ?= python3
VENV ?= .venv
LAB ?=
# Which notebook, and what a new one is like; never from the environment, where some systems have a NAME of their own.
NAME =
TITLE =
LEVEL =
MINUTES =
# Where this repository is, and a hub.
URL =
HUB =
PYTHONS := 3.11 3.12 3.13

VENVS := $(VENV) $(PYTHONS:%=$(VENV)-%)
RUN := $(VENV)/bin/python
TOO_OLD = Python 3.11 or newer is needed, and $(PYTHON) is not. Name another:  make lab PYTHON=python3.13
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What somebody has set for other projects stays out of this one: where packages go, and where Python and pytest look.
export PIP_USER := 0
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_DRY_RUN PIP_NO_DEPS PIP_CONSTRAINT PIP_REQUIREMENT
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONSAFEPATH PYTEST_ADDOPTS PYTEST_PLUGINS MYPYPATH
# Every one of the many processes of the tests would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help lab originals test test-lab test-pythons test-site site site-serve bench soak trials hub hub-check doctor notebooks lesson lesson-check editions picture pins pin wheels derived address links learners clean whole beside style verdicts $(PYTHONS:%=python-%) $(PYTHONS:%=verdicts-%)

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

lab: $(VENV)/ready ## open your working copy of the notebooks in JupyterLab (options for it: make lab LAB="--port=9000")
	@$(RUN) -m bakery lab $(LAB)

originals: $(VENV)/ready-to-test ## open the notebooks themselves, with their outputs, to change them
	@$(RUN) -m bakery originals $(LAB)

test: $(VENV)/ready-to-test ## run every check: style, types, units, notebooks, and the units on the newest Python that is here
	@$(MAKE) --no-print-directory --keep-going --jobs=2 beside whole

site: $(VENV)/ready $(VENV)-site/ready-to-build ## build the series for the browser, without a server, in dist/site (needs Node.js)
	@$(RUN) -m workshop site build --tools $(VENV)-site

site-serve: $(VENV)/ready ## show the site that was built, on port 8000 of this machine
	@$(RUN) -m workshop site serve

test-lab: $(VENV)/ready-to-test ## run every notebook in JupyterLab, in a real browser (`make test` does with one of each level)
	EVERY_NOTEBOOK=1 $(RUN) -m pytest tests/browser/test_every_notebook.py

test-pythons: $(VENV)/ready-to-test ## run the units on the Pythons between, and the answers of all lessons on every one
	@$(MAKE) --no-print-directory --keep-going $(if $(findstring jobserver,$(MAKEFLAGS)),,--jobs=2 $(sync)) \
		verdicts $(others:%=verdicts-%) $(between:%=python-%)

test-site: site $(VENV)/ready-to-test ## run the notebooks on the built site, in a real browser
	SITE=dist/site SITE_TOOLS=$(VENV)-site $(RUN) -m pytest tests/static_site

bench: $(VENV)/ready-to-test ## measure how near we come to theory
	@$(RUN) tests/bench.py

soak: $(VENV)/ready-to-test ## try for half an hour to break the notebooks (less: make soak SOAK="--minutes 5 --part kills")
	@$(RUN) tests/soak $(SOAK)

trials: $(VENV)/ready-to-test ## move public Flask apps to Quart, and run their tests (fetches them; needs a registry)
	@$(RUN) -m workshop.moved_apps

hub: $(VENV)-hub/ready-for-a-class ## open a hub for a class on this machine: CLASS_WORD=three-cakes (needs Node.js)
	@$(VENV)-hub/bin/jupyterhub --config docs/hub/jupyterhub_config.py

hub-check: $(VENV)-hub/ready-for-a-class $(VENV)/ready-to-test ## let twenty students come to that hub, and look at what they see
	@$(RUN) tests/hub/check.py $(VENV)-hub

doctor: ## ask whether this kitchen is all right, and what to do if not
	@$(firstword $(wildcard $(RUN)) $(PYTHON)) src/bakery/doctor.py

notebooks: $(VENV)/ready-to-test ## name cells, make those of tasks, execute, store outputs (of one: NAME=08_everyday_quart)
	@$(RUN) -m workshop build $(NAME)

lesson: $(VENV)/ready-to-test ## write the files of a new notebook: NAME=08_everyday_quart TITLE="Everyday Quart" LEVEL=4 MINUTES=35
	@$(RUN) -m workshop lesson "$(NAME)" --title "$(TITLE)" --level "$(LEVEL)" --minutes "$(MINUTES)"

lesson-check: $(VENV)/ready-to-test ## say in seconds what a lesson still lacks, with file and line: NAME=08_everyday_quart
	@$(RUN) -m workshop lesson-check "$(NAME)"

editions: $(VENV)/ready ## write the solved and the blank notebooks, in notebooks/solved and notebooks/blank
	@$(RUN) -m workshop editions $(NAME)

picture: $(VENV)/ready ## race, and draw the picture on the README's first page
	@$(RUN) -m workshop.race_picture

pins: $(VENV)-pins/bin/uv ## take the newest versions that fit together
	@$(pinned)
	@$(MAKE) --no-print-directory derived wheels

pin: $(VENV)-pins/bin/uv ## take the newest version of one package, or a named one: make pin NAME=httpx==0.28.1
	@$(if $(NAME),,echo 'Which package? Did you mean:  make pin NAME=httpx' >&2; exit 1)
	@$(pinned) --only $(NAME)
	@$(MAKE) --no-print-directory derived wheels

wheels: $(VENV)/ready $(VENV)-pins/bin/uv ## write the list of the site's packages, share/site/wheels.txt
	@$(RUN) -m workshop site wheels --uv $(VENV)-pins/bin/uv

derived: $(VENV)/ready ## write what follows from pyproject.toml and pins.txt: environment.yml, the README's links
	@$(RUN) -m workshop derived

address: $(VENV)/ready ## settle the repository's address, for every badge and link: this copy's origin, or URL=…
	@$(RUN) -m workshop address "$(URL)"

links: $(VENV)/ready ## print the links that a class can be given (with a hub: HUB=…)
	@$(RUN) -m workshop links --hub "$(HUB)"

learners: $(VENV)/ready ## bring the branch `learners` up to date: the notebooks without outputs, for tools that pull
	@$(RUN) -m workshop learners

clean: ## remove all that was installed or left behind here
	rm -rf $(VENV) $(VENV)-* dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -prune -exec rm -rf {} +

# New versions are found before anything is installed: what is installed may not fit what pyproject.toml asks for now.
pinned = PYTHONPATH=src $(RUN) -m workshop.pins --uv $(VENV)-pins/bin/uv

# What `test` is made of: the whole run, and the rest beside it, since notebooks wait more than they work.

# The longest files begin (tests/conftest.py), not those with the most tests in them.
whole: $(VENV)/ready-to-test
	$(RUN) -m pytest --numprocesses=4 --dist=loadfile --no-loadscope-reorder

beside:
	@$(MAKE) --no-print-directory --keep-going $(sync) style $(newest:%=python-%)

style: $(VENV)/ready-to-test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m codespell_lib

# The unit tests of what learners run, and two notebooks: the one whose words are Python's own, and the one whose Quart
# is newer on 3.13. The workshop runs on one Python. The answers of the lessons have a command of their own.
$(PYTHONS:%=python-%): python-%: $(VENV)-%/ready-to-test
	$(VENV)-$*/bin/python -m pytest --quiet --numprocesses=2 --dist=loadfile -m "not slow and not files" --ignore=tests/browser \
		--ignore=tests/workshop --ignore=tests/lessons/test_lessons.py tests notebooks/02_waiting.ipynb notebooks/04_quart_bakery.ipynb

# The answers of all lessons, which are thousands: `make test` tries them on one Python. Without threads, as in a browser.
verdicts: $(VENV)/ready-to-test
	EVERY_VERDICT=1 $(RUN) -m pytest --quiet tests/lessons/test_without_threads.py

$(PYTHONS:%=verdicts-%): verdicts-%: $(VENV)-%/ready-to-test
	$(VENV)-$*/bin/python -m pytest --quiet tests/lessons/test_lessons.py

# Virtual environments. The empty files `ready…` are as old as the last installation.
installed := pins.txt pyproject.toml share/kernel.py share/overrides.json

$(VENVS:=/ready): %/ready: $(installed) | %/bin/pip
	$*/bin/python -m pip install --quiet --constraint pins.txt --editable .
	@touch $@

$(VENVS:=/ready-to-test): %/ready-to-test: $(installed) | %/bin/pip
	$*/bin/python -m pip install --quiet --constraint pins.txt --editable '.[test,postgres,gevent]'
	@touch $*/ready $@

$(VENV)-site/ready-to-build: pins.txt pyproject.toml | $(VENV)/bin/pip
	$(RUN) -m venv $(VENV)-site
	$(VENV)-site/bin/python -m pip install --quiet --constraint pins.txt jupyterlite-core jupyterlite-pyodide-kernel
	$(VENV)-site/bin/python -m pip install --quiet --no-deps --constraint pins.txt jupyterlab-widgets anywidget
	@touch $@

$(VENV)-hub/ready-for-a-class: $(installed) | $(VENV)/bin/pip
	$(RUN) -m venv $(VENV)-hub
	$(VENV)-hub/bin/python -m pip install --quiet --constraint pins.txt --editable '.[hub]'
	npm install --silent --no-audit --no-fund --prefix $(VENV)-hub configurable-http-proxy@5.3.0
	@touch $@

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '$(TOO_OLD)' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(PYTHONS:%=$(VENV)-%/bin/pip): $(VENV)-%/bin/pip:
	$(call find,$*) -m venv $(VENV)-$*

$(VENV)-pins/bin/uv: | $(VENV)/bin/pip
	$(RUN) -m venv $(VENV)-pins
	$(VENV)-pins/bin/python -m pip install --quiet uv

# A Python that really runs and can make a virtual environment. A name on the path may be an empty shell (pyenv's are).
find = $(firstword $(foreach python,python$(1) $(wildcard $(HOME)/.pyenv/versions/$(1).*/bin/python),\
	$(if $(shell $(python) -c 'import ensurepip; print(1)' 2>/dev/null),$(python))))
this = $(shell $(RUN) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
others = $(foreach version,$(filter-out $(this),$(PYTHONS)),$(if $(call find,$(version)),$(version)))

newest = $(lastword $(others))
between = $(filter-out $(newest),$(others))

# Outputs of jobs that run side by side stay apart, where this make can do that.
sync = $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
