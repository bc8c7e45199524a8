"""No row of My Work Today offers a step that its gates would refuse for what nobody can enter in its dialog."""

from __future__ import annotations

import random
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import frappe
import pytest
from frappe.utils import add_days, now_datetime, nowdate

from complaint_qms.constants import roles, work
from complaint_qms.engine.sop import Missing
from complaint_qms.services.capa import effectiveness
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.overview import is_supplied, kind_of_step
from complaint_qms.services.work.today import my_work
from tests.desk import factory
from tests.desk.test_dialogs_complete import LINKED, record, transitions

DRAWS = 60
MOST_LOOKS = 60
FILLED = {"Check": [0, 1], "Int": [0, 5], "Float": [0, 5], "Date": [None, "2026-01-01"]}


@pytest.fixture(autouse=True)
def shows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "MOST", 1_000_000)
    monkeypatch.setattr(work, "CANDIDATES", 1_000_000)


def choices(doc, name: str) -> list[Any]:
    field = doc.meta.get_field(name)
    if field.fieldtype == "Select":
        return [None, *filter(None, (field.options or "").split("\n"))]
    return FILLED.get(field.fieldtype, [None, "x"])


def outside(doc, kind: str, found: list[Missing]) -> int:
    """How many of the missing things the dialog does not take in."""
    return sum(not is_supplied(doc, kind, guard.describe(doc, row)) for row in found)


def answered(doc, kind: str, facts: dict[str, Any], target: str) -> list[str]:
    """What is still refused once the dialog has been answered as well as it can be: the best answers are followed first."""
    found = doc.gates(facts, target)
    waiting, seen = [((0, len(found)), 0, facts)], [facts]
    nearest = found
    for _look in range(MOST_LOOKS):
        if not waiting:
            break
        waiting.sort(key=itemgetter(0, 1))
        facts = waiting.pop(0)[2]
        for trial in trials(doc, facts, target):
            left = doc.gates(trial, target)
            if not left:
                return []
            nearest = min(nearest, left, key=len)
            if trial not in seen:
                seen.append(trial)
                waiting.append(((outside(doc, kind, left), len(left)), len(seen), trial))
    return [row.text() for row in nearest]


def trials(doc, facts: dict[str, Any], target: str) -> Iterator[dict[str, Any]]:
    """The facts with one answer more to something that is missing."""
    for row in doc.gates(facts, target):
        if row.field == "checklist":
            yield facts | {"checklist": [check | {"done": 1} for check in facts["checklist"]]}
        elif row.field:
            for value in choices(doc, row.field):
                yield facts | {row.field: value}
        if row.field == "covered_by_investigation":
            yield facts | {"covering_stage": "completed"}


@pytest.mark.parametrize(
    ("doctype", "origin", "target"), [pytest.param(*step, id=" ".join(step)) for step in transitions()]
)
def test_a_step_that_is_offered_can_be_taken(doctype: str, origin: str, target: str) -> None:
    draw, refused = random.Random(f"{doctype}{origin}{target}"), []
    for _state in range(DRAWS):
        facts = record(doctype, origin, draw)
        facts["stored"] = {**facts}
        doc = frappe.get_doc({key: facts[key] for key in facts if key not in LINKED[doctype](draw)})
        kind = kind_of_step(doc, target)
        found = doc.gates(facts, target)
        if kind == "forward" and found and not outside(doc, kind, found):
            refused += answered(doc, kind, facts, target)
    assert not {*refused}


def row_of(name: str, user: str, kind: str) -> dict[str, Any] | None:
    with factory.as_user(user):
        rows = my_work(user, now_datetime())["rows"]
    return next((row for row in rows if (row["name"], row["kind"]) == (name, kind)), None)


@pytest.mark.parametrize(
    ("stored", "action"),
    [
        ({"computed_at": None, "verdict": None}, "Compute Effectiveness"),
        ({"verdict": "effective", "computed_at": "2026-01-01"}, "Compute Effectiveness"),
        ({"verdict": "insufficient_data"}, "Extend the Window"),
        ({"verdict": "effective"}, "Close as Effective"),
        ({"verdict": "ineffective"}, "Ineffective"),
    ],
)
def test_the_way_on_from_an_effectiveness_check_follows_its_figures(
    stored: dict[str, Any], action: str
) -> None:
    judge = factory.person(roles.QUALITY_MANAGER)
    doc = factory.capa_in_effect(window_days=30, metric="complaint_count", max_count=9)
    doc.db_set({"window_start": add_days(nowdate(), -40), "window_end": add_days(nowdate(), -10)})
    doc.reload()
    assert row_of(doc.name, judge, work.CAPA)["action"] == "Compute Effectiveness"
    effectiveness.compute(doc)
    doc.db_set(stored)
    assert row_of(doc.name, judge, work.CAPA)["action"] == action


def test_a_window_that_still_runs_is_waited_for() -> None:
    owner = factory.person(roles.QUALITY_MANAGER, roles.INVESTIGATOR)
    doc = factory.capa_in_effect(window_days=30)
    frappe.db.set_value("CAPA", doc.name, "capa_owner", owner)
    row = row_of(doc.name, owner, work.CAPA)
    assert (row["group"], row["action"]) == (work.GROUP_WAITING, None)
    assert row["waits_for"]["text"]


def test_a_complaint_waits_for_its_investigation_whatever_else_is_empty() -> None:
    handler = factory.person(roles.MANAGER, roles.INVESTIGATOR)
    doc = factory.in_triage()
    factory.tick_all(doc)
    take_step(doc, "Investigate", {**factory.TRIAGED, "complaint_owner": handler})
    study = factory.investigation(doc)
    row = row_of(doc.name, handler, work.COMPLAINT)
    assert (row["group"], row["action"]) == (work.GROUP_WAITING, None)
    assert study.name in row["waits_for"]["text"]


def test_a_remedy_that_nobody_has_proposed_leads_to_where_it_is() -> None:
    handler = factory.person(roles.AGENT)
    doc = factory.at_stage("solve")
    doc.update({"reply": "Half of it back.", "remedy_required": "yes"}).save()
    frappe.db.set_value("Complaint", doc.name, "complaint_owner", handler)
    row = row_of(doc.name, handler, work.COMPLAINT)
    assert (row["action"], row["field"], row["waits_for"]) == (None, "settlement_html", None)


class TestAConfirmedDefectWithoutACause:
    def confirmed(self, with_cause: bool):
        study = factory.investigation(investigator=factory.user(roles.INVESTIGATOR))
        cause = factory.verified_cause(study) if with_cause else None
        with factory.as_user(study.investigator):
            take_step(study, "Start", {})
            take_step(study, "Submit for Review", {**factory.FINDINGS, "outcome": "confirmed"})
        return study, cause

    def test_says_why_there_is_none_before_it_is_reviewed(self) -> None:
        with pytest.raises(frappe.ValidationError, match="the reason why none was found"):
            self.confirmed(with_cause=False)

    def test_is_sent_back_when_its_cause_was_ruled_out_under_review(self) -> None:
        reviewer = factory.person(roles.QUALITY_MANAGER)
        study, cause = self.confirmed(with_cause=True)
        assert row_of(study.name, reviewer, work.INVESTIGATION)["action"] == "Complete"
        cause.reload().update({"status": "rejected", "rejection_reason": "Measured again"}).save()
        row = row_of(study.name, reviewer, work.INVESTIGATION)
        assert (row["action"], row["waits_for"]) == ("Send Back", None)
        assert "the reason why none was found" in row["first_missing"]
