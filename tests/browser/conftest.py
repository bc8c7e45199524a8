"""A real Chromium whose people are logged in, on a real web server.

Records made here are committed, because the server is another process; after each test the site is put back as it was
found. After the server wrote something, this process sees it from its next transaction on: call `frappe.db.rollback()`
before reading.

Frappe and Playwright are imported inside the fixtures: this file is also read where neither is installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.make_test import chromium
from tests.conftest import PICTURES, desk_site, forget_jobs, fresh_request, start, stop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

    from tests.as_found import AsFound

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The first three draw suggestions below the address bar, in a process of their own for each window: twice the work of
    # opening it. The others are Playwright's, whose list this one takes the place of.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
]
USUAL = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
# No socket server runs in the tests; the desk works without it and says so on the console.
NOT_OURS = re.compile(r"socket\.io|/favicon\.ico")
failed_key = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Remember on the item whether its body failed, for the picture taken afterwards."""
    report = yield
    if report.when == "call":
        item.stash[failed_key] = report.failed
    return report


@pytest.fixture(autouse=True)
def undone(keeper: AsFound) -> Iterator[None]:
    """Remove what a test made and put back what it changed, on the site and on its disk."""
    from tests.as_found import as_found

    fresh_request()
    with as_found(keeper):
        yield
    forget_jobs(desk_site())
    fresh_request()


@pytest.fixture(scope="session")
def worker(site: str) -> Iterator[None]:
    """A background worker, for tests whose steps end in a job."""
    process = start("worker", "--queue", "short,default,long", "--quiet")
    yield
    stop(process)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import expect, sync_playwright

    from tests.browser.desk import WAIT

    expect.set_options(timeout=WAIT)  # what stands already is not waited for
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS, headless=True)
        yield started
        started.close()


@pytest.fixture(scope="session")
def person(site: str) -> Callable[..., str]:
    """Function: email of a user with exactly these roles, visible to the server; the password is `factory.PASSWORD`."""

    import frappe

    from tests.desk import factory

    def make(*roles: str, email: str | None = None) -> str:
        address = factory.user(*roles, email=email)
        frappe.db.commit()
        return address

    return make


@pytest.fixture
def login(server: str, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Function: an empty page of a person who is logged in; with `typed` on the login page, and then it shows the desk.

    Each call is a person of their own (separate cookies), without animations, as one may ask for in the system. When the test ends, an error that a page wrote on its console
    fails it; when it failed, a picture of every page is in `out/browser`.
    """
    from tests.desk.factory import PASSWORD

    pages: list[tuple[Page, list[str]]] = []

    def open_desk(user: str = "Administrator", *, typed: bool = False, **context: object) -> Page:
        page = browser.new_context(**{**USUAL, "base_url": server} | context).new_page()
        _without_socket(page)
        errors: list[str] = []
        page.on("console", lambda message: message.type == "error" and errors.append(_told(message)))
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append((page, errors))
        password = "admin" if user == "Administrator" else PASSWORD
        if typed:
            _type_in(page, user, password)
        else:
            page.request.post(
                "/api/method/login", form={"usr": user, "pwd": password}, fail_on_status_code=True
            )
        return page

    yield open_desk
    failed = request.node.stash.get(failed_key, False)
    errors = [error for _, told in pages for error in told if not NOT_OURS.search(error)]
    for number, (page, _) in enumerate(pages, 1):
        if failed or errors:
            page.screenshot(path=_picture(request.node.name, number), full_page=True)
        page.context.close()
    if errors and not failed:
        pytest.fail("the page wrote errors on its console:\n" + "\n".join(errors), pytrace=False)


def _without_socket(page: Page) -> None:
    """Ask no web server for the socket server that does not run: it draws a whole page to say so, again every few seconds."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setBlockedURLs", {"urls": ["*/socket.io/*"]})


def _type_in(page: Page, user: str, password: str) -> None:
    page.goto("/login")
    page.fill("#login_email", user)
    page.fill("#login_password", password)
    page.click(".page-card-actions .btn-login:visible")
    # Let in; what stands on the first page is waited for by who looks at it.
    page.wait_for_url(re.compile(r"/(app|desk|me)"), timeout=60_000, wait_until="commit")


def _told(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location.get('url', '')})"


def _picture(test: str, number: int) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', test)}-{number}.png"


@pytest.fixture
def complaint(site: str) -> str:
    """A registered complaint, of which the desk knows."""
    import frappe

    from tests.desk import factory

    doc = factory.complaint()
    frappe.db.commit()
    return doc.name
