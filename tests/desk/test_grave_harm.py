"""No way out of a complaint takes serious harm or a death out of sight before somebody decided whether it is reportable."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, getdate

from complaint_qms.api import complaint as api
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from tests.desk import factory
from tests.desk.factory import at_stage, complaint
from tests.desk.test_reportability import assessment, cleared

GRAVE = ("serious", "death")
MERGE = "Merge into Another"
VOID = {"void_reason": "Entered twice"}
REJECT = {"is_complaint": "no", "triage_rationale": "Praise", "rejection_reason": "Praise"}
CLOSE = {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}


def step(doc, role, action, values):
    """Take the step as somebody with the role, through the door of the desk's buttons."""
    with factory.as_user(factory.user(role)):
        api.take_step(doc.name, action, values)
    return frappe.get_doc("Complaint", doc.name)


def merge(doc, original, role=roles.AGENT, **values):
    return step(doc, role, MERGE, {"duplicate_of": original.name, **values})


def changed(doc, **values):
    doc.reload()
    doc.update(values)
    doc.save()
    return doc


def decided(doc):
    """Somebody found the event not reportable, on the strength of an assessment."""
    cleared(doc)
    return changed(doc, reportable="no")


@pytest.mark.parametrize("harm", GRAVE)
class TestUndecided:
    def test_an_agent_does_not_merge_it(self, harm):
        doc = step(complaint(harm_level=harm), roles.AGENT, "Start Triage", {})
        with pytest.raises(GateError, match="Decide whether the event is reportable"):
            merge(doc, complaint(harm_level="death"))

    @pytest.mark.parametrize("role", [roles.MANAGER, roles.QUALITY_MANAGER])
    @pytest.mark.parametrize("make", [complaint, factory.in_triage])
    def test_nobody_makes_it_void(self, harm, role, make):
        doc = make(harm_level=harm)
        with pytest.raises(GateError, match="Decide whether the event is reportable"):
            step(doc, role, "Void", VOID)
        with pytest.raises(GateError, match="add a reportability assessment"):
            step(doc, role, "Void", {**VOID, "reportable": "no"})

    def test_nobody_rejects_it(self, harm):
        doc = factory.in_triage(harm_level=harm)
        with pytest.raises(GateError, match="add a reportability assessment"):
            step(doc, roles.MANAGER, "Reject", {**REJECT, "reportable": "no"})

    def test_harm_that_was_told_after_triage_is_assessed_before_closing(self, harm):
        doc = changed(at_stage("review"), harm_level=harm)
        with pytest.raises(GateError, match="add a reportability assessment"):
            step(doc, roles.MANAGER, "Close", CLOSE)
        cleared(doc)
        assert step(doc, roles.MANAGER, "Close", CLOSE).stage == "closed"

    def test_taking_the_harm_away_with_the_step_does_not_help(self, harm):
        doc = factory.in_triage(harm_level=harm)
        with pytest.raises(GateError, match="Decide whether the event is reportable"):
            step(doc, roles.MANAGER, "Void", {**VOID, "harm_level": "none"})

    @pytest.mark.parametrize("less", ["minor", "none", None])
    def test_an_agent_takes_it_away_by_no_save_of_its_own_either(self, harm, less):
        doc = factory.in_triage(harm_level=harm)
        with (
            factory.as_user(factory.user(roles.AGENT)),
            pytest.raises(frappe.PermissionError, match="less harm"),
        ):
            changed(doc, harm_level=less)
        for role in (roles.MANAGER, roles.REGULATORY, roles.QUALITY_MANAGER):
            with factory.as_user(factory.user(role)):
                changed(doc, harm_level=less)
            changed(doc, harm_level=harm)


@pytest.mark.parametrize("harm", ["", "none", "minor"])
def test_a_plain_double_entry_stays_easy(harm):
    for make in (complaint, factory.in_triage):
        assert step(make(harm_level=harm), roles.MANAGER, "Void", VOID).stage == "void"
    assert merge(factory.in_triage(harm_level=harm), complaint()).stage == "duplicate"


class TestDecided:
    def test_void_rejected_or_merged_once_it_was_ruled_out(self):
        assert (
            step(decided(factory.in_triage(harm_level="death")), roles.MANAGER, "Void", VOID).stage == "void"
        )
        doc = decided(factory.in_triage(harm_level="death"))
        assert step(doc, roles.MANAGER, "Reject", {**REJECT, "reportable": "no"}).stage == "rejected"
        doc = decided(factory.in_triage(harm_level="death"))
        assert merge(doc, complaint(harm_level="death")).stage == "duplicate"


class TestTheOriginal:
    """What carries the case says what its duplicate knew."""

    @pytest.mark.parametrize("harm", ["", "none", "minor", "serious"])
    def test_it_tells_of_no_less_harm(self, harm):
        original, doc = complaint(harm_level=harm), decided(factory.in_triage(harm_level="death"))
        with pytest.raises(GateError, match=f"graver harm than {original.name}"):
            merge(doc, original)
        with factory.as_user(factory.user(roles.AGENT)):
            changed(original, harm_level="death")
        assert merge(doc, original).stage == "duplicate"

    @pytest.mark.parametrize("said", [None, "no"])
    def test_it_says_that_the_event_is_reportable(self, said):
        original = complaint(harm_level="death", reportable=said)
        doc = changed(factory.in_triage(harm_level="death"), reportable="yes")
        assessment(
            doc, status="reported", reason="Death", submitted_on=getdate(), submission_reference="MDR-1"
        )
        with pytest.raises(GateError, match=f"{original.name} does not say that the event is reportable"):
            merge(doc, original)
        with factory.as_user(factory.user(roles.AGENT)):
            changed(original, reportable="assessing")
        assert merge(doc, original).stage == "duplicate"

    def test_it_was_known_no_later(self):
        known = add_days(getdate(), -3)
        original = complaint(harm_level="death", awareness_date=getdate())
        doc = decided(factory.in_triage(harm_level="death", awareness_date=known))
        with pytest.raises(GateError, match="Awareness Date"):
            merge(doc, original)
        with factory.as_user(factory.user(roles.AGENT)):
            changed(original, awareness_date=known)
        assert merge(doc, original).stage == "duplicate"
