"""Which procedure fits, its versions by their days, moving running complaints on purpose, and a procedure as a file."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import frappe
import pytest
from frappe.model.document import Document
from frappe.permissions import add_user_permission
from frappe.utils import add_days, get_datetime, getdate, today

from complaint_qms.backtest.policy_file import load_policy
from complaint_qms.services.sop import moving, procedure, transfer, versions
from complaint_qms.services.sop.escalation_table import ladder_of
from tests.desk import factory
from tests.desk.ways import Refused, call

HOURS = 3600


def sop(**values: object) -> Document:
    defaults = {
        "sop_name": factory.unique("SOP"),
        "round_the_clock": 1,
        "first_response_time": 4 * HOURS,
        "resolution_time": 40 * HOURS,
        "stages": [{"stage": "intake", "time_limit": 10 * HOURS, "warn_percent": 75}],
    }
    return factory.make("Complaint SOP", **defaults | values)


def chosen(**about: object) -> str | None:
    return procedure.choose_sop(frappe._dict(company=factory.company(), received_at=None, **about))


def customer_of(group: str) -> str:
    return factory.make(
        "Customer",
        customer_name=factory.unique("Customer"),
        customer_group=group,
        territory="All Territories",
    ).name


def group(parent: str = "All Customer Groups", is_group: int = 0) -> str:
    return factory.make(
        "Customer Group",
        customer_group_name=factory.unique("Group"),
        parent_customer_group=parent,
        is_group=is_group,
    ).name


def channel() -> str:
    name = factory.unique("Channel")
    return factory.make("Complaint Channel", channel_name=name, channel_key=frappe.scrub(name)).name


def test_the_customer_s_group_and_the_channel_choose() -> None:
    above = group(is_group=1)
    below = group(above)
    channels = [channel() for _one in range(2)]
    company = factory.company()
    wide = sop(company=company, for_customer_group=above).name
    near = sop(company=company, for_customer_group=below).name
    by_channel = sop(company=company, channel=channels[0]).name
    both = sop(company=company, for_customer_group=above, channel=channels[0]).name
    inside, outside = customer_of(below), customer_of(group())
    assert chosen(customer=inside) == near, "the nearest group"
    assert chosen(customer=inside, channel=channels[0]) == near, "the group goes before the channel"
    assert chosen(customer=outside, channel=channels[0]) == by_channel
    assert chosen(customer=outside, channel=channels[1]) not in (wide, near, by_channel, both)
    frappe.db.set_value("Complaint SOP", near, "enabled", 0)
    procedure.forget_sops()
    assert chosen(customer=inside, channel=channels[0]) == both
    assert chosen(customer=inside, channel=channels[1]) == wide


def test_a_tie_is_said_when_it_is_saved() -> None:
    road = channel()
    first = sop(channel=road).name
    frappe.clear_messages()
    second = sop(channel=road)
    (said,) = [row["message"] for row in frappe.get_message_log()]
    assert first in said
    frappe.clear_messages()
    second.valid_from = add_days(today(), 10)
    frappe.db.set_value("Complaint SOP", first, "valid_until", add_days(today(), 9))
    second.save()
    assert not frappe.get_message_log(), "no tie on any day"


def test_a_version_counts_from_its_day_and_running_complaints_keep_theirs() -> None:
    road = channel()
    old = sop(channel=road, checks=[{"stage": "intake", "check": "Called back", "mandatory": 1}])
    running = factory.complaint(channel=road)
    assert running.sop == old.name
    day = getdate(add_days(today(), 3))
    new = frappe.get_doc(
        "Complaint SOP",
        call("Administrator", "complaint_qms.api.sop.new_version", "POST", sop=old.name, valid_from=str(day)),
    )
    assert (new.version, new.previous_version, new.valid_from) == (2, old.name, day)
    assert new.name == f"{old.name} v2"
    assert [row.check for row in new.checks] == ["Called back"]
    assert getdate(old.reload().valid_until) == day - timedelta(days=1)
    at = {"channel": road}
    assert chosen(**at) == old.name
    assert procedure.choose_sop(frappe._dict(company=factory.company(), received_at=day, **at)) == new.name
    assert running.reload().sop == old.name
    with pytest.raises(frappe.ValidationError, match="next version already"):
        versions.make_version(old.name, day)
    with pytest.raises(frappe.ValidationError, match="choose a later day"):
        versions.make_version(new.name, day)
    with pytest.raises(frappe.ValidationError, match="choose today or a later day"):
        versions.make_version(new.name, getdate("2020-01-01"))
    new.version, new.previous_version = 7, None
    new.save()
    assert (new.version, new.previous_version) == (2, old.name)
    resting = sop(enabled=0)
    assert not versions.make_version(resting.name, day).enabled, (
        "a new version takes nothing that the old one did not"
    )


def test_a_default_stands_for_all_its_versions() -> None:
    first, second = "one", "two"
    rows = {
        first: {"valid_from": None, "valid_until": date(2024, 6, 30), "previous_version": None},
        second: {"valid_from": date(2024, 7, 1), "valid_until": None, "previous_version": first},
    }
    for name in (first, second):
        assert versions.version_on(name, rows, date(2024, 6, 30)) == first
        assert versions.version_on(name, rows, date(2024, 7, 1)) == second
    ring = {first: rows[first] | {"previous_version": second}, second: rows[second]}
    assert versions.version_on(first, ring, date(2024, 7, 1)) == second
    assert versions.version_on("gone", rows, date(2024, 7, 1)) is None


def test_moving_shows_the_effect_first_and_then_does_just_that() -> None:
    old, new = (
        sop(),
        sop(
            first_response_time=1 * HOURS,
            resolution_time=40 * HOURS,
            checks=[{"stage": "intake", "check": "New check"}],
        ),
    )
    running = [factory.complaint(sop=old.name) for _one in range(2)]
    closed = factory.complaint(sop=old.name)
    frappe.db.set_value("Complaint", closed.name, "stage", "void")
    for doc in running:
        assert doc.sop == old.name
    late = get_datetime(running[0].received_at) + timedelta(hours=2)
    effect = moving.effect_of(old.name, new.name, late)
    assert (effect["count"], effect["overdue"], effect["unchanged"]) == (2, 2, 0)
    (change,) = effect["rows"][0]["changes"]
    assert change["clock"] == "response"
    assert change["old"] - change["new"] == timedelta(hours=3)
    assert running[0].reload().sop == old.name, "shown, not done"
    assert moving.move_complaints(old.name, new.name) == {"moved": 2, "failed": 0}
    for doc in running:
        doc.reload()
        assert (doc.sop, doc.checklist[-1].check) == (new.name, "New check")
        assert get_datetime(doc.response_due) == get_datetime(doc.received_at) + timedelta(hours=1)
    assert closed.reload().sop == old.name
    assert moving.move_complaints(old.name, new.name) == {"moved": 0, "failed": 0}


def test_whoever_is_kept_to_one_company_neither_sees_nor_moves_what_is_of_another() -> None:
    old, new = sop(), sop(first_response_time=1 * HOURS)
    ours, theirs = factory.complaint(sop=old.name), factory.complaint(sop=old.name)
    name = factory.unique("Elsewhere")
    frappe.get_doc({"doctype": "Company", "name": name, "company_name": name}).db_insert()
    frappe.db.set_value("Complaint", theirs.name, "company", name)
    manager = factory.user("Complaint Manager", email=f"{frappe.generate_hash(length=8)}@qms.example")
    add_user_permission("Company", ours.company, manager)
    with factory.as_user(manager):
        effect = moving.effect_of(old.name, new.name)
        assert (effect["count"], [row["name"] for row in effect["rows"]]) == (1, [ours.name])
        assert moving.move_complaints(old.name, new.name) == {"moved": 1, "failed": 0}
    assert theirs.reload().sop == old.name


def test_what_cannot_be_moved_to_is_refused() -> None:
    old, off, elsewhere = sop(), sop(enabled=0), sop()
    factory.complaint(sop=old.name)
    name = factory.unique("Elsewhere")
    frappe.get_doc({"doctype": "Company", "name": name, "company_name": name}).db_insert()
    frappe.db.set_value("Complaint SOP", elsewhere.name, "company", name)
    for target, words in ((old.name, "another SOP"), (off.name, "not in use"), (elsewhere.name, "alone")):
        with pytest.raises(frappe.ValidationError, match=words):
            moving.check_target(old.name, target)
    agent = factory.user("Complaint Agent", email=f"{frappe.generate_hash(length=8)}@qms.example")
    with pytest.raises(Refused, match="A Complaint Manager moves"):
        call(agent, "complaint_qms.api.sop.move_running", "POST", source=old.name, target=sop().name)


def test_a_file_comes_back_as_it_went_and_the_back_test_takes_it(tmp_path: Path) -> None:
    doc = sop(
        round_the_clock=0,
        time_zone="Europe/Berlin",
        working_hours=[{"workday": "Monday", "start_time": "08:00:00", "end_time": "00:00:00"}],
        stages=[
            {"stage": "intake", "time_limit": 10 * HOURS, "warn_percent": 75},
            {"stage": "triage", "time_limit": 5 * HOURS, "warn_percent": 0},
        ],
        checks=[{"stage": "intake", "check": "Angerufen? “Ja”", "mandatory": 1}],
        escalation_steps=[
            {
                "clock": "stage",
                "moment": "percent",
                "percent": 150,
                "action": "remind",
                "recipient": "manager",
            },
            {"clock": "response", "moment": "after_start", "hours": 7200, "action": "raise_urgency"},
        ],
    )
    text = transfer.as_file(doc)
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    policy = load_policy(path)
    assert policy.data["sop"]["first_response_hours"] == 4
    assert policy.data["sop"]["ladder"] == [{"at": 1.0, "to": "superior"}, {"at": 1.5, "to": "manager"}]
    assert policy.data["calendar"]["timezone"] == "Europe/Berlin"
    back = transfer.from_file(text)
    assert (back.sop_name, back.enabled) == (f"{doc.name} (2)", 0)
    assert ladder_of(back) == ladder_of(doc)
    assert [(row.stage, row.check, row.mandatory) for row in back.checks] == [
        ("intake", "Angerufen? “Ja”", 1)
    ]
    assert [(row.stage, row.time_limit, row.warn_percent) for row in back.stages] == [
        ("intake", 36000, 75),
        ("triage", 18000, 0),
    ]
    assert transfer.as_file(back).replace(back.name, doc.name) == text


def test_a_policy_that_was_tried_on_history_is_a_procedure() -> None:
    text = """
