"""What customers of a field action read in their own language is asked for and signed; a notice that is refused leaves nothing behind."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.api import field_action as desk
from complaint_qms.api import signatures
from complaint_qms.exceptions import GateError
from complaint_qms.services.field_action import notices
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.mailbox import delivering
from tests.desk.recalls import CHINESE, TEXTS, Sold, approve, investigator, planned, quality_manager, running


def test_no_approval_while_customers_have_no_text_in_their_language(site) -> None:
    doc = planned(Sold(), texts=[])
    chinese = frappe.db.get_value("Language", "zh", "language_name")
    with factory.as_user(investigator()):
        with pytest.raises(GateError, match=chinese):
            take_step(doc, "Submit for Approval", TEXTS)
        doc.reload()
        doc.set("texts", [CHINESE, CHINESE])
        with pytest.raises(frappe.ValidationError, match=chinese):
            doc.save()
        doc.reload()
        doc.append("texts", CHINESE)
        doc.save()
        take_step(doc, "Submit for Approval", TEXTS)
    with factory.as_user(quality_manager()):
        approve(doc.name)
        doc.reload().texts[0].hazard = "没有"
        with pytest.raises(GateError, match="Texts for Customers"):
            doc.save()
    frappe.db.set_value("Field Action Text", {"parent": doc.name}, "hazard", "没有")
    standing = signatures.standing("Field Action", doc.name)["given"]
    assert [one["holds"] for one in standing] == [False], "the signature is for the texts as well"


def test_a_notice_that_the_site_refuses_leaves_no_message_that_says_it_was_sent(
    site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with delivering(monkeypatch):
        sold = Sold()
        doc = running(sold)
        with factory.as_user(investigator()):
            desk.send_notices(doc.name)

        def refuse(*_args: object, **_more: object) -> None:
            frappe.throw("No outgoing account")

        monkeypatch.setattr(
            "frappe.core.doctype.communication.communication.Communication.sendmail_input_dict", refuse
        )
        assert notices.send_waiting() == 0
        assert {(one["state"], one["error"]) for one in notices.notices_of(doc.name)} == {
            ("failed", "No outgoing account")
        }
        assert not frappe.db.exists(
            "Communication", {"reference_name": doc.name, "communication_type": "Communication"}
        )
        states = {one["customer"]: one["state"] for one in desk.customers_of(doc.name)["customers"]}
        assert states[sold.bo] == "notice_failed"
