"""Hours, holidays and limits that change while complaints are open: due times move, nobody is reminded falsely."""

from __future__ import annotations

from datetime import datetime

import frappe
import pytest
from frappe.utils import get_datetime
from rq.job import JobStatus

from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.sop import clock, escalation, reclock
from tests.desk import factory
from tests.desk.factory import person
from tests.job_queues import forget_jobs

MONDAY = datetime(2024, 7, 1, 9, 0)
HOURS = [
    {"workday": day, "start_time": "09:00:00", "end_time": "17:00:00"}
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
]
TWO_DAYS = 16 * 3600
JOB = "complaint_qms.services.sop.reclock.reclock_open"


@pytest.fixture(autouse=True)
def nothing_else_is_due() -> None:
    complaint = frappe.qb.DocType("Complaint")
    frappe.qb.update(complaint).set(complaint.next_check_at, None).where(
        complaint.next_check_at.isnotnull()
    ).run()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, site: str) -> list[str]:
    """Jobs that were put into the queue, in which other tests may have left theirs."""
    forget_jobs(site)
    jobs: list[str] = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **options: jobs.append(method))
    return jobs


def holidays(*days: str) -> str:
    return factory.make(
        "Holiday List",
        holiday_list_name=factory.unique("Holidays"),
        from_date="2024-01-01",
        to_date="2024-12-31",
        holidays=[{"holiday_date": day, "description": "Closed"} for day in days],
    ).name


def sop(**values: object) -> str:
    defaults = {
        "sop_name": factory.unique("SOP"),
        "working_hours": HOURS,
        "resolution_time": TWO_DAYS,
        "warn_percent": 75,
        "stages": [{"stage": "intake", "time_limit": 8 * 3600}],
    }
    return factory.make("Complaint SOP", **defaults | values).name


def complaint(by: str, owner: str | None = None, at: datetime = MONDAY) -> str:
    """An open complaint registered on Monday at nine, due on Tuesday at five in the afternoon."""
    doc = factory.complaint(sop=by)
    doc.update({"received_at": at, "complaint_owner": owner, "sop": by})
    clock.start_clock(doc, at)
    doc.flags.now = at
    doc.db_update()
    frappe.db.delete("Complaint Stage Log", {"parent": doc.name})
    for row in doc.stage_log:
        row.update({"parent": doc.name, "parenttype": "Complaint", "parentfield": "stage_log"})
        row.name = frappe.generate_hash(length=10)
        row.db_insert()
    return doc.name


def due(name: str, which: str = "resolution") -> datetime:
    return get_datetime(frappe.db.get_value("Complaint", name, f"{which}_due"))


def add_holiday(holiday_list: str, day: str) -> None:
    doc = frappe.get_doc("Holiday List", holiday_list)
    doc.append("holidays", {"holiday_date": day, "description": "Closed"})
    doc.save()


def test_a_new_holiday_moves_the_due_times():
    days = holidays()
    name = complaint(sop(holiday_list=days))
    assert (due(name), due(name, "stage")) == (datetime(2024, 7, 2, 17), datetime(2024, 7, 1, 17))
    add_holiday(days, "2024-07-02")
    assert reclock.reclock_open(MONDAY) == 1
    assert (due(name), due(name, "stage")) == (datetime(2024, 7, 3, 17), datetime(2024, 7, 1, 17))
    row = frappe.get_all("Complaint Stage Log", filters={"parent": name}, fields=["due_at"], order_by="idx")[
        0
    ]
    assert get_datetime(row.due_at) == datetime(2024, 7, 1, 17)
    assert reclock.reclock_open(MONDAY) == 0


def test_the_holidays_of_the_company_count_where_the_sop_has_none():
    days = holidays()
    by = sop()
    name = complaint(by)
    company = frappe.db.get_value("Complaint", name, "company")
    frappe.db.set_value("Company", company, "default_holiday_list", days)
    frappe.clear_document_cache("Company", company)
    reclock.reclock_open(MONDAY)
    add_holiday(days, "2024-07-02")
    assert reclock.reclock_open(MONDAY) == 1
    assert due(name) == datetime(2024, 7, 3, 17)


