"""What settings of a scan would have found in the past, compared on a real site, and the one that is adopted."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Event, Thread

import frappe
import pytest

from complaint_qms.api.signals import use_last_again
from complaint_qms.constants import roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.signals import ADOPTED, CAPA, COMPLETED, DISMISSED
from complaint_qms.exceptions import GateError
from complaint_qms.services import writing
from complaint_qms.services.importing import run_lock
from complaint_qms.services.signals import (
    adopting,
    comparing,
    deciding,
    past_walk,
    run,
    schedule,
    starting,
    trying,
    verdicts,
)
from tests.desk import factory, ways
from tests.desk.scanned import WEEKS, complaints, history, new_world, scan, signals, weeks

RULE = {"setting_name": "By the Rule"}
FIXED = {
    "setting_name": "Twelve in four weeks",
    "method": "threshold",
    "threshold_count": 12,
    "threshold_weeks": 4,
}


@pytest.fixture
def world():
    """Forty-four weeks with two rises: weeks 24 to 27 on the first item, 38 to 41 on the second."""
    found = new_world()
    one, other, kind = *found.goods[:2], found.kinds[0]
    rises = [(24 + at // 7, one, None, kind) for at in range(28)]
    rises += [(38 + at // 8, other, None, kind) for at in range(32)]
    found.names = complaints(history(found.goods, found.kinds) + rises, found)
    found.rises = found.names[-60:-32], found.names[-32:]
    return found


def back_test(company: str, as_of: date, *tried: dict, run_it: bool = True, **values):
    """A back-test that was submitted, run here."""
    doc = frappe.get_doc(
        {"doctype": "Signal Back-test", "company": company, "as_of": as_of, "years": 1, "tried": list(tried), **values}
    )  # fmt: skip
    doc.insert()
    doc.submit()
    if run_it:
        trying.run_back_test(doc)
    return doc.reload()


@contextmanager
def held(lock: str):
    """Within this block another connection holds a lock."""
    place, taken, done = (frappe.local.site, frappe.local.sites_path), Event(), Event()

    def hold() -> None:
        frappe.init(place[0], sites_path=place[1])
        frappe.connect()
        with run_lock.exclusive_run(lock):
            taken.set()
            done.wait(60)
        frappe.destroy()

    other = Thread(target=hold)
    other.start()
    assert taken.wait(60)
    try:
        yield
    finally:
        done.set()
        other.join()


def found_of(doc) -> dict[str, dict]:
    doc.run_method("onload")
    return doc.get("__onload").found


def test_settings_walk_the_past_and_are_compared(world, monkeypatch):
    one, other = world.goods[:2]
    doc = back_test(world.company, weeks(WEEKS), RULE, FIXED)
    assert (doc.status, doc.error_message) == (COMPLETED, None)
    shown = found_of(doc)
    rule, fixed = doc.tried
    by_item = {row.title.split(" · ")[0]: row for row in doc.found}
    assert {one, other} <= set(by_item)
    told = {item: json.loads(by_item[item].told) for item in (one, other)}
    # Both tell within the rise, the rule not later than the threshold, and no complaint of later counts.
    for item, begin in ((one, 24), (other, 38)):
        first = told[item][0]
        assert weeks(begin + 1) <= date.fromisoformat(first["day"]) <= weeks(begin + 3)
        assert 3 <= first["observed"] <= by_item[item].observed
        assert first["observed"] <= 7 * (first["weeks"] + 1) + 8
    assert rule.findings == sum(
        1 for row in doc.found if (when := json.loads(row.told)[0]) and not when["before"]
    )
    assert sum(shown["settings"][0]["alarms"]) == rule.alarms > 0
    assert sum(shown["settings"][0]["findings"]) == rule.findings
    assert fixed.alarms_a_month > rule.alarms_a_month
    assert fixed.false_alarms_a_year > rule.false_alarms_a_year
    assert rule.quiet_series == fixed.quiet_series > 0
    assert rule.alarms_a_month == pytest.approx(rule.alarms / (doc.weeks_walked * 84 / 365.25), abs=0.006)
    # What alarms most has most false alarms: it does not choose what is quiet for itself. Where nothing is, nothing is known.
    greedy = {"setting_name": "Two", "method": "threshold", "threshold_count": 2, "threshold_weeks": 4}
    most, less = back_test(world.company, weeks(WEEKS), greedy, FIXED).tried
    assert most.quiet_series == less.quiet_series > 0
    assert most.false_alarms_a_year > less.false_alarms_a_year
    with monkeypatch.context() as patch:
        patch.setattr(past_walk, "_QUIET_SHARE", -1)
        nothing = back_test(world.company, weeks(WEEKS), greedy, FIXED)
    assert [row.quiet_series for row in nothing.tried] == [0, 0]
    found_of(nothing)
    assert [row["false_alarms_a_year"] for row in nothing.get("__onload").found["settings"]] == [None, None]
    assert (rule.confirmed, rule.delay_weeks) == (0, 0)
    # The figures lead to their complaints.
    row = next(found for found in shown["found"] if found["title"].startswith(other))
    assert len(row["listed"]["name"][1]) == row["observed"]
    # The same again is the same; the past does not know what came later.
    again = back_test(world.company, weeks(WEEKS), RULE, FIXED)
    assert (again.inputs_digest, again.result_digest) == (doc.inputs_digest, doc.result_digest)
    earlier = back_test(world.company, weeks(30), RULE)
    then = {row.title: json.loads(row.told)[0]["day"] for row in earlier.found}
    now = {
        row.title: json.loads(row.told)[0]["day"]
        for row in doc.found
        if json.loads(row.told)[0] and row.until <= weeks(29)
    }
    assert then.items() >= now.items()
    monthly = back_test(world.company, weeks(WEEKS), RULE, cadence="monthly")
    assert monthly.scans_walked < 12 < doc.scans_walked
    assert frappe.db.count("Complaint Signal", {"company": world.company}) == 0


def test_the_last_week_is_the_scan_of_that_day(world):
    doc = back_test(world.company, weeks(WEEKS), RULE)
    last = json.loads(doc.result)["settings"][0]["last"]
    done = scan(world.company, weeks(WEEKS))
    here = json.loads(done.result)["findings"]
    assert len(last) == len(here) > 0
    for mine, theirs in zip(last, here, strict=True):
        for name in ("change", "trend", "first", "last", "observed", "expected", "p"):
            assert mine[name] == theirs[name], name
    assert doc.inputs_digest == done.inputs_digest
    # Alarms of the period are the weekly signals of the scan in it, whatever came later.
    past = past_walk.read_past(doc)
    (tried,) = past_walk.try_all(doc, past)
    inside = [
        signal.column
        for one in run.find_rises(done).scans
        for signal in one.watched.signals
        if signal.column >= past.first
    ]
    assert tried.alarm_weeks == len(inside)
    assert json.loads(doc.result)["settings"][0]["numbers"] == json.loads(done.result)["numbers"]


def test_what_was_decided_says_whether_it_was_real(world):
    one, other = world.goods[:2]
    scan(world.company, weeks(41))
    manager = factory.user(roles.QUALITY_MANAGER)
    known = {row.item_code: row.name for row in signals(world.company)}
    with factory.as_user(manager):
        deciding.decide_signal(known[other], deciding.SignalDecision(DISMISSED, "A campaign asked for it"))
    covered = [{"complaint": name} for name in world.rises[0][:20]]
    plan = frappe.get_doc(
        {"doctype": "CAPA", "title": "x", "company": world.company, "capa_owner": manager, "problem": "x", "complaints": covered}
    ).insert()  # fmt: skip
    doc = back_test(world.company, weeks(WEEKS), RULE, FIXED)
    row = {found.title.split(" · ")[0]: found for found in doc.found}
    assert (row[other].verdict, row[other].because, row[other].because_of) == (
        "not_confirmed",
        "signal",
        known[other],
    )
    assert (row[one].verdict, row[one].because, row[one].because_of) == ("confirmed", CAPA, plan.name)
    rule = doc.tried[0]
    assert (rule.confirmed, rule.not_confirmed, rule.confirmed_share, rule.found_share) == (1, 1, 50, 100)
    told = json.loads(row[one].told)[0]
    assert (rule.delay_weeks, rule.complaints_at_alarm) == (told["weeks"], told["observed"])
    # A quality manager knows better, and may leave it to the records again.
    with factory.as_user(manager):
        doc = comparing.mark_finding(doc.name, row[other].name, "confirmed")
        assert (doc.tried[0].confirmed, doc.tried[0].confirmed_share) == (2, 100)
        doc = comparing.mark_finding(doc.name, row[other].name, "")
        assert doc.tried[0].confirmed == 1
        with pytest.raises(frappe.ValidationError, match="finding"):
            comparing.mark_finding(doc.name, "no such row", "confirmed")
    with factory.as_user(factory.user(roles.AUDITOR)), pytest.raises(frappe.PermissionError):
        comparing.mark_finding(doc.name, row[other].name, "confirmed")


def test_the_signal_that_fits_best_decides_by_all_its_complaints():
    asked = verdicts.Asked("another cause", weeks(10), weeks(14), list("abcdef"))
    common = {"cause_key": "x", "since": weeks(11), "until": weeks(13)}
    large = {**common, "name": "L", "decision": DISMISSED, "cases": {"a"}, "size": 40}
    half = {**common, "name": "H", "decision": DISMISSED, "cases": set("abc"), "size": 40}
    whole = {**common, "name": "W", "decision": CAPA, "cases": set("bcdef"), "size": 5}
    assert verdicts._of_signal(asked, [large]) is None
    assert verdicts._of_signal(asked, [half, whole]) == ("confirmed", "signal", "W")
    same = {**large, "name": "S", "cause_key": asked.key}
    assert verdicts._of_signal(asked, [half, whole, same]) == ("not_confirmed", "signal", "S")


def test_a_setting_is_adopted_and_the_scheduled_scan_runs_with_it(world):
    low = {
        "setting_name": "Nine in three weeks",
        "method": "threshold",
        "threshold_count": 9,
        "threshold_weeks": 3,
    }
    doc = back_test(world.company, weeks(WEEKS), RULE, FIXED, low, by_customer=1)
    manager, auditor = factory.user(roles.QUALITY_MANAGER), factory.user(roles.AUDITOR)
    with factory.as_user(auditor), pytest.raises(frappe.PermissionError):
        adopting.adopt(doc.name, doc.tried[1].name)
    with factory.as_user(manager):
        adopting.adopt(doc.name, doc.tried[1].name)
        doc = adopting.adopt(doc.name, doc.tried[2].name)
    assert (doc.adopted_setting, doc.adopted_by) == ("Nine in three weeks", manager)
    settings = frappe.get_single("Complaint QMS Settings")
    former, used = [row for row in settings.scheduled_scans if row.company == world.company]
    assert (former.setting_name, former.ended_by, used.ended_at) == ("Twelve in four weeks", manager, None)
    assert (used.back_test, used.adopted_by) == (doc.name, manager)
    assert "Before: Twelve in four weeks" in "".join(
        frappe.get_all("Comment", {"reference_name": doc.name}, pluck="content", order_by="creation")
    )
    # Nobody writes such a row by hand.
    settings.scheduled_scans = []
    settings.signal_schedule = "weekly"
    settings.save()
    assert len([row for row in settings.reload().scheduled_scans if row.company == world.company]) == 2
    schedule.start_due(weeks(WEEKS) + timedelta(days=3))
    made = frappe.get_last_doc("Signal Scan", {"company": world.company})
    assert (made.method, made.threshold_count, made.threshold_weeks, made.by_customer) == (
        "threshold",
        9,
        3,
        1,
    )
    assert made.adopted_from == doc.name
    assert comparing.result_shown(doc)["in_use"] == "Nine in three weeks"
    with factory.as_user(auditor), pytest.raises(frappe.PermissionError):
        use_last_again(world.company)
    elsewhere = factory.person(roles.QUALITY_MANAGER, Company=factory.company())
    with factory.as_user(elsewhere), pytest.raises(frappe.ValidationError, match="No setting is in use"):
        use_last_again(world.company)
    with factory.as_user(manager):
        use_last_again(world.company)
        assert comparing.result_shown(doc)["in_use"] == ""
        assert adopting.chosen_for([world.company]) == {}
    # Whoever is kept to one company adopts for it, though the page names others.
    kept = factory.person(roles.QUALITY_MANAGER, Company=world.company)
    another = {
        "parent": SETTINGS,
        "parenttype": SETTINGS,
        "parentfield": "scheduled_scans",
        "idx": 9,
        "docstatus": 0,
    }
    another |= {"company": factory.other_company(), "setting_name": "x", "choices": "{}"}
    writing.insert_rows(ADOPTED, [another], frappe.utils.now_datetime(), manager, "test")
    open_page = frappe.get_single(SETTINGS)
    with factory.as_user(kept):
        adopting.adopt(doc.name, doc.tried[1].name)
        assert adopting.in_use(world.company).setting_name == FIXED["setting_name"]
    with pytest.raises(frappe.TimestampMismatchError):
        open_page.save()
    draft = back_test(world.company, weeks(WEEKS), RULE, run_it=False)
    with factory.as_user(manager), pytest.raises(GateError, match="complete"):
        adopting.adopt(draft.name, draft.tried[0].name)


def test_it_is_stopped_runs_again_and_refuses_what_makes_no_sense(world, monkeypatch):
    doc = back_test(world.company, weeks(WEEKS), RULE, run_it=False)
    assert doc.status == "queued"
    starting.stop_back_test(doc)
    trying.run_back_test_job(doc.name)
    assert doc.reload().status == "stopped"
    starting.run_again(doc)
    writing.set_values("Signal Back-test", doc.name, {"stop_wanted": 1}, "test")
    with pytest.raises(trying.Stopped):  # before its next step
        trying.run_back_test(doc)
    assert doc.reload().found == []
    starting.run_again(doc)
    trying.run_back_test_job(doc.name)
    assert (doc.reload().status, len(doc.found) > 0) == (COMPLETED, True)
    with pytest.raises(frappe.ValidationError):
        starting.stop_back_test(doc)
    # Behind another one of the company: it is stopped at once and stays so, or is told of it.
    waits = back_test(world.company, weeks(WEEKS), RULE, run_it=False)
    with monkeypatch.context() as patch:  # to undo them all would let the test commit
        patch.setattr(frappe.db, "rollback", lambda **_where: None)  # nothing is committed here
        with held(starting.lock_of(waits)):
            starting.stop_back_test(waits)
            assert waits.status == "stopped"
            trying.run_back_test_job(waits.name)
            assert waits.reload().status == "stopped"
            starting.run_again(waits)
            trying.run_back_test_job(waits.name)
            assert (waits.reload().status, "under way" in waits.error_message) == ("failed", True)
        # A second job of one that runs says nothing.
        writing.set_values(
            "Signal Back-test", waits.name, {"status": "running", "error_message": None}, "test"
        )
        with held(starting.own_lock_of(waits)):
            trying.run_back_test_job(waits.name)
            assert (waits.reload().status, waits.error_message) == ("running", None)
    for wrong, told in (
        ({"years": 6}, "Years"),
        ({"as_of": weeks(WEEKS) + timedelta(days=4000)}, "future"),
        ({"tried": [RULE, RULE]}, "own name"),
        ({"tried": [{"method": "threshold", "threshold_count": 0}]}, "Complaints for an Alarm"),
        ({"tried": [{"setting_name": str(at)} for at in range(5)]}, "up to 4"),
    ):
        values = {
            "doctype": "Signal Back-test",
            "company": world.company,
            "as_of": weeks(WEEKS),
            "tried": [RULE],
        }
        with pytest.raises(frappe.ValidationError, match=told):
            frappe.get_doc({**values, **wrong}).insert()
    # Results that are sent are no results.
    sent = frappe.get_doc(
        {
            "doctype": "Signal Back-test", "company": world.company, "as_of": weeks(WEEKS), "status": COMPLETED, "adopted_setting": "x",
            "tried": [{**RULE, "findings": 9}], "found": [{"title": "x"}],
        }
    ).insert()  # fmt: skip
    assert (sent.status, sent.adopted_setting, sent.tried[0].findings, sent.found) == (
        "draft",
        None,
        None,
        [],
    )
    # Nor are those that come along with the submission, and what has no result is neither marked nor adopted.
    sent.update({"found": [{"title": "x", "verdict": "confirmed"}]})
    sent.tried[0].findings = 9
    sent.submit()
    sent.reload()
    assert (sent.found, sent.tried[0].findings) == ([], 0)
    for act in (
        lambda: comparing.mark_finding(sent.name, "x", ""),
        lambda: adopting.adopt(sent.name, sent.tried[0].name),
    ):
        with pytest.raises(GateError, match="is not complete"):
            act()
    empty = back_test(factory.other_company(), weeks(WEEKS), RULE)
    empty.cancel()
    with pytest.raises(GateError, match="was cancelled"):
        adopting.adopt(empty.name, empty.tried[0].name)
    assert (empty.status, empty.complaints_read, found_of(empty)["found"]) == (COMPLETED, 0, [])


def test_whoever_is_kept_to_some_complaints_sees_none_of_it(world):
    doc = back_test(world.company, weeks(WEEKS), RULE)
    for role, opened in ((roles.QUALITY_MANAGER, True), (roles.AUDITOR, True), (roles.AGENT, False)):
        user = factory.user(role)
        for way in ways.way_names():
            assert ways.gives(way, user, "Signal Back-test", doc.name) is opened, (role, way)
    territory = frappe.get_all("Territory", {"is_group": 0}, pluck="name", order_by="name", limit=1)[0]
    kept = {
        "Customer": world.customer,
        "Item": world.goods[0],
        "Territory": territory,
        "Company": factory.company(),
    }
    for doctype, name in kept.items():
        user = factory.person(roles.QUALITY_MANAGER, **{doctype: name})
        for way in set(ways.way_names()) - {"link"}:  # a number tells nothing
            assert ways.gives(way, user, "Signal Back-test", doc.name) is False, (doctype, way)
