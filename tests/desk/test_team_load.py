"""Team Load: who has how much, in a constant number of queries; giving on by the form's rules; due times as a calendar."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, get_datetime, getdate, now_datetime, nowdate

from complaint_qms.api import load as api
from complaint_qms.constants import roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.people.leave import days_away
from complaint_qms.services.work import calendar
from tests.desk import factory
from tests.desk.asked import queries
from tests.desk.factory import as_user, at_stage, person

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def manager() -> str:
    return person(roles.MANAGER)


def row_of(user: str) -> dict:
    return next(row for row in api.view()["people"] if row["user"] == user)


def of_handler(user: str | None, **values: object):
    return factory.in_triage(complaint_owner=user, **values)


def test_a_person_is_told_with_all_that_they_have(manager, monkeypatch):
    agent = person(roles.AGENT)
    late, soon, free = of_handler(agent), of_handler(agent, urgency="high"), of_handler(agent)
    now = now_datetime()
    due = {
        late: now - timedelta(hours=1),
        soon: get_datetime(f"{nowdate()} 23:59:59"),
        free: now + timedelta(days=40),
    }
    for doc, moment in due.items():
        clocks = {f"{clock}_status": "on_track" for clock in ("response", "stage", "resolution")}
        frappe.db.set_value(
            "Complaint",
            doc.name,
            {**clocks, "response_due": None, "stage_due": moment, "resolution_due": None},
        )
    study = factory.investigation(late, investigator=person(roles.INVESTIGATOR))
    frappe.db.set_value(
        "Investigation", study.name, {"investigator": agent, "due_date": add_days(nowdate(), -1)}
    )
    frappe.db.set_single_value(SETTINGS, "usual_capacity", 3)
    employee = factory.employee(agent)
    holidays = frappe.get_doc(
        {
            "doctype": "Holiday List",
            "holiday_list_name": frappe.generate_hash(length=8),
            "from_date": nowdate(),
            "to_date": add_days(nowdate(), 30),
            "holidays": [{"holiday_date": add_days(nowdate(), 2), "description": "off"}],
        }
    ).insert()
    employee.db_set("holiday_list", holidays.name)
    monkeypatch.setattr("complaint_qms.constants.load.CARDS", 2)
    with as_user(manager):
        row = row_of(agent)
    assert (row["open"], row["overdue"], row["days"][0]) == (3, 1, 1)
    assert (row["capacity"], row["share"], row["level"]) == (3, 1.0, "full")
    assert row["stages"] == {"triage": 3}
    assert row["urgencies"]["high"] == 1
    assert [card["name"] for card in row["cards"]] == [late.name, soon.name]
    assert row["cards"][0]["status"] == "overdue"
    assert row["more"] == 1
    assert row["others"]["investigation"] == {"open": 1, "overdue": 1, "week": 0}
    assert row["away"] == [add_days(nowdate(), 2)]
    assert days_away([agent], getdate(), getdate()) == {}


def test_an_agent_sees_their_own_row_and_a_manager_what_is_nobodys(manager):
    agent, other = person(roles.AGENT), person(roles.AGENT)
    of_handler(agent), of_handler(other)
    nobodys = at_stage("triage", complaint_owner=None)
    nobodys.db_set("complaint_owner", None)
    with as_user(agent):
        shown = api.view()
    assert [row["user"] for row in shown["people"]] == [agent]
    assert not shown["sees_all"]
    with as_user(manager):
        people = api.view()["people"]
    assert people[0]["user"] == ""
    assert people[0]["open"] >= 1
    assert {agent, other} <= {row["user"] for row in people}


def test_what_a_manager_does_not_see_counts_as_elsewhere():
    agent = person(roles.AGENT)
    seen, hidden = of_handler(agent), of_handler(agent)
    restricted = person(roles.MANAGER, Customer=seen.customer)
    assert seen.customer != hidden.customer
    with as_user(restricted):
        row = row_of(agent)
    assert (row["open"], row["elsewhere"]) == (1, 1)
    assert [card["name"] for card in row["cards"]] == [seen.name]


def test_the_number_of_queries_does_not_grow_with_people(manager):
    of_handler(person(roles.AGENT))
    with as_user(manager):
        api.view()
        with queries() as few:
            api.view()
    for _ in range(6):
        of_handler(person(roles.AGENT))
    with as_user(manager):
        api.view()
        with queries() as many:
            api.view()
    assert len(many) == len(few), [" ".join(query.split())[:90] for query in many]
    assert len(many) < 25


def test_a_complaint_is_given_by_the_rules_of_its_form_and_taken_back(manager):
    agent, other = person(roles.AGENT), person(roles.AGENT)
    doc = of_handler(agent)
    with as_user(manager):
        given = api.give(doc.name, other, agent)
        assert given == {"name": doc.name, "holder": other, "before": agent}
        task = {"reference_name": doc.name, "status": "Open"}
        assert frappe.get_all("ToDo", task, pluck="allocated_to") == [other]
        # somebody who looked before that
        with pytest.raises(frappe.ValidationError, match="by now"):
            api.give(doc.name, agent, agent)
        assert api.give(doc.name, given["before"], given["holder"])["holder"] == agent
        doc.reload()
        doc.db_set("complaint_owner", None)
        api.give(doc.name, agent, "")
        assert api.give(doc.name, "", agent)["holder"] == ""
        for nobody in ("nobody@nowhere.example", person(roles.AUDITOR)):
            with pytest.raises(frappe.ValidationError):
                api.give(doc.name, nobody, "")
    doc.reload()
    doc.db_set("complaint_owner", agent)
    with as_user(other), pytest.raises(frappe.PermissionError):
        api.give(doc.name, other, agent)
    with as_user(agent):
        assert api.give(doc.name, other, agent)["holder"] == other
    with as_user(person("Sales User")), pytest.raises(frappe.PermissionError):
        api.view()


@pytest.mark.parametrize("filters", [
    [["User", "name", "like", "%"]], [["Complaint", "nix", "=", "1"]], [{"a": 1}], [None], [["Complaint", "received_at", "between", [1]]],
])  # fmt: skip
def test_filters_that_cannot_be_used_are_refused_in_words(manager, filters):
    with factory.as_user(manager), pytest.raises(frappe.ValidationError, match="filters"):
        api.due_times("2026-01-01", "2026-02-01", filters)


def test_the_calendar_asks_in_the_readers_days_and_tells_what_it_has_no_room_for(manager, monkeypatch):
    frappe.db.set_single_value("System Settings", "time_zone", "Asia/Shanghai")
    # The last day of January in New York ends at 13:00 in Shanghai on the first of February.
    moments = ("2031-02-01 12:30:00", "2031-01-01 12:30:00", "2031-01-01 13:30:00", "2031-02-01 13:30:00")
    docs = [of_handler(person(roles.AGENT)).name for _ in moments]
    last, before, first, after = docs
    for name, due in zip(docs, moments, strict=True):
        frappe.db.set_value("Complaint", name, {"stage_due": due, "stage_status": "on_track"})
    frappe.db.set_value("User", manager, "time_zone", "America/New_York")
    frappe.clear_document_cache("User", manager)
    mine = [["Complaint", "name", "in", docs]]

    def seen(begin, end):
        return [row["name"] for row in api.due_times(begin, end, mine)]

    with as_user(manager):
        assert seen("2031-01-01", "2031-02-01") == [first, last]
        assert seen("2031-01-01 12:00:00", "2031-02-01 13:30:00") == [before, first, last, after]
        assert not frappe.local.message_log
        monkeypatch.setattr(calendar, "MOST_EVENTS", 2)
        assert seen("2031-01-01 12:00:00", "2031-02-01 13:30:00") == [before, first]
        assert "first 2 due times" in str(frappe.local.message_log)
        assert len(seen("1900-01-01", "9999-12-31")) == 2  # their other clocks run out first
        with pytest.raises(frappe.ValidationError, match="start"):
            seen("0001-01-01", "9999-12-31")


def test_due_times_stand_in_the_calendar_and_move_nowhere(manager):
    doc = of_handler(person(roles.AGENT), subject="Lid <b>leaks</b>")
    due = get_datetime(frappe.db.get_value("Complaint", doc.name, "resolution_due"))
    begin, end = str(due - timedelta(minutes=1)), str(due + timedelta(minutes=1))
    with as_user(manager):
        events = [row for row in api.due_times(begin, end) if row["name"] == doc.name]
        assert api.due_times(begin, end, [["Complaint", "name", "=", "none"]]) == []
        with pytest.raises(frappe.ValidationError):
            api.due_times("some day", end)
    assert any(row["due"] == due for row in events)
    assert all(row["movable"] is False and "<b>" not in row["title"] for row in events)
    hidden = person(roles.MANAGER, Customer=factory.customer().name)
    with as_user(hidden):
        assert not [row for row in api.due_times(begin, end) if row["name"] == doc.name]
    # Who sends the framework's own request finds the clock as it was.
    doc.reload()
    doc.resolution_due = add_days(due, 3)
    doc.save()
    doc.reload()
    assert get_datetime(doc.resolution_due) == due


def test_who_may_take_no_complaint_is_not_proposed(manager):
    agent, study = (
        person(roles.AGENT),
        factory.investigation(of_handler(None), investigator=person(roles.INVESTIGATOR)),
    )
    auditor = person(roles.AUDITOR)
    frappe.db.set_value("Investigation", study.name, "investigator", auditor)
    with as_user(manager):
        assert row_of(agent)["takes"]
        assert not row_of(auditor)["takes"]


def test_who_takes_none_is_told_apart_from_who_has_room(manager):
    off, on = person(roles.AGENT), person(roles.AGENT)
    factory.make("Complaint Handler", user=off, enabled=0)
    with as_user(manager):
        rows = {row["user"]: row for row in api.view()["people"]}
    assert [(rows[user]["off"], rows[user]["takes"]) for user in (off, on)] == [(True, True), (False, True)]
