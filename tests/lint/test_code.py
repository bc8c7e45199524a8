"""The code keeps the house's own rules: style, format, and who may import whom."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.bench import CHECKOUT, last_lines

# Types must hold for the oldest Python that is supported; numpy for newer ones writes its own in their syntax.
OLDEST, OWN_SYNTAX = "3.10", (3, 12)


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
