"""Runs inside a bench's Python, in its `sites` folder: ERPNext's own tests of selling and stock documents on one site.

    python erpnext_tests.py SITE FILE records             only the records those tests build on
    python erpnext_tests.py SITE FILE returns|all|stock   the tests; FILE becomes {"test": "passed"|"skipped"|reason}

`returns` keeps the tests whose code makes a return or a credit note, whatever they are called; `stock` runs those of what moves or sets
aside stock.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
import unittest
from pathlib import Path

import frappe

# What these tests do stays theirs; reading the database's answers and DocTypes is made as quick as in ours.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests import as_found, quick_driver, quick_queries

# Frappe 16 runs tests by unittest alone; its own runner only loads, sorts and prints them.
IS_16 = int(frappe.__version__.partition(".")[0]) >= 16
if IS_16:
    from frappe.desk.page.setup_wizard import install_fixtures
    from frappe.tests.utils import make_test_records, toggle_test_mode
else:
    import frappe.test_runner
    from frappe.test_runner import make_test_records

DOCTYPES = ("Sales Invoice", "Delivery Note")
STOCK = (
    "Delivery Note",
    "Stock Entry",
    "Serial and Batch Bundle",
    "Pick List",
    "POS Invoice",
    "Stock Reservation Entry",
)
MAKES_A_RETURN = re.compile(
    r"is_return|return_against|make_sales_return|make_return_doc|create_return|credit_note"
)


class Outcomes(unittest.TextTestResult):
    """Keeps what became of each test."""

    found: dict[str, str] = {}

    def addSuccess(self, test: unittest.TestCase) -> None:
        self._keep(test, "passed")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._keep(test, "skipped")

    def addFailure(self, test: unittest.TestCase, err: tuple) -> None:
        self._keep(test, self._exc_info_to_string(err, test))

    addError = addFailure

    def _keep(self, test: unittest.TestCase, outcome: str) -> None:
        self.found[test.id()] = outcome
        self.stream.write("." if outcome == "passed" else "s" if outcome == "skipped" else "F")
        self.stream.flush()


def return_tests(doctype: str) -> list[str]:
    """Names of the test methods of a DocType whose code makes a return."""
    return [
        name
        for case in cases(doctype)
        for name, function in inspect.getmembers(case, inspect.isfunction)
        if name.startswith("test") and MAKES_A_RETURN.search(inspect.getsource(function))
    ]


def cases(doctype: str) -> list[type[unittest.TestCase]]:
    """The classes of tests that stand in a DocType's own module."""
    module = importlib.import_module(test_module(doctype))
    found = (case for _, case in inspect.getmembers(module, inspect.isclass))
    return [
        case for case in found if case.__module__ == module.__name__ and issubclass(case, unittest.TestCase)
    ]


def test_module(doctype: str) -> str:
    return frappe.modules.utils.get_module_name(doctype, frappe.get_meta(doctype).module, "test_")


def without_absent_apps() -> None:
    """Keep the runner from making records for DocTypes of apps that are not here (payments, for one)."""
    runner = frappe.test_runner
    dependencies, records = runner.get_dependencies, runner.make_test_records_for_doctype

    def present(doctype: str) -> list[str]:
        return [name for name in dependencies(doctype) if frappe.db.exists("DocType", name)]

    def possible(doctype: str, *args: object, **kwargs: object) -> None:
        try:
            records(doctype, *args, **kwargs)
        except (
            frappe.LinkValidationError,
            frappe.DoesNotExistError,
            frappe.UniqueValidationError,  # made already, under another number
        ) as error:
            frappe.db.rollback()
            print(f"no test records for {doctype}: {error}")

    runner.get_dependencies, runner.make_test_records_for_doctype = present, possible


def before_tests(*apps: str) -> None:
    """What apps do before the first test: ERPNext's setup wizard, for one."""
    for app in apps:
        for method in frappe.get_hooks("before_tests", app_name=app):
            frappe.get_attr(method)()
    if IS_16 and not frappe.db.a_row_exists("Gender"):
        install_fixtures.install()  # the wizard, started this way, leaves out the framework's own records


def run(site: str, doctypes: tuple[str, ...], names: list[str]) -> None:
    """Run the tests of these DocTypes, all of them when no names are given."""
    if not IS_16:
        # The runner calls the before_tests hooks of every app, as `bench run-tests` does.
        frappe.test_runner.TimeLoggingTestResult = Outcomes
        frappe.test_runner.main(site=site, doctype=list(doctypes), tests=tuple(names))
        return
    before_tests(*frappe.get_installed_apps())
    loader, suite = unittest.TestLoader(), unittest.TestSuite()
    for case in (case for doctype in doctypes for case in cases(doctype)):
        chosen = [name for name in loader.getTestCaseNames(case) if name in names or not names]
        suite.addTest(unittest.TestSuite(map(case, chosen)))
    unittest.TextTestRunner(stream=sys.stdout, resultclass=Outcomes).run(suite)


def main(site: str, target: str, which: str) -> None:
    quick_driver.install()
    quick_queries.install()
    frappe.init(site=site)
    frappe.connect()
    as_found.keep_kinds()
    as_found.keep_doctypes()
    if IS_16:
        toggle_test_mode(True)
    else:
        frappe.flags.in_test = True
        without_absent_apps()
    if which == "records":
        before_tests("frappe", "erpnext")
        for doctype in DOCTYPES:
            make_test_records(doctype, commit=True)
    else:
        wanted = (
            [name for doctype in DOCTYPES for name in return_tests(doctype)] if which == "returns" else []
        )
        run(site, STOCK if which == "stock" else DOCTYPES, wanted)
    Path(target).write_text(json.dumps(Outcomes.found, indent=1, sort_keys=True), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
