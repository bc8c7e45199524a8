"""Help Articles of complaints, for the tests of them."""

from __future__ import annotations

import frappe
from frappe.client import set_value

from complaint_qms.api import knowledge as api
from complaint_qms.constants import roles
from complaint_qms.constants.knowledge import ARTICLE
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory import as_user, at_stage, person

ANN = "ann.zweig@customer.example"
STORY = (
    "<p>Dear Mr Miller, the drip tray of my espresso machine overflows after descaling.</p>"
    "<p>My order was SAL-ORD-2026-00077, call me at +49 30 7654321. Ann Zweig, Hauptstraße 5, 10115 Berlin</p>"
)
REPLY = "<p>Dear Ann Zweig, please empty the drip tray and clean its float with warm water.</p>"
SUMMARY = "The float of the drip tray was blocked by lime; cleaning it helped Ann Zweig."
TITLE = "Drip tray overflows after descaling"


def closed(**values: object):
    told = {
        "subject": TITLE,
        "description": STORY,
        "complainant_name": "Ann Zweig",
        "customer": factory.customer().name,
        "contact_email": ANN,
        "language": "en",
    }
    doc = at_stage("review", **told | values)
    doc.db_set({"reply": REPLY, "complaint_owner": "Administrator"})
    doc.reload()
    factory.tick_all(doc)
    with as_user(person(roles.MANAGER, roles.QUALITY_MANAGER)):
        take_step(
            doc,
            "Close",
            {
                "closing_decision": "justified",
                "capa_required": "no",
                "no_capa_reason": "Once",
                "closing_summary": SUMMARY,
            },
        )
    return doc


def written(agent: str, **values: object):
    doc = closed(**values)
    with as_user(agent):
        return doc, frappe.get_doc(ARTICLE, api.write(doc.name)["name"])


def published(agent: str, manager: str, **values: object):
    doc, article = written(agent, **values)
    with as_user(manager):
        set_value(ARTICLE, article.name, "published", 1)
    article.reload()
    return doc, article
