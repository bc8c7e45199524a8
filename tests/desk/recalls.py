"""A batch that three customers hold, and field actions about it at their stages."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from complaint_qms.api import signatures
from complaint_qms.constants import roles
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory.people import PASSWORD
from tests.desk.stock_chain import Chain

CHINESE = {
    "language": "zh",
    "reason": "把手断裂",
    "hazard": "烫伤",
    "instruction": "停止使用。\n请<b>寄回</b>。",
}
TEXTS = {"action_class": "Class I", "hazard": "Burns", "instruction": "Stop using it.\nSend it <b>back</b>."}


class Sold:
    """A batch with three customers: the first has two contacts and sent some back, the second is written to in Chinese, the third has neither
    mail nor phone."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.chain.new_item("FG")
        self.chain.new_lot("F1", "FG")
        self.chain.buy("F1", 100, factory.supplier().name)
        self.ada, self.bo, self.cy = (factory.customer().name for _time in range(3))
        for name in (self.ada, self.bo, self.cy):
            frappe.db.set_value(
                "Customer", name, {"email_id": None, "mobile_no": None, "customer_primary_contact": None}
            )
            for one in frappe.get_all(
                "Dynamic Link",
                {"link_doctype": "Customer", "link_name": name, "parenttype": "Contact"},
                pluck="parent",
            ):
                frappe.delete_doc("Contact", one, force=True)
        for name, mails in ((self.ada, ("a1@x.example", "a2@x.example")), (self.bo, ("b@x.example",))):
            for mail in mails:
                factory.make("Contact", first_name=mail, email_ids=[{"email_id": mail, "is_primary": 1}], links=[{"link_doctype": "Customer", "link_name": name}])  # fmt: skip
        frappe.db.set_value("Customer", self.bo, "language", "zh")
        self.first = self.chain.sell(self.ada, ("F1", 10))
        self.chain.take_back(self.first, "F1", 4)
        self.second = self.chain.sell(self.bo, ("F1", 5))
        self.chain.sell(self.cy, ("F1", 2))

    @property
    def batch(self) -> str:
        return self.chain.lots["F1"]


def investigator() -> str:
    return factory.user(roles.INVESTIGATOR)


def quality_manager() -> str:
    return factory.user(roles.QUALITY_MANAGER)


def planned(sold: Sold, **values: object) -> Document:
    with factory.as_user(investigator()):
        doc = factory.make(
            "Field Action",
            title="Recall",
            company=factory.company(),
            batch_no=sold.batch,
            reason="Handle breaks",
            **{"texts": [CHINESE], **values},
        )
        take_step(doc, "Compute Scope", {})
    return doc.reload()


def running(sold: Sold, **values: object) -> Document:
    doc = planned(sold, **values)
    with factory.as_user(investigator()):
        take_step(doc, "Submit for Approval", TEXTS)
    with factory.as_user(quality_manager()):
        approve(doc.name)
    return doc.reload()


def approve(name: str, password: str = PASSWORD) -> None:
    """Sign a field action as the session's user, and take it under way."""
    signatures.sign(
        "Field Action",
        name,
        "under_way",
        "Approval of the field action",
        password,
        frappe.session.user,
        action="Sign and Approve",
    )


def told_of(doc: Document, user: str) -> list[str]:
    """Kinds of what a user was told in the desk about a field action."""
    about = {"reference_name": doc.name, "to_user": user, "channel": "desk"}
    return frappe.get_all("QMS Message", about, pluck="kind")
