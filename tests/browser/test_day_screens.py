"""The screens of a day, as each role sees them in English and Chinese, on a desk and on a phone: nothing is cut, nothing lies upon
another, every link opens, and a Chinese screen has no English word of ours."""

from __future__ import annotations

import os
from collections.abc import Iterator

import frappe
import pytest

from complaint_qms.constants import roles
from tests.browser import links, measure
from tests.browser.chinese import english
from tests.browser.day import Day, Screen, make_day, screens
from tests.browser.desk import Desk, visit
from tests.browser.pages import FORGET

pytestmark = pytest.mark.slow

WIDTHS = {390: 844, 1440: 900}  # what stands at the end is the whole
LANGUAGES = ("en", "zh")
PICTURES = os.environ.get("QMS_PICTURES")
"""A folder for a picture of every screen, for whoever wants to look at them."""


@pytest.fixture
def people(person) -> dict[str, str]:
    """Role → somebody who holds it alone, whom nothing else concerns."""
    held = (roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.QUALITY_MANAGER, roles.ACTION_OWNER, roles.REGULATORY,
            roles.ACCOUNTS_USER, roles.AUDITOR)  # fmt: skip
    return {role: person(role, email=f"{frappe.generate_hash(length=8)}@day.example") for role in held}


def test_every_screen_of_a_day(login, people: dict[str, str]) -> None:
    day = make_day(people)
    found: list[str] = []
    for role, visited in screens(day).items():
        desk = Desk(login(people[role]))
        for lang in LANGUAGES:
            speak(people[role], lang)
            found += [
                f"{role} · {fault}" for fault in faults_of_a_day(desk, people[role], visited, lang, day)
            ]
            desk.page.evaluate(FORGET)
            desk.page.goto("about:blank")
    assert not found, "\n" + "\n".join(found)


def speak(user: str, lang: str) -> None:
    frappe.db.set_value("User", user, "language", lang)
    frappe.clear_cache(user=user)
    frappe.db.commit()


def faults_of_a_day(desk: Desk, user: str, visited: list[Screen], lang: str, day: Day) -> Iterator[str]:
    """Faults of the screens of one person, in one language, and the links there that lead nowhere."""
    led: dict[str, str] = {}

    def told(screen: Screen, faults: Iterator[str]) -> Iterator[str]:
        yield from (f"{screen.name} · {lang} · {fault}" for fault in faults)
        led.update({address: screen.name for address in measure.links(desk.page) if address not in led})

    for screen in visited:
        if not screen.charts:
            yield from told(screen, looked_at(desk, screen, lang, day))
    with_charts = [screen for screen in visited if screen.charts]
    for width in WIDTHS if with_charts else ():
        desk.page.evaluate(FORGET)
        desk.page.goto("about:blank")
        resize(desk, width)
        for screen in with_charts:
            show(desk, screen)
            yield from told(screen, measured_at(desk, screen, width, lang, day, ""))
    frappe.db.rollback()
    yield from (f"{led[one]} · {lang} · dead link: {one}" for one in links.dead(user, led))


def looked_at(desk: Desk, screen: Screen, lang: str, day: Day) -> Iterator[str]:
    """Faults of a screen and of the dialog that is opened on it; it stands there at the full width afterwards."""
    show(desk, screen)
    yield from measured(desk, screen, lang, day, "")
    if screen.step:
        desk.primary.click()
        desk.dialog.wait_for()
        desk.settle()
        yield from measured(desk, screen, lang, day, f"dialog {screen.step} · ")
        desk.page.evaluate("cur_dialog.hide()")
        desk.page.wait_for_function("() => !document.querySelector('.modal.show')")


def measured(desk: Desk, screen: Screen, lang: str, day: Day, where: str) -> Iterator[str]:
    if not screen.own:
        return
    for width in WIDTHS:
        resize(desk, width)
        yield from measured_at(desk, screen, width, lang, day, where)


def measured_at(desk: Desk, screen: Screen, width: int, lang: str, day: Day, where: str) -> Iterator[str]:
    yield from (f"{where}{width} px · {fault}" for fault in measure.faults(desk.page))
    if PICTURES:
        told = f"{lang}-{width}-{screen.name}-{where}".replace(" ", "_")
        desk.page.screenshot(path=f"{PICTURES}/{told}.png", full_page=True)
    if lang == "zh" and width == max(WIDTHS):
        yield from (f"{where}English: {text}" for text in english(measure.latin(desk.page), day.names))


def resize(desk: Desk, width: int) -> None:
    desk.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    desk.page.wait_for_timeout(150)


def show(desk: Desk, screen: Screen) -> None:
    """Go to a screen as a link of the desk does."""
    page = desk.page
    if page.evaluate("() => Boolean(window.frappe && frappe.router && frappe.router.current_route)"):
        page.evaluate("address => frappe.set_route(address)", screen.address.replace(" ", "%20"))
        page.wait_for_timeout(150)
    else:
        visit(page, f"/app/{screen.address}")
        page.wait_for_function("() => window.frappe && frappe.router && frappe.router.current_route")
    if screen.drawn:
        page.locator(f".page-container:visible {screen.drawn}").first.wait_for()
    desk.settle()
