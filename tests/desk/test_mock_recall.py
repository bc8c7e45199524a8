"""A mock recall: how long the complete list takes, and how much of what came in is found again."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.api import field_action as desk
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.mailbox import Mailbox
from tests.desk.recalls import TEXTS, Sold, investigator, planned


def test_a_mock_recall_is_timed_balanced_and_tells_nobody(mailbox: Mailbox) -> None:
    sold = Sold()
    doc = planned(sold, is_mock=1)
    panel = desk.customers_of(doc.name)
    lot = panel["balance"]["lots"][0]
    assert (lot["came_in"], lot["delivered"], lot["returned"], lot["on_hand"], lot["difference"]) == (
        100,
        17,
        4,
        87,
        0,
    )
    assert (
        lot["came_in"]
        == lot["consumed"]
        + lot["on_hand"]
        + lot["delivered"]
        - lot["returned"]
        + lot["issued"]
        - lot["adjusted"]
    )
    assert len(panel["balance"]["up"]) == 1
    assert len(panel["balance"]["down"]) >= 3
    assert doc.traced_share == 100
    assert doc.time_to_list >= 1
    sold.chain.scrap("F1", 10)
    assert planned(sold, is_mock=1).traced_share == 90, (
        "what was issued lies nowhere, whatever the ledger says"
    )
    with factory.as_user(investigator()):
        with pytest.raises(frappe.ValidationError, match="mock recall"):
            desk.send_notices(doc.name)
        with pytest.raises(frappe.ValidationError):
            take_step(doc, "Submit for Approval", TEXTS)
        doc.reload()
        doc.is_mock = 0
        with pytest.raises(frappe.ValidationError, match="mock recall"):
            doc.save()
        doc.reload()
        doc.batch_no, doc.supplier_lot = None, "L-1"
        with pytest.raises(frappe.ValidationError, match="starts from"):
            doc.save()
        left = next(iter(desk.customers_of(doc.name)["customers"]))
        desk.leave_out(left["name"], "Holds none")
        assert "Left Out: Holds none" in frappe.get_print("Field Action", doc.name, "Field Action Report")
        doc.reload()
        take_step(doc, "End Mock Recall", {"conclusion": "Found in time"})
    assert doc.reload().stage == "ended"
    assert mailbox.mails == []
    assert not frappe.db.exists("Field Action Notice", {"field_action": doc.name})
    assert "Mass Balance" in frappe.get_print("Field Action", doc.name, "Field Action Report")
