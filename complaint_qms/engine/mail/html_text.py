"""The markup of a mail as lines of text, each with what it is marked as: somebody else's words, or a signature.

Every mail program makes other markup; what they share is read here, and what they write as text is left to `parts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from complaint_qms.constants.mail_markers import QUOTE_MARKS, SIGNATURE_MARKS

WRITTEN, QUOTE, SIGNATURE = "", "quote", "signature"
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_SILENT: Final = frozenset(
    ["head", "script", "style", "title", "template", "object", "noscript", "svg", "math"]
)
_HIDDEN: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_SPACES: Final = re.compile(r"[ \t\r\n\f\v\u00a0\u2007\u202f]+")
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST: Final = 5_000_000
"""Characters of markup that are looked at; a mail of more is a data set, and is kept as a file."""


@dataclass(frozen=True)
class Line:
    """A line of a mail. `images` are the Content-IDs of the pictures that stand in it."""

    text: str
    kind: str = WRITTEN
    images: tuple[str, ...] = ()


def lines_of_text(text: str) -> list[Line]:
    return [Line(line.rstrip()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def lines_of_html(html: str) -> list[Line]:
    """Lines of a mail in HTML; empty where nothing in it can be read."""
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False
    )
    source = _ILLEGAL.sub("", html[:_LONGEST]).encode("utf-8", "replace")
    try:
        root = etree.fromstring(source, parser) if source.strip() else None
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return []
    writer = _Writer()
    # Events instead of recursion: how deep a mail is nested is its sender's to choose.
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if isinstance(element.tag, str):
            (writer.open if event == "start" else writer.close)(element)
    writer.end_line()
    return writer.lines


class _Writer:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._text: list[str] = []
        self._says = False
        self._images: list[str] = []
        self._kinds: list[str] = [WRITTEN]
        self._marked: list[etree._Element] = []
        self._silent: etree._Element | None = None
        self._pre = 0

    def open(self, element: etree._Element) -> None:
        if self._silent is not None:
            return
        tag = element.tag.lower()
        if tag in _SILENT or _HIDDEN.search(element.get("style") or ""):
            self._silent = element
            return
        if tag in _BLOCKS:
            self.end_line()
        if kind := _kind(element, tag):
            self.end_line()
            self._kinds.append(kind)
            self._marked.append(element)
        if tag == "br":
            self.end_line(always=True)
        elif tag == "hr":
            self.lines.append(Line("", self._kinds[-1]))
        elif tag == "li":
            self._add("- ")
        elif tag in ("td", "th") and self._says:
            self._add(" | ")
        elif tag == "img":
            self._image(element)
        self._pre += tag == "pre"
        self._say(element.text)

    def close(self, element: etree._Element) -> None:
        if self._silent is not None:
            if element is not self._silent:
                return
            self._silent = None
            self._say(element.tail)
            return
        tag = element.tag.lower()
        self._pre -= tag == "pre"
        if tag in _BLOCKS:
            self.end_line()
            if tag == "p":
                self.lines.append(Line("", self._kinds[-1]))
        if self._marked and self._marked[-1] is element:
            self.end_line()
            self._marked.pop()
            self._kinds.pop()
        self._say(element.tail)

    def end_line(self, *, always: bool = False) -> None:
        text = _SPACES.sub(" ", "".join(self._text)).strip()
        if text or self._images or always:
            self.lines.append(Line(text, self._kinds[-1], tuple(self._images)))
        self._text, self._images, self._says = [], [], False

    def _say(self, text: str | None) -> None:
        if not text:
            return
        if self._pre:
            first, *rest = text.split("\n")
            self._add(first)
            for line in rest:
                self.end_line(always=True)
                self._add(line)
        else:
            self._add(text)

    def _add(self, piece: str) -> None:
        self._text.append(piece)
        self._says = self._says or bool(piece.strip())

    def _image(self, element: etree._Element) -> None:
        source = (element.get("src") or "").strip()
        if source[:4].lower() == "cid:":
            self._images.append(source[4:].strip("<> "))


def _kind(element: etree._Element, tag: str) -> str:
    if tag == "blockquote":
        return QUOTE
    marks = set((element.get("class") or "").lower().split())
    name = (element.get("id") or "").lower()
    # Outlook puts a prefix of its own before the names of others.
    marks |= {mark.removeprefix("x_") for mark in (*marks, name)} | {name}
    if marks & QUOTE_MARKS:
        return QUOTE
    if marks & SIGNATURE_MARKS or element.get("data-smartmail") == "gmail_signature":
        return SIGNATURE
    return WRITTEN
