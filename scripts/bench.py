"""Find a Frappe bench on this machine and run commands in it.

Plain standard library: this file also runs where neither Frappe nor the app is installed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

APP = "complaint_qms"
CHECKOUT = Path(__file__).resolve().parent.parent
# Frappe writes logs beside the folder a process is started in; of one that is started elsewhere they go to its errors.
LOGS_TO_ERRORS = {"FRAPPE_STREAM_LOGGING": "1"}


def say(text: str = "") -> None:
    """Print a line at once, so that it stays in order with what child processes print."""
    print(text, flush=True)


class Stopped(Exception):
    """What the checkout cannot help: something is missing here, or does not work. The message says what, and what to do."""


class CommandFailed(Stopped):
    """A command ended badly; the message carries what was run and the end of what it printed."""


def told(command: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Exit code of a command of the Makefile; what stops it from outside is said in words and is no traceback."""
    try:
        return command(arguments)
    except Stopped as reason:
        say(str(reason))
    except OSError as error:
        if not error.filename:
            raise
        say(f"{error.filename}: {error.strerror}; its folder and free space are for this user to write to?")
    except KeyboardInterrupt:
        return 130
    return 1


@dataclass(frozen=True)
class Bench:
    """A bench folder with Frappe, ERPNext and a Python environment in it."""

    path: Path
    frappe: str
    erpnext: str

    def __str__(self) -> str:
        return f"{self.path} (Frappe {self.frappe}, ERPNext {self.erpnext})"

    @property
    def major(self) -> str:
        """The first number of its Frappe's version."""
        return self.frappe.partition(".")[0]

    @property
    def desk(self) -> str:
        """First part of the addresses of its desk: Frappe 16 moved it."""
        return "desk" if self.major.isdigit() and int(self.major) >= 16 else "app"

    @property
    def python(self) -> Path:
        return self.path / "env" / "bin" / "python"

    @property
    def sites(self) -> Path:
        return self.path / "sites"

    @property
    def config(self) -> dict:
        """The settings all sites share (`sites/common_site_config.json`)."""
        return read_json(self.sites / "common_site_config.json")

    def site_config(self, site: str) -> dict:
        """The settings of one site; empty when there is no such site."""
        return read_json(self.sites / site / "site_config.json")

    def env(self, **extra: str) -> dict[str, str]:
        """Environment for a process in the bench: no other virtual environment, no foreign Python path."""
        env = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
        env["PATH"] = f"{self.python.parent}{os.pathsep}{env.get('PATH', os.defpath)}"
        return compiled_aside(env, self.path / "config" / APP / "compiled") | extra

    def command(self, *args: str, site: str | None = None) -> list[str]:
        """Argument list of a bench command: what the `bench` program itself starts for its Frappe verbs."""
        chosen = ["--site", site] if site else []
        return [str(self.python), "-m", "frappe.utils.bench_helper", "frappe", *chosen, *args]

    def run(self, *args: str, site: str | None = None, timeout: float = 1200, **extra_env: str) -> str:
        """Run a bench command to its end and return what it printed.

        Raises:
            CommandFailed: the command's exit code is not 0, or `timeout` seconds have passed.
        """
        return run(self.command(*args, site=site), cwd=self.sites, env=self.env(**extra_env), timeout=timeout)

    def run_script(self, script: Path, *args: str, timeout: float = 600, **extra_env: str) -> str:
        """Run a Python file with the bench's interpreter, in the folder of its sites."""
        command = [str(self.python), str(script), *args]
        return run(command, cwd=self.sites, env=self.env(**extra_env), timeout=timeout)


@dataclass
class Search:
    """Outcome of looking for benches: those that are whole, best first, and why each other place is none."""

    found: list[Bench] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)

    @property
    def bench(self) -> Bench | None:
        """The one that tests and the demo use."""
        return self.found[0] if self.found else None

    @property
    def beside(self) -> Bench | None:
        """The first of another version of Frappe."""
        return next((bench for bench in self.found if bench.major != self.found[0].major), None)

    @property
    def reason(self) -> str:
        return "no Frappe bench with ERPNext found on this machine; set FRAPPE_BENCH to its folder"


