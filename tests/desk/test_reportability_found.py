"""In triage nothing is in force yet, and still one role does not undo what another one is there for."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.patches.v1_0 import findings_of_regulatory
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk.factory import at_stage
from tests.desk.test_reportability import as_user, cleared

WAYS = (
    ("yes",),
    ("assessing",),
    ("assessing", "yes"),
    ("yes", "manager:yes"),
    ("assessing", "manager:yes"),
)


def found(steps):
    doc = at_stage("triage")
    for step in steps:
        who, _, said = step.rpartition(":")
        doc = as_user(doc, roles.MANAGER if who else roles.REGULATORY)
        doc.update({"reportable": said, "reportable_reason": "Sample awaited"})
        doc.save()
    return doc


@pytest.mark.parametrize("steps", WAYS)
@pytest.mark.parametrize("role", [roles.MANAGER, roles.QUALITY_MANAGER])
@pytest.mark.parametrize("said", ["no", None])
def test_nobody_else_takes_it_back_in_triage(steps, role, said):
    doc = as_user(found(steps), role)
    doc.update({"reportable": said, "reportable_reason": "It suits better"})
    with pytest.raises(frappe.PermissionError, match="take back what Regulatory Affairs found"):
        doc.save()
    for target, field in (("Void", "void_reason"), ("Reject", "rejection_reason")):
        doc = as_user(doc, role)
        values = {field: "Entered twice", "is_complaint": "no", "triage_rationale": "Entered twice"}
        with pytest.raises((GateError, frappe.PermissionError)):
            take_step(doc, target, values | {"reportable": said})


@pytest.mark.parametrize("role", [roles.MANAGER, roles.QUALITY_MANAGER])
def test_nor_makes_a_suspicion_of_it(role):
    doc = as_user(found(("yes",)), role)
    doc.update({"reportable": "assessing", "reportable_reason": "It suits better"})
    with pytest.raises(frappe.PermissionError, match="take back what Regulatory Affairs found"):
        doc.save()


def test_they_do_with_a_reason_of_its_own_that_is_kept():
    doc = as_user(found(("yes",)), roles.REGULATORY)
    doc.update({"reportable": "no", "reportable_reason": " "})
    with pytest.raises(GateError, match="Reason for Taking Reportability Back"):
        doc.save()
    doc.reload()
    doc.update({"reportable": "no", "reportable_reason": "The injury was with another device"})
    doc.save()
    doc = as_user(doc, roles.MANAGER)
    doc.reportable_reason = "Rewritten"
    doc.save()
    assert (doc.reportable, doc.reportable_reason, doc.found_by_regulatory) == (
        "no", "The injury was with another device", 0,
    )  # fmt: skip
    take_step(doc, "Void", {"void_reason": "Entered twice"})


def test_a_suspicion_in_between_leaves_it_theirs():
    doc = as_user(found(("yes",)), roles.REGULATORY)
    doc.update({"reportable": "assessing", "reportable_reason": "The sample contradicts"})
    doc.save()
    doc = as_user(doc, roles.MANAGER)
    doc.reportable = "no"
    with pytest.raises(frappe.PermissionError, match="take back what Regulatory Affairs found"):
        doc.save()


def test_an_assessment_that_they_finished_is_their_word_too():
    doc = found(("yes",))
    frappe.set_user("Administrator")
    cleared(doc)
    doc = as_user(doc, roles.MANAGER)
    doc.reportable = "no"
    doc.save()
    assert (doc.found_by_regulatory, doc.reportable_reason) == (0, None)


def test_what_a_manager_found_alone_a_manager_corrects_in_triage():
    doc = as_user(at_stage("triage"), roles.MANAGER)
    for said in ("yes", "assessing", "no"):
        doc.reportable = said
        doc.save()
    assert (doc.reportable, doc.found_by_regulatory) == ("no", 0)


def test_the_mark_is_the_servers():
    doc = found(("yes",))
    doc = as_user(doc, roles.MANAGER)
    doc.found_by_regulatory = 0
    doc.save()
    assert doc.found_by_regulatory == 1


def test_findings_of_before_are_marked():
    others = as_user(at_stage("triage"), roles.MANAGER)
    others.reportable = "yes"
    others.save()
    frappe.set_user("Administrator")
    ours = found(("yes",))
    ours.db_set("found_by_regulatory", 0, update_modified=False)
    for _ in range(2):
        findings_of_regulatory.execute()
    assert [frappe.db.get_value("Complaint", doc.name, "found_by_regulatory") for doc in (ours, others)] == [
        1,
        0,
    ]
