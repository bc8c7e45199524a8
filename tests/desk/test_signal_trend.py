"""Trends by Art. 88 of the MDR: what the plan states is what is judged, and Regulatory Affairs decide."""

from __future__ import annotations

import json

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.constants.signals import ART_88, DISMISSED, NO_REPORTABLE_TREND, REPORTABLE_TREND
from complaint_qms.services import writing
from complaint_qms.services.signals import deciding, run, schedule
from complaint_qms.services.work.today import my_work
from tests.desk import factory
from tests.desk.scanned import complaints, deliveries, new_world, scan, signals, weeks

SPAN = 70


@pytest.fixture
def plan():
    settings = frappe.get_single("Complaint QMS Settings")
    settings.update(
        {
            "trend_plan": "PMS-7 rev. 2", "trend_method": "uneven_counts", "trend_observation_weeks": 13, "trend_baseline_weeks": 52,
            "trend_alpha": 0.01, "trend_least": 3,
        }
    )  # fmt: skip
    settings.save()
    return settings


def test_incidents_that_are_not_serious_are_judged_by_the_plan_and_decided_by_regulatory_affairs(plan):
    manager, judge = factory.user(roles.QUALITY_MANAGER), factory.user(roles.REGULATORY)
    world = new_world()
    rising, serious, graver, calm = world.goods
    kind = world.kinds[0]
    rows = [(week, item, None, kind) for week in range(SPAN) for item in world.goods]
    more = [(week, rising, None, kind) for week in range(60, SPAN) for _ in range(2)]
    grave = [(week, serious, None, kind) for week in range(60, SPAN) for _ in range(3)]
    names = complaints(rows + more + grave, world)
    thirds = [names[-len(grave) :][at::3] for at in range(3)]
    writing.set_where("Complaint", thirds[0], {"harm_level": "serious"}, "test")
    # A case of Art. 87 is one while its assessment is open, also where its deadline was set by hand and so names no rule.
    _assessments(thirds[1], {"rule_key": "eu_87_15_day", "jurisdiction": "x", "status": "reported"})
    _assessments(thirds[2][:5], {"rule_key": "eu_87_15_day", "jurisdiction": "x", "status": "open"})
    _assessments(thirds[2][5:], {"jurisdiction": "EU (BfArM)", "status": "open"})
    levels = frappe.get_all(
        "Risk Severity", {"disabled": 0}, pluck="name", order_by="`tabRisk Severity`.`rank` asc"
    )
    mild = [name for name, row in zip(names, rows, strict=False) if row[1] == graver]
    writing.set_where("Complaint", mild, {"severity": levels[0]}, "test")
    writing.set_where("Complaint", mild[-9:], {"severity": levels[2]}, "test")
    # What nobody has judged is no mild complaint.
    unjudged = [name for name, row in zip(names, rows, strict=False) if row[1] == calm]
    writing.set_where("Complaint", unjudged[-9:], {"severity": levels[2]}, "test")
    # As many units are out there as before, of one product: it is judged by them.
    deliveries([(week, rising, None, 50.0) for week in range(-60, SPAN)], world)
    done = scan(world.company, weeks(SPAN), preset=ART_88, alpha=0.05, observation_weeks=2)
    assert done.status == "completed", done.error_message
    # What was sent instead of the plan does not count, and the run keeps what did.
    kept = json.loads(done.result)["numbers"]
    assert (kept["alpha"], kept["observation"], kept["plan"]) == (0.01, 13, "PMS-7 rev. 2")
    assert done.series_scanned == 4
    found = {one.item_code: one.name for one in signals(world.company)}
    assert set(found) == {rising, graver}
    signal = frappe.get_doc("Complaint Signal", found[rising])
    assert (signal.observed, round(signal.expected, 3), signal.held_against) == (33, 13, "by_units")
    assert (signal.plan_reference, signal.preset) == ("PMS-7 rev. 2", ART_88)
    assert float(signal.p_value) < 0.01
    assert 2 * float(signal.p_value) <= float(signal.p_corrected) <= 0.01
    assert signal.series_watched == 4
    told = frappe.get_all("QMS Message", {"reference_name": signal.name}, pluck="to_user")
    assert judge in told
    assert manager not in told
    for user, waits in ((manager, False), (judge, True)):
        with factory.as_user(user):
            work = my_work(user, frappe.utils.now_datetime())["rows"]
        assert (signal.name in [row["name"] for row in work if row["kind"] == "signal"]) is waits
    reported = deciding.SignalDecision(REPORTABLE_TREND, "Leaks twice as often as foreseen")
    with factory.as_user(manager), pytest.raises(frappe.PermissionError, match="Regulatory Affairs"):
        deciding.decide_signal(signal.name, reported)
    with factory.as_user(judge):
        for wrong in (
            deciding.SignalDecision(DISMISSED, "x"),
            deciding.SignalDecision(REPORTABLE_TREND, " "),
        ):
            with pytest.raises(frappe.ValidationError):
                deciding.decide_signal(signal.name, wrong)
        deciding.decide_signal(signal.name, reported)
        deciding.decide_signal(
            found[graver], deciding.SignalDecision(NO_REPORTABLE_TREND, "One clinic's wording")
        )
    signal.reload()
    assert (signal.state, signal.decision, signal.decided_by) == ("decided", REPORTABLE_TREND, judge)
    # An ordinary scan and the plan's know nothing of each other's signals; the next look by the plan goes on in the same ones.
    scan(world.company, weeks(SPAN))
    signal.reload()
    assert signal.decision == REPORTABLE_TREND
    again = scan(world.company, weeks(SPAN), preset=ART_88)
    assert (again.new_signals, again.followed_signals) == (0, 2)
    # An expected side effect counts even where it is serious; what is marked stands for its branch.
    effects = {"doctype": "Complaint Type", "complaint_type_name": factory.unique("Effects"), "is_group": 1}
    group = frappe.get_doc({**effects, "expected_side_effect": 1}).insert().name
    effect = (
        frappe.get_doc(
            {**effects, "complaint_type_name": f"{group} A", "is_group": 0, "parent_complaint_type": group}
        )
        .insert()
        .name
    )
    try:
        writing.set_where("Complaint", names[-len(grave) :], {"complaint_type": effect}, "test")
        later = scan(world.company, weeks(SPAN), preset=ART_88)
    finally:
        frappe.db.set_value("Complaint Type", group, "expected_side_effect", 0)
    assert later.new_signals == 1
    assert serious in {one.item_code for one in signals(world.company)}
    assert calm not in {one.item_code for one in signals(world.company)}