@pytest.mark.parametrize(
    ("change", "resolution", "stage"),
    [
        ({"resolution_time": 3 * 8 * 3600}, datetime(2024, 7, 3, 17), datetime(2024, 7, 1, 17)),
        ({"resolution_time": 8 * 3600}, datetime(2024, 7, 1, 17), datetime(2024, 7, 1, 17)),
        ({"round_the_clock": 1}, datetime(2024, 7, 2, 1), datetime(2024, 7, 1, 17)),
        ({"time_zone": "Asia/Tokyo"}, None, None),
        ({"working_hours": HOURS[1:]}, datetime(2024, 7, 3, 17), datetime(2024, 7, 2, 17)),
        (
            {"stages": [{"stage": "intake", "time_limit": 4 * 3600}]},
            datetime(2024, 7, 2, 17),
            datetime(2024, 7, 1, 13),
        ),
    ],
    ids=["longer", "shorter", "round the clock", "zone", "no Mondays", "stage"],
)
def test_what_of_an_sop_gives_due_times_moves_them(change, resolution, stage):
    by = sop()
    name = complaint(by)
    before = due(name), due(name, "stage")
    doc = frappe.get_doc("Complaint SOP", by)
    doc.update(change)
    doc.save()
    assert reclock.reclock_open(MONDAY) == 1
    if resolution:
        assert (due(name), due(name, "stage")) == (resolution, stage)
    else:
        assert (due(name), due(name, "stage")) != before


def test_what_gives_no_due_times_moves_and_tells_nothing():
    by = sop()
    name = complaint(by, person("Complaint Agent"))
    doc = frappe.get_doc("Complaint SOP", by)
    doc.escalation_role = "Quality Manager"
    doc.description = "Read again"
    doc.save()
    assert reclock.reclock_open(MONDAY) == 0
    assert not frappe.get_all("Notification Log", filters={"document_name": by}, order_by="name")
    assert due(name) == datetime(2024, 7, 2, 17)


def test_the_sweep_does_not_call_overdue_what_is_not_any_more():
    days = holidays()
    name = complaint(sop(holiday_list=days), person("Complaint Agent"))
    at = datetime(2024, 7, 1, 16)
    add_holiday(days, "2024-07-01")
    # The job that moves the due times has not come by yet: at five the old stage limit is over, the new one is not.
    found = escalation.sweep(datetime(2024, 7, 1, 17, 30))
    assert found.overdue == 0
    assert due(name, "stage") == datetime(2024, 7, 2, 17)
    assert at < due(name)


def test_what_was_overdue_by_hours_that_hold_no_longer_is_on_track_again():
    days = holidays()
    name = complaint(sop(holiday_list=days), person("Complaint Agent"))
    assert escalation.sweep(datetime(2024, 7, 3, 9)).overdue == 2
    assert frappe.db.get_value("Complaint", name, ["sla_status", "escalation_level"]) == ("overdue", 1)
    for day in ("2024-07-01", "2024-07-02", "2024-07-03"):
        add_holiday(days, day)
    reclock.reclock_open(datetime(2024, 7, 3, 9))
    assert frappe.db.get_value("Complaint", name, ["sla_status", "escalation_level"]) == ("on_track", 0)
    assert escalation.sweep(datetime(2024, 7, 3, 10)).changed == 0


def test_an_ended_complaint_and_history_stay_as_they_were():
    days = holidays()
    by = sop(holiday_list=days)
    ended, migrated = complaint(by), complaint(by)
    frappe.db.set_value("Complaint", ended, "stage", "void")
    frappe.db.set_value("Complaint", migrated, "is_migrated", 1)
    add_holiday(days, "2024-07-02")
    assert reclock.reclock_open(MONDAY) == 0
    assert due(ended) == due(migrated) == datetime(2024, 7, 2, 17)


def test_the_form_shows_the_new_due_time_before_the_job_came_by():
    days = holidays()
    name = complaint(sop(holiday_list=days))
    add_holiday(days, "2024-07-02")
    seen = overview(frappe.get_doc("Complaint", name))
    assert get_datetime(seen["clock"]["resolution_due"]) == datetime(2024, 7, 3, 17)
    assert due(name) == datetime(2024, 7, 2, 17)


def test_who_handles_them_is_told_once_and_each_complaint_says_what_moved():
    days, handler = holidays(), person("Complaint Agent")
    by = sop(holiday_list=days)
    names = [complaint(by, handler) for _ in range(3)]
    add_holiday(days, "2024-07-02")
    reclock.reclock_open(MONDAY)
    notices = frappe.get_all(
        "Notification Log",
        filters={"for_user": handler},
        fields=["subject", "document_name"],
        order_by="name",
    )
    assert len(notices) == 1
    assert (notices[0].document_name, "3 of your complaints" in notices[0].subject) == (by, True)
    for name in names:
        lines = frappe.get_all(
            "Comment", filters={"reference_name": name}, pluck="content", order_by="creation"
        )
        assert any("Due times moved" in line and " instead of " in line for line in lines)


