"""Decides which tests this machine can run. A module that cannot run reports one skip with the reason.

`make test` passes what it found in the environment (see `scripts/make_test.py`). pytest started by hand in a bench's
environment finds that bench itself and uses the test site when it is there.
"""

from __future__ import annotations

import copy
import gc
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from scripts import bench as benches
from scripts import services
from scripts.make_test import browser_missing
from scripts.sites import desk_site

if TYPE_CHECKING:
    from tests.as_found import AsFound

TESTS = Path(__file__).resolve().parent
PICTURES = TESTS.parent / "out" / "browser"
ORDER = {"desk": 1, "browser": 2}
MANY_FILES, SHOWN_FILES = 10, 30
SECOND_TRIES = 10  # of a whole run, about one test in a thousand; `scripts/make_test.py` asks for them

# Property tests try the same examples in each run, so that a red run tells of the change under test; they are judged by
# what they find, not by their time. To look for new counterexamples: HYPOTHESIS_PROFILE=search make test ARGS=tests/engine
COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
settings.register_profile("same", derandomize=True, database=None, **COMMON)
settings.register_profile("search", max_examples=2_000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def room(path: Path) -> str:
    """First folder below `tests/` of a test file: engine, desk, browser, …"""
    return path.resolve().relative_to(TESTS).parts[0]


@cache
def bench_here() -> benches.Bench | None:
    """The bench whose environment runs this pytest."""
    place = Path(os.environ.get("QMS_BENCH") or Path(sys.prefix).parent)
    found = benches.inspect(place)
    return found if isinstance(found, benches.Bench) else None


@cache
def no_desk() -> str:
    """Why tests on a real site cannot run; empty when they can."""
    if told := os.environ.get("QMS_NO_DESK"):
        return told
    if not bench_here():
        return "pytest does not run in a bench's environment; `make test` looks for one"
    if not bench_here().site_config(desk_site()):
        return f"there is no site {desk_site()}; `make test` makes it"
    return ""


@cache
def no_browser() -> str:
    """Why browser tests cannot run; empty when they can."""
    return os.environ.get("QMS_NO_BROWSER") or no_desk() or browser_missing()


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Stand in for modules of the desk and browser rooms that cannot even be imported here."""
    where = room(module_path)
    if where not in ORDER:
        return None
    broken = os.environ.get("QMS_BROKEN", "")
    missing = {"desk": no_desk, "browser": no_browser}[where]()
    if not (broken or missing):
        return None
    return Unavailable.from_parent(parent, path=module_path, broken=broken, missing=missing)


class Unavailable(pytest.File):
    """A test module that is not imported; holds the one item that says why."""

    def __init__(self, *, broken: str, missing: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.broken, self.missing = broken, missing

    def collect(self):
        yield Reason.from_parent(self, name="unavailable")


class Reason(pytest.Item):
    """Skips with what the machine lacks, or fails with what stopped the site from being prepared."""

    def runtest(self) -> None:
        if self.parent.broken:
            pytest.fail(f"the test site could not be prepared: {self.parent.broken}", pytrace=False)
        pytest.skip(self.parent.missing)

    def reportinfo(self):
        return self.path, None, "module"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark items by their room and run the quick rooms first; in lanes the slow files, so that no lane ends on one."""
    for item in items:
        if room(item.path) in ORDER:
            item.add_marker(room(item.path))
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    if os.environ.get("PYTEST_XDIST_WORKER"):
        items.sort(key=lambda item: (item.path not in slow, -ORDER.get(room(item.path), 0), str(item.path)))
    else:
        items.sort(
            key=lambda item: (ORDER.get(room(item.path), 0), item.get_closest_marker("slow") is not None)
        )


def pytest_configure(config: pytest.Config) -> None:
    """Leave out what Frappe, ERPNext and the libraries they pin are warned about: it is not ours to mend."""
    for kind in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning", "SyntaxWarning"):
        config.addinivalue_line("filterwarnings", f"ignore::{kind}")
        config.addinivalue_line("filterwarnings", f"default::{kind}:complaint_qms")
    if config.getoption("dist", "no") == "no":  # a process that collects and runs tests
        gc.disable()


def pytest_collection_finish() -> None:
    """What is loaded by now, Frappe, ERPNext and thousands of tests, stays to the end: the garbage collector need not look through it
    again and again, which is a tenth of the work of a test."""
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A second try is for what a machine under load does once in thousands of tests: where more need one, the run has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and len(reporter.stats.get("rerun", ())) > SECOND_TRIES and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Why tests needed a second try. After a run of many files: which took how long, fixtures included, and how long each lane was at work."""
    again = terminalreporter.stats.get("rerun", ())
    if again:
        terminalreporter.section(f"{len(again)} tests tried again; a run with more than {SECOND_TRIES} fails")
    for report in again:
        terminalreporter.write_line(f"{report.nodeid} ({report.when})\n{report.longreprtext}\n")
    files, lanes = Counter(), Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                files[report.nodeid.partition("::")[0]] += report.duration
                lanes[getattr(report, "worker_id", "one lane")] += report.duration
    if len(files) < MANY_FILES:
        return
    terminalreporter.section(f"slowest {min(SHOWN_FILES, len(files))} of {len(files)} files")
    for file, seconds in files.most_common(SHOWN_FILES):
        terminalreporter.write_line(f"{seconds:8.1f} s  {file}")
    terminalreporter.write_line(
        "at work: " + ", ".join(f"{lane} {lanes[lane]:.0f} s" for lane in sorted(lanes))
    )


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Name of the test site; this process is connected to it from here to the end."""
    import frappe
    from frappe.installer import update_site_config

    from tests import quick_driver, quick_queries
    from tests.as_found import keep_doctypes, keep_kinds, watch_commits
    from tests.job_queues import forget_jobs

    quick_driver.install()
    quick_queries.install()
    name, sites_path = desk_site(), str(bench_here().sites)
    before = os.getcwd()
    os.chdir(sites_path)
    frappe.init(site=name, sites_path=sites_path)
    if not frappe.conf.allow_tests:
        pytest.exit(f"the site {name} does not allow tests (allow_tests in its config)", returncode=3)
    # Mails of the tests are kept on the site, and have an account to go out with.
    if not frappe.conf.mail_server:
        update_site_config("mail_server", "localhost")
        frappe.local.conf.mail_server = "localhost"
    frappe.connect()
    frappe.cache.delete_keys("doctype_form_meta")  # with the scripts of forms as the site last read them
    frappe.local.untouched_flags = copy.deepcopy(dict(frappe.local.flags))
    forget_jobs(name)
    keep_kinds()
    keep_doctypes()
    watch_commits()
    fresh_request()
    yield name
    frappe.destroy()
    os.chdir(before)


@pytest.fixture(scope="session")
def server(site: str) -> Iterator[str]:
    """Address of a web server for the test site, e.g. `http://127.0.0.1:40123`."""
    port = services.free_port()
    address = f"http://127.0.0.1:{port}"
    process = start("serve", "--port", str(port), "--noreload", site=site)
    try:
        _wait_for(address, process)
        yield address
    finally:
        stop(process)


@pytest.fixture(scope="session")
def keeper(site: str) -> Iterator[AsFound]:
    """Remembers the test site and puts it back, for tests that commit."""
    from tests.as_found import AsFound

    made = AsFound()
    yield made
    made.close()


def fresh_request() -> None:
    """Forget what one web request would have kept in memory: user, flags, messages, cached documents.

    What DocTypes look like stays, as a server that has answered others knows it.
    """
    import frappe

    from tests.as_found import changed_user, remembered_structure

    frappe.local.flags = frappe._dict(copy.deepcopy(frappe.local.untouched_flags), in_test=True)
    frappe.local.message_log = []
    frappe.local.response = frappe._dict(docs=[])
    frappe.local.form_dict = frappe._dict()
    frappe.local.cache = remembered_structure()
    frappe.local.role_permissions = {}
    frappe.local.valid_columns = {}
    frappe.local.new_doc_templates = {}
    frappe.local.complaint_qms_confidential = {}
    frappe.local.jenv = None
    # Taken away, not None: the framework asks whether there is one, then reads it.
    for name in ("request", "system_settings", "website_settings"):
        if hasattr(frappe.local, name):
            delattr(frappe.local, name)
    changed_user(frappe.set_user, "Administrator")


def start(*arguments: str, site: str | None = None) -> subprocess.Popen:
    """Start a bench process in a group of its own, its output in a file beside the pictures."""
    bench = bench_here()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (PICTURES / f"{arguments[0]}-{desk_site()}.log").open("w") as log:
        return subprocess.Popen(
            bench.command(*arguments, site=site),
            cwd=bench.sites,
            env=bench.env(CI="1"),  # Frappe: no reloader, no debugger page
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(process: subprocess.Popen) -> None:
    """End a process group politely, then firmly."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=30)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _wait_for(address: str, process: subprocess.Popen, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/api/method/ping", timeout=20):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"the web server did not answer; see {PICTURES / f'serve-{desk_site()}.log'}", pytrace=False)
