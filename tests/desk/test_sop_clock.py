"""The SOP clock on complaints in memory: hand-reckoned times for a calendar of two shifts in New York.

The site's times are New York's too (tests/desk use a site of that zone), 4 July 2024 (Thursday) is a holiday.
"""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.services.sop import clock
from tests.desk import clocked, factory
from tests.desk.clocked import HOUR, at, holiday_list, sop, standing

new_york = pytest.fixture(autouse=True)(clocked.new_york)


def complaint(received: str = "07-01 09:00", procedure: Document | None = None, **values: object) -> Document:
    """A complaint whose clock has just been started."""
    doc = frappe.new_doc("Complaint")
    doc.update(
        {"subject": "Cracked housing", "company": factory.company(), "received_at": at(received), **values}
    )
    doc.sop = (procedure or sop()).name
    clock.start_clock(doc, at(received))
    return doc


def log(doc: Document) -> list[tuple]:
    return [(r.stage, r.used_seconds or 0, r.paused_seconds or 0, r.status or "") for r in doc.stage_log]


def test_a_new_complaint_has_three_clocks() -> None:
    doc = complaint("07-01 09:00")  # a Monday
    assert standing(doc) == {
        "response": ("07-01 12:00", "07-01 14:00", "on_track"),
        "stage": ("07-01 10:00", "07-01 11:00", "on_track"),
        # 7 h on Monday, 8 on Tue and Wed, none on 4 July, 8 on Fri (30 of 40 at 16:00) and Mon, the last on Tue 9th
        "resolution": ("07-05 16:00", "07-09 09:00", "on_track"),
    }
    assert doc.sla_status == "on_track"
    assert doc.next_check_at == at("07-01 10:00")
    assert doc.stage_entered_at == at("07-01 09:00")
    assert [(row.stage, row.entered_at, row.left_at) for row in doc.stage_log] == [
        ("intake", at("07-01 09:00"), None)
    ]


def test_the_whole_counts_from_receipt_the_stage_from_registration() -> None:
    doc = complaint("07-01 09:00")
    doc.received_at = at("06-28 16:00")  # the Friday before
    clock.start_clock(doc, at("07-01 09:00"))
    assert standing(doc)["response"] == ("07-01 10:00", "07-01 11:00", "on_track")
    assert standing(doc)["stage"] == ("07-01 10:00", "07-01 11:00", "on_track")


def test_a_new_stage_has_its_own_clock() -> None:
    doc = complaint("07-01 09:00")
    clock.enter_stage(doc, "triage", at("07-01 10:30"))
    assert standing(doc)["stage"] == ("07-02 08:30", "07-02 10:30", "on_track")
    assert log(doc) == [("intake", 5400, 0, "met"), ("triage", 0, 0, "on_track")]
    clock.enter_stage(doc, "investigate", at("07-02 16:00"))
    assert log(doc)[1] == ("triage", 12.5 * HOUR, 0, "missed")
    assert standing(doc)["stage"] == (None, "07-05 16:00", "on_track"), "no warning at 0 percent"
    clock.enter_stage(doc, "solve", at("07-05 16:00"))
    assert log(doc)[2] == ("investigate", 16 * HOUR, 0, "met"), "done exactly when due"
    assert standing(doc)["stage"] == (None, None, ""), "the SOP sets no limit for this stage"


def test_a_hold_over_a_holiday_a_night_and_a_weekend() -> None:
    doc = complaint("07-01 09:00")
    clock.answered(doc, at("07-01 09:30"))
    clock.enter_stage(doc, "triage", at("07-01 10:00"))
    clock.put_on_hold(doc, at("07-03 16:00"))
    assert doc.held_stage == "triage"
    assert doc.on_hold_since == at("07-03 16:00")
    assert standing(doc)["resolution"] == (None, None, "paused")
    assert doc.sla_status == "paused"
    # triage had its 8 h by Tuesday 10:00: a hold comes too late for it, and the sweep has its steps still to make
    assert standing(doc)["stage"] == ("07-01 17:00", "07-02 10:00", "on_track")
    assert doc.next_check_at == at("07-01 17:00")
    clock.resume(doc, at("07-08 10:00"))  # Monday after the holiday weekend
    assert doc.on_hold_since is None
    assert doc.total_hold_seconds == (4 * 24 + 18) * HOUR
    # the whole: 22 h used before, 18 h left: 6 on Monday, 8 on Tuesday, 4 on Wednesday
    assert standing(doc)["resolution"] == ("07-09 10:00", "07-10 12:00", "on_track")
    assert log(doc)[-1] == ("on_hold", 0, (4 * 24 + 18) * HOUR, "")


