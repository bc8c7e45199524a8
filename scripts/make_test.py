"""`make test`: install what the tests need, prepare what this machine has, run everything in one pytest.

With a usable bench one pytest runs in the bench's environment; without one, in `.venv`, where the desk and browser
folders report themselves skipped. Arguments are handed on to pytest. Files run side by side in lanes, each with a site of its
own: one more than there are cores, because a browser and other processes are waited for, three at most; `QMS_LANES=1` for one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scripts import bench as benches
from scripts import install, pointing, services, sites
from scripts.bench import CHECKOUT, Bench, CommandFailed, say

# The first is the one without windows, which Playwright too takes by itself: the same pages for a seventh less work.
CHROMIUM = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
MOST_LANES, LANE_MEMORY = 3, 2 * 1024**3


@dataclass
class Plan:
    """What this run can do: which interpreter, which bench, and why a part of the tests is left out."""

    python: Path
    bench: Bench | None = None
    no_desk: str = ""
    no_browser: str = ""
    broken: str = ""
    lanes: int = 1
    socket: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def timed(self, part: str):
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[part] = self.seconds.get(part, 0) + time.monotonic() - start

    def environment(self) -> dict[str, str]:
        """What `tests/conftest.py` reads."""
        env = (
            self.bench.env()
            if self.bench
            else benches.compiled_aside(dict(os.environ), install.VENV / "compiled")
        )
        told = {"QMS_NO_DESK": self.no_desk, "QMS_NO_BROWSER": self.no_browser, "QMS_BROKEN": self.broken}
        if self.bench:
            told |= {"QMS_BENCH": str(self.bench.path), "QMS_TEST_SITE": sites.desk_site()}
        if chromium():
            told["QMS_CHROMIUM"] = chromium()
        if self.socket:
            told["FRAPPE_DB_SOCKET"] = self.socket
        return env | {key: value for key, value in told.items() if value}


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave through the blocks that put things back
    say(f"Complaint QMS tests, {time.strftime('%Y-%m-%d %H:%M')}, checkout {CHECKOUT}")
    search = benches.find()
    for place, why in search.rejected:
        if not search.found or Path(place) in benches.named():
            say(f"  not a bench: {place} ({why})")
    if not search.bench:
        return without_bench(search.reason, arguments)
    if missing := unusable(search.bench):
        return without_bench(missing, arguments)
    say(f"  bench: {search.bench}")
    beside = None if arguments else search.beside
    if beside and (missing := unusable(beside)):
        say(f"  skipping the smoke tests on the bench {beside}: {missing}")
        beside = None
    if not beside:
        return with_bench(search.bench, arguments)
    # Its site is made while that of the first is: either takes one core, and most of the time of its tests.
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(1) as meanwhile:
        plan = Plan(python=beside.python, bench=beside, no_browser=browser_missing())
        try:
            stack.enter_context(taken_here(plan))
        except CommandFailed as error:
            say(f"  the smoke tests on the bench {beside} cannot run: {error}")
            return with_bench(search.bench, arguments) or 1
        made = meanwhile.submit(make_sites, plan)
        failed = with_bench(search.bench, arguments)
        made.result()
        say(f"\nSmoke tests beside it, on the bench {beside}")
        return with_site(plan, [*smoke_files(), "-m", "smoke"]) or failed


def unusable(bench: Bench) -> str:
    """Why the bench cannot run; empty when its services answer, or could be started."""
    try:
        services.ensure(bench)
    except services.ServiceMissing as missing:
        return f"the bench {bench} cannot run: {missing}"
    return ""


def smoke_files() -> list[str]:
    """The files that have smoke tests: of the others none is run, and to read them takes longer than these tests."""
    rooms = [CHECKOUT / "tests" / room for room in ("desk", "browser")]
    files = [file for room in rooms for file in sorted(room.glob("test_*.py"))]
    return [str(file.relative_to(CHECKOUT)) for file in files if "mark.smoke" in file.read_text("utf-8")]


def without_bench(reason: str, arguments: list[str]) -> int:
    plan = Plan(python=Path(sys.executable), no_desk=reason, no_browser=reason, lanes=lanes(arguments))
    with plan.timed("packages"):
        plan.python = install.local_python("test")
    return run_pytest(plan, arguments, cwd=CHECKOUT)


def with_bench(bench: Bench, arguments: list[str]) -> int:
    plan = Plan(python=bench.python, bench=bench, no_browser=browser_missing(), lanes=lanes(arguments))
    with taken_here(plan):
        make_sites(plan)
        # Its site, those of the files that make one, and that of the smoke tests, for each lane its own.
        with sites.database_for_tests(bench, plan.socket if plan.lanes > 1 else "", count=2 * plan.lanes + 1):
            return with_site(plan, arguments)


@contextlib.contextmanager
def taken_here(plan: Plan) -> Iterator[None]:
    """The bench of the plan leads to this checkout within, with the packages that its tests need."""
    extras = ("test",) if plan.no_browser else ("test", "browser")
    with contextlib.ExitStack() as stack:
        with plan.timed("packages"):
            stack.enter_context(pointing.pointed_here(plan.bench, extras))
        yield


def make_sites(plan: Plan) -> None:
    """A site for each lane. What the machine lacks leaves tests out; what the app breaks fails them."""
    bench = plan.bench
    try:
        with plan.timed("site"):
            for site in map(sites.desk_site, range(plan.lanes)):
                if os.environ.get("CI") and bench.site_config(site):
                    sites.drop_site(bench, site)
            sites.ensure_lanes(bench, plan.lanes)
            plan.socket = sites.database_socket(bench, sites.desk_site(0))
    except sites.NoSite as missing:
        plan.no_desk = plan.no_browser = str(missing)
    except CommandFailed as error:
        plan.broken = str(error)


def with_site(plan: Plan, arguments: list[str]) -> int:
    """Compile the scripts for this bench, which takes the place of what was compiled for another, and run pytest."""
    if not (plan.no_browser or plan.broken):
        try:
            with plan.timed("assets"):
                sites.build_assets(plan.bench)
        except sites.NoSite as missing:
            plan.no_browser = str(missing)
        except CommandFailed as error:
            plan.broken = str(error)
    return run_pytest(plan, arguments, cwd=plan.bench.sites)


def run_pytest(plan: Plan, arguments: list[str], cwd: Path) -> int:
    for what, why in (("desk tests", plan.no_desk), ("browser tests", plan.no_browser)):
        if why:
            say(f"  skipping {what}: {why}")
    if plan.broken:
        say(f"  the site could not be prepared, so desk and browser tests fail: {plan.broken}")
    say("  tests/benchmarks run at tiny sizes; `make benchmark` measures")
    say("  prepared in " + ", ".join(f"{part} {took:.0f} s" for part, took in plan.seconds.items()))
    side_by_side = (
        ("-n", str(plan.lanes), "--dist", "loadfile", "--no-loadscope-reorder") if plan.lanes > 1 else ()
    )
    command = [str(plan.python), "-m", "pytest", "--durations=10", *side_by_side, *kept_results(plan.bench)]
    command += chosen(arguments)
    done = subprocess.run(command, cwd=cwd, env=plan.environment(), stdin=subprocess.DEVNULL, check=False)
    return done.returncode


def kept_results(bench: Bench | None) -> list[str]:
    """pytest's arguments that leave each test's result in the folder `$QMS_RESULTS`, a file for each bench."""
    folder = os.environ.get("QMS_RESULTS")
    if not folder:
        return []
    name = f"Frappe {bench.frappe}, ERPNext {bench.erpnext}" if bench else "no bench"
    return [f"--junitxml={Path(folder).resolve() / (name + '.xml')}", "-o", f"junit_suite_name={name}"]


def lanes(arguments: list[str]) -> int:
    """How many processes share the files; a run of one file, or of a part of the tests by name, has nothing to share."""
    told = os.environ.get("QMS_LANES")
    if told:
        return max(1, int(told)) if told.isdigit() else 1
    files = [argument for argument in arguments if (CHECKOUT / argument.partition("::")[0]).exists()]
    options = [
        argument for argument in arguments if argument.startswith("-") and argument not in ("-q", "-v", "-x")
    ]
    if options or (len(files) == 1 and (CHECKOUT / files[0].partition("::")[0]).is_file()):
        return 1
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(MOST_LANES, cores + 1, memory // LANE_MEMORY)) if cores > 1 else 1


def chosen(arguments: list[str]) -> list[str]:
    """pytest's arguments: paths of the checkout made absolute; all tests but the benchmarks when none is named."""
    inner = [CHECKOUT / argument.partition("::")[0] for argument in arguments]
    named = [
        path.exists() and not argument.startswith("-")
        for path, argument in zip(inner, arguments, strict=True)
    ]
    absolute = [str(CHECKOUT / a) if is_path else a for a, is_path in zip(arguments, named, strict=True)]
    if any(named):
        return absolute
    # Tests of real servers, workers and browsers: one that fails gets a second try, which the summary tells with the failure.
    return [
        str(CHECKOUT / "tests"),
        f"--ignore={CHECKOUT / 'tests' / 'benchmarks'}",
        "--reruns=1",
        *absolute,
    ]


def browser_missing() -> str:
    """Why the browser tests cannot run here; empty when they can."""
    return "" if chromium() else "no Chromium installed (Debian: apt-get install chromium)"


def chromium() -> str:
    """Path of an installed Chromium; `$QMS_CHROMIUM` wins."""
    named = os.environ.get("QMS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM)), "")


if __name__ == "__main__":
    sys.exit(benches.told(main, sys.argv[1:]))
