"""Cells of HTML, as editors in browsers write them, as the text that people see.

Read tag by tag with a pattern that never looks beyond the next “<”: a cell may be two million characters of anything.
"""

from __future__ import annotations

import html
import re

_TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "div",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "hr",
        "html",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "script",
        "small",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "u",
        "ul",
    ]
)
_OF_WORD = ("o:", "v:", "w:")
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
_CELLS = frozenset(("td", "th"))
_SILENT = frozenset(("head", "script", "style", "title"))
_PIECE = re.compile(
    r"""<!-{2}.*?(?:-{2}>|\Z)|<[!?][^<>]*>?|</?(?P<name>[a-zA-Z][a-zA-Z0-9]*(?::[a-zA-Z]+)?)(?=[\s/>])(?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*|[^<>]*)>""",
    re.DOTALL,
)
_ATTRIBUTES = re.compile(r"""(?:\s+[a-zA-Z][-:\w]*\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'<>][^\s<>]*))*\s*/?>""")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")


def has_markup(text: str) -> bool:
    """Is there a tag of HTML in it, not just a sign that stands for less than?"""
    return "<" in text and any(match["name"] and _is_tag(match) for match in _PIECE.finditer(text))


def without_markup(text: str) -> str:
    """What a reader of the page sees; a text without tags of HTML stays, but for what stands for single characters."""
    if not has_markup(text):
        return html.unescape(text) if "&" in text and _ENTITY.search(text) else text
    parts: list[str] = []
    silent, end = "", 0
    for match in _PIECE.finditer(text):
        name = (match["name"] or "").lower()
        if name and not _is_tag(match):
            continue  # what merely looks like a tag is text
        if not silent:
            parts.append(html.unescape(text[end : match.start()]))
        end = match.end()
        closes = match[0].startswith("</")
        if name in _SILENT:
            silent = (name if not closes else "") if not silent or (closes and name == silent) else silent
        elif not silent and name in _LINES:
            parts.append("\n")
        elif not silent and name in _CELLS:
            parts.append(" ")
    if not silent:
        parts.append(html.unescape(text[end:]))
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _is_tag(match: re.Match[str]) -> bool:
    """Of HTML, or one of those that Word puts among them. One letter is a quantity too (``i <b the limit> was``): it is a tag
    where nothing but attributes with their values follows."""
    name = match["name"].lower()
    if len(name) > 1:
        return name in _TAGS or name.startswith(_OF_WORD)
    if match[0].startswith("</"):
        return name in _TAGS
    return name in _TAGS and _ATTRIBUTES.fullmatch(match[0], match.end("name") - match.start()) is not None
