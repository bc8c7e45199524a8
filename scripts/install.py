"""Install the app and its test tools into a Python environment without moving anything that is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.bench import APP, CHECKOUT, Bench, CommandFailed, last_lines, read_json, run, say

VENV = CHECKOUT / ".venv"
_OURS = re.compile(rf"\b{APP.replace('_', '[-_]')}\b.*\brequires\b")  # what the app lacks


def local_python(*extras: str) -> Path:
    """Interpreter of `.venv` in the checkout, made when absent, with the app and `extras` installed."""
    python = VENV / "bin" / "python"
    if not _runs(python):
        say("making .venv")
        if shutil.which("uv"):
            run(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])
        else:
            run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    install_app(python, CHECKOUT, extras)
    return python


def bench_python(bench: Bench, source: Path, *extras: str) -> Path:
    """Interpreter of the bench with the app at `source` and `extras` installed, Frappe's pins unmoved."""
    before = _contradictions(bench.python)
    install_app(bench.python, source, extras)
    # What a bench brings along is not ours to mend, and no reason to stop.
    if made := sorted(_contradictions(bench.python) - before):
        raise CommandFailed(f"the app's packages contradict those of the bench: {'; '.join(made)}")
    return bench.python


def script_packages() -> str:
    """Have the libraries that the desk's scripts are compiled with in `node_modules`; why not, where that is not possible."""
    wanted = read_json(CHECKOUT / "package.json")["dependencies"]
    there = (read_json(CHECKOUT / "node_modules" / name / "package.json").get("version") for name in wanted)
    return "" if list(there) == list(wanted.values()) else script_tools()


def script_tools() -> str:
    """Have these and the tools that check the desk's scripts in `node_modules`; why not, where that is not possible."""
    if not shutil.which("npm"):
        return "npm is not installed"
    wanted, mark = (CHECKOUT / "package.json").read_text("utf-8"), CHECKOUT / "node_modules" / ".installed"
    if mark.is_file() and mark.read_text("utf-8") == wanted:
        return ""
    try:
        run(
            [
                "npm",
                "install",
                "--no-package-lock",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--silent",
            ],
            cwd=CHECKOUT,
        )
    except CommandFailed as error:
        return f"npm could not install them: {error}"
    mark.write_text(wanted, "utf-8")
    return ""


def install_app(python: Path, source: Path, extras: tuple[str, ...]) -> None:
    """Editable install of `source`; every package already present keeps its version. Without the package index the app is taken from
    `source` all the same, where what it needs is there.

    Raises:
        CommandFailed: the packages could not be had and are not there from before either.
    """
    spec = f"{source}[{','.join(extras)}]" if extras else str(source)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pins:
        pins.write("\n".join(_installed(python)))
        pins.flush()
        try:
            run([*_pip(python, "install"), "--quiet", "--constraint", pins.name, "--editable", spec])
        except CommandFailed as error:
            why = last_lines(str(error), count=3)
            if not _has_tools(python, extras) or not (
                installed_from(python, source) or _links(python, source)
            ):
                by_hand = " ".join([*_pip(python, "install"), "--editable", f"'{spec}'"])
                raise CommandFailed(
                    "the app's packages could not be installed. See to it that the package index can be reached and run this again, or "
                    f"install them with `{by_hand}`. It said: {why}"
                ) from None
            say(f"packages not refreshed, going on with those installed: {why}")


def installed_from(python: Path, source: Path) -> bool:
    """Whether this interpreter imports the app from `source`."""
    try:
        place = run([str(python), "-c", f"import {APP}; print({APP}.__path__[0])"], cwd="/")
    except CommandFailed:
        return False
    return Path(place.strip().splitlines()[-1]).resolve() == (source / APP).resolve()


def _links(python: Path, source: Path) -> bool:
    """Have the interpreter import the app from `source` without the package index; whether it does, and nothing that it needs lacks. What
    builds the app is otherwise had from the index too; benches have it."""
    alone = [
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--offline" if shutil.which("uv") else "--no-index",
    ]
    try:
        run([*_pip(python, "install"), *alone, "--editable", str(source)])
    except CommandFailed:
        return False
    return installed_from(python, source) and not any(map(_OURS.search, _contradictions(python)))


def _has_tools(python: Path, extras: tuple[str, ...]) -> bool:
    modules = {
        "test": "pytest, hypothesis, importlinter, openapi_spec_validator, ruff, schemathesis",
        "browser": "playwright",
    }
    wanted = ", ".join(modules[extra] for extra in extras)
    try:
        run([str(python), "-c", f"import {wanted}" if wanted else ""])
    except CommandFailed:
        return False
    return True


def _installed(python: Path) -> list[str]:
    """`name==version` of every package present, as constraints; editable ones are left out."""
    lines = run([*_pip(python, "freeze"), "--exclude-editable"]).splitlines()
    return [line for line in lines if "==" in line and " @ " not in line]


def _pip(python: Path, verb: str) -> list[str]:
    if shutil.which("uv"):
        return ["uv", "pip", verb, "--python", str(python)]
    return [str(python), "-m", "pip", verb]


def _contradictions(python: Path) -> set[str]:
    """Packages whose requirements others do not meet, a line each."""
    done = subprocess.run(_pip(python, "check"), capture_output=True, text=True, check=False)
    lines = (line.strip() for line in (done.stdout + done.stderr).splitlines())
    return {
        line for line in lines if "requires" in line or "has requirement" in line or "incompatible" in line
    }


def _runs(python: Path) -> bool:
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", ""], capture_output=True, check=False).returncode == 0
