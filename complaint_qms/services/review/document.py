"""The PDF of a review: cover, contents with pages, sections, made by the framework's WeasyPrint, which numbers pages by itself."""

from __future__ import annotations

from typing import Any, NoReturn

from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.services.review.sheet import review_markup


def review_pdf(doc: Document) -> bytes:
    """The document in the language of the review."""
    # It loads Pango, which nothing else of the app needs: a host without it keeps everything but this.
    from weasyprint import HTML

    page = f'<!doctype html><html lang="{doc.language or "en"}"><head><meta charset="utf-8"><title>{escape_html(doc.title or doc.name)}</title></head><body style="margin:0">{review_markup(doc)}</body></html>'
    return HTML(string=page, url_fetcher=_fetch_nothing).write_pdf()


def pdf_name(doc: Document) -> str:
    return f"{doc.name}.pdf"


def _fetch_nothing(url: str, *args: Any, **kwargs: Any) -> NoReturn:
    """A PDF is made on the server, which would fetch every address in it, its own network included."""
    raise ValueError(f"not fetched: {url}")
