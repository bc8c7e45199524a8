"""The page of a notice, without a login; the secret stands behind the `#` and never reaches the server's log."""

import json
from typing import Any

import frappe
from frappe import _

from complaint_qms.constants.field_action import LONGEST_REMARK
from complaint_qms.services.visitor import page

no_cache = 1
sitemap = 0


def get_context(context: Any) -> Any:
    """The empty page; its script asks for the rest with the secret."""
    page.mark_answer()
    words = _words()
    data = {
        "words": words,
        "limits": {"text": LONGEST_REMARK},
        "language": frappe.local.lang,
        "door": "field_notice",
    }
    context.update(
        {
            "title": words["title"],
            "words": words,
            "languages": page.languages(),
            "language": frappe.local.lang,
            "embedded": False,
            "page_data": json.dumps(data),
            "no_breadcrumbs": True,
        }
    )
    return context


def _words() -> dict[str, str]:
    """What the page says, in the customer's language; its script has no other words."""
    return {
        "title": _("Important Product Notice"),
        "number": _("Our number"),
        "pair": _("{0}: {1}"),
        "language": _("Language"),
        "needs_scripts": _(
            "This page needs JavaScript. Switch it on in your browser, or write to us in another way."
        ),
        "goods": _("Products concerned"),
        "reason": _("Reason"),
        "hazard": _("What may happen"),
        "instruction": _("What you have to do"),
        "have": _("What you have of it"),
        "have_help": _(
            "Leave everything empty if you do not know yet; you can come back with the same link."
        ),
        "delivered": _("By our records: {0}"),
        "still_held": _("Still here"),
        "to_return": _("of which to be returned"),
        "destroyed": _("Destroyed"),
        "used": _("Used up or passed on"),
        "name": _("Your name"),
        "remark": _("Remark (optional)"),
        "characters_left": _("Characters left: {0}"),
        "characters_over": _("Characters too many: {0}. At most {1} can be sent."),
        "send": _("I Have Read This – Send"),
        "sending": _("Sending …"),
        "thanks": _("Thank you. Your answer has reached us."),
        "again": _("You can change it by the same link as long as this action goes on."),
        "known": _("You have already answered. What you send now takes its place."),
        "entered": _(
            "Our staff has entered quantities with you. They stay; what you send now stands beside them and is looked at."
        ),
        "over": _("This action has ended: nothing is taken any more. What you were told stands below."),
        "withdrawn": _("This notice was withdrawn. Call us before you do what it asked for."),
        "questions": _("Questions? Call or write to us:"),
        "ask_sender": _("Questions? Call or write to {0}."),
        "name_missing": _("Your name: enter who acknowledges the notice."),
        "loading": _("One moment …"),
        "no_link": _("Open this page by the link that you were given."),
        "offline": _("No connection. It goes on as soon as there is one."),
        "failed": _("That did not work. Try again in a minute; what you have typed stays."),
    }
