"""The code keeps the house's own rules: style, format, and who may import whom."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from scripts.bench import CHECKOUT, last_lines

# Types must hold for the oldest Python that is supported; numpy for newer ones writes its own in their syntax.
OLDEST, OWN_SYNTAX = "3.10", (3, 12)
LOADS_PROFILE = re.compile(r"settings\.(load|register)_profile\(")


def passes(*command: str) -> None:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode:
        told = last_lines(done.stdout + done.stderr, count=60)
        pytest.fail(f"{' '.join(command[1:])}\n{told}", pytrace=False)


def test_ruff_finds_nothing() -> None:
    passes(sys.executable, "-m", "ruff", "check", ".")


def test_every_file_is_formatted() -> None:
    passes(sys.executable, "-m", "ruff", "format", "--check", ".")


def test_imports_run_one_way() -> None:
    run_contracts = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    passes(sys.executable, "-c", run_contracts, "--config", ".importlinter", "--no-cache")


def test_types_of_the_engine_and_of_the_reader_of_tables_hold() -> None:
    pytest.importorskip("mypy", reason="mypy is not installed; `make test` installs it")
    version = ".".join(map(str, sys.version_info[:2])) if sys.version_info >= OWN_SYNTAX else OLDEST
    passes(sys.executable, "-m", "mypy", "--no-error-summary", "--python-version", version)


def test_property_tests_try_the_same_examples_in_each_run() -> None:
    """A module that loads a profile of its own takes the shared one from every test after it."""
    shared = CHECKOUT / "tests" / "conftest.py"
    own = [
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "tests").rglob("*.py")
        if path not in (shared, Path(__file__)) and LOADS_PROFILE.search(path.read_text(encoding="utf-8"))
    ]
    assert not own, f"{own}: tests/conftest.py chooses how property tests search"
    assert settings.default.derandomize or os.environ.get("HYPOTHESIS_PROFILE")


def test_no_test_of_a_site_takes_back_what_keeps_it_from_committing() -> None:
    """`monkeypatch.undo` undoes what the fixtures have patched as well; `monkeypatch.context` undoes its own."""
    files = [file for room in ("desk", "browser") for file in (CHECKOUT / "tests" / room).rglob("*.py")]
    assert len(files) > 100
    assert not [file.name for file in files if "monkeypatch.undo()" in file.read_text("utf-8")]
