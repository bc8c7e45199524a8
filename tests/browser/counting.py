"""A desk that counts the clicks of a step and looks afterwards whether everything that was typed stands in the record, and
whether the screen on which it ends is whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

import frappe
from playwright.sync_api import Locator, Page

from tests.browser import links, measure
from tests.browser.chinese import english, names
from tests.browser.desk import Desk

# Kept past a page that is loaded anew; a press of Enter on a button is no click.
COUNT = """addEventListener("click", (event) => {
    if (event.isTrusted && event.detail) sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1;
}, true)"""
# An empty page keeps nothing.
COUNTED = "() => location.protocol === 'about:' ? 0 : Number(sessionStorage.clicks || 0)"
TAGS = re.compile(r"<[^>]+>")


class Counting(Desk):
    """One person's desk whose clicks are counted from its first page on."""

    def __init__(self, page: Page, user: str, language: str) -> None:
        super().__init__(page)
        self.user, self.language = user, language
        page.add_init_script(COUNT)
        page.evaluate(COUNT)
        self.typed: dict[str, str] = {}
        self.said: set[str] = set()

    def clicks(self) -> int:
        return int(self.page.evaluate(COUNTED))

    @property
    def is_narrow(self) -> bool:
        return self.page.viewport_size["width"] < 768

    def put(self, within: Locator, **values: str) -> None:
        super().put(within, **values)
        self.typed |= values
        self.said.update(values.values())

    def save(self) -> str:
        name = super().save()
        self.check_kept()
        return name

    def check_kept(self) -> None:
        gone = self.lost()
        assert not gone, f"typed and lost (field: typed, stored): {gone}"

    def check_whole(self) -> None:
        """Nothing on the screen is cut or lies upon another, each link opens, and a Chinese one is Chinese."""
        frappe.db.rollback()
        found = measure.faults(self.page)
        found += [f"dead link: {one}" for one in links.dead(self.user, measure.links(self.page))]
        if self.language == "zh":
            found += [
                f"English: {text}" for text in english(measure.latin(self.page), self.said | set(names()))
            ]
        assert not found, f"{self.page.url}: {found}"

    def lost(self) -> dict[str, tuple[str, Any]]:
        """What was typed into fields of the record that stands on the screen, and is not in it: field → (typed, stored)."""
        doc = self.page.evaluate("() => window.cur_frm && cur_frm.doc") or {}
        typed, self.typed = self.typed, {}
        return {
            name: (value, doc[name])
            for name, value in typed.items()
            if name in doc and not same(value, doc[name])
        }


def same(typed: str, stored: Any) -> bool:
    if isinstance(stored, int | float):
        return float(typed) == float(stored)
    return typed in TAGS.sub("", str(stored or "")) or bool(re.search(r"\d\d:\d\d", typed))


def counted(most: int, phone: int | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator of a step of the walk, whose first argument is the desk: no more than so many clicks (on a phone, whose buttons
    may lie in a menu, than `phone`), nothing typed is lost, and
    the screen where it ends is whole."""

    def around(step: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(step)
        def walked(desk: Counting, *given: Any) -> Any:
            before = desk.clicks()
            made = step(desk, *given)
            taken, enough = desk.clicks() - before, phone if phone and desk.is_narrow else most
            assert taken <= enough, f"{step.__name__}: {taken} clicks, {enough} were enough"
            desk.check_kept()
            desk.check_whole()
            return made

        return walked

    return around
