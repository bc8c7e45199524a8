"""Investigation, root cause and CAPA on a real site: defaults, independence, frozen plans, measured effect."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, getdate, nowdate

from complaint_qms.api import capa as capa_api
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.capa import effectiveness
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.overview import overview
from tests.desk import factory
from tests.desk.factory import (
    capa,
    capa_in_effect,
    complaint,
    finish_action,
    implemented_capa,
    investigation,
    verified_cause,
)


def under_review(user):
    """An investigation of `user`, written and submitted by a colleague."""
    study = factory.under_review()
    study.db_set("investigator", user)
    study.reload()
    return study


def age(doc, days):
    """Let `days` pass since the CAPA was verified: its dates move into the past."""
    for field in ("window_start", "window_end"):
        doc.db_set(field, add_days(doc.get(field), -days))
    frappe.db.set_value("CAPA Action", doc.actions[0].name, "done_on", add_days(nowdate(), -days))
    doc.reload()


class TestInvestigation:
    def test_it_takes_over_the_product_of_its_complaint(self):
        item = factory.item(batch=True)
        about = complaint(batch_no=factory.batch(item.name).name)
        study = investigation(about)
        assert (study.item_code, study.batch_no, study.company) == (item.name, about.batch_no, about.company)
        assert (study.title, study.stage) == (about.subject, "planned")

    def test_a_complaint_is_covered_once(self):
        about = complaint()
        with pytest.raises(frappe.ValidationError, match="named twice"):
            investigation(about, covered_complaints=[{"complaint": about.name}])

    def test_the_investigator_does_not_complete_their_own_work(self):
        study = investigation()
        take_step(study, "Start", {})
        user = factory.user(roles.INVESTIGATOR, roles.QUALITY_MANAGER)
        study.db_set("investigator", user)
        frappe.set_user(user)
        study.reload()
        findings = {"problem": "x", "findings": "x", "outcome": "not_confirmed", "conclusion": "x"}
        take_step(study, "Submit for Review", findings)
        with pytest.raises(GateError, match="G6"):
            take_step(study, "Complete", {})

    def test_the_name_that_stands_in_the_way_cannot_be_changed_in_the_same_step(self):
        user = factory.user(roles.QUALITY_MANAGER)
        study = under_review(user)
        frappe.set_user(user)
        with pytest.raises(GateError, match="G6"):
            take_step(study, "Complete", {"investigator": factory.user(roles.INVESTIGATOR)})

    def test_what_is_under_review_stands_still(self):
        study = under_review(factory.user(roles.INVESTIGATOR))
        study.findings = "Something else"
        with pytest.raises(GateError, match="under review"):
            study.save()
        study.reload()
        take_step(study, "Send Back", {})
        study.findings = "Something else"
        study.save()

    def test_a_completed_one_covers_another_complaint(self):
        study, other = factory.completed_investigation(), complaint()
        take_step(other, "Start Triage", {})
        other.checklist[0].done = 1
        other.save()
        take_step(
            other,
            "Solve Directly",
            {
                "is_complaint": "yes", "reportable": "no", "triage_rationale": "x", "severity": "Minor",
                "complaint_type": "Broken or Damaged", "complaint_owner": "Administrator",
                "covered_by_investigation": study.name, "coverage_rationale": "Same lot",
            },
        )  # fmt: skip
        assert other.stage == "solve"


class TestRootCause:
    def test_only_a_quality_manager_judges_and_not_the_analyst(self):
        study = investigation()
        doc = factory.make("Root Cause", investigation=study.name, title="x", description="x", method="other", category="man", verification_method="x")  # fmt: skip
        doc.status = "verified"
        with pytest.raises(GateError, match="G6"):
            doc.save()
        frappe.set_user(factory.user(roles.INVESTIGATOR))
        doc.reload()
        doc.status = "verified"
        with pytest.raises(frappe.PermissionError, match="Quality Manager"):
            doc.save()

    def test_a_verified_cause_stays_as_it_was_verified(self):
        doc = verified_cause(investigation())
        assert doc.verified_by == "Administrator"
        doc.title = "Something else"
        with pytest.raises(GateError, match="G7"):
            doc.save()
        doc.reload()
        doc.status, doc.description = "draft", "Written anew"
        with pytest.raises(GateError, match="not written anew"):
            doc.save()
        doc.reload()
        doc.status, doc.rejection_reason = "rejected", "The next batch shows it too"
        doc.save()
        assert (doc.verified_by, doc.description) == (None, "Heater broke")

    def test_who_wrote_it_last_does_not_verify_it_whatever_else_is_sent(self):
        study = investigation()
        doc = factory.make("Root Cause", investigation=study.name, title="x", description="x", method="other", category="man", verification_method="x", analyst=factory.user(roles.INVESTIGATOR))  # fmt: skip
        doc.db_set("content_by", doc.analyst)
        frappe.set_user(factory.user(roles.QUALITY_MANAGER))
        doc.reload()
        doc.update({"status": "verified", "description": "My own cause"})
        with pytest.raises(GateError, match="changes nothing else"):
            doc.save()
        doc.reload()
        doc.description = "My own cause"
        doc.save()
        assert doc.content_by == frappe.session.user
        doc.status = "verified"
        with pytest.raises(GateError, match="wrote on it"):
            doc.save()
        doc.reload()
        doc.update({"status": "verified", "analyst": None})
        with pytest.raises(GateError):
            doc.save()


class TestCapa:
    def test_it_takes_over_complaints_and_causes_of_its_investigation(self):
        doc = capa()
        study = frappe.get_doc("Investigation", doc.investigation)
        assert [row.complaint for row in doc.complaints] == [study.complaint]
        assert len(doc.root_causes) == 1

    def test_an_action_needs_an_owner_who_can_see_it(self):
        with pytest.raises(frappe.ValidationError, match="no role for the actions"):
            capa(actions=[{"action": "x", "action_owner": factory.user("Sales User"), "due_date": nowdate()}])

    def test_an_approved_plan_is_frozen(self):
        doc = implemented_capa()
        for change, told in (
            (lambda: doc.append("actions", {"action": "More", "action_owner": "Administrator", "due_date": nowdate()}), "cannot be added"),
            (lambda: doc.set("actions", []), "cannot be added or removed"),
            (lambda: doc.actions[0].set("due_date", add_days(nowdate(), 99)), "cannot change"),
            (lambda: doc.set("max_rate_ratio", 0.9), "was fixed"),
        ):  # fmt: skip
            doc.reload()
            change()
            with pytest.raises(GateError, match=told):
                doc.save()

    def test_only_the_owner_reports_an_action(self):
        doc = implemented_capa()
        frappe.set_user(factory.user(roles.QUALITY_MANAGER))
        doc.reload()
        doc.actions[0].update({"status": "done", "evidence_note": "I say so"})
        with pytest.raises(GateError, match="G6"):
            doc.save()
        with pytest.raises(frappe.PermissionError):
            capa_api.complete_action(doc.name, doc.actions[0].name, evidence_note="I say so")

    def test_the_owner_has_a_task_until_it_is_done(self):
        doc = implemented_capa()
        owner = factory.user(roles.ACTION_OWNER)
        task = {"reference_name": doc.name, "allocated_to": owner}
        assert frappe.db.get_value("ToDo", task, "status") == "Open"
        before = getdate()
        finish_action(doc)
        assert frappe.db.get_value("ToDo", task, "status") == "Closed"
        stored = frappe.get_doc("CAPA", doc.name).actions[0]
        assert (stored.status, stored.done_by) == ("done", owner)
        assert before <= stored.done_on <= getdate()

    def test_a_task_that_somebody_else_gave_stays_open(self):
        doc = implemented_capa()
        owner, helper = factory.user(roles.ACTION_OWNER), factory.user(roles.MANAGER)
        about = {"reference_type": "CAPA", "reference_name": doc.name}
        factory.make("ToDo", allocated_to=helper, description="Look in", **about)
        assert set(frappe.parse_json(frappe.db.get_value("CAPA", doc.name, "_assign"))) == {owner, helper}
        finish_action(doc)
        left = frappe.get_all("ToDo", {"reference_name": doc.name, "status": "Open"}, pluck="allocated_to")
        assert left == [helper]
        assert frappe.parse_json(frappe.db.get_value("CAPA", doc.name, "_assign")) == [helper]

    def test_the_effect_is_counted_from_complaints_and_deliveries(self):
        """40 units and 4 complaints before, 40 and none after: rates come from what was really delivered."""
        line = factory.stocked(100)
        buyer = factory.customer().name
        sell(buyer, line, 40, days_ago=60)
        for _ in range(4):
            complaint(customer=buyer, item_code=line.item, received_at=add_days(nowdate(), -60))
        doc = capa_in_effect(item_code=line.item, baseline_days=60, window_days=30)
        age(doc, 40)
        sell(buyer, line, 40, days_ago=20)
        effectiveness.compute(doc)
        assert (doc.before_count, doc.before_exposure, doc.after_count, doc.after_exposure) == (4, 40, 0, 40)
        assert doc.verdict == "insufficient_data"  # four against none may be chance
        assert doc.rate_ratio == 0
        assert 0 < doc.rate_ratio_high < 2
        doc.effect_conclusion = "effective"
        frappe.set_user(factory.user(roles.QUALITY_MANAGER))
        closing = {"effect_conclusion": "effective", "effect_override_reason": "The line was rebuilt"}
        with pytest.raises(GateError, match="The data do not suffice"):
            take_step(frappe.get_doc("CAPA", doc.name), "Close as Effective", closing)

    def test_it_cannot_be_judged_before_its_window_ends_nor_closed_when_ineffective(self):
        before = getdate()
        doc = capa_in_effect(window_days=30)
        assert add_days(before, 30) <= getdate(doc.window_end) <= add_days(getdate(), 30)
        closing = next(step for step in overview(doc)["next"] if step["to_stage"] == "closed")
        assert any("window ends" in row["message"] for row in closing["missing"])
        age(doc, 40)
        effectiveness.compute(doc)
        frappe.set_user(factory.user(roles.QUALITY_MANAGER))
        doc = frappe.get_doc("CAPA", doc.name)
        with pytest.raises(GateError, match="never closed"):
            take_step(doc, "Close as Effective", {"effect_conclusion": "ineffective"})
        doc.reload()
        take_step(
            doc, "Ineffective", {"effect_conclusion": "ineffective", "effect_override_reason": "Still cracks"}
        )
        take_step(doc, "Reopen", {})
        assert (doc.stage, doc.reopen_count, doc.verdict, doc.plan_approved_by) == ("draft", 1, None, None)

    def test_the_owner_cannot_hand_the_capa_over_while_approving_it(self):
        user = factory.user(roles.QUALITY_MANAGER)
        doc = capa(capa_owner=user)
        take_step(doc, "Submit Plan", {})
        doc.db_set("submitted_by", factory.user(roles.INVESTIGATOR))
        frappe.set_user(user)
        doc.reload()
        for values in ({"capa_owner": factory.user(roles.INVESTIGATOR)}, {"max_rate_ratio": 99}, {}):
            with pytest.raises(GateError, match="G6"):
                take_step(doc, "Approve Plan", values)
            doc.reload()

    def test_what_is_measured_and_what_was_verified_stay(self):
        doc = capa_in_effect()
        for values in ({"item_code": None, "root_causes": []}, {"verification_note": "Changed"}):
            doc.update(values)
            with pytest.raises(GateError, match="cannot change any more"):
                doc.save()
            doc.reload()

    def test_an_action_is_cancelled_by_the_owner_of_the_capa_or_a_quality_manager(self):
        doc = implemented_capa()
        frappe.set_user(factory.user(roles.MANAGER, roles.INVESTIGATOR, email="other@qms.example"))
        doc.reload()
        doc.actions[0].update({"status": "cancelled", "cancel_reason": "Too dear"})
        with pytest.raises(GateError, match="cancels an action"):
            doc.save()

    def test_computed_fields_of_a_request_do_not_count(self):
        doc = capa(verdict="effective", plan_approved_by="Administrator", rate_ratio=0.1)
        assert (doc.verdict, doc.plan_approved_by, doc.rate_ratio) == (None, None, 0)


ROW_DOCTYPES = (
    "Approval Role Grant",
    "CAPA Action",
    "CAPA Complaint",
    "CAPA Related Change",
    "CAPA Residual Risk",
    "CAPA Root Cause",
    "CAPA Window Extension",
    "Complaint Alert",
    "Complaint Checklist Item",
    "Complaint Classifier Field",
    "Complaint Confidant",
    "Complaint Escalation",
    "Complaint Evidence",
    "Complaint Handler Match",
    "Complaint Import Column",
    "Complaint Import Error",
    "Complaint Notification Choice",
    "Complaint Notification Default",
    "Complaint Rule Action",
    "Complaint SOP Check",
    "Complaint SOP Stage",
    "Complaint SOP Step",
    "Complaint Settlement Document",
    "Complaint Settlement Line",
    "Complaint Settlement Rejection",
    "Complaint Signal Step",
    "Complaint Stage Log",
    "Complaint Topic Word",
    "Disposed Record",
    "Encrypted Field",
    "Field Action Quantity",
    "Field Action Text",
    "Investigation Check",
    "Investigation Complaint",
    "Investigation Threshold",
    "Management Review Action",
    "Management Review Attendee",
    "Management Review Section",
    "QMS Connector Event",
    "QMS Connector Fact",
    "QMS Outside Fact Value",
    "Personal Data Access",
    "Quality Contributor",
    "Quality Hold Lot",
    "Quarantine Warehouse",
    "Regulatory Report Element",
    "Reportability Answer",
    "Reporting Outcome",
    "Reporting Question",
    "Risk Matrix Cell",
    "Root Cause Factor",
    "Root Cause Why",
    "Scheduled Scan Setting",
    "Settlement Approval Limit",
    "Signature Rule",
    "Signal Back-test Finding",
    "Signal Back-test Setting",
    "Signal Complaint",
)


class TestRows:
    def test_every_row_doctype_is_known_here(self):
        rows = frappe.get_all(
            "DocType", {"module": "Complaint QMS", "istable": 1}, pluck="name", order_by="name"
        )
        assert sorted(rows) == sorted(ROW_DOCTYPES)

    @pytest.mark.parametrize("doctype", ROW_DOCTYPES)
    def test_a_row_changes_with_its_record_alone(self, doctype):
        row = frappe.new_doc(doctype)
        row.update({"parent": "X-1", "parenttype": "Complaint", "parentfield": "stage_log"})
        row.flags.ignore_links = row.flags.ignore_mandatory = True
        with pytest.raises(frappe.PermissionError, match="changes with its record"):
            row.insert()
        row.db_insert()
        with pytest.raises(frappe.PermissionError, match="changes with its record"):
            frappe.get_doc(doctype, row.name).save()
        with pytest.raises(frappe.PermissionError, match="changes with its record"):
            frappe.delete_doc(doctype, row.name)

    def test_the_action_of_an_approved_plan_is_not_reported_from_the_side(self):
        doc = implemented_capa()
        row = frappe.get_doc("CAPA Action", doc.actions[0].name)
        row.update({"status": "done", "done_by": row.action_owner, "done_on": nowdate()})
        with pytest.raises(frappe.PermissionError, match=doc.name):
            row.save()


def sell(buyer, line, qty, days_ago):
    from dataclasses import replace

    factory.receive(replace(line, qty=qty), posting_date=add_days(nowdate(), -days_ago - 1))
    factory.delivery(buyer, replace(line, qty=qty), posting_date=add_days(nowdate(), -days_ago))
