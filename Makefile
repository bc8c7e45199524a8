# Complaint QMS. `make demo` shows it, `make test` proves it; both find or make what they need.
PYTHON ?= python3
ARGS ?=

.PHONY: help demo demo-stop test lint benchmark test-erpnext validation

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: ## a site with the app and demo data on a bench, or the back-test where there is no bench
	@$(PYTHON) -m scripts.make_demo $(ARGS)

demo-stop: ## stop the servers that `make demo` started
	@$(PYTHON) -m scripts.make_demo --stop

test: ## everything this machine can run; ARGS="tests/engine -k clock" runs a part
	@$(PYTHON) -m scripts.make_test $(ARGS)

lint: ## ruff and the import contracts alone
	@$(PYTHON) -m scripts.make_test tests/lint $(ARGS)

benchmark: ## print each measured figure beside its bar; ARGS="intake sweep" runs some
	@$(PYTHON) -m scripts.make_benchmark $(ARGS)

test-erpnext: ## all of ERPNext's own tests of invoices and deliveries, with the app and without it
	@QMS_ERPNEXT_TESTS=$(or $(QMS_ERPNEXT_TESTS),all) $(PYTHON) -m scripts.make_test tests/desk/test_erpnext_regression.py $(ARGS)

validation: ## the validation pack: all tests, joined with requirements and clauses, in out/validation; ARGS=DIR takes a run's results
	@$(PYTHON) -m scripts.make_validation $(ARGS)
