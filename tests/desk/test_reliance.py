"""What others rest on is not taken back behind their backs: refused by name where it was closed on, told where not."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import events, roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.overview import overview
from tests.desk import factory
from tests.desk.factory import TRIAGED, at_stage, complaint, tick_all, verified_cause

FINDINGS = {"problem": "x", "findings": "x", "outcome": "confirmed", "conclusion": "x"}


def completed(about, **values):
    """A completed investigation with a verified cause."""
    study = factory.investigation(about, **values)
    verified_cause(study)
    with factory.as_user(study.investigator):
        take_step(study, "Start", {})
        take_step(study, "Submit for Review", FINDINGS)
    take_step(study, "Complete", {})
    return study


def solving(doc, **values):
    """Bring a complaint in triage past G2."""
    tick_all(doc)
    take_step(doc, "Solve Directly", {**TRIAGED, "complaint_owner": handler(), **values})
    return doc


def handler():
    return factory.user(roles.AGENT)


def end(doc, capa_required="no"):
    doc.db_set(
        {"stage": "closed", "workflow_state": "Closed", "capa_required": capa_required}, update_modified=False
    )
    doc.reload()
    return doc


def told(user, name):
    """What a person heard of a basis that was taken away; hand-overs are another matter."""
    kinds = (events.INVESTIGATION_REOPENED, events.CAUSE_REJECTED)
    heard = {"to_user": user, "reference_name": name, "channel": "desk", "kind": ("in", kinds)}
    return frappe.get_all("QMS Message", heard, pluck="text", order_by="creation, name")


OWN, COVERED, ROW = "own", "covered", "row"


def resting(how):
    """A complaint past G2 and the investigation it rests on."""
    doc = at_stage("triage")
    if how == OWN:
        study = completed(doc)
    elif how == ROW:
        study = completed(complaint(), covered_complaints=[{"complaint": doc.name}])
    else:
        study = completed(complaint())
    covered = {"covered_by_investigation": study.name, "coverage_rationale": "Same lot"}
    return solving(doc, **(covered if how == COVERED else {})), study


@pytest.mark.parametrize("how", [OWN, COVERED, ROW])
class TestInvestigation:
    def test_a_closed_complaint_refuses_and_is_named(self, how):
        doc, study = resting(how)
        end(doc)
        (again,) = overview(study)["next"]
        assert [row["gate"] for row in again["missing"]] == ["G2"]
        with pytest.raises(GateError, match=f"Complaint {doc.name} was closed on this investigation"):
            take_step(study, "Reopen", {})
        assert frappe.db.get_value("Investigation", study.name, "stage") == "completed"
        assert told(handler(), doc.name) == []

    def test_an_open_one_is_told_and_asked_again(self, how):
        doc, study = resting(how)
        take_step(study, "Reopen", {})
        (subject,) = told(handler(), doc.name)
        assert study.name in subject
        with pytest.raises(frappe.TimestampMismatchError):
            tick_all(doc)  # read before what it rests on was taken back
        doc.reload()
        tick_all(doc)
        with pytest.raises(GateError, match="G2"):
            take_step(
                doc, "Ask the Customer", {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "x"}
            )

    def test_one_that_has_another_ground_does_not_mind(self, how):
        doc, study = resting(how)
        completed(complaint(), covered_complaints=[{"complaint": doc.name}])
        end(doc)
        take_step(study, "Reopen", {})
        assert (study.stage, told(handler(), doc.name)) == ("in_progress", [])


class TestRows:
    def test_a_row_goes_only_while_nobody_was_closed_on_it(self):
        doc, study = resting(ROW)
        end(doc)
        study.set("covered_complaints", [])
        with pytest.raises(GateError, match="has ended"):
            study.save()

    def test_a_void_one_asks_as_well(self):
        doc, study = resting(OWN)
        end(doc)
        study.db_set({"workflow_state": "Completed"})
        study.reload()
        study.update({"workflow_state": "Void", "void_reason": "Wrong sample"})
        with pytest.raises(GateError):
            study.save()


class TestRootCause:
    def rejected(self, cause):
        cause.reload()
        cause.update({"status": "rejected", "rejection_reason": "The next batch shows it too"})
        cause.save()

    def test_a_closed_capa_refuses_and_is_named(self):
        doc = factory.capa()
        doc.db_set("stage", "closed")
        cause = frappe.get_doc("Root Cause", doc.root_causes[0].root_cause)
        with pytest.raises(GateError, match=f"CAPA {doc.name} was closed on this cause"):
            self.rejected(cause)

    def test_a_completed_investigation_refuses_while_it_has_no_other(self):
        study = completed(complaint())
        cause = frappe.get_doc("Root Cause", {"investigation": study.name})
        with pytest.raises(GateError, match=f"Investigation {study.name} was completed on this cause"):
            self.rejected(cause)
        verified_cause(study)
        self.rejected(cause)
        assert cause.status == "rejected"

    def test_the_owner_of_a_running_capa_is_told_and_its_gates_ask_again(self):
        doc = factory.implemented_capa()
        cause = frappe.get_doc("Root Cause", doc.root_causes[0].root_cause)
        self.rejected(cause)
        (subject,) = told(doc.capa_owner, doc.name)
        assert cause.name in subject
        factory.finish_action(doc)
        frappe.set_user("Administrator")
        doc.reload()
        with pytest.raises(GateError, match="is not verified yet"):
            take_step(doc, "Submit for Verification", {})

    @pytest.mark.parametrize("way", ["disabled", "left"])
    @pytest.mark.parametrize("superior", [True, False])
    def test_for_an_absent_owner_it_is_their_superior_or_the_quality_managers(self, way, superior):
        owner, chief, other = (factory.person(roles.QUALITY_MANAGER) for _ in range(3))
        doc = factory.implemented_capa()
        doc.db_set("capa_owner", owner)
        reports_to = factory.employee(chief).name if superior else None
        record = factory.employee(owner, reports_to=reports_to)
        if way == "left":
            frappe.db.set_value("Employee", record.name, "status", "Left")
        else:
            frappe.db.set_value("User", owner, "enabled", 0)
        self.rejected(frappe.get_doc("Root Cause", doc.root_causes[0].root_cause))
        assert told(owner, doc.name) == []
        assert len(told(chief, doc.name)) == 1
        assert bool(told(other, doc.name)) is not superior


class TestCapa:
    def test_the_only_one_of_a_closed_complaint_stays(self):
        doc = factory.capa()
        about = end(frappe.get_doc("Complaint", doc.complaints[0].complaint), capa_required="yes")
        named = f"Complaint {about.name} was closed on this CAPA"
        with pytest.raises(GateError, match=named):
            take_step(doc, "Void", {"void_reason": "Entered twice"})
        doc.reload()
        doc.set("complaints", [])
        with pytest.raises(GateError, match=named):
            doc.save()
        factory.make("CAPA", title="Another", investigation=doc.investigation)
        doc.reload()
        take_step(doc, "Void", {"void_reason": "Entered twice"})
        assert doc.stage == "void"