def named() -> list[Path]:
    """The folders that FRAPPE_BENCH names, in its order: one, or several as in a search path."""
    told = os.environ.get("FRAPPE_BENCH", "").split(os.pathsep)
    return [Path(place).expanduser() for place in told if place]


def usual(checkout: Path = CHECKOUT) -> list[Path]:
    """Where benches are by habit, best first."""
    places: list[Path] = []
    # The shell's own idea of where it stands keeps a link apps/complaint_qms -> elsewhere visible.
    for here in (Path(os.environ.get("PWD") or checkout), checkout):
        if here.parent.name == "apps" and here.resolve() == checkout.resolve():
            places.append(here.parent.parent)
    return [
        *places,
        Path.home() / "frappe-bench",
        Path.home() / "bench16",
        Path("/home/frappe/frappe-bench"),
        Path("/workspace/development/frappe-bench"),
        Path("/workspaces/frappe_docker/development/frappe-bench"),
    ]


def find(checkout: Path = CHECKOUT) -> Search:
    """Look where FRAPPE_BENCH says, and in the usual places when nothing whole is there; each place once."""
    search, seen = Search(), set()
    for places in (named(), usual(checkout)):
        for place in places:
            if place.resolve() in seen:
                continue
            seen.add(place.resolve())
            outcome = inspect(place)
            if isinstance(outcome, Bench):
                search.found.append(outcome)
            else:
                search.rejected.append((str(place), outcome))
        if search.found:
            break
    return search


def inspect(place: Path) -> Bench | str:
    """The bench at `place`, or in words what it lacks."""
    try:
        if not place.is_dir():
            return "no such folder"
        if not os.access(place / "env" / "bin" / "python", os.X_OK):
            return "no env/bin/python"
        if not (place / "sites").is_dir():
            return "no sites folder"
        versions = {app: _version(place, app) for app in ("frappe", "erpnext")}
    except PermissionError:
        return "not readable by this user"
    missing = [app for app, version in versions.items() if not version]
    if missing:
        return f"without {' and '.join(missing)} under apps"
    return Bench(place.absolute(), **versions)


def compiled_aside(env: dict[str, str], place: Path) -> dict[str, str]:
    """The environment in which Python compiles a module once where it is told to write nothing beside the sources.

    Containers tell it so. Each process of a bench then compiles Frappe anew, which is most of what a short one does.
    """
    if not env.get("PYTHONDONTWRITEBYTECODE"):
        return env
    rest = {key: value for key, value in env.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(place)} | rest


def read_json(path: Path) -> dict:
    """The object in a JSON file; empty when the file is not there.

    Raises:
        Stopped: it is no JSON.
    """
    if not path.is_file():
        return {}
    try:
        return json.loads(path.read_text("utf-8") or "{}")
    except ValueError as error:
        raise Stopped(f"{path} is no JSON ({error}); mend it or take it away") from None


def run(command: list[str], timeout: float = 1200, **kwargs) -> str:
    """Run a command quietly and return its output; `CommandFailed` tells its last lines."""
    shown = " ".join(command)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            **kwargs,
        )
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"`{shown}` took longer than {timeout:.0f} s") from None
    except OSError as error:
        raise CommandFailed(f"`{shown}` could not be started: {error}") from None
    if done.returncode:
        raise CommandFailed(f"`{shown}` ended with {done.returncode}:\n{last_lines(done.stdout)}")
    return done.stdout


def last_lines(text: str, count: int = 40) -> str:
    """The end of a command's output without the frames of its progress bars."""
    lines = [line for line in re.split(r"[\r\n]+", text) if line.strip() and not line.startswith("Updating")]
    return "\n".join(lines[-count:])


def _version(place: Path, app: str) -> str:
    source = place / "apps" / app / app / "__init__.py"
    if not source.is_file():
        return ""
    found = re.search(r"""^__version__\s*=\s*["']([^"']+)""", source.read_text("utf-8"), re.MULTILINE)
    return found.group(1) if found else "unknown"


if __name__ == "__main__":
    result = find()
    if not result.bench:
        places = "\n".join(f"  {place}: {why}" for place, why in result.rejected)
        sys.exit(f"{result.reason}\n{places}")
    for one in result.found:
        say(str(one))
