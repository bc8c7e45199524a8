"""Effectiveness counts when computed after the window, on the fixed measure; scarce data need more time, no sentence."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime, nowdate

from complaint_qms.api import capa as capa_api
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.capa import effectiveness
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.overview import overview
from tests.desk import factory
from tests.desk.factory import capa_in_effect

CLOSE = "Close as Effective"
JUDGED = {"effect_conclusion": "effective", "effect_override_reason": "The line was rebuilt"}


def over(doc, days=40):
    """Let the window of 30 days be over."""
    for field in ("window_start", "window_end"):
        doc.db_set(field, add_days(doc.get(field), -days))
    frappe.db.set_value("CAPA Action", doc.actions[0].name, "done_on", add_days(nowdate(), -days))
    doc.reload()
    return doc


def as_judge(doc):
    frappe.set_user(factory.user(roles.QUALITY_MANAGER))
    return frappe.get_doc("CAPA", doc.name)


@pytest.fixture
def running():
    """Its window still runs."""
    return capa_in_effect(
        window_days=30, metric="complaint_count", max_count=9, item_code=factory.item().name
    )


@pytest.fixture
def scarce(running):
    """The window is over and nothing was sold in it."""
    doc = over(running)
    effectiveness.compute(doc)
    assert doc.verdict == "insufficient_data"
    return doc


def test_a_verdict_computed_while_the_window_ran_opens_nothing(running):
    effectiveness.compute(running)
    answer = capa_api.compute_effectiveness(running.name)
    assert answer["counts"] is False
    doc = over(running)
    doc.db_set({"verdict": "effective", "computed_at": add_days(now_datetime(), -15)})
    with pytest.raises(GateError, match="while the window was still running"):
        take_step(as_judge(doc), CLOSE, JUDGED)
    doc.db_set("computed_at", now_datetime())
    closed = as_judge(doc)
    take_step(closed, CLOSE, {"effect_conclusion": "effective"})
    assert closed.stage == "closed"


def test_no_sentence_stands_in_for_data_or_a_good_result(scarce):
    with pytest.raises(GateError, match="The data do not suffice"):
        take_step(as_judge(scarce), CLOSE, JUDGED)
    scarce.db_set("verdict", "ineffective")
    with pytest.raises(GateError, match="The computed verdict is"):
        take_step(as_judge(scarce), CLOSE, JUDGED)


def test_an_extension_is_kept_and_the_verdict_is_computed_anew(scarce):
    doc = as_judge(scarce)
    answer = capa_api.extend_window(doc.name, days=20, reason="Hardly any were sold")
    end = getdate(add_days(getdate(), 20))
    assert (getdate(answer["window_end"]), answer["extensions"]) == (end, 1)
    doc.reload()
    (row,) = doc.window_extensions
    assert (row.extended_by, row.days, row.window_end, row.reason) == (
        frappe.session.user, 20, end, "Hardly any were sold",
    )  # fmt: skip
    with pytest.raises(GateError, match="The effectiveness window ends on"):
        take_step(doc, CLOSE, JUDGED)
    doc.reload()
    doc.set("window_extensions", [])
    doc.window_end = getdate()
    doc.save()
    doc.reload()
    assert (len(doc.window_extensions), doc.window_end) == (1, end)


def test_again_and_again_each_time_with_a_name(scarce):
    for number in (1, 2, 3):
        doc = as_judge(scarce)
        effectiveness.extend(doc, 5, "Hardly any were sold")
        assert len(doc.window_extensions) == number
        doc.db_set("window_end", add_days(getdate(), -1))
        effectiveness.compute(doc)


@pytest.mark.parametrize("days", [0, -3, 367])
def test_by_a_sound_number_of_days(scarce, days):
    with pytest.raises(GateError, match=r"^G5: Days from Today: extend the window by 1 to 366 days\.$"):
        effectiveness.extend(as_judge(scarce), days, "Hardly any were sold")


def test_by_a_reason(scarce):
    with pytest.raises(
        GateError, match=r"^G5: Reason: write why the window is extended; the reason is kept\.$"
    ):
        effectiveness.extend(as_judge(scarce), 5, " ")


def test_by_who_judges_and_does_not_own_it(scarce):
    frappe.set_user(factory.user(roles.MANAGER))
    with pytest.raises(frappe.PermissionError, match="Quality Manager"):
        effectiveness.extend(frappe.get_doc("CAPA", scarce.name), 5, "x")
    doc = as_judge(scarce)
    doc.db_set("capa_owner", frappe.session.user)
    with pytest.raises(GateError, match="G6"):
        effectiveness.extend(doc, 5, "x")


def test_not_while_it_runs_and_not_against_a_result(running, scarce):
    scarce.db_set("verdict", "ineffective")
    with pytest.raises(GateError, match="nothing more to wait for"):
        effectiveness.extend(as_judge(scarce), 5, "I hope for better")
    scarce.db_set({"verdict": "insufficient_data", "window_end": add_days(getdate(), 1)})
    with pytest.raises(GateError, match="while the window was still running"):
        effectiveness.extend(as_judge(scarce), 5, "Hardly any were sold")


def test_it_is_computed_on_the_measure_as_it_is_stored(scarce):
    stored = {name: scarce.get(name) for name in ("window_start", "window_end", "max_count", "min_exposure")}
    doc = as_judge(scarce)
    doc.update(
        {"max_count": 999, "min_exposure": 0, "window_start": "2020-01-01", "window_end": "2020-02-01"}
    )
    effectiveness.compute(doc)
    assert doc.verdict == "insufficient_data"
    assert {name: frappe.db.get_value("CAPA", doc.name, name) for name in stored} == stored
    doc.min_exposure = 0.1
    with pytest.raises(GateError, match="was fixed"):
        doc.save()


@pytest.mark.parametrize(
    ("verdict", "first"),
    [("ineffective", "ineffective"), ("effective", "closed"), ("insufficient_data", "closed")],
)
def test_the_step_that_is_offered_first_is_the_one_the_figures_speak_for(scarce, verdict, first):
    scarce.db_set("verdict", verdict)
    move = overview(as_judge(scarce))["next"][0]
    assert (move["to_stage"], move["primary"]) == (first, True)
