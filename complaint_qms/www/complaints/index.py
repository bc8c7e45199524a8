"""The customer's own complaints, by how far they are."""

from typing import Any

import frappe
from frappe.utils import cint, formatdate

from complaint_qms.services.portal import listing, page_texts, pages

no_cache = 1
sitemap = 0


def get_context(context: Any) -> Any:
    """One page of the list; it needs no script."""
    party = pages.begin_page(context, page_texts.of_list(), "/complaints")
    if not party:
        return context
    asked = frappe.form_dict.get("state")
    state = asked if asked in listing.STATES else listing.STATES[0]
    number = min(max(cint(frappe.form_dict.get("page")), 1), 1000)
    found = listing.complaints(party, state, number)
    for row in found["rows"]:
        row["day"] = formatdate(row["received"], "medium")
    context.update(
        {
            "rows": found["rows"],
            "states": listing.STATES,
            "state": state,
            "newer": number - 1,
            "older": number + 1 if found["more"] else 0,
        }
    )
    return context
