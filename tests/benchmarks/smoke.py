"""Runs a benchmark at a size at which its figures mean nothing, to see that it still runs to its end."""

from __future__ import annotations

import os
import subprocess
import sys

from scripts.bench import CHECKOUT, LOGS_TO_ERRORS

BAR_MISSED = 1


def printed(name: str, *arguments: str) -> str:
    """What the benchmark prints; a bar that is missed at such a size is no matter.

    Raises:
        AssertionError: it stopped with an error. One that it words itself leaves its last lines unprinted.
    """
    command = [sys.executable, "-W", "ignore", "-m", f"tests.benchmarks.{name}", *arguments]
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env=os.environ | LOGS_TO_ERRORS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback (most recent call last)" not in done.stderr, done.stderr
    assert done.returncode in (0, BAR_MISSED), done.stderr
    return done.stdout
