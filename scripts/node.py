"""The Node.js that a bench's Frappe asks for: that of the shell, or one that a version manager keeps beside it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from scripts.bench import Bench, read_json

KEPT = (
    ".nvm/versions/node/*/bin",
    ".local/share/fnm/node-versions/*/installation/bin",
    ".asdf/installs/nodejs/*/bin",
    ".volta/tools/image/node/*/bin",
)


def path(bench: Bench) -> str:
    """The search path with a Node.js on it that this bench's Frappe runs with; empty when there is none."""
    usual = bench.env()["PATH"]
    for search in (usual, *(f"{folder}{os.pathsep}{usual}" for folder in _kept())):
        program = shutil.which("node", path=search)
        if program and _version(program) >= _least(bench):
            return search
    return ""


def wanted(bench: Bench) -> str:
    """What is asked for, in words."""
    return f"Node.js {_least(bench)} or newer" if _least(bench) else "Node.js"


def _kept() -> Iterator[Path]:
    """Folders that may hold a Node.js, the one that is told first, then the newest."""
    if told := os.environ.get("QMS_NODE"):
        yield Path(told).expanduser()
    found = [folder for pattern in KEPT for folder in Path.home().glob(pattern)]
    yield from sorted(found, key=lambda folder: _version(str(folder / "node")), reverse=True)


def _least(bench: Bench) -> int:
    asked = read_json(bench.path / "apps" / "frappe" / "package.json").get("engines", {}).get("node", "")
    number = re.search(r"\d+", asked)
    return int(number.group()) if number else 0


def _version(program: str) -> int:
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return -1
    number = re.search(r"\d+", told)
    return int(number.group()) if number else -1
