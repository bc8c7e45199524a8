"""A connector to an outside system that is played, and what a worker does with its calls."""

from __future__ import annotations

import frappe
from frappe.utils import add_to_date, now_datetime

from complaint_qms.api import connectors as api
from complaint_qms.constants.connectors import CALL, CONNECTOR
from complaint_qms.services.connectors import calls
from tests.desk import factory


def soon():
    """A moment at which what is asked for now is due."""
    return add_to_date(now_datetime(), seconds=10)


def connector(url: str, **values):
    given = {
        "doctype": CONNECTOR,
        "title": factory.unique("PLM"),
        "enabled": 1,
        "base_url": url,
        "about": "item_code",
        "access": "no_access",
        "method": "by_get",
        "path": "/parts/x",
        "time_limit": 1,
        "mapping": [{"label": "Revision", "path": "$.rev"}, {"label": "Drawings", "path": "$.docs[*].no"}],
    }
    return frappe.get_doc(given | values).insert()


def about_an_item(**values):
    return factory.complaint(item_code=factory.item().name, **values)


def asked_about(doc, at=None) -> list[frappe._dict]:
    """Have the systems asked, do what a worker would; the calls."""
    api.refresh(doc.doctype, doc.name)
    return worked(at)


def worked(at=None) -> list[frappe._dict]:
    calls.call_due(now=at)
    return frappe.get_all(CALL, fields=["*"], order_by="creation asc, name asc")
