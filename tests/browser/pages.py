"""Pages of the browser that are used again.

A page that has shown the desk has its scripts at hand and compiled; a new one reads and compiles them all, which is a third of what
showing a record takes. Whoever gets such a page is not logged in and finds nothing stored, no other window and no route of a test's.
"""

from __future__ import annotations

import json

from playwright.sync_api import Browser, CDPSession, Page

PATIENCE = 30_000  # Playwright's own
MOST_IDLE = 4  # each holds some two hundred megabytes
# An empty page has kept nothing and may not be asked.
FORGET = """() => {
    if (!location.protocol.startsWith("http")) return;
    localStorage.clear();
    sessionStorage.clear();
}"""
USUAL = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}


class Pages:
    """The pages of one browser, by what was asked of their windows."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.idle: list[tuple[str, Page]] = []
        self.devtools: dict[Page, CDPSession] = {}

    def take(self, **window: object) -> Page:
        """An empty page of somebody who has just come, without animations, as one may ask for in the system."""
        for place, (key, page) in enumerate(self.idle):
            if key == _key(window):
                del self.idle[place]
                return page
        return self._open(window)

    def give_back(self, page: Page, **window: object) -> None:
        """Have a page that was taken for such a window ready for the next person."""
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.unroute_all(behavior="ignoreErrors")
        page.evaluate(FORGET)
        page.goto("about:blank")
        # Once more, now that no script of the desk can keep anything any longer; cookies too.
        self.devtools[page].send(
            "Storage.clearDataForOrigin", {"origin": self.address, "storageTypes": "all"}
        )
        page.context.clear_cookies()
        page.set_viewport_size({**USUAL, **window}["viewport"])
        page.set_default_timeout(PATIENCE)
        self.idle.append((_key(window), page))
        while len(self.idle) > MOST_IDLE:
            self.close(self.idle.pop(0)[1])

    def close(self, page: Page) -> None:
        del self.devtools[page]
        page.context.close()

    def _open(self, window: dict[str, object]) -> Page:
        page = self.browser.new_context(**{**USUAL, "base_url": self.address, **window}).new_page()
        self.devtools[page] = page.context.new_cdp_session(page)
        _without_socket(self.devtools[page])
        return page


def _key(window: dict[str, object]) -> str:
    return json.dumps(window, sort_keys=True)


def _without_socket(devtools: CDPSession) -> None:
    """Ask no web server for the socket server that does not run: it draws a whole page to say so, again every few seconds."""
    devtools.send("Network.enable")
    devtools.send("Network.setBlockedURLs", {"urls": ["*/socket.io/*"]})
