"""The desk's scripts keep the rules of eslint and the form of prettier, both pinned in package.json."""

from __future__ import annotations

import subprocess

import pytest

from scripts.bench import CHECKOUT, last_lines
from scripts.install import script_tools

TOOLS = CHECKOUT / "node_modules" / ".bin"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    if missing := script_tools():
        pytest.skip(f"eslint and prettier: {missing}")


@pytest.mark.parametrize(
    "command",
    [("eslint", "complaint_qms"), ("prettier", "--check", "complaint_qms/**/*.js", "*.mjs")],
    ids=lambda c: c[0],
)
def test_scripts_pass(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [str(TOOLS / command[0]), *command[1:]], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(last_lines(done.stdout + done.stderr, count=60), pytrace=False)
