"""The escalation ladder of an SOP: each step once, by whoever can act, however late the scheduler comes by."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import get_datetime

from complaint_qms.constants.rules import CALLED, REGISTRATION
from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.notify import digest
from complaint_qms.services.sop import clock, escalation, reclock, transfer
from complaint_qms.services.sop.escalation_table import ladder_of
from tests.desk import due_complaints, factory
from tests.desk.due_complaints import person, told

nothing_else_is_due = pytest.fixture(autouse=True)(due_complaints.nothing_else_is_due)
HOUR = timedelta(hours=1)
START = datetime(2024, 7, 1, 9)
LIMIT = 10


def step(at: float, action: str = "remind", recipient: str = "handler", **values: object) -> dict:
    """A step of the stage clock at a percentage."""
    if action == "raise_urgency":
        recipient = ""
    given = {"clock": "stage", "moment": "percent", "percent": at, "action": action, "recipient": recipient}
    return given | values


def sop(*steps: dict, **values: object) -> Document:
    """Round the clock, ten hours for each stage, without reminders of its own."""
    defaults = {
        "sop_name": factory.unique("SOP"),
        "round_the_clock": 1,
        "basic_reminders": 0,
        "stages": [
            {"stage": stage, "time_limit": LIMIT * 3600, "warn_percent": 75} for stage in ("intake", "triage")
        ],
        "escalation_steps": list(steps),
    }
    return factory.make("Complaint SOP", **defaults | values)


def complaint(by: Document, owner: str | None, **values: object) -> str:
    """A complaint that came at nine and stands at intake."""
    doc = factory.complaint()
    doc.update(
        {"received_at": START, "complaint_owner": owner, "sop": by.name, "urgency": "normal", **values}
    )
    clock.start_clock(doc, START)
    doc.db_update()
    frappe.db.delete("Complaint Stage Log", {"parent": doc.name})
    for row in doc.stage_log:
        row.update({"parent": doc.name, "parenttype": "Complaint", "parentfield": "stage_log"})
        row.name = frappe.generate_hash(length=10)
        row.db_insert()
    return doc.name


def chain() -> tuple[str, str, str, str]:
    """A handler, and superior, manager and director above."""
    people = [person("Complaint Agent"), *(person("Complaint Manager") for _level in range(3))]
    above = None
    for user in reversed(people):
        above = factory.employee(user, **({"reports_to": above} if above else {})).name
    return tuple(people)


def taken(name: str) -> list[tuple[float, str, str]]:
    rows = frappe.get_doc("Complaint", name).escalations
    return [(row.amount, row.action, row.told or "") for row in rows]


def test_each_step_once_in_its_turn_up_to_the_director() -> None:
    handler, superior, manager, director = chain()
    by = sop(
        step(50),
        step(80, recipient="superior"),
        step(100, recipient="manager"),
        step(150, recipient="director"),
    )
    name = complaint(by, handler)
    assert frappe.db.get_value("Complaint", name, "next_check_at") == START + 5 * HOUR
    assert escalation.sweep(START + 4 * HOUR) == escalation.Sweep()
    assert escalation.sweep(START + 5 * HOUR) == escalation.Sweep(changed=1, taken=1)
    assert escalation.sweep(START + 7 * HOUR) == escalation.Sweep()
    for hours, steps, at_risk, overdue in ((8, 1, 1, 0), (10, 1, 0, 1), (15, 1, 0, 0)):
        found = escalation.sweep(START + hours * HOUR)
        assert (found.taken, found.at_risk, found.overdue) == (steps, at_risk, overdue)
    assert told(name) == sorted((user, "escalation_step") for user in (handler, superior, manager, director))
    assert taken(name) == [
        (50, "remind", handler), (80, "remind", superior), (100, "remind", manager), (150, "remind", director),
    ]  # fmt: skip
    assert frappe.db.get_value("Complaint", name, ["next_check_at", "stage_status"]) == (None, "overdue")
    assert escalation.sweep(START + 900 * HOUR) == escalation.Sweep()


def test_after_three_days_without_a_scheduler_one_notice_and_one_mail_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handler, superior, _manager, _director = chain()
    by = sop(
        step(50),
        step(80, recipient="superior"),
        step(100, "raise_urgency"),
        step(150, recipient="superior"),
        basic_reminders=1,
    )
    names = [complaint(by, handler) for _one in range(3)]
    found = escalation.sweep(START + 72 * HOUR)
    assert (found.changed, found.taken, found.overdue) == (3, 12, 3)
    for name in names:
        assert told(name) == sorted([(handler, "overdue"), (superior, "escalated")]), "nobody twice"
        assert [amount for amount, _action, _told in taken(name)] == [50, 80, 100, 150]
        assert frappe.db.get_value("Complaint", name, "urgency") == "high"
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    mails = []
    monkeypatch.setattr(frappe, "sendmail", lambda **mail: mails.append(mail["recipients"][0]))
    monkeypatch.setattr(frappe.db, "commit", lambda: None)
    digest.send(START + 72 * HOUR)
    assert sorted(mails) == sorted([handler, superior])
    assert escalation.sweep(START + 73 * HOUR) == escalation.Sweep()


@pytest.mark.parametrize("hours", [(5, 6, 8, 10, 12), (12,)])
def test_steps_act_on_what_those_before_them_made_of_it(hours: tuple[int, ...]) -> None:
    """Given on to the superior, then to theirs; raised, which lets a step for high urgency be taken: on time or late alike."""
    handler, superior, manager, _director = chain()
    watcher = person("Complaint Agent")
    by = sop(
        step(10, recipient="director", from_urgency="high"),
        step(50, "reassign", "superior"),
        step(60, "raise_urgency"),
        step(80, "reassign", "superior"),
        step(100, "watch", "by_user", user=watcher),
    )
    name = complaint(by, handler)
    for hour in hours:
        escalation.sweep(START + hour * HOUR)
    doc = frappe.get_doc("Complaint", name)
    assert (doc.complaint_owner, doc.urgency) == (manager, "high")
    actions = [(row.amount, row.old_value, row.new_value) for row in doc.escalations]
    assert actions == [
        (50, handler, superior), (60, "normal", "high"), (10, None, None), (80, superior, manager), (100, None, None),
    ]  # fmt: skip
    # The superior, who has it by then, has two people above: for a third the roles are asked.
    assert doc.escalations[2].told
    assert frappe.db.exists("Document Follow", {"ref_docname": name, "user": watcher})
    tasks = frappe.get_all("ToDo", {"reference_name": name, "status": "Open"}, pluck="allocated_to")
    assert tasks == [manager]
    assert (watcher, "escalation_step") in told(name)


def test_who_is_away_is_passed_over_and_the_backup_asked_first() -> None:
    handler, superior, manager, _director = chain()
    backup = person("Complaint Agent")
    days = factory.make(
        "Holiday List",
        holiday_list_name=factory.unique("Holidays"),
        from_date="2024-01-01",
        to_date="2024-12-31",
        holidays=[{"holiday_date": "2024-07-01", "description": "Away"}],
    )
    frappe.db.set_value("Employee", {"user_id": superior}, "holiday_list", days.name)
    name = complaint(
        sop(step(10, recipient="superior"), step(20, recipient="superior", backup=backup)), handler
    )
    escalation.sweep(START + 2 * HOUR)
    assert [row[2] for row in taken(name)] == [manager, backup]
    # The day after they are back.
    other = complaint(sop(step(200, recipient="superior")), handler)
    escalation.sweep(START + 20 * HOUR)
    assert [row[2] for row in taken(other)] == [superior]


def test_a_role_gives_it_to_whoever_has_least() -> None:
    role = factory.make("Role", role_name=factory.unique("Duty")).name
    busy, idle = person(role, "Complaint Agent"), person(role, "Complaint Agent")
    by = sop(step(50, "reassign", "by_role", role=role))
    complaint(sop(), busy)
    name = complaint(by, None)
    escalation.sweep(START + 5 * HOUR)
    assert frappe.db.get_value("Complaint", name, "complaint_owner") == idle
    # Who holds the role keeps it.
    own = complaint(by, busy)
    escalation.sweep(START + 5 * HOUR)
    assert frappe.db.get_value("Complaint", own, "complaint_owner") == busy


def test_a_hold_stops_the_steps_and_nothing_is_lost_by_it() -> None:
    handler = person()
    name = complaint(sop(step(50)), handler)
    doc = frappe.get_doc("Complaint", name)
    clock.put_on_hold(doc, START + 4 * HOUR)
    assert (doc.ladder_next_at, doc.next_check_at) == (None, None)
    clock.resume(doc, START + 30 * HOUR)
    assert doc.ladder_next_at == START + 31 * HOUR
    # A new stage has steps of its own, another visit of one as well.
    clock.enter_stage(doc, "triage", START + 30 * HOUR)
    assert doc.ladder_next_at == START + 35 * HOUR
    clock.stop(doc, START + 31 * HOUR)
    assert (doc.ladder_next_at, doc.ladder_steps) == (None, None)


def test_an_answer_in_time_ends_the_steps_of_the_first_response() -> None:
    by = sop(
        {
            "clock": "response",
            "moment": "after_start",
            "hours": 7200,
            "action": "remind",
            "recipient": "superior",
        }
        | {"from_urgency": "high"},
        first_response_time=4 * 3600,
    )
    doc = frappe.get_doc("Complaint", complaint(by, person()))
    assert doc.ladder_next_at is None, "not important"
    doc.urgency = "critical"
    clock.refresh(doc, START)
    assert doc.ladder_next_at == START + 2 * HOUR
    (shown,) = overview(doc)["ladder"]
    assert (shown["at"], shown["clock"], shown["recipient"]) == (START + 2 * HOUR, "response", "superior")
    clock.answered(doc, START + HOUR)
    assert doc.ladder_next_at is None


def test_a_changed_ladder_reaches_open_complaints_and_repeats_nothing() -> None:
    handler = person()
    by = sop(step(50))
    name = complaint(by, handler)
    escalation.sweep(START + 5 * HOUR)
    by.append("escalation_steps", step(60))
    by.escalation_steps[0].idx, by.escalation_steps[1].idx = 2, 1
    by.save()
    assert reclock.out_of_date([name]) == [name]
    reclock.reckon([name], START + 5 * HOUR)
    assert frappe.db.get_value("Complaint", name, "ladder_next_at") == START + 6 * HOUR
    escalation.sweep(START + 9 * HOUR)
    assert [amount for amount, _action, _told in taken(name)] == [50, 60]


def test_nobody_writes_the_log_or_the_steps_but_the_sweep() -> None:
    handler = person()
    name = complaint(sop(step(50)), handler)
    escalation.sweep(START + 5 * HOUR)
    doc = frappe.get_doc("Complaint", name)
    before = taken(name)
    doc.set("escalations", [{"action": "remind", "amount": 1, "told": "x"}])
    doc.ladder_steps, doc.ladder_next_at = None, get_datetime("2030-01-01")
    doc.subject = "Another subject"
    doc.save()
    assert taken(name) == before
    assert frappe.db.get_value("Complaint", name, "ladder_next_at") is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (step(0), "enter the Percent"),
        (step(1000.5), "is the most"),
        (step(50, clock="response"), "has no limit"),
        (step(50, stage="review"), "has no time limit"),
        (step(50, moment="after_due"), "enter the Time"),
        (step(50, recipient=""), "choose Whom"),
        (step(50, recipient="by_role"), "choose the Role"),
        (step(50, recipient="by_user"), "choose the User"),
        (step(50, "reassign"), "has the complaint already"),
    ],
)
def test_a_step_that_leads_nowhere_is_refused(row: dict, words: str) -> None:
    with pytest.raises(frappe.ValidationError, match=words):
        sop(row)


def test_the_same_step_twice_and_who_cannot_act_are_refused() -> None:
    with pytest.raises(frappe.ValidationError, match="says the same as row 1"):
        sop(step(50), step(50))
    stranger = factory.user("Employee", email=f"{frappe.generate_hash(length=8)}@qms.example")
    with pytest.raises(frappe.ValidationError, match="no right to complaints"):
        sop(step(50, recipient="by_user", user=stranger))


def test_what_an_answer_makes_meaningless_is_taken_out() -> None:
    row = step(50, "raise_urgency") | {"clock": "stage", "stage": "triage", "hours": 5, "user": person()}
    doc = sop(row)
    (kept,) = doc.escalation_steps
    assert (kept.hours, kept.user, kept.recipient, kept.stage) == (0, None, None, "triage")
    assert len(ladder_of(doc)) == 1


def called_rule(**values: object) -> Document:
    given = {
        "title": factory.unique("Rule"),
        "enabled": 1,
        "when_event": CALLED,
        "actions": [{"do": "set", "field": "urgency", "value": "critical"}],
    }
    return factory.make("Complaint Rule", **given | values)


def test_a_step_calls_a_rule_which_acts_when_all_else_is_written() -> None:
    handler = person("Complaint Agent")
    rule, off = called_rule(), called_rule()
    by = sop(
        step(50, "call_rule", "", rule=rule.name),
        step(60, "call_rule", "", rule=off.name),
        step(100, recipient="superior", from_urgency="critical"),
    )
    read = transfer.from_file(transfer.as_file(by))
    assert list(ladder_of(read)) == list(ladder_of(by)), "the file keeps the rule"
    off.enabled = 0
    off.save()
    name = complaint(by, handler)
    assert escalation.sweep(START + 6 * HOUR) == escalation.Sweep(changed=1, taken=2)
    doc = frappe.get_doc("Complaint", name)
    assert [(row.action, row.old_value, row.new_value) for row in doc.escalations] == [
        ("call_rule", None, rule.name), ("call_rule", off.name, None),
    ]  # fmt: skip
    assert doc.urgency == "critical"
    # The step for critical complaints is ahead now, at its own time.
    assert doc.ladder_next_at == START + 10 * HOUR
    (fired,) = frappe.get_all("Complaint Rule Log", {"complaint": name}, ["rule", "reason"])
    assert fired.rule == rule.name
    assert by.name in fired.reason
    assert "50 %" in fired.reason
    assert escalation.sweep(START + 7 * HOUR) == escalation.Sweep()


@pytest.mark.parametrize(
    ("values", "words"),
    [({"enabled": 0}, "is not enabled"), ({"when_event": REGISTRATION}, "starts by itself"), ({"company": 1}, "another company")],
)  # fmt: skip
def test_a_rule_that_no_step_can_call_is_refused(values: dict, words: str) -> None:
    if "company" in values:
        values = {"company": factory.other_company()}
    rule = called_rule(**values)
    with pytest.raises(frappe.ValidationError, match=words):
        sop(step(50, "call_rule", "", rule=rule.name), company=factory.company())
    with pytest.raises(frappe.ValidationError, match="choose the Rule"):
        sop(step(50, "call_rule", ""))


def test_roles_that_cannot_do_what_they_are_named_for_are_refused() -> None:
    triage = {"stage": "triage", "time_limit": LIMIT * 3600}
    found = {**triage, "responsible_role": "Accounts User", "assign_by": "least_loaded"}
    with pytest.raises(frappe.ValidationError, match=r"Stages, row 1, Responsible Role: .*may not work on"):
        sop(stages=[found])
    assert sop(stages=[{**found, "assign_by": ""}]).name, "whoever sees it may answer for a stage"
    with pytest.raises(frappe.ValidationError, match=r"Stages, row 1, Escalate To Role: .*may not see"):
        sop(stages=[{**triage, "escalate_to_role": "Customer"}])
    with pytest.raises(frappe.ValidationError, match=r"Escalation Steps, row 1, Role: .*may not work on"):
        sop(step(50, "reassign", "by_role", role="Accounts User"))
    team = factory.make("Role", role_name=factory.unique("Team")).name
    by = step(50, "reassign", "by_role", role=team)
    assert sop(by).name, "nobody belongs to the team yet"
    holder = factory.user(team)
    with pytest.raises(frappe.ValidationError, match="Escalation Steps, row 1, Role"):
        sop(by)
    frappe.get_doc("User", holder).add_roles("Complaint Agent")
    assert sop(by).name
