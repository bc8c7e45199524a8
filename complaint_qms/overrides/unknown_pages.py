"""Addresses below the public pages and the portal that are no page of theirs: the framework takes the first part of such an
address for a DocType, finds one that is written almost alike, and stumbles over it."""

from __future__ import annotations

from typing import Final

from frappe.website.page_renderers.document_page import DocumentPage
from frappe.website.page_renderers.not_found_page import NotFoundPage
from frappe.website.page_renderers.static_page import StaticPage
from frappe.website.page_renderers.template_page import TemplatePage
from frappe.website.page_renderers.web_form import WebFormPage

from complaint_qms.overrides.requests import PAGES

# What the framework looks for before it thinks of DocTypes; a site may put pages of its own beside ours.
_PAGES: Final = (StaticPage, WebFormPage, DocumentPage, TemplatePage)


class UnknownPage(NotFoundPage):
    """A page renderer of the framework: what is not there is told by the site's own page."""

    def __init__(self, path: str, http_status_code: int | None = None) -> None:
        # The framework hands every renderer the number of what is well.
        super().__init__(path, 404)

    def can_render(self) -> bool:
        path = self.request_path
        first, _slash, rest = path.partition("/")
        if first not in PAGES or not rest:
            return False
        try:
            return not any(page(path).can_render() for page in _PAGES)
        except (OSError, ValueError):
            # No file has such a name: it is too long, or has a NUL or half a character in it.
            return True