def test_the_number_of_queries_does_not_grow_with_what_moves():
    def queries(count: int) -> int:
        days, handler = holidays(), person("Complaint Agent")
        by = sop(holiday_list=days)
        for _ in range(count):
            complaint(by, handler)
        add_holiday(days, "2024-07-02")
        asked = []
        real = frappe.db.sql
        frappe.db.sql = lambda *args, **kwargs: asked.append(args) or real(*args, **kwargs)
        try:
            assert reclock.reclock_open(MONDAY) == count
        finally:
            frappe.db.sql = real
        return len(asked)

    queries(1)
    few = queries(3)
    assert queries(20) == few


def test_a_change_asks_for_the_job(asked):
    days = holidays()
    by = sop()
    for _transaction in range(2):
        finished()
        asked.clear()
        add_holiday(days, f"2024-07-0{_transaction + 2}")
        frappe.get_doc("Complaint SOP", by).save()
        assert JOB not in asked  # it would read what is not there yet
        finished()
        assert asked.count(JOB) == 1
    assert frappe.get_attr(JOB) is reclock.reclock_open


@pytest.mark.parametrize(
    ("first", "second", "starts"),
    [
        (None, None, 0),
        ("finished", None, 0),
        ("failed", "finished", 0),
        ("queued", None, None),
        ("started", None, 1),
        ("started", "queued", None),
        (None, "started", 0),
    ],
)
def test_a_job_that_waits_is_enough_and_one_that_runs_is_not(monkeypatch, first, second, starts):
    """One that runs may have read what was before the change."""
    states = dict(zip(reclock.JOB_IDS, (first, second), strict=True))
    monkeypatch.setattr(reclock, "get_job_status", lambda name: states[name] and JobStatus(states[name]))
    started = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **options: started.append(options["job_id"]))
    reclock.request()
    finished()
    assert [name for name in started if name in reclock.JOB_IDS] == (
        [] if starts is None else [reclock.JOB_IDS[starts]]
    )


def finished() -> None:
    """What is to be done after a transaction."""
    frappe.db.after_commit.run()


def test_another_holiday_list_of_the_company_asks_for_the_job(asked):
    company = frappe.get_doc("Company", factory.company())
    company.default_holiday_list = holidays()
    finished()
    asked.clear()
    company.save()
    finished()
    assert asked.count(JOB) == 1
    asked.clear()
    company.save()
    finished()
    assert JOB not in asked


def test_nobody_writes_the_plan_of_a_clock():
    name = complaint(sop())
    doc = frappe.get_doc("Complaint", name)
    known = doc.clock_plan
    doc.clock_plan = "0" * 16
    doc.save()
    assert len(known) == 16
    assert frappe.db.get_value("Complaint", name, "clock_plan") == known


def test_what_somebody_was_saving_is_taken_up_again_and_becomes_due_earlier(monkeypatch):
    by = sop()
    first, held, last = (complaint(by) for _one in range(3))
    doc = frappe.get_doc("Complaint SOP", by)
    doc.resolution_time = 8 * 3600
    doc.save()
    lock, skipped = reclock._locked, []

    def saving(names):
        """Somebody holds one of them the first two times."""
        rows = lock(names)
        if held in names and len(skipped) < 2:
            skipped.append(held)
            return [row for row in rows if row.name != held]
        return rows

    monkeypatch.setattr(reclock, "_locked", saving)
    monkeypatch.setattr(reclock, "sleep", lambda seconds: None, raising=False)
    assert reclock.reclock_open(MONDAY) == 3
    assert skipped == [held, held]
    assert {due(name) for name in (first, held, last)} == {datetime(2024, 7, 1, 17)}


def test_one_complaint_that_a_listener_stumbles_over_holds_up_no_other(monkeypatch):
    by = sop()
    names = [complaint(by) for _one in range(5)]
    doc = frappe.get_doc("Complaint SOP", by)
    doc.resolution_time = 8 * 3600
    doc.save()
    announce = reclock.announce

    def stumbling(found):
        found = list(found)
        if names[1] in {event.name for event in found}:
            raise ValueError("cannot be told")
        announce(found)

    monkeypatch.setattr(reclock, "announce", stumbling)
    slept = []
    monkeypatch.setattr(reclock, "sleep", slept.append)
    assert reclock.reclock_open(MONDAY) == 4
    assert sum(slept) == 0  # another try would fail as well
    assert [due(name).day for name in names] == [1, 2, 1, 1, 1]
