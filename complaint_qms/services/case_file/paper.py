"""Markup laid out as pages, by the framework's WeasyPrint, which numbers them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.services.case_file.pictures import as_jpeg
from complaint_qms.services.evidence import disk

_STYLE: Final = Path(frappe.get_app_path("complaint_qms", "templates", "print", "case_file.css"))
_BASE: Final = "https://files-of-this-site.invalid"
_AT_ONCE: Final = 80
"""Pages that are kept in memory."""
_FOR_STYLE: Final = str.maketrans(dict.fromkeys("\"'\\<>{}\n\r", " "))


class Paper:
    """Lays out markup with one style and foot.

    Args:
        folder: where pages are kept until they are bound.
        foot: at the foot of each page.
        more: style on top of the one that all have.
    """

    def __init__(self, folder: Path, foot: str, more: str = "") -> None:
        self._folder, self._foot, self._more = folder, foot.translate(_FOR_STYLE), more
        self._laid: list[Any] = []
        self._paths: list[Path] = []

    def count(self, pieces: Iterable[str]) -> int:
        """How many pages pieces have, of which nothing is kept."""
        return sum(len(self._render(piece, 2).pages) for piece in pieces)

    def lay(self, pieces: Iterable[str], first: int) -> int:
        """Lay pieces behind what was laid before, each beginning on a new page; how many pages they have.

        Args:
            first: number of the first page.
        """
        pages = 0
        for piece in pieces:
            self._laid.append(self._render(piece, first + pages))
            pages += len(self._laid[-1].pages)
            if sum(len(one.pages) for one in self._laid) > _AT_ONCE:
                self._write()
        return pages

    def bound(self) -> list[Path]:
        """PDFs of all that was laid, in its order; the next pages begin anew."""
        self._write()
        paths, self._paths = self._paths, []
        return paths

    def strips(self, texts: list[tuple[str, str]], path: Path) -> None:
        """A page of 595 × 22 points for each (left, right), to be laid above a page of a file."""
        from weasyprint import CSS

        page = CSS(string="@page { size: 595pt 22pt; margin: 0; @bottom-left { content: none } @bottom-right { content: none } } .strip { height: 22pt; padding: 6pt 16pt 0; border-bottom: .6pt solid #c0c6cc; color: #46505a; font-size: 7pt; page-break-after: always; overflow: hidden; white-space: nowrap } .strip b { float: right; font-weight: 400 }")  # fmt: skip
        rows = "".join(f'<div class="strip"><b>{escape_html(right)}</b>{escape_html(left)}</div>' for left, right in texts)  # fmt: skip
        self._html(rows).write_pdf(str(path), stylesheets=[*self._styles, page], font_config=self._fonts)

    def _write(self) -> None:
        """Pages of many pieces share their fonts in one PDF, which takes most of the time and of the room."""
        if not self._laid:
            return
        path = self._folder / f"pages-{len(list(self._folder.iterdir())) + 1}.pdf"
        pages = [page for one in self._laid for page in one.pages]
        self._laid[0].copy(pages).write_pdf(str(path))
        self._paths.append(path)
        self._laid = []

    def _render(self, piece: str, first: int) -> Any:
        from weasyprint import CSS

        numbering = f"@page :first {{ counter-reset: page {first}; }}" if first > 1 else ""
        foot = f'@page {{ @bottom-left {{ content: "{self._foot}"; }} @bottom-right {{ content: "{_("Page", context="Management Review").translate(_FOR_STYLE)} " counter(page); }} }}'
        styles = [*self._styles, CSS(string=foot + numbering)]
        return self._html(piece).render(stylesheets=styles, font_config=self._fonts)

    def _html(self, body: str) -> Any:
        # It loads Pango, which nothing else of the app needs: a host without it keeps everything but this.
        from weasyprint import HTML

        logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
        lang = escape_html(frappe.local.lang or "en")
        page = f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"></head><body>{body}</body></html>'
        return HTML(string=page, base_url=_BASE, url_fetcher=_fetch)

    @cached_property
    def _fonts(self) -> Any:
        from weasyprint.text.fonts import FontConfiguration

        return FontConfiguration()

    @cached_property
    def _styles(self) -> list[Any]:
        from weasyprint import CSS

        return [CSS(string=_STYLE.read_text("utf-8") + self._more, font_config=self._fonts)]


def _fetch(url: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Pictures that are files of this site and open to the reader, made small; nothing else is fetched.

    Raises:
        ValueError: it is something else.
    """
    if not url.startswith(f"{_BASE}/"):
        if url.startswith("data:image/"):
            from weasyprint.urls import default_url_fetcher

            return default_url_fetcher(url)
        raise ValueError("not fetched")
    plain = disk.local(unquote(urlsplit(url).path))
    if not plain or not _is_open(plain):
        raise ValueError("not fetched")
    return {"string": as_jpeg(disk.path_of(plain)), "mime_type": "image/jpeg"}


def _is_open(url: str) -> bool:
    if url.startswith(disk.PUBLIC):
        return True
    names = frappe.get_all("File", {"file_url": url}, pluck="name", order_by="creation asc", limit=20)
    return any(frappe.has_permission("File", "read", doc=name) for name in names)
