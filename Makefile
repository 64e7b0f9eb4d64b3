# Everything sets up what it needs by itself. ARGS="…" goes through to pytest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Named explicitly, so that the path in an option such as `--reports DIR` is not taken for a test.
PYTEST := $(BIN)/python -m pytest -c pyproject.toml -p harness.plugin
READY  := $(VENV)/.ready
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help gate compare test prove check serve plan spec provision deprovision staging \
        staging-down docker bench figures clean

help:  ## what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	@test ! -L $(VENV) || { echo "$(VENV) is a link, and making it anew would empty what it leads to; remove the link." >&2; exit 4; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

gate: $(READY)  ## test the contract: the embedded server, or LIBREDESK_URL and its kin
	@$(PYTEST) $(ARGS); code=$$?; $(if $(filter $(SHOWS),$(ARGS)),,$(BIN)/python -m harness.verdict $$code;) test $$code -eq 0

compare: $(READY)  ## what changed between two runs: OLD=a/run.json NEW=b/run.json
	@$(BIN)/python -m harness.compare "$(OLD)" "$(NEW)" $(ARGS)

test: $(READY)  ## the self-tests, then the gate on the embedded server
	@$(MISPLACED)
	$(CLEAN) $(PYTEST) tests/selftest -n 4 $(ARGS)
	$(CLEAN) $(PYTEST) --profile gate

prove: $(READY)  ## the suite against every seeded fault and every odd server; ARGS="--sample 10 --peers"
	$(BIN)/python -m tests.proof $(ARGS)

check: $(READY)  ## everything a contributor runs but the tests: format, lint, types, imports, spec
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m harness.bundling $(SPEC) --check

serve: $(READY)  ## the reference server on a fixed port, to poke at
	$(BIN)/python -m servers.reference --fixed

plan: $(READY)  ## what would be sent, without sending it
	@$(PYTEST) --plan $(ARGS)

spec: $(READY)  ## rebuild spec/libredesk.yaml from the published documents and the overlay
	$(BIN)/python -m harness.bundling $(SPEC)

provision: $(READY)  ## an agent, a key, an inbox and conversations in LIBREDESK_URL, to test with
	@$(TYPED) $(BIN)/python -m deploy.provision $(ARGS)

deprovision: $(READY)  ## remove what `make provision` made, and list what stays
	@$(TYPED) $(BIN)/python -m deploy.provision --remove $(ARGS)

staging: $(READY) docker  ## Libredesk by Docker on loopback, provisioned and tested; LIBREDESK_VERSION=v2.4.0
	@$(BIN)/python -m deploy.login $(STAGING)/admin.env
	$(COMPOSE) --env-file $(STAGING)/admin.env up --detach --wait
	@$(BIN)/python -m deploy.provision --credentials=$(STAGING)/admin.env --smtp=mail:1025 --output=$(STAGING)/gate.env
	@$(MAKE) gate ARGS='--credentials=$(STAGING)/gate.env --writes=all $(ARGS)'

staging-down: docker  ## take that Libredesk away, with its data
	STAGING_PASSWORD=- STAGING_KEY=- $(COMPOSE) down --volumes
	rm -rf $(STAGING)

docker:
	@docker compose version >/dev/null 2>&1 || { echo 'docker compose is not installed; README.md says how to use a Libredesk that is there' >&2; exit 2; }

bench: $(READY)  ## how fast; never a pass or fail
	$(BIN)/python -m tests.bench $(ARGS)

figures: $(READY)  ## measure what the documents count, and put it into them; ARGS=--check only tells
	$(BIN)/python -m tests.figures $(ARGS)

clean:  ## remove what was set up and what came out
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .hypothesis
	find reports -mindepth 1 ! -name README.md -delete

STAGING := .staging
# What stands on a command line is seen by everybody on the machine, and kept in the shell's history.
TYPED = $(if $(filter command,$(origin LIBREDESK_ADMIN_PASSWORD)),echo "provision: give LIBREDESK_ADMIN_PASSWORD in the environment or in a file by ARGS=--credentials=FILE; never on the command line." >&2; exit 4;)
COMPOSE := docker compose --project-name libredesk-contract --file deploy/compose.yaml

# What is only shown is no run, so there is no verdict on it.
SHOWS := --plan --clauses --collect-only --co --help --version
# Tests of the suite itself know no target but the embedded one.
SETTINGS := LIBREDESK_% CONTRACT_% libredesk_% contract_%
CLEAN := env $(foreach name,$(filter $(SETTINGS),$(.VARIABLES)),-u $(name))
# What stands on make's command line is meant for this very run, and would change nothing.
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
KNOWN := $(SETTINGS) ARGS OLD NEW PYTHON VENV STAGING PY% PIP_% %_PROXY %_proxy %_CA_BUNDLE SSL_%
UNKNOWN := $(filter-out $(KNOWN),$(GIVEN))
MISPLACED = $(if $(filter $(SETTINGS),$(GIVEN)),echo "test: $(firstword $(filter $(SETTINGS),$(GIVEN))) is for make gate; make test tests the suite itself and the embedded server." >&2; exit 4;)
$(if $(UNKNOWN),$(error make knows no $(firstword $(UNKNOWN))=…; write options as ARGS="--option=…" and settings as LIBREDESK_…=…, or other variables before the word make))
SPEC := spec/published/get-messages.yaml spec/published/send-message.yaml \
        --overlay spec/overlay.yaml --output spec/libredesk.yaml
