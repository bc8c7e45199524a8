"""Where on the site an article about complaints stands: below its category, and alone there."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.model.document import Document
from frappe.model.naming import append_number_if_name_exists
from frappe.website.utils import cleanup_page_name

from complaint_qms.constants.knowledge import ARTICLE, CATEGORY_TYPE

_LONGEST: Final = 120
"""Signs of an address at most, so that a number has room in its field."""
_HOME: Final = "kb"
"""Where the framework puts articles."""


def below_category(article: Document) -> str:
    """The address an article may have: its own where that lies below its category, else the same page there."""
    home = frappe.db.get_value(CATEGORY_TYPE, article.category, "route") or _HOME
    wanted = (article.route or "").rsplit("/", 1)[-1]
    page = page_of(wanted) or page_of(article.title) or page_of(article.name)
    route = f"{home}/{page}"[:_LONGEST].rstrip("-./")
    taken = frappe.db.exists(ARTICLE, {"route": route, "name": ("!=", article.name or "")})
    return append_number_if_name_exists(ARTICLE, route, "route") if taken else route


def page_of(text: str | None) -> str:
    """A text as the last part of an address."""
    return cleanup_page_name(text or "").replace("_", "-").strip("-.")[:_LONGEST]
