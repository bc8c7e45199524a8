"""What is imported is declared in pyproject.toml or brought by Frappe, and what is declared is imported."""

from __future__ import annotations

import ast
import re
import sys
from importlib import metadata

import pytest

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

from scripts.bench import CHECKOUT

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Distributions whose modules have another name.
MODULES = {
    "scikit-learn": "sklearn",
    "pyyaml": "yaml",
    "openapi-spec-validator": "openapi_spec_validator",
    "zope.interface": "zope",
    "jinja2": "jinja2",
    "python-dateutil": "dateutil",
    "charset-normalizer": "charset_normalizer",
    "google-re2": "re2",
    "import-linter": "importlinter",
    "pillow": "PIL",
}
# Rooms that run without a bench; everything else may use what Frappe depends on.
ALONE = ("engine", "constants", "tabular", "backtest")
FROM_THE_BENCH = {
    "frappe", "erpnext", "bs4", "click", "PIL", "psutil", "pymysql", "pypika", "pyqrcode", "redis", "requests", "rq", "werkzeug",
}  # fmt: skip
BENCH_DISTRIBUTIONS = {"bs4": "beautifulsoup4", "PIL": "pillow"}
# Run by their command line, or read by another tool.
NOT_IMPORTED = {"ruff", "importlinter", "mypy", "pytest-xdist", "types-pyyaml"}
OWN = {"complaint_qms", "tests", "scripts"}


def declared(requirements: list[str]) -> set[str]:
    """Modules of requirements such as ``numpy>=1.26,<3``."""
    names = {re.split(r"[<>=!~ \[;]", requirement, maxsplit=1)[0].lower() for requirement in requirements}
    return {MODULES.get(name, name) for name in names}


def imported(*folders: str) -> set[str]:
    """Top modules that the sources in some folders of the checkout import, wherever in the file."""
    found = set()
    for path in (path for folder in folders for path in (CHECKOUT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - OWN


RUNTIME = declared(PROJECT["dependencies"])
EXTRAS = set().union(*(declared(extra) for extra in PROJECT["optional-dependencies"].values()))


def test_rooms_that_run_alone_import_what_is_declared() -> None:
    assert imported(*(f"complaint_qms/{room}" for room in ALONE)) - RUNTIME == set()


def test_the_app_imports_what_is_declared_or_brought_by_frappe() -> None:
    assert imported("complaint_qms") - RUNTIME - FROM_THE_BENCH == set()


def test_tests_and_scripts_import_what_is_declared_or_brought_by_frappe() -> None:
    assert imported("tests", "scripts") - RUNTIME - EXTRAS - FROM_THE_BENCH == set()


def test_what_is_declared_is_imported() -> None:
    assert RUNTIME - imported("complaint_qms") == set()
    assert EXTRAS - imported("tests", "scripts") - NOT_IMPORTED == set()


def test_what_is_taken_from_the_bench_is_imported_and_comes_with_frappe() -> None:
    assert FROM_THE_BENCH - imported("complaint_qms", "tests", "scripts") == set()
    try:
        brought = {
            re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in metadata.requires("frappe") or ()
        }
    except metadata.PackageNotFoundError:
        pytest.skip("no bench: Frappe is not installed here")
    wanted = {BENCH_DISTRIBUTIONS.get(name, name).lower() for name in FROM_THE_BENCH - {"frappe", "erpnext"}}
    assert wanted - brought == set()
