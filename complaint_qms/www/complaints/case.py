"""One of the customer's complaints: how it stands, and what they have to say."""

from typing import Any
from urllib.parse import quote

import frappe

from complaint_qms.services.portal import case, page_texts, pages

no_cache = 1
sitemap = 0


def get_context(context: Any) -> Any:
    """The page with how the complaint stands at this moment."""
    name = str(frappe.form_dict.get("complaint") or "")
    party = pages.begin_page(context, page_texts.of_case(), f"/complaints/{quote(name)}")
    if not party:
        return context
    try:
        told = case.how_it_stands(party, name)
    except frappe.DoesNotExistError:
        frappe.clear_last_message()
        context.closed = page_texts.of_none()
        return context
    pages.give_script(context, complaint=name, told=told)
    return context
