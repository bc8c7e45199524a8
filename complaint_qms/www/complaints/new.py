"""The form by which a customer files a complaint about what was bought."""

from typing import Any

import frappe

from complaint_qms.integrations.erpnext import portal_users
from complaint_qms.services.portal import new_complaint, page_texts, pages
from complaint_qms.services.visitor import page_texts as visitor_words

no_cache = 1
sitemap = 0


def get_context(context: Any) -> Any:
    """What the form shows, with the newest lines of what was bought."""
    party = pages.begin_page(context, page_texts.of_new(), "/complaints/new")
    if not party:
        return context
    names = portal_users.titles_of(party.customers)
    pages.give_script(
        context,
        wishes=visitor_words.wishes(),
        lines=new_complaint.find_lines(party, "", 0),
        customers=[{"key": key, "name": name} for key, name in names.items()],
        phone=new_complaint.known_phone(frappe.session.user),
        user=frappe.session.user,
    )
    return context
