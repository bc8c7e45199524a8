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
from tests.conftest import PICTURES, fresh_request, start, stop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

    from tests.as_found import AsFound
    from tests.browser.pages import Pages

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
# No socket server runs in the tests; the desk works without it and says so on the console.
# The framework's charts reckon bars before their place has a width.
NOT_OURS = re.compile(r"socket\.io|/favicon\.ico|<rect> attribute width: A negative value")
failed_key = pytest.StashKey[bool]()
pages_key = pytest.StashKey["list[Taken]"]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Remember on the item whether its body failed, for the picture taken afterwards; the report has what its pages wrote."""
    report = yield
    if report.when == "call":
        item.stash[failed_key] = report.failed
    if report.failed:
        for number, one in enumerate(item.stash.get(pages_key, []), 1):
            report.sections.append((f"console of page {number}", "\n".join(one.errors) or "no errors"))
    return report


@pytest.fixture(autouse=True)
def undone(keeper: AsFound) -> Iterator[None]:
    """Remove what a test made and put back what it changed, on the site and on its disk."""
    from tests.as_found import as_found

    fresh_request()
    with as_found(keeper):
        yield
    fresh_request()


@pytest.fixture(scope="module")
def worker(site: str) -> Iterator[None]:
    """A background worker, for tests whose steps end in a job. It takes those of all sites of the bench, and so of other lanes: it
    goes with its file."""
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


@pytest.fixture(scope="session")
def pages(server: str, browser: Browser) -> Pages:
    from tests.browser.pages import Pages

    return Pages(browser, server)


@pytest.fixture
def login(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Function: an empty page of a person who is logged in; with `typed` on the login page, and then it shows the desk. With `once`
    no later test gets that page, because this one listens to it or has it run a script.

    Each call is a person of their own (separate cookies). When the test ends, an error that a page wrote on its console fails it;
    when it failed, a picture of every page is in `out/browser`.
    """
    from tests.desk.factory import PASSWORD

    taken = request.node.stash[pages_key] = []

    def open_desk(
        user: str = "Administrator", *, typed: bool = False, once: bool = False, **window: object
    ) -> Page:
        taken.append(Taken(pages.take(**window), window, once))
        page = taken[-1].page
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
    errors = [error for one in taken for error in one.errors if not NOT_OURS.search(error)]
    for number, one in enumerate(taken, 1):
        if failed or errors:
            one.page.screenshot(path=_picture(request.node.name, number), full_page=True)
        one.leave()
        if failed or errors or one.once or one.page.is_closed():
            pages.close(one.page)
        else:
            pages.give_back(one.page, **one.window)
    if errors and not failed:
        pytest.fail("the page wrote errors on its console:\n" + "\n".join(errors), pytrace=False)


class Taken:
    """A page that a test has, and the errors it writes on its console meanwhile."""

    def __init__(self, page: Page, window: dict[str, object], once: bool) -> None:
        self.page, self.window, self.once = page, window, once
        self.errors: list[str] = []
        page.on("console", self.note)
        page.on("pageerror", self.note_stumble)

    def leave(self) -> None:
        self.page.remove_listener("console", self.note)
        self.page.remove_listener("pageerror", self.note_stumble)

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(_told(message))

    def note_stumble(self, error: Exception) -> None:
        self.errors.append(str(error))


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
