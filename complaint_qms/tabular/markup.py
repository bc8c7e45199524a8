"""Cells of HTML, as editors in browsers write them, as the text that people see."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|body|br|center|code|div|em|font|h[1-6]|head|hr|html|i|img|li|ol|p|pre|s|script|small|span|"
    r"strike|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_LINES = frozenset(
    [
        "blockquote",
        "br",
        "center",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "table",
        "tr",
        "ul",
    ]
)
_SILENT = frozenset(("head", "script", "style", "title"))
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")


def has_markup(text: str) -> bool:
    """Is there a tag of HTML in it, not just a sign that stands for less than?"""
    return "<" in text and _TAG.search(text) is not None


def without_markup(text: str) -> str:
    """What a reader of the page sees; a text without tags of HTML stays, but for what stands for single characters."""
    if has_markup(text):
        reader = _Reader()
        reader.feed(text)
        reader.close()
        return reader.text()
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._silent = 0

    def text(self) -> str:
        lines = ("".join(self._parts)).split("\n")
        return "\n".join(line for line in (_BLANKS.sub(" ", each).strip() for each in lines) if line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _LINES:
            self._parts.append("\n")
        elif tag in ("td", "th"):
            self._parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag in _LINES:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(data)
