"""What is imported is declared in pyproject.toml or brought by Frappe, and what is declared is imported."""

from __future__ import annotations

import ast
import re
import subprocess
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
    "rfc3161-client": "rfc3161_client",
    "import-linter": "importlinter",
    "pillow": "PIL",
}
# Rooms that run without a bench; everything else may use what Frappe depends on.
ALONE = ("engine", "constants", "tabular", "backtest")
# Rooms of the engine that the command does without: they need the extra `desk` where there is no bench.
OF_THE_DESK = (
    "mail/html_text.py",
    "upload/file_type.py",
    "upload/pdf_unlock.py",
    "phone_number.py",
    "item_names.py",
)
FROM_THE_BENCH = {
    "frappe", "erpnext", "babel", "bs4", "click", "PIL", "psutil", "pymysql", "pyotp", "pypika", "pyqrcode", "redis", "requests", "rq", "weasyprint", "werkzeug",
}  # fmt: skip
BENCH_DISTRIBUTIONS = {"bs4": "beautifulsoup4", "PIL": "pillow", "lxml": "premailer"}
# Run by their command line, or read by another tool.
NOT_IMPORTED = {
    "complaint_qms",
    "ruff",
    "importlinter",
    "mypy",
    "pytest-rerunfailures",
    "pytest-xdist",
    "types-pyyaml",
}
OWN = {"complaint_qms", "tests", "scripts"}


def declared(requirements: list[str]) -> set[str]:
    """Modules of requirements such as ``numpy>=1.26,<3``."""
    names = {re.split(r"[<>=!~ \[;]", requirement, maxsplit=1)[0].lower() for requirement in requirements}
    return {MODULES.get(name, name) for name in names}


def imported(*places: str) -> set[str]:
    """Top modules that files, or the sources in some folders, of the checkout import, wherever in the file."""
    found = set()
    roots = [CHECKOUT / place for place in places]
    for path in (path for root in roots for path in ([root] if root.is_file() else root.rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - OWN


RUNTIME = declared(PROJECT["dependencies"])
DESK = declared(PROJECT["optional-dependencies"]["desk"])
EXTRAS = set().union(*(declared(extra) for extra in PROJECT["optional-dependencies"].values())) - DESK


def test_rooms_that_run_alone_import_what_is_declared() -> None:
    assert imported(*(f"complaint_qms/{room}" for room in ALONE)) - RUNTIME - DESK == set()
    for name in OF_THE_DESK:
        assert imported(f"complaint_qms/engine/{name}") & DESK, f"{name} needs nothing of the desk"


def test_the_command_needs_nothing_of_the_desk() -> None:
    rooms = ("tabular", "backtest", "constants")
    assert imported(*(f"complaint_qms/{room}" for room in rooms)) - RUNTIME == set()
    needs = {
        path.relative_to(CHECKOUT / "complaint_qms" / "engine").as_posix()
        for path in (CHECKOUT / "complaint_qms" / "engine").rglob("*.py")
        if imported(path.relative_to(CHECKOUT).as_posix()) & DESK
    }
    assert needs == set(OF_THE_DESK)
    code = (
        "import sys; sys.modules.update(dict.fromkeys(sys.argv[1:])); "
        "from complaint_qms.backtest import console, demo, main, replay, report, similar_search"
    )
    subprocess.run([sys.executable, "-c", code, *sorted(DESK)], check=True, cwd=CHECKOUT)


def test_the_command_loads_what_is_slow_only_where_it_is_used() -> None:
    slow = ("pandas", "scipy.interpolate", "scipy.optimize", "scipy.stats", "sklearn")
    code = (
        "import sys; from complaint_qms.backtest import console, duplicates, main, replay, report, text_classification; "
        "sys.exit(' '.join(sorted(sys.modules.keys() & set(sys.argv[1:]))) or None)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *slow], check=False, cwd=CHECKOUT, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr.strip()) == (0, "")


def test_the_app_imports_what_is_declared_or_brought_by_frappe() -> None:
    assert imported("complaint_qms") - RUNTIME - DESK - FROM_THE_BENCH == set()


def test_tests_and_scripts_import_what_is_declared_or_brought_by_frappe() -> None:
    assert imported("tests", "scripts") - RUNTIME - DESK - EXTRAS - FROM_THE_BENCH == set()


def test_what_is_declared_is_imported() -> None:
    assert (RUNTIME | DESK) - imported("complaint_qms") == set()
    assert EXTRAS - imported("tests", "scripts") - NOT_IMPORTED == set()


def test_what_is_taken_from_the_bench_is_imported_and_comes_with_frappe() -> None:
    assert FROM_THE_BENCH - imported("complaint_qms", "tests", "scripts") == set()
    brought = set()
    for app in ("frappe", "erpnext"):
        try:
            asked = metadata.requires(app) or ()
        except metadata.PackageNotFoundError:
            pytest.skip(f"no bench: {app} is not installed here")
        brought |= {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in asked}
    taken = (FROM_THE_BENCH | DESK) - {"frappe", "erpnext"}
    assert {BENCH_DISTRIBUTIONS.get(name, name).lower() for name in taken} - brought == set()
