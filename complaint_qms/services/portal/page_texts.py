"""What the pages of the portal say, in the language of the login; their scripts have no other words."""

from __future__ import annotations

from frappe import _

from complaint_qms.services.record.collected import DOCUMENTS
from complaint_qms.services.visitor import page_texts


def of_list() -> dict[str, str]:
    """Words of the list of complaints."""
    return {
        "title": _("Your complaints"),
        "new": _("New Complaint"),
        "open": _("In progress"),
        "ended": _("Finished"),
        "all": _("All complaints"),
        "states": _("Which complaints"),
        "waits_solution": _("Tell us whether our solution helps you"),
        "waits_question": _("Answer our question"),
        "received": _("Received on"),
        "nothing": _("There is no complaint here."),
        "newer": _("Newer"),
        "older": _("Older"),
        "pages": _("Pages"),
        "needs_scripts": "",
        "pair": _("{0}: {1}"),
        "untitled": _("Complaint {0}"),
    }


def of_case() -> dict[str, str]:
    """Words of the page of one complaint."""
    return {
        **page_texts.of_tracking(),
        "back_to_list": _("All complaints"),
        "original": _("It goes on with this complaint"),
        "logged_out": _logged_out(),
        "log_in": _("Log In"),
    }


def of_new() -> dict[str, str]:
    """Words of the form by which a complaint is filed."""
    return {
        **page_texts.of_form(),
        "title": _("New complaint"),
        "intro": _("Choose what it is about, and describe it in a few words. Photos help."),
        "back_to_list": _("All complaints"),
        "about": _("What is it about?"),
        "search": _("Search"),
        "search_hint": _("By number of delivery, invoice or order, item, batch or serial number"),
        "more": _("Show More"),
        "no_line": _("Nothing was found. Search for something else, or choose “Something Else”."),
        "something_else": _("Something Else"),
        "choose_line": _("Choose From What You Bought"),
        "change": _("Choose Another One"),
        "which_batch": _("Which batch?"),
        "which_serial": _("Which serial number?"),
        "not_known": _("I do not know"),
        "customer": _("For which of your companies?"),
        "choose": _("Choose"),
        "bought_by": _("Bought by"),
        **{doctype: said() for doctype, said in DOCUMENTS.items()},
        "logged_out": _logged_out(),
        "log_in": _("Log In"),
        "choose_first": _("Choose what it is about: a line of what you bought, or “Something Else”."),
    }


def of_none() -> str:
    """What a page says of a complaint that is none of the customer's."""
    return _("This complaint is not there, or not yours.")


def _logged_out() -> str:
    return _("You are logged out. Log in again and load this page anew; what you have typed stays.")
