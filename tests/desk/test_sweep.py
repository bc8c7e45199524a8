"""The sweep of the SOP clocks: each step once, the right people told, cost bounded, kill-safe."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import frappe
import pytest
from frappe.permissions import add_user_permission

from complaint_qms.jobs import sweep as door
from complaint_qms.services.notify import digest
from complaint_qms.services.sop import escalation
from tests.desk import due_complaints, factory
from tests.desk.due_complaints import CLOCKS, HOUR, NOW, complaint, person, told

nothing_else_is_due = pytest.fixture(autouse=True)(due_complaints.nothing_else_is_due)


def sop(**values: object) -> str:
    defaults = {
        "sop_name": factory.unique("SOP"),
        "round_the_clock": 1,
        "first_response_time": 3600,
        "stages": [{"stage": "triage", "time_limit": 3600}],
    }
    return factory.make("Complaint SOP", **defaults | values).name


def state(name: str) -> tuple:
    fields = ["response_status", "stage_status", "resolution_status", "sla_status", "next_check_at"]
    return frappe.db.get_value("Complaint", name, [*fields, "escalation_level"])


def story(name: str) -> list[str]:
    return frappe.get_all(
        "Comment",
        filters={"reference_name": name, "comment_type": "Info"},
        pluck="content",
        order_by="creation",
    )


def test_at_risk_reminds_the_handler() -> None:
    handler = person()
    name = complaint(handler, stage=(NOW - HOUR, NOW + HOUR, "on_track"))
    assert escalation.sweep(NOW) == escalation.Sweep(changed=1, at_risk=1)
    assert state(name) == ("", "at_risk", "", "at_risk", NOW + HOUR, 0)
    assert told(name) == [(handler, "at_risk")]
    assert story(name) == []


def test_overdue_goes_to_the_superior() -> None:
    superior, handler = person("Complaint Manager"), person()
    chief = factory.employee(superior)
    factory.employee(handler, reports_to=chief.name)
    name = complaint(
        handler, resolution=(NOW - 2 * HOUR, NOW, "at_risk"), stage=(None, NOW + HOUR, "on_track")
    )
    found = escalation.sweep(NOW)
    assert (found.changed, found.overdue) == (1, 1)
    assert state(name) == ("", "on_track", "overdue", "overdue", NOW + HOUR, 1)
    assert told(name) == sorted([(handler, "overdue"), (superior, "escalated")])
    assert len(story(name)) == 1
    assert "Escalated to" in story(name)[0]
    assert frappe.db.get_value("User", superior, "full_name") in story(name)[0]


def test_who_does_not_see_the_company_is_not_told_for_a_role() -> None:
    stranger, colleague = person("Complaint Manager"), person("Complaint Manager")
    # Straight into its table: making a company alters other tables, which ends the test's transaction.
    elsewhere = factory.unique("Elsewhere")
    frappe.get_doc({"doctype": "Company", "name": elsewhere, "company_name": elsewhere}).db_insert()
    add_user_permission("Company", elsewhere, stranger)
    # One that holds for another kind of record only says nothing about complaints.
    add_user_permission("Company", elsewhere, colleague, applicable_for="Sales Order")
    name = complaint(person(), resolution=(NOW - 2 * HOUR, NOW, "at_risk"))
    escalation.sweep(NOW)
    informed = {user for user, _ in told(name)}
    assert colleague in informed
    assert stranger not in informed


def test_once_only() -> None:
    handler = person()
    name = complaint(handler, stage=(NOW - HOUR, NOW, "on_track"))
    escalation.sweep(NOW)
    before = (told(name), story(name), state(name))
    assert escalation.sweep(NOW) == escalation.Sweep()
    assert escalation.sweep(NOW + 100 * HOUR) == escalation.Sweep()
    assert (told(name), story(name), state(name)) == before


def test_each_step_of_a_clock_once_in_its_turn() -> None:
    handler = person()
    name = complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    assert escalation.sweep(NOW - timedelta(microseconds=1)).changed == 0
    assert escalation.sweep(NOW).at_risk == 1
    assert escalation.sweep(NOW + HOUR / 2).changed == 0
    assert escalation.sweep(NOW + HOUR).overdue == 1
    assert state(name)[4] is None
    assert [kind for user, kind in told(name) if user == handler] == ["at_risk", "overdue"]


def test_a_late_sweep_says_overdue_at_once() -> None:
    handler = person()
    name = complaint(handler, stage=(NOW - 2 * HOUR, NOW - HOUR, "on_track"))
    found = escalation.sweep(NOW)
    assert (found.at_risk, found.overdue) == (0, 1)
    assert [kind for user, kind in told(name) if user == handler] == ["overdue"]


def test_a_hold_that_was_to_end_reminds_the_handler_once() -> None:
    handler = person()
    held = complaint(
        handler, hold_until=NOW.date(), resolution=(NOW - HOUR, None, "paused"), next_check_at=NOW
    )
    frappe.db.set_value("Complaint", held, "stage", "on_hold", update_modified=False)
    assert escalation.sweep(NOW) == escalation.Sweep(changed=1, hold_over=1)
    assert told(held) == [(handler, "hold_over")]
    assert (state(held)[2], state(held)[4]) == ("paused", None)
    assert escalation.sweep(NOW + 100 * HOUR) == escalation.Sweep()


def test_two_clocks_of_a_complaint_make_one_notice() -> None:
    handler = person()
    name = complaint(
        handler,
        response=(NOW - HOUR, NOW - HOUR, "on_track"),
        stage=(NOW - HOUR, NOW + HOUR, "on_track"),
        resolution=(NOW + 2 * HOUR, NOW + 3 * HOUR, "on_track"),
    )
    found = escalation.sweep(NOW)
    assert (found.at_risk, found.overdue) == (1, 1)
    assert [kind for user, kind in told(name) if user == handler] == ["overdue"]
    assert state(name) == ("overdue", "at_risk", "on_track", "overdue", NOW + HOUR, 1)
    subject = frappe.db.get_value("Notification Log", {"document_name": name, "for_user": handler}, "subject")
    assert "First response, due" in subject
    assert "Triage, due" in subject
    assert "Cracked &lt;housing&gt;" in subject


def test_clocks_that_do_not_run_are_left_alone() -> None:
    name = complaint(
        person(),
        response=(NOW - 2 * HOUR, NOW - HOUR, "met"),
        stage=(NOW - HOUR, None, "paused"),
        resolution=(NOW - HOUR, NOW + HOUR, "on_track"),
    )
    escalation.sweep(NOW)
    assert state(name)[:5] == ("met", "paused", "at_risk", "at_risk", NOW + HOUR)


def test_the_statement_follows_the_rule_for_every_mixture_of_clocks() -> None:
    """Random warnings, due times and standings around the moment, against the rule written a second time."""
    dice = random.Random(3)
    tick = timedelta(microseconds=1)
    times = [None, NOW - 2 * HOUR, NOW - tick, NOW, NOW + tick, NOW + HOUR]
    running = ("on_track", "at_risk", "overdue")

    def rule(warn: datetime | None, due: datetime | None, status: str) -> tuple[str, datetime | None]:
        if status not in running:
            return status, None
        ahead = [moment for moment in (warn, due) if moment and moment > NOW]
        if due and due <= NOW:
            return "overdue", None
        return "at_risk" if warn and warn <= NOW else status, min(ahead, default=None)

    expected = {}
    for _ in range(120):
        clocks = {}
        for name in CLOCKS:
            warn, due, status = (
                dice.choice(times),
                dice.choice(times),
                dice.choice(("", "met", "paused", *running)),
            )
            clocks[name] = (None if warn and due and warn > due else warn, due, status)
        name = complaint(None, **clocks)
        frappe.db.set_value("Complaint", name, "next_check_at", NOW, update_modified=False)
        results = [rule(*clocks[clock]) for clock in CLOCKS]
        steps = [step for _status, step in results if step]
        expected[name] = (*(status for status, _step in results), min(steps, default=None))
    assert escalation.sweep(NOW).changed == len(expected)
    assert {name: (*state(name)[:3], state(name)[4]) for name in expected} == expected


def test_nobody_owns_it() -> None:
    role = factory.make("Role", role_name=factory.unique("Triage")).name
    up = factory.make("Role", role_name=factory.unique("Up")).name
    clerk, boss = person(role, "Complaint Agent"), person(up, "Complaint Agent")
    procedure = sop(stages=[{"stage": "triage", "responsible_role": role, "escalate_to_role": up}])
    name = complaint(None, stage=(NOW, NOW, "on_track"), sop=procedure)
    escalation.sweep(NOW)
    assert told(name) == sorted([(clerk, "overdue"), (boss, "escalated")])


def test_the_sop_s_role_steps_in_for_a_missing_superior() -> None:
    role = factory.make("Role", role_name=factory.unique("Up")).name
    boss, gone, handler = person(role, "Complaint Agent"), person(role), person()
    factory.employee(handler, reports_to=factory.employee(gone).name)
    frappe.db.set_value("User", gone, "enabled", 0)
    name = complaint(handler, stage=(NOW, NOW, "on_track"), sop=sop(escalation_role=role))
    escalation.sweep(NOW)
    assert told(name) == sorted([(handler, "overdue"), (boss, "escalated")])


def test_the_responsible_user_of_the_stage_is_reminded() -> None:
    clerk = person()
    procedure = sop(stages=[{"stage": "triage", "responsible_user": clerk}])
    name = complaint(None, stage=(NOW, NOW + HOUR, "on_track"), sop=procedure)
    escalation.sweep(NOW)
    assert told(name) == [(clerk, "at_risk")]


def test_batches_are_committed_one_by_one_and_a_kill_repeats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = person()
    names = [complaint(handler, stage=(NOW, NOW + (n + 1) * HOUR, "on_track")) for n in range(5)]
    commits = []

    class Killed(BaseException):
        pass

    def commit() -> None:
        commits.append(len([name for name in names if told(name)]))
        frappe.db.savepoint("committed")

    frappe.db.savepoint("committed")
    monkeypatch.setattr(frappe.db, "commit", commit)
    real = escalation.announce

    def announce(events: object) -> None:
        real(events)
        if len(commits) == 1:
            raise Killed  # in the second batch, after everything was written and before it is committed

    monkeypatch.setattr(escalation, "announce", announce)
    with pytest.raises(Killed):
        escalation.sweep(NOW, batch=2)
    frappe.db.rollback(save_point="committed")
    assert commits == [2]
    assert sum(state(name)[1] == "at_risk" for name in names) == 2
    monkeypatch.setattr(escalation, "announce", real)
    monkeypatch.setattr(frappe.db, "commit", lambda: None)
    assert escalation.sweep(NOW, batch=2).changed == 3
    assert [told(name) for name in names] == [[(handler, "at_risk")]] * 5


def test_the_number_of_queries_does_not_grow_with_what_is_due() -> None:
    def queries(count: int) -> int:
        handlers = [person() for _ in range(3)]
        for n in range(count):
            complaint(handlers[n % 3], stage=(NOW, NOW, "on_track"), sop=sop())
        asked = []
        real = frappe.db.sql
        frappe.db.sql = lambda *args, **kwargs: asked.append(args) or real(*args, **kwargs)
        try:
            assert escalation.sweep(NOW).changed == count
        finally:
            frappe.db.sql = real
        return len(asked)

    queries(1)  # what is kept from the first time on is read here
    few = queries(3)
    assert queries(30) == few


def test_the_door_only_puts_a_job_into_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(frappe, "enqueue", lambda *args, **kwargs: asked.append((args, kwargs)))
    door.sweep_clocks()
    ((method,), options) = asked[0]
    assert frappe.get_attr(method) is escalation.run_sweep
    assert options["deduplicate"]
    assert options["job_id"]


def test_the_present_moment_is_the_site_s(monkeypatch: pytest.MonkeyPatch) -> None:
    name = complaint(person(), stage=(NOW, frappe.utils.now_datetime() + HOUR, "on_track"))
    asked = []
    monkeypatch.setattr(frappe, "enqueue", lambda *args, **kwargs: asked.append(args))
    escalation.run_sweep()
    assert state(name)[1] == "at_risk"
    assert asked == [(digest.send,)]
    monkeypatch.setattr(digest, "_can_send", lambda: False)
    digest.send()
    escalation.run_sweep()
    assert len(asked) == 1, "no job for no mail"


def test_one_complaint_that_a_listener_stumbles_over_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handler = person()
    names = [complaint(handler, stage=(NOW - HOUR, NOW, "at_risk")) for _one in range(7)]
    listening = escalation.announce

    def stumbling(found: list) -> None:
        listening(found)  # it has written something before it fails
        if names[0] in {event.name for event in found}:
            raise ValueError("cannot be told")

    monkeypatch.setattr(escalation, "announce", stumbling)
    before = frappe.db.count("Error Log")
    for _run in range(2):  # the next run meets the same one first
        escalation.sweep(NOW)
    assert [state(name)[1] for name in names] == ["at_risk", *["overdue"] * 6]
    assert [len([one for one in told(name) if one[1] == "overdue"]) for name in names] == [0, *[1] * 6]
    logged = frappe.get_all(
        "Error Log", {"reference_name": names[0]}, ["method", "error"], order_by="creation"
    )
    assert frappe.db.count("Error Log") - before == len(logged) == 1, "told once a day"
    assert "cannot be told" in logged[0].error
