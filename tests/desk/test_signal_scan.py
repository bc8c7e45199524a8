"""A scan finds what rose in the complaints of a company, and the same rise is one signal, whatever becomes of it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.constants.signals import CAPA, DISMISSED, INVESTIGATION
from complaint_qms.services import writing
from complaint_qms.services.signals import deciding, run, schedule
from complaint_qms.services.signals.storing import cases_of
from complaint_qms.services.work.today import my_work
from tests.desk import factory, ways
from tests.desk.scanned import MONDAY, WEEKS, complaints, history, new_world, scan, signals, weeks


@pytest.fixture
def world():
    return new_world()


def test_a_rise_is_one_signal_that_grows_is_decided_and_fades(world):
    item, kind = world.goods[0], world.kinds[0]
    rise = [(38 + at // 9, item, None, kind) for at in range(22)]
    complaints(history(world.goods, world.kinds) + rise, world)
    first = scan(world.company, weeks(40))
    assert first.status == "completed", first.error_message
    (one,) = signals(world.company)
    signal = frappe.get_doc("Complaint Signal", one.name)
    assert (signal.item_code, signal.complaint_type, signal.state) == (item, kind, "new")
    assert signal.observed >= 12 > 3 * signal.expected > 0
    assert signal.ratio_lower < signal.rate_ratio < signal.ratio_upper
    assert frappe.utils.getdate(signal.since) == MONDAY + timedelta(weeks=38)
    signal.run_method("onload")
    shown = signal.get("__onload").shown
    assert str(signal.observed) in shown["words"]
    assert shown["cases"] == signal.observed == len(set(shown["listed"]["name"][1]))
    assert shown["chart"]["marked"]
    manager = factory.user(roles.QUALITY_MANAGER)
    with factory.as_user(manager):
        deciding.start_review(one.name)
        with pytest.raises(frappe.ValidationError, match="Reason"):
            deciding.decide_signal(one.name, deciding.SignalDecision(DISMISSED, "  "))
        deciding.decide_signal(one.name, deciding.SignalDecision(DISMISSED, "A campaign asked for it"))
    second = scan(world.company, weeks(41))
    assert (second.new_signals, second.followed_signals) == (0, 1), second.result
    signal.reload()
    assert (signal.state, signal.decision, signal.decided_by) == ("decided", DISMISSED, manager)
    # Another look at the same data writes no second line, an earlier day changes nothing.
    scan(world.company, weeks(41))
    past = scan(world.company, weeks(40))
    assert (past.new_signals, past.followed_signals, past.inputs_digest) == (0, 0, first.inputs_digest)
    assert json.loads(past.result)["findings"][0]["observed"] == one.observed
    signal.reload()
    assert [row.what for row in signal.history] == ["found", "under_review", "decided", "grew"]
    # Beyond the stated factor it is raised again; quiet weeks later it has faded.
    complaints([(41 + at // 9, item, None, kind) for at in range(18)], world)
    scan(world.company, weeks(43))
    signal.reload()
    assert (signal.state, signal.decision) == ("new", None)
    assert signal.history[-1].what == "raised_again"
    assert signal.history[-1].said == "A campaign asked for it"
    complaints(
        [
            (week, part, None, world.kinds[(week + more) % 3])
            for week in range(44, 60)
            for part in world.goods
            for more in range(2)
        ],
        world,
    )
    scan(world.company, weeks(60))
    signal.reload()
    assert (signal.state, signal.trend) == ("faded", "ended")
    assert [row.name for row in signals(world.company)] == [one.name]


def test_a_better_explanation_takes_the_place_of_the_former(world):
    item, kind = world.goods[0], world.kinds[0]
    lots = [factory.batch(item).name for _ in range(4)]
    usual = [
        (week, part, lots[at % 4] if part == item else None, world.kinds[at % 3])
        for week in range(WEEKS)
        for at, part in enumerate(world.goods * 2)
    ]
    names = complaints(usual + [(40, item, None, kind) for _ in range(14)], world)
    scan(world.company, weeks(41))
    (former,) = signals(world.company)
    assert not former.batch_no
    # The batch becomes known, and more of it comes in.
    writing.set_where("Complaint", names[-14:], {"batch_no": lots[3]}, "test")
    complaints([(41, item, lots[3], kind) for _ in range(16)], world)
    scan(world.company, weeks(42))
    former, better = signals(world.company)
    assert (former.state, former.superseded_by, better.batch_no) == ("superseded", better.name, lots[3])
    # Most complaints of a signal have ended when somebody looks at it.
    ended = cases_of(better.name)[:-1]
    writing.set_where("Complaint", ended, {"stage": "closed"}, "test")
    with factory.as_user(factory.user(roles.QUALITY_MANAGER)):
        with pytest.raises(frappe.ValidationError, match=better.name):
            deciding.decide_signal(former.name, deciding.SignalDecision(CAPA))
        doc = deciding.decide_signal(better.name, deciding.SignalDecision(INVESTIGATION))
    study = frappe.get_doc("Investigation", doc.investigation)
    assert (study.batch_no, study.company) == (lots[3], world.company)
    assert 1 + len(study.covered_complaints) == better.observed
    assert study.complaint not in ended
    assert {row.complaint for row in study.covered_complaints} == set(ended)


def test_nobody_sees_figures_of_what_their_lists_hide(world):
    item, kind = world.goods[0], world.kinds[0]
    rise = [(40, item, None, kind) for _ in range(16)]
    names = complaints(history(world.goods, world.kinds) + rise, world)
    stranger, own = factory.customer().name, factory.customer().name
    writing.set_where("Complaint", names[::2], {"customer": stranger}, "test")
    # Of the rise all is theirs, of what it is held against half.
    writing.set_where("Complaint", [*names[1::2], *names[-16:]], {"customer": own}, "test")
    done = scan(world.company, weeks(41))
    (signal,) = signals(world.company)
    for role, opened in ((roles.QUALITY_MANAGER, True), (roles.AUDITOR, True), (roles.AGENT, False)):
        user = factory.user(role)
        for way in ways.way_names():
            assert ways.gives(way, user, "Complaint Signal", signal.name) is opened, (role, way)
    kept = [
        factory.person(roles.QUALITY_MANAGER, Customer=own),
        factory.person(roles.QUALITY_MANAGER, Customer=stranger),
        factory.person(roles.QUALITY_MANAGER, Item=item),
        factory.person(roles.QUALITY_MANAGER, Company=factory.company()),
    ]
    assert signal.item_code == item
    for user in kept[:2] + kept[3:]:
        for way in ways.way_names():
            assert ways.gives(way, user, "Complaint Signal", signal.name) is False, (user, way)
    assert ways.gives("form", kept[2], "Complaint Signal", signal.name)
    for user in kept:
        for way in set(ways.way_names()) - {"link"}:  # a number tells nothing
            assert ways.gives(way, user, "Signal Scan", done.name) is False, (user, way)
    # A signal is made by a scan, and stays as it was written.
    with factory.as_user(factory.user(roles.QUALITY_MANAGER)):
        doc = frappe.get_doc("Complaint Signal", signal.name)
        doc.observed, doc.state = 1, "decided"
        doc.save()
        assert (doc.observed, doc.state) == (signal.observed, "new")
        with pytest.raises(frappe.PermissionError):
            frappe.get_doc({"doctype": "Complaint Signal", "company": world.company}).insert()
    with factory.as_user(factory.user(roles.AUDITOR)), pytest.raises(frappe.PermissionError):
        deciding.start_review(signal.name)


def test_it_is_scanned_by_itself_told_and_waits_in_my_work(world):
    manager = factory.user(roles.QUALITY_MANAGER)
    rise = [(40, world.goods[0], None, world.kinds[0]) for _ in range(16)]
    complaints(history(world.goods, world.kinds) + rise, world)
    settings = frappe.get_single("Complaint QMS Settings")
    settings.signal_schedule = "off"
    settings.save()
    today = weeks(41) + timedelta(days=3)
    assert schedule.start_due(today) == []
    settings.signal_schedule = "weekly"
    settings.save()
    started = schedule.start_due(today)
    assert schedule.start_due(today) == []
    (name,) = [one for one in started if frappe.db.get_value("Signal Scan", one, "company") == world.company]
    doc = frappe.get_doc("Signal Scan", name)
    assert (frappe.utils.getdate(doc.as_of), doc.status) == (weeks(41), "queued")
    run.run_job(name)
    (signal,) = signals(world.company)
    told = frappe.get_all("QMS Message", {"reference_name": signal.name, "to_user": manager}, pluck="text")
    assert "16 complaints" in told[0] or str(signal.observed) in told[0]
    with factory.as_user(manager):
        rows = my_work(manager, frappe.utils.now_datetime())["rows"]
    assert signal.name in [row["name"] for row in rows if row["kind"] == "signal"]
    assert schedule.due_day("monthly", date(2026, 3, 9)) == date(2026, 2, 28)
