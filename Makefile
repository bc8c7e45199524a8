# Complaint QMS. `make demo` shows it, `make test` proves it; both find or make what they need.
PYTHON ?= python3
ARGS ?=

.PHONY: help demo demo-stop test lint benchmark test-erpnext

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: ## a site with the app and demo data on a bench, or the back-test where there is no bench
	@$(PYTHON) -m scripts.make_demo $(ARGS)

demo-stop: ## stop the servers that `make demo` started
	@$(PYTHON) -m scripts.make_demo --stop

test: ## everything this machine can run; ARGS="tests/engine -k clock" runs a part
	@$(PYTHON) -m scripts.make_test $(ARGS)

lint: ## ruff and the import contracts alone
	@$(PYTHON) -m scripts.make_test tests/house $(ARGS)

benchmark: ## print each measured figure beside its bar
	@$(PYTHON) -m scripts.make_test tests/benchmarks -s $(ARGS)

test-erpnext: ## ERPNext's own tests of returns and credit notes, without the app and with it
	@$(PYTHON) -m scripts.test_erpnext $(ARGS)
