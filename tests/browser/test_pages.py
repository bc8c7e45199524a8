"""Whoever gets a page of the browser that somebody else had finds nothing of theirs."""

from __future__ import annotations

from tests.browser.pages import MOST_IDLE, USUAL, Pages

KEPT = "() => [document.cookie, localStorage.length, sessionStorage.length, innerWidth]"
KEEP = "() => { document.cookie = 'cq=1'; localStorage.cq = 1; sessionStorage.cq = 1; }"


def test_a_page_is_used_again_without_anything_of_the_one_before(browser, server: str) -> None:
    pages = Pages(browser, server)
    page = pages.take()
    page.goto("/login")
    before = page.evaluate(KEPT)
    page.evaluate(KEEP)
    page.set_viewport_size({"width": 390, "height": 844})
    page.route("**/login", lambda route: route.abort())
    page.context.new_page()
    assert page.evaluate(KEPT) != before
    pages.give_back(page)
    assert page.url == "about:blank"
    assert page.context.pages == [page]
    other = pages.take(viewport={"width": 390, "height": 844})
    assert other is not page, "it was asked for another window"
    assert pages.take() is page
    page.goto("/login")
    assert page.evaluate(KEPT) == before
    pages.close(page)
    pages.close(other)


def test_no_more_are_kept_than_memory_allows(browser, server: str) -> None:
    pages = Pages(browser, server)
    windows = [{"viewport": {**USUAL["viewport"], "width": 1000 + n}} for n in range(MOST_IDLE + 2)]
    taken = [pages.take(**window) for window in windows]
    for page, window in zip(taken, windows, strict=True):
        pages.give_back(page, **window)
    assert [page.is_closed() for page in taken] == [True] * 2 + [False] * MOST_IDLE
    assert pages.take(**windows[-1]) is taken[-1]
    for page in taken[2:]:
        pages.close(page)