def test_a_hold_keeps_the_time_that_was_left() -> None:
    doc = complaint("07-01 09:00")
    clock.put_on_hold(doc, at("07-01 09:30"))
    assert standing(doc) == dict.fromkeys(("response", "stage", "resolution"), (None, None, "paused"))
    assert doc.next_check_at is None
    clock.put_on_hold(doc, at("07-01 11:00"))
    assert len(doc.stage_log) == 2, "a second hold is no hold"
    clock.resume(doc, at("07-01 18:00"))
    clock.resume(doc, at("07-01 19:00"))
    assert standing(doc)["stage"] == ("07-02 08:30", "07-02 09:30", "on_track")
    assert standing(doc)["response"] == ("07-02 10:30", "07-02 11:30", "on_track")
    clock.enter_stage(doc, "triage", at("07-02 09:00"))
    assert log(doc)[0] == ("intake", 1.5 * HOUR, 8.5 * HOUR, "met")


def test_leaving_a_hold_for_another_stage() -> None:
    doc = complaint("07-01 09:00")
    clock.enter_stage(doc, "on_hold", at("07-01 10:00"))
    assert standing(doc)["stage"] == ("07-01 10:00", None, "paused")
    clock.enter_stage(doc, "triage", at("07-02 08:00"))
    assert log(doc) == [
        ("intake", 1 * HOUR, 22 * HOUR, "met"),
        ("on_hold", 0, 22 * HOUR, ""),
        ("triage", 0, 0, "on_track"),
    ]
    assert standing(doc)["stage"] == ("07-02 15:00", "07-02 17:00", "on_track")


def test_the_first_response_ends_its_clock_once() -> None:
    doc = complaint("07-01 09:00")
    clock.answered(doc, at("07-01 14:00"))
    assert standing(doc)["response"] == ("07-01 12:00", "07-01 14:00", "met"), "answered exactly when due"
    clock.answered(doc, at("07-03 10:00"))
    assert doc.first_response_at == at("07-01 14:00")
    late = complaint("07-01 09:00")
    clock.answered(late, at("07-01 14:00") + timedelta(microseconds=1))
    assert standing(late)["response"][2] == "missed"
    assert late.sla_status == "on_track", "the clocks that still run decide"


def test_closing_ends_every_clock_and_reopening_goes_on_with_the_time_left() -> None:
    doc = complaint("07-01 09:00")
    clock.enter_stage(doc, "triage", at("07-01 10:00"))
    doc.stage = "closed"
    clock.stop(doc, at("07-02 17:00"))
    clock.stop(doc, at("07-03 17:00"))
    assert standing(doc) == {
        "response": ("07-01 12:00", "07-01 14:00", "missed"),
        "stage": (None, None, ""),
        "resolution": ("07-05 16:00", "07-09 09:00", "met"),
    }
    assert (doc.sla_status, doc.next_check_at) == ("missed", None)
    assert [row.stage for row in doc.stage_log if not row.left_at] == ["closed"]
    clock.enter_stage(doc, "investigate", at("07-05 13:00"))
    # 15 h were used up to the closing, 25 h are left from Friday 13:00: 4, 8, 8, and 5 on Wednesday the 10th
    assert standing(doc)["resolution"] == ("07-09 11:00", "07-10 14:00", "on_track")
    assert standing(doc)["stage"] == (None, "07-09 12:00", "on_track")
    assert doc.total_hold_seconds == 0


def test_the_time_used_in_all_is_that_of_the_clock_which_judges_it() -> None:
    doc = complaint("07-01 09:00")
    doc.received_at = at("06-10 09:00")  # three weeks before anybody registered it
    clock.start_clock(doc, at("07-01 09:00"))
    clock.put_on_hold(doc, at("07-01 10:00"))
    clock.resume(doc, at("07-02 10:00"))
    clock.stop(doc, at("07-02 12:00"), "closed")
    # 15 days of 8 h from 10 June 9:00 to 1 July 9:00, 1 h before the hold, 2 h after it
    assert (doc.resolution_status, doc.resolution_used) == ("missed", (15 * 8 + 1 + 2) * HOUR)
    clock.enter_stage(doc, "investigate", at("07-05 13:00"))
    assert doc.resolution_used == 0, "it runs again"
    clock.stop(doc, at("07-05 15:00"), "closed")
    assert doc.resolution_used == (15 * 8 + 1 + 2 + 2) * HOUR, "while it was closed nothing ran"


def test_no_standing_is_raised_without_the_sweep() -> None:
    doc = complaint("07-01 09:00")
    clock.refresh(doc, at("07-01 16:00"))
    assert standing(doc)["response"][2] == "on_track"
    assert doc.next_check_at == at("07-01 10:00"), "the past: the sweep has this step still to make"