calendar: {timezone: Asia/Shanghai, shifts: {monday: ["09:00-18:00"]}}
sop:
  first_response_hours: 2
  stage_hours: {triage: 8}
  total_hours: 100
  warn_at: 0.8
  ladder: [{at: 1.5, to: manager}, {at: 2, to: Quality Manager}]
"""
    doc = transfer.from_file(text)
    assert (doc.first_response_time, doc.resolution_time, doc.warn_percent) == (7200, 360000, 80)
    assert {row.stage: row.time_limit for row in doc.stages}["triage"] == 28800
    assert [(row.percent, row.recipient, row.role) for row in doc.escalation_steps] == [
        (150, "manager", None), (200, "by_role", "Quality Manager"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no procedure"),
        ("- 1", "holds no procedure"),
        ("sop: [\n", "line 2"),
        ("sop: {}\nbomb: 1", "bomb"),
        ("a: &a [1]\nsop: *a", "write each part out"),
        ("procedure: 5", "indented"),
        ("procedure: {owner: x}", "procedure.owner"),
        ("procedure: {sop_name: [1]}", "write one value"),
        ("procedure: {stages: 5}", "list of rows"),
        ("procedure: {stages: [{parent: x}]}", "procedure.stages"),
        ("sop: {first_response_hours: soon}", "sop.first_response_hours"),
        ("sop: {ladder: [5]}", "ladder"),
        ("sop: {stage_hours: 5}", "indented"),
        ("sop: {ladder: 5}", "sop.ladder"),
        ("calendar: {shifts: {monday: 5}}\nsop: {}", "calendar.shifts.monday"),
        ('calendar: {shifts: {monday: "09:00-18:00"}}\nsop: {}', "calendar.shifts.monday"),
        ("procedure: {sop_name: x, stages: [{stage: lunch}]}", "lunch"),
        ("sop: {}\nx: " + "[" * 150_000, "line 2: it is nested deeper"),
        ("procedure: {sop_name: !!timestamp x}", "without its type"),
        ('procedure: !!int ""', "without its type"),
        ("procedure: {sop_name: !!binary aGVsbG8=}", "without its type"),
        ("sop: " + "x" * 300_000, "at most"),
        ("sop: !!python/object:os.system {}", "without its type"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(frappe.ValidationError, match=words):
        transfer.from_file(text)


def _overlapping(*shifts: tuple[str, str, str]) -> dict:
    rows = [{"workday": day, "start_time": start, "end_time": end} for day, start, end in shifts]
    return {"round_the_clock": 0, "working_hours": rows}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"warn_percent": 150}, "Warn At: 150"),
        ({"stages": [{"stage": "intake", "warn_percent": 150}]}, "Stages, row 1, Warn At: 150"),
        ({"stages": [{"stage": "intake", "back_role": "Complaint Manager"}]}, "no stage before .*Intake"),
        ({"checks": [{"stage": "intake", "check": "Called"}, {"stage": "intake", "check": "called "}]}, "Checks, row 2: it says the same as row 1"),
        (_overlapping(("Monday", "8:00", "17:00"), ("Monday", "12:00", "18:00")), "row 2: the hours overlap with those of row 1"),
        (_overlapping(("Tuesday", "1:00", "3:00"), ("Monday", "22:00", "2:00")), "row 2: the hours overlap with those of row 1"),
        ({"stages": [{"stage": "intake", "for_department": "Mars"}]}, "Stages, row 1, Department: Mars"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_with_its_place(values: dict, words: str) -> None:
    with pytest.raises(frappe.ValidationError, match=words):
        sop(**values)


def test_hours_that_follow_each_other_are_taken() -> None:
    assert sop(
        **_overlapping(("Monday", "8:00", "12:00"), ("Monday", "12:00", "0:00"), ("Tuesday", "0:00", "4:00"))
    ).name
