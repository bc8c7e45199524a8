"""Published Help Articles, for the assistant and for complaints: indexed once, and anew when one changes."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.utils import get_url

from complaint_qms.constants.knowledge import ARTICLE, CATEGORY_TYPE, LANGUAGE
from complaint_qms.engine.dialog import Article, Knowledge
from complaint_qms.services.record import site_cache

_CACHE: Final = "complaint_qms_help_articles"
_MOST: Final = 2000


def published() -> Knowledge:
    """The index of the articles that are published, in a category that is."""
    return site_cache.kept(_CACHE, _built)


def forget() -> None:
    """The index is built anew when it is next asked."""
    site_cache.forget([_CACHE])


def link_of(name: str) -> str:
    """The address of an article on the site; empty where it is gone."""
    route = frappe.db.get_value(ARTICLE, {"name": name, "published": 1}, "route")
    return get_url(f"/{route}") if route else ""


def _built() -> Knowledge:
    if not frappe.db.table_exists(ARTICLE):
        return Knowledge.build([])
    categories = frappe.get_all(CATEGORY_TYPE, {"published": 1}, pluck="name", order_by="name asc")
    if not categories:
        return Knowledge.build([])
    rows = frappe.get_all(
        ARTICLE,
        {"published": 1, "category": ("in", categories)},
        ["name", "title", "content", LANGUAGE],
        order_by="modified desc, name asc",
        limit=_MOST,
    )
    return Knowledge.build(
        [Article(row.name, row.title or "", row.content or "", row[LANGUAGE] or "") for row in rows]
    )