def test_a_product_without_a_baseline_is_told_and_one_that_was_quiet_is_judged(plan):
    world = new_world()
    quiet, young = world.goods[:2]
    late = [(week, item, None, world.kinds[0]) for week in range(62, SPAN) for item in (quiet, young)]
    complaints([(1, quiet, None, world.kinds[0]), *late], world)
    done = scan(world.company, weeks(SPAN), preset=ART_88)
    assert [(one.item_code, one.observed) for one in signals(world.company)] == [(quiet, 8)]
    assert done.series_scanned == 1
    done.run_method("onload")
    told = done.get_onload("told")
    assert told.startswith(f"Not judged (1): {young}. Of each there are 3 or more complaints")
    shown = frappe.get_doc("Complaint Signal", signals(world.company)[0].name)
    assert "p up to 0.005 is significant in this look" in " ".join(
        row[0].format(**row[1]) for row in json.loads(shown.words)
    )


def test_the_plan_is_checked_and_looked_at_by_itself(plan):
    world = new_world()
    complaints([(week, world.goods[0], None, world.kinds[0]) for week in range(SPAN)], world)
    plan.trend_alpha, plan.trend_baseline_weeks = 0.5, 3
    with pytest.raises(frappe.ValidationError, match="Significance Level") as refused:
        plan.save()
    assert "Baseline" in str(refused.value)
    plan.reload()
    plan.trend_least = plan.trend_alpha = plan.trend_observation_weeks = 0
    with pytest.raises(frappe.ValidationError, match="Complaints at Least") as refused:
        plan.save()
    assert all(label in str(refused.value) for label in ("Significance Level", "Observation Period"))
    plan.reload()
    plan.signal_schedule, plan.trend_schedule = "off", "weekly"
    plan.save()
    names = schedule.start_due(weeks(SPAN))
    mine = frappe.get_all(
        "Signal Scan", {"name": ("in", names), "company": world.company}, ["preset", "plan_reference"]
    )
    assert [(one.preset, one.plan_reference) for one in mine] == [(ART_88, "PMS-7 rev. 2")]
    plan.reload()
    plan.trend_schedule = "off"
    plan.save()


def test_without_a_plan_no_trend_is_looked_for(plan):
    world = new_world()
    complaints([(week, world.goods[0], None, world.kinds[0]) for week in range(SPAN)], world)
    waiting = frappe.get_doc({"doctype": "Signal Scan", "company": world.company, "as_of": weeks(SPAN), "preset": ART_88}).insert()  # fmt: skip
    waiting.submit()
    for nothing in (None, "  "):
        plan.reload()
        plan.trend_plan = nothing
        plan.save()
        draft = frappe.get_doc({"doctype": "Signal Scan", "company": world.company, "as_of": weeks(SPAN), "preset": ART_88}).insert()  # fmt: skip
        with pytest.raises(frappe.ValidationError, match="Plan: name number and version of the plan"):
            draft.submit()
        plan.trend_schedule = "weekly"
        with pytest.raises(frappe.ValidationError, match="Plan: name number and version of the plan"):
            plan.save()
        plan.reload()
    # A site that looked for trends before a plan was asked for: none is started, ordinary scans are.
    frappe.db.set_single_value("Complaint QMS Settings", {"trend_schedule": "weekly", "signal_schedule": "weekly"})  # fmt: skip
    started = frappe.get_all("Signal Scan", {"name": ("in", schedule.start_due(weeks(SPAN))), "company": world.company}, pluck="preset")  # fmt: skip
    assert [bool(preset) for preset in started] == [False]
    frappe.db.set_value("Signal Scan", waiting.name, "plan_reference", "")
    with pytest.raises(frappe.ValidationError, match="Plan: name"):
        run.find_rises(waiting.reload())


def _assessments(of: list[str], values: dict) -> None:
    company = frappe.db.get_value("Complaint", of[0], "company")
    sent = [{"complaint": name, "company": company, **values} for name in of]
    writing.insert_rows(
        "Reportability Assessment", sent, frappe.utils.now_datetime(), "Administrator", "test"
    )
