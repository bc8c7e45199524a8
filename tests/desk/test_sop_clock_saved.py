"""The SOP clock through the complaint's own controller: what a save may move and nobody may clean."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime

from complaint_qms.constants import roles
from complaint_qms.services.intake import register
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.sop import escalation
from complaint_qms.services.sop import plan as sop_plan
from tests.desk import clocked, factory
from tests.desk.clocked import at, sop, standing

new_york = pytest.fixture(autouse=True)(clocked.new_york)

# Through the complaint's own controller ------------------------------------------------------------------------------


def registered(**values: object) -> Document:
    """A complaint registered Monday 1 July 2024 at 9:00 through the door of every channel."""
    given = {
        "subject": "Cracked housing",
        "complainant_name": "Ann Buyer",
        "description": "It broke.",
        **values,
    }
    return register.register({"sop": sop().name, "company": factory.company()} | given, now=at("07-01 09:00"))


def test_registering_starts_the_clock() -> None:
    doc = registered()
    stored = frappe.get_doc("Complaint", doc.name)
    assert standing(stored)["response"] == ("07-01 12:00", "07-01 14:00", "on_track")
    assert stored.next_check_at == at("07-01 10:00")
    assert [(row.stage, row.entered_at) for row in stored.stage_log] == [("intake", at("07-01 09:00"))]


def test_a_form_opened_before_the_sweep_cannot_undo_it() -> None:
    stale = registered()
    escalation.sweep(at("07-01 14:00"))
    stale.subject = "Cracked housing, second look"
    stale.flags.now = at("07-01 14:05")
    stale.save()
    stored = frappe.get_doc("Complaint", stale.name)
    assert stored.subject == "Cracked housing, second look"
    assert [standing(stored)[name][2] for name in ("response", "stage")] == ["overdue", "overdue"]
    assert stored.next_check_at == at("07-05 16:00"), "the warning of the whole"
    assert escalation.sweep(at("07-01 14:10")).changed == 0


def test_nobody_writes_the_clock_from_outside() -> None:
    doc = registered(sla_status="met", resolution_due="2030-01-01 00:00:00")
    assert standing(doc)["resolution"][1] == "07-09 09:00"
    doc.update(
        {"next_check_at": None, "stage_status": "met", "stage_due": "2030-01-01 00:00:00", "stage_log": []}
    )
    doc.flags.now = at("07-01 09:05")
    doc.save()
    stored = frappe.get_doc("Complaint", doc.name)
    assert standing(stored)["stage"] == ("07-01 10:00", "07-01 11:00", "on_track")
    assert stored.next_check_at == at("07-01 10:00")
    assert len(stored.stage_log) == 1


def test_a_corrected_date_of_receipt_moves_the_due_times() -> None:
    doc = registered()
    doc.received_at = at("06-28 16:00")
    doc.awareness_date = "2024-06-28"
    doc.flags.now = at("07-01 09:30")
    doc.save()
    assert standing(frappe.get_doc("Complaint", doc.name))["response"][1] == "07-01 11:00"


def test_a_response_noted_on_the_form_ends_its_clock() -> None:
    doc = registered()
    doc.first_response_at = at("07-01 10:00")
    doc.flags.now = at("07-01 10:05")
    doc.save()
    assert standing(frappe.get_doc("Complaint", doc.name))["response"][2] == "met"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"working_hours": []}, "at least one day"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus is not known"),
        ({"working_hours": [{"workday": "Monday", "start_time": "09:00:00", "end_time": "09:00:00"}]}, "no length"),
    ],
)  # fmt: skip
def test_an_sop_that_no_clock_can_follow_is_refused(values: dict, message: str) -> None:
    good = sop()
    good.update(values)
    with pytest.raises(frappe.ValidationError, match=message):
        sop_plan.check_sop(good)


class TestNobodyCleansTheClock:
    """Times that a clock counts with cannot be moved to make it look better."""

    def kept(self, name: str, field: str) -> object:
        return frappe.db.get_value("Complaint", name, field)

    def late(self, **values: object) -> Document:
        """A complaint received forty days ago and registered now, in triage."""
        received = add_to_date(now_datetime(), days=-40)
        doc = register.register(
            {
                "subject": "Cracked",
                "complainant_name": "Ann",
                "description": "It broke.",
                "received_at": received,
            }
            | values
        )
        take_step(doc, "Start Triage", {})
        return frappe.get_doc("Complaint", doc.name)

    def test_a_complaint_was_not_received_after_it_was_registered(self) -> None:
        name = registered().name
        frappe.db.set_value("Complaint", name, "creation", at("07-01 09:00"), update_modified=False)
        doc = frappe.get_doc("Complaint", name)
        doc.received_at = at("07-02 09:00")
        with pytest.raises(frappe.ValidationError, match="Received At is after the registration"):
            doc.save()

    def test_after_intake_only_a_manager_corrects_the_receipt(self) -> None:
        doc = self.late()
        before, earlier = doc.received_at, doc.received_at - timedelta(days=1)
        frappe.set_user(factory.user(roles.AGENT))
        doc.received_at = earlier
        with pytest.raises(frappe.PermissionError, match="Complaint Manager"):
            doc.save()
        assert self.kept(doc.name, "received_at") == before
        frappe.set_user(factory.user(roles.MANAGER))
        doc = frappe.get_doc("Complaint", doc.name)
        doc.received_at = earlier
        doc.save()
        assert self.kept(doc.name, "received_at") == earlier

    def test_what_a_time_picker_rounds_is_no_correction(self) -> None:
        doc = self.late(first_response_at=add_to_date(now_datetime(), days=-1))
        before = (doc.received_at, doc.first_response_at)
        frappe.set_user(factory.user(roles.AGENT))
        doc.received_at = doc.received_at.replace(microsecond=0)
        doc.first_response_at = str(doc.first_response_at.replace(second=0, microsecond=0))
        doc.save()
        assert (doc.received_at, doc.first_response_at) == before

    def test_the_receipt_cannot_be_taken_away(self) -> None:
        doc = self.late()
        doc.received_at = None
        doc.save()
        assert doc.received_at

    @pytest.mark.parametrize("field", ["first_response_at", "reply_sent_at"])
    def test_an_answer_lies_between_receipt_and_now(self, field: str) -> None:
        doc = self.late()
        doc.set(field, add_to_date(doc.received_at, minutes=-5))
        with pytest.raises(frappe.ValidationError, match="is before Received At"):
            doc.save()
        doc.reload()
        doc.set(field, add_to_date(now_datetime(), minutes=5))
        with pytest.raises(frappe.ValidationError, match="lies in the future"):
            doc.save()
        doc.reload()
        doc.set(field, add_to_date(doc.received_at, days=1))
        doc.save()
        assert self.kept(doc.name, "response_status") in ("met", "missed")

    @pytest.mark.parametrize("to", [None, "2026-01-01 00:00:00"])
    def test_a_first_response_does_not_move(self, to: str | None) -> None:
        doc = self.late(first_response_at=add_to_date(now_datetime(), days=-1))
        doc.first_response_at = to
        with pytest.raises(frappe.ValidationError, match="First Response At stays"):
            doc.save()

    def test_history_comes_by_the_import_alone(self) -> None:
        doc = registered(is_migrated=1)
        assert (doc.is_migrated, standing(doc)["response"][1]) == (0, "07-01 14:00")
        by_rest = frappe.get_doc(
            {
                "doctype": "Complaint",
                "subject": "Cracked",
                "complainant_name": "Ann",
                "description": "It broke.",
                "company": factory.company(),
                "is_migrated": 1,
            }
        ).insert()
        assert by_rest.is_migrated == 0
        by_rest.is_migrated = 1
        by_rest.save()
        assert self.kept(by_rest.name, "is_migrated") == 0