def test_a_later_due_time_lowers_the_standing_again() -> None:
    doc = complaint("07-01 09:00")
    doc.response_status = doc.stage_status = "overdue"
    doc.escalation_level = 1
    generous = sop(first_response_time=10 * HOUR, stages=[{"stage": "intake", "time_limit": 9 * HOUR}])
    doc.sop = generous.name
    clock.refresh(doc, at("07-01 16:30"))  # 6.5 h used of 10 (warns after 7.5) and of 9 (warns after 6.75)
    assert [standing(doc)[name][2] for name in ("response", "stage")] == ["on_track", "on_track"]
    assert doc.escalation_level == 0
    doc.response_status = "overdue"
    clock.refresh(doc, at("07-02 08:30"))
    assert standing(doc)["response"][2] == "at_risk"


def test_a_standing_survives_a_hold() -> None:
    doc = complaint("07-01 09:00")
    doc.stage_status = "at_risk"
    clock.put_on_hold(doc, at("07-01 10:30"))
    assert standing(doc)["stage"] == ("07-01 10:00", None, "paused")
    clock.resume(doc, at("07-02 10:00"))
    assert standing(doc)["stage"] == ("07-01 10:00", "07-02 10:30", "at_risk"), "not reminded twice"
    doc.stage_status = "overdue"
    clock.put_on_hold(doc, at("07-02 12:00"))
    assert standing(doc)["stage"][1:] == ("07-02 10:30", "overdue"), (
        "a hold comes too late for what is overdue"
    )
    assert doc.sla_status == "overdue"


def test_a_complaint_without_an_sop_still_keeps_its_log() -> None:
    doc = complaint("07-01 09:00")
    doc.sop = None
    clock.start_clock(doc, at("07-01 09:00"))
    clock.enter_stage(doc, "triage", at("07-01 10:00"))
    clock.put_on_hold(doc, at("07-01 11:00"))
    clock.resume(doc, at("07-01 12:00"))
    clock.stop(doc, at("07-01 13:00"), "void")
    assert [row.stage for row in doc.stage_log] == ["intake", "triage", "on_hold", "void"]
    assert (doc.sla_status, doc.next_check_at) == ("", None)
    assert set(standing(doc).values()) == {(None, None, "")}


def test_an_sop_in_another_zone() -> None:
    doc = complaint("07-01 09:00", sop(time_zone="Europe/Berlin"))  # 15:00 there
    assert standing(doc)["response"][1] == "07-02 04:00"  # 2 h until 17:00, 2 h from 8:00: 10:00 there


def test_round_the_clock_over_the_autumn_night() -> None:
    doc = complaint("11-02 22:00", sop(round_the_clock=1, working_hours=[], first_response_time=8 * HOUR))
    assert standing(doc)["response"][1] == "11-03 05:00"  # the night has 25 hours


def test_night_shifts_and_midnight() -> None:
    hours = [
        {"workday": "Monday", "start_time": "22:00:00", "end_time": "06:00:00"},
        {"workday": "Tuesday", "start_time": "16:00:00", "end_time": "00:00:00"},
    ]
    doc = complaint("07-01 20:00", sop(working_hours=hours, first_response_time=12 * HOUR))
    assert standing(doc)["response"][1] == "07-02 20:00"


def test_the_company_s_holiday_list_counts_when_the_sop_names_none() -> None:
    frappe.db.set_value("Company", factory.company(), "default_holiday_list", holiday_list("07-02"))
    frappe.clear_document_cache("Company", factory.company())
    doc = complaint("07-01 16:00", sop(holiday_list=None))
    assert standing(doc)["response"][1] == "07-03 11:00"
    frappe.clear_document_cache("Company", factory.company())


def test_a_changed_sop_is_read_anew_in_the_same_request() -> None:
    procedure = sop()
    doc = complaint("07-01 09:00", procedure)
    procedure.first_response_time = 2 * HOUR
    procedure.save()
    clock.refresh(doc, at("07-01 09:00"))
    assert standing(doc)["response"][1] == "07-01 11:00"


def test_a_hundred_complaints_read_their_sop_once() -> None:
    procedure = sop()
    complaint("07-01 09:00", procedure)
    asked = []
    real = frappe.db.sql
    frappe.db.sql = lambda *args, **kwargs: asked.append(args) or real(*args, **kwargs)
    try:
        for _ in range(100):
            doc = frappe.new_doc("Complaint")
            doc.update(
                {"company": procedure.company, "sop": procedure.name, "received_at": at("07-01 09:00")}
            )
            clock.start_clock(doc, at("07-01 09:00"))
    finally:
        frappe.db.sql = real
    assert asked == []


def test_an_sop_with_wrong_hours_opens_to_be_corrected():
    doc = frappe.get_doc("Complaint SOP", {"is_default": 1})
    doc.run_method("onload")
    assert doc.get_onload("workday") == 8 * 3600
    doc.time_zone = "Nowhere/At all"
    doc.run_method("onload")
    assert doc.get_onload("workday") == 0
