"""The SOP clock on complaints in memory: hand-reckoned times for a calendar of two shifts in New York.

The site's times are New York's too (tests/desk use a site of that zone), 4 July 2024 (Thursday) is a holiday.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import add_to_date, get_datetime, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.clock import WEEKDAYS
from complaint_qms.services.intake import register
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.sop import clock, escalation
from complaint_qms.services.sop import plan as sop_plan
from tests.desk import factory

HOUR = 3600


@pytest.fixture(autouse=True)
def new_york(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sop_plan, "get_system_timezone", lambda: "America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}")


def holiday_list(*days: str) -> str:
    made = factory.make(
        "Holiday List",
        holiday_list_name=factory.unique("Holidays"),
        from_date="2024-01-01",
        to_date="2024-12-31",
        holidays=[{"holiday_date": f"2024-{day}", "description": "Holiday"} for day in days],
    )
    return made.name


def sop(**values: object) -> Document:
    """Monday to Friday 8-12 and 13-17; response 4 h, triage 8 h, investigation 16 h, the whole 40 h; 75 % warns."""
    shifts = (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"))
    defaults = {
        "sop_name": factory.unique("SOP"),
        "holiday_list": holiday_list("07-04"),
        "first_response_time": 4 * HOUR,
        "resolution_time": 40 * HOUR,
        "warn_percent": 75,
        "working_hours": [
            {"workday": day, "start_time": low, "end_time": high}
            for day in WEEKDAYS[:5]
            for low, high in shifts
        ],
        "stages": [
            {"stage": "intake", "time_limit": 2 * HOUR, "warn_percent": 50},
            {"stage": "triage", "time_limit": 8 * HOUR, "warn_percent": 75},
            {"stage": "investigate", "time_limit": 16 * HOUR, "warn_percent": 0},
        ],
    }
    return factory.make("Complaint SOP", **defaults | values)


def complaint(received: str = "07-01 09:00", procedure: Document | None = None, **values: object) -> Document:
    """A complaint whose clock has just been started."""
    doc = frappe.new_doc("Complaint")
    doc.update(
        {"subject": "Cracked housing", "company": factory.company(), "received_at": at(received), **values}
    )
    doc.sop = (procedure or sop()).name
    clock.start(doc, at(received))
    return doc


def standing(doc: Document) -> dict[str, tuple]:
    """Due, warning and status of the three clocks, times as text without the year."""

    def text(moment: datetime | None) -> str | None:
        return get_datetime(moment).strftime("%m-%d %H:%M") if moment else None

    return {
        name: (text(doc.get(f"{name}_warn_at")), text(doc.get(f"{name}_due")), doc.get(f"{name}_status"))
        for name in ("response", "stage", "resolution")
    }


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
    clock.start(doc, at("07-01 09:00"))
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
    clock.hold(doc, at("07-03 16:00"))
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
    clock.hold(doc, at("07-01 09:30"))
    assert standing(doc) == dict.fromkeys(("response", "stage", "resolution"), (None, None, "paused"))
    assert doc.next_check_at is None
    clock.hold(doc, at("07-01 11:00"))
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
    clock.start(doc, at("07-01 09:00"))
    clock.hold(doc, at("07-01 10:00"))
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
    clock.hold(doc, at("07-01 10:30"))
    assert standing(doc)["stage"] == ("07-01 10:00", None, "paused")
    clock.resume(doc, at("07-02 10:00"))
    assert standing(doc)["stage"] == ("07-01 10:00", "07-02 10:30", "at_risk"), "not reminded twice"
    doc.stage_status = "overdue"
    clock.hold(doc, at("07-02 12:00"))
    assert standing(doc)["stage"][1:] == ("07-02 10:30", "overdue"), (
        "a hold comes too late for what is overdue"
    )
    assert doc.sla_status == "overdue"


def test_a_complaint_without_an_sop_still_keeps_its_log() -> None:
    doc = complaint("07-01 09:00")
    doc.sop = None
    clock.start(doc, at("07-01 09:00"))
    clock.enter_stage(doc, "triage", at("07-01 10:00"))
    clock.hold(doc, at("07-01 11:00"))
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
            clock.start(doc, at("07-01 09:00"))
    finally:
        frappe.db.sql = real
    assert asked == []


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
        sop_plan.check(good)


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
