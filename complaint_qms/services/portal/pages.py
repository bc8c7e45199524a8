"""What every page of the portal begins with: whether there is anything to see, and the frame that it stands in."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe.sessions import get_csrf_token

from complaint_qms.permissions.portal import Party
from complaint_qms.services.portal import access
from complaint_qms.services.visitor import page
from complaint_qms.services.visitor import page_texts as visitor_words


def begin_page(context: Any, words: dict[str, str], address: str) -> Party | None:
    """Fill in what all pages show; for whom the login speaks, None where the page says why there is nothing.

    Args:
        address: of this page, to which somebody who logs in comes back.

    Raises:
        frappe.Redirect: nobody is logged in.
    """
    page.mark_answer(is_public=False)
    party, closed = access.look_in()
    if party.user == "Guest" and access.is_portal_open():
        frappe.local.flags.redirect_location = f"/login?redirect-to={frappe.utils.quote(address)}"
        raise frappe.Redirect(302)
    if party.user != "Guest":
        # The framework asks website users for none until a page has made one.
        get_csrf_token()
    context.update(
        {
            "title": words["title"],
            "words": words,
            "languages": [],
            "language": frappe.local.lang,
            "closed": closed,
            "page_data": "{}",
            "no_breadcrumbs": True,
            "show_sidebar": True,
        }
    )
    return None if closed else party


def give_script(context: Any, **data: Any) -> None:
    """What the page's script begins with."""
    told = {
        "words": context.words,
        "limits": visitor_words.limits(),
        "most_files": page.most_files(),
        "language": frappe.local.lang,
        "door": "portal",
        **data,
    }
    context.page_data = json.dumps(told)
