"""The risk that is left after a CAPA: proposed from what was counted since, judged by somebody independent, kept with its history."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import getdate

from complaint_qms.api import capa as api
from complaint_qms.api import risk as risk_api
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from tests.desk import factory
from tests.desk.factory import as_user, capa_in_effect, complaint
from tests.desk.report_rows import bare_row
from tests.desk.test_delivered_units_report import Shop, ago


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def closed(shop: Shop):
    """A CAPA about the second item, closed as effective: 3 complaints about 10 units before; since 35 days 500 units and 4 complaints."""
    about = complaint(severity="Serious", occurrence="Frequent")
    doc = capa_in_effect(item_code=shop.items[1])
    frappe.set_user("Administrator")
    bare_row("CAPA Complaint", parent=doc.name, parenttype="CAPA", parentfield="complaints", complaint=about.name, subject=about.subject, idx=len(doc.complaints) + 1)  # fmt: skip
    doc.db_set(
        {
            "company": shop.company, "complaint_type": None, "measured_types": None, "stage": "closed", "effect_conclusion": "effective", "verdict": "effective",
            "window_start": ago(45), "window_end": ago(15), "before_count": 3, "before_exposure": 10, "computed_at": frappe.utils.now_datetime(),
        }
    )  # fmt: skip
    state = frappe.db.get_value("Workflow Document State", {"parent": ("like", "%CAPA%"), "update_value": "closed"}, "state")  # fmt: skip
    doc.db_set("workflow_state", state)
    doc.reload()
    return doc


@pytest.fixture
def judge() -> str:
    return factory.user(roles.QUALITY_MANAGER, email="judge@qms.example")


def test_both_sides_come_from_what_was_counted(closed) -> None:
    found = api.residual_proposal(closed.name)
    assert (found["complaints"], found["units"]) == (4, 500)
    assert (found["before"]["severity"], found["before"]["occurrence"]) == ("Serious", "Frequent")
    # Nobody rated those since: the severity stays. 4 in 500 is frequent still.
    assert (found["after"]["severity"], found["after"]["occurrence"]) == ("Serious", "Frequent")
    assert "4 ÷ 500" in found["said"]["after"][0]
    assert "3 ÷ 10" in found["said"]["before"][0]
    name = frappe.get_all("Complaint", {"item_code": closed.item_code, "company": closed.company}, pluck="name", order_by="name")[0]  # fmt: skip
    frappe.db.set_value("Complaint", name, "severity", "Critical")
    frappe.db.set_value(
        "Complaint", {"name": ("!=", name), "item_code": closed.item_code}, "stage", "rejected"
    )
    found = api.residual_proposal(closed.name)
    assert (found["complaints"], found["after"]["severity"]) == (1, "Critical")
    cell = next(
        cell
        for cell in frappe.get_doc("Risk Matrix", found["matrix"]).cells
        if (cell.severity, cell.occurrence) == ("Critical", "Frequent")
    )
    assert (found["after"]["level"], found["after"]["color"]) == (cell.risk_level, cell.color)


def test_without_deliveries_nothing_is_proposed_and_a_reason_is_needed(closed, judge: str) -> None:
    closed.db_set("window_start", getdate())
    found = api.residual_proposal(closed.name)
    assert found["after"]["occurrence"] is None
    assert "No deliveries since" in found["said"]["after"][0]
    with as_user(judge):
        with pytest.raises(GateError, match="otherwise than the figures propose"):
            api.judge_residual(closed.name, "Serious", "Remote")
        assert api.judge_residual(closed.name, "Serious", "Remote", "A new seal")["judgements"] == 1


def test_a_judgement_is_kept_with_who_and_when_and_the_next_one_beside_it(closed, judge: str) -> None:
    with as_user(judge):
        first = api.judge_residual(closed.name, "Serious", "Frequent")
        api.judge_residual(closed.name, "Minor", "Remote", "The new design")
    closed.reload()
    one, two = closed.residual_risks
    assert (one.judged_by, one.severity_before, one.occurrence_before) == (judge, "Serious", "Frequent")
    assert (one.risk_level, one.complaints, one.units, one.counted_from) == (first["risk_level"], 4, 500, getdate(ago(45)))  # fmt: skip
    assert (two.reason, two.proposed_occurrence, two.occurrence) == ("The new design", "Frequent", "Remote")
    assert closed.stage == "closed"
    # Neither a form nor a request writes, changes or removes one.
    for rows in ([], [{"severity": "Minor", "occurrence": "Remote", "judged_by": "Administrator"}]):
        closed.reload()
        closed.set("residual_risks", rows)
        closed.save()
        closed.reload()
        assert [row.judged_by for row in closed.residual_risks] == [judge, judge]
    told = risk_api.beside_complaint(closed.complaints[-1].complaint)["residual"]
    assert [(row["capa"], row["risk_level"], row["judged_by"]) for row in told] == [(closed.name, two.risk_level, judge)]  # fmt: skip
    assert frappe.get_print("CAPA", closed.name).count("The new design") == 1


def test_who_may_not_judge(closed, judge: str) -> None:
    for user, error, said in (
        (factory.user(roles.MANAGER), frappe.PermissionError, ""),
        (closed.capa_owner, frappe.PermissionError, ""),
    ):
        with as_user(user), pytest.raises(error, match=said):
            api.judge_residual(closed.name, "Serious", "Frequent")
    closed.db_set("capa_owner", judge)
    with as_user(judge), pytest.raises(GateError, match="G6"):
        api.judge_residual(closed.name, "Serious", "Frequent")
    with as_user(factory.person(roles.QUALITY_MANAGER, Company=factory.other_company())):
        with pytest.raises(frappe.PermissionError):
            api.residual_proposal(closed.name)
        assert not frappe.get_list("CAPA", {"name": closed.name}, order_by="name")


def test_what_is_no_level_or_comes_too_early_is_refused(closed, judge: str) -> None:
    with as_user(judge):
        with pytest.raises(frappe.ValidationError, match="choose a level of the risk matrix"):
            api.judge_residual(closed.name, "Serious", "Twice a day", "So it is")
        with pytest.raises(GateError, match="Severity: choose a level"):
            api.judge_residual(closed.name, "", "Frequent")
    closed.db_set("stage", "effectiveness")
    with as_user(judge), pytest.raises(GateError, match="once the CAPA is closed as effective"):
        api.judge_residual(closed.name, "Serious", "Frequent")
