# The two commands of a newcomer: `make lab` opens the workbench, `make test` proves it.
# Needs Python >= 3.11, make and git; everything else goes into .venv and the user's cache.

PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
ROOT_TOO := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab test guest browser check bench clean

lab: $(READY) guest  ## JupyterLab on the quickstart notebook
	$(BIN)/muserlab kernelspec install --prefix $(VENV)
	$(BIN)/jupyter lab $(ROOT_TOO) $(LABFLAGS) notebooks/quickstart.ipynb

test: $(READY) guest browser  ## every test, real guest and real browser included
	$(BIN)/python -m pytest $(PYTESTFLAGS)

check: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy muserlab benchmarks
	$(BIN)/mypy kernel_ext
	$(BIN)/pyright

bench: $(READY)  ## speed, as ratios measured in one run
	$(BIN)/python -m benchmarks $(if $(SOCKET),--socket $(SOCKET)) $(BENCHFLAGS)

# The guest: QEMU >= 10.1, a kernel and busybox, in the user's cache; no root needed.
guest: $(READY)
	@$(BIN)/muserlab vm install || echo "make: no guest here; the tests that need one are skipped (see above for what to install)"

# The browser: Debian's chromium, installed when root runs this; otherwise one line says what to do.
browser:
	@if for b in chromium chromium-browser google-chrome; do command -v $$b && break; done >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing chromium"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; \
	else echo "make: no browser here; its tests are skipped (install the package chromium)"; fi

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed (set PYTHON=/path/to/python)"; exit 1; }
	@echo "setting up $(VENV) with $(PYTHON)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --progress-bar on --editable '.[notebook]' --group dev
	@touch $@

clean:
	rm -rf $(VENV) build dist muserlab.egg-info
