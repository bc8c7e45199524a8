"""The complaint on a real site: intake, consistency, stamps, ends, merging; by the doors other than REST too."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, add_years, get_datetime, getdate, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.fields import DECIDED_ANEW
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.sop import procedure
from tests.desk import factory
from tests.desk.factory import TRIAGED, at_stage, complaint, tick_all


class TestGates:
    def test_a_whole_life(self):
        doc = at_stage("review")
        frappe.set_user(factory.user(roles.MANAGER))
        doc = frappe.get_doc("Complaint", doc.name)
        take_step(
            doc, "Close", {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}
        )
        assert (doc.stage, doc.closed_by) == ("closed", frappe.session.user)
        assert doc.retain_until == getdate(add_years(doc.received_at, 2))

    def test_who_sent_it_to_review_does_not_close_it(self):
        doc = at_stage("review")
        with pytest.raises(GateError, match="G6"):
            take_step(
                doc,
                "Close",
                {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"},
            )

    def test_a_refused_step_changes_nothing(self):
        doc = at_stage("triage")
        with pytest.raises(GateError):
            take_step(doc, "Investigate", {"triage_rationale": "Only this"})
        stored = frappe.get_doc("Complaint", doc.name)
        assert (stored.stage, stored.triage_rationale) == ("triage", None)

    def test_a_stage_cannot_be_written_directly(self):
        doc = complaint()
        doc.stage = "closed"
        doc.save()
        assert frappe.db.get_value("Complaint", doc.name, "stage") == "intake"

    def test_hold_stops_and_resume_goes_on_where_it_was(self):
        doc = at_stage("triage")
        take_step(doc, "Hold", {"hold_reason": "Sample awaited"})
        assert (doc.stage, doc.held_stage, doc.sla_status) == ("on_hold", "triage", "paused")
        assert [move["to_stage"] for move in overview(doc)["next"] if move["kind"] == "forward"] == ["triage"]
        take_step(doc, "Resume", {})
        assert (doc.stage, doc.held_stage) == ("triage", None)

    def test_the_end_of_a_hold_is_the_next_check_and_may_be_put_off(self):
        doc = at_stage("triage")
        soon, later = add_days(getdate(), 2), add_days(getdate(), 9)
        with pytest.raises(frappe.ValidationError, match="Hold Until must be a day to come"):
            take_step(doc, "Hold", {"hold_reason": "Sample awaited", "hold_until": getdate()})
        doc.reload()
        take_step(doc, "Hold", {"hold_reason": "Sample awaited", "hold_until": soon})
        assert doc.next_check_at == get_datetime(soon)
        doc.hold_until = later
        doc.save()
        assert doc.next_check_at == get_datetime(later)
        take_step(doc, "Resume", {})
        assert doc.sla_status == "on_track"
        assert doc.next_check_at != get_datetime(later)

    def test_checks_cannot_be_sent_away(self):
        doc = at_stage("triage")
        assert [row.check for row in doc.checklist] == ["Immediate containment considered"]
        doc.set("checklist", [])
        doc.save()
        assert [row.check for row in doc.checklist] == ["Immediate containment considered"]
        with pytest.raises(GateError, match="Immediate containment considered"):
            take_step(doc, "Investigate", TRIAGED)

    def test_merging_tells_the_original_and_can_be_undone(self):
        original, doc = complaint(), at_stage("triage")
        take_step(doc, "Merge into Another", {"duplicate_of": original.name})
        assert doc.stage == "duplicate"
        take_step(doc, "Separate Again", {"reopen_reason": "Another lot"})
        assert (doc.stage, doc.duplicate_of, doc.reopen_count) == ("triage", None, 1)
        told = frappe.get_all(
            "Comment",
            {"reference_name": original.name, "comment_type": "Info"},
            pluck="content",
            order_by="creation",
        )
        assert len(told) == 2
        assert all(doc.name in text for text in told)

    def test_reopening_keeps_the_history(self):
        doc = at_stage("review")
        frappe.set_user(factory.user(roles.MANAGER))
        doc = frappe.get_doc("Complaint", doc.name)
        take_step(
            doc, "Close", {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}
        )
        with pytest.raises(GateError, match="G7"):
            take_step(doc, "Reopen", {})
        doc.reload()
        take_step(doc, "Reopen", {"reopen_reason": "It broke again"})
        assert (doc.stage, doc.closed_at, doc.reopen_count) == ("investigate", None, 1)
        assert [row.stage for row in doc.stage_log][-2:] == ["closed", "investigate"]

    def test_a_second_hold_needs_a_reason_of_its_own(self):
        doc = at_stage("triage")
        soon = add_days(getdate(), 2)
        take_step(doc, "Hold", {"hold_reason": "Sample awaited", "hold_until": soon})
        take_step(doc, "Resume", {})
        assert (doc.hold_reason, doc.hold_until) == (None, None)
        assert [row.reason for row in doc.stage_log if row.stage == "on_hold"] == ["Sample awaited"]
        with pytest.raises(GateError, match="Write what the complaint waits for"):
            take_step(doc, "Hold", {})

    def test_a_reopened_complaint_is_decided_anew(self):
        closing = {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}
        doc = at_stage("review")
        answered = doc.first_response_at
        frappe.set_user(factory.user(roles.MANAGER))
        doc = frappe.get_doc("Complaint", doc.name)
        take_step(doc, "Close", closing)
        take_step(doc, "Reopen", {"reopen_reason": "It broke again"})
        for name in DECIDED_ANEW:
            assert not doc.get(name), name
        assert doc.first_response_at == answered
        tick_all(doc)
        with pytest.raises(GateError, match="write why none is needed"):
            take_step(doc, "Hand Over to Solution", {})

    def test_the_bar_shows_a_held_and_an_ended_complaint_where_it_stands(self):
        doc = at_stage("triage")
        take_step(doc, "Hold", {"hold_reason": "Sample under way"})
        held = overview(doc)
        assert [row["status"] for row in held["steps"]] == ["done", "now", *["next"] * 6]
        asked = {move["to_stage"]: (move["kind"], move["fields"]) for move in held["next"]}
        assert asked == {"triage": ("forward", []), "void": ("side", ["void_reason"])}
        take_step(doc, "Void", {"void_reason": "Entered twice"})
        assert [row["status"] for row in overview(doc)["steps"]] == ["done", "done", *["next"] * 6]

    def test_a_second_reopening_needs_a_reason_of_its_own(self):
        doc = at_stage("triage")
        original = complaint().name
        take_step(doc, "Merge into Another", {"duplicate_of": original})
        take_step(doc, "Separate Again", {"reopen_reason": "Another lot"})
        take_step(doc, "Merge into Another", {"duplicate_of": original})
        move = next(move for move in overview(doc)["next"] if move["action"] == "Separate Again")
        assert [row["field"] for row in move["missing"]] == ["reopen_reason"]
        with pytest.raises(GateError, match="Write why the complaint is separated again"):
            take_step(doc, "Separate Again", {})
        doc.reload()
        take_step(doc, "Separate Again", {"reopen_reason": "Another colour"})
        assert doc.reopen_count == 2

    @pytest.mark.parametrize("to", [None, "itself", "another"])
    def test_a_merged_complaint_keeps_its_original(self, to):
        doc, original = at_stage("triage"), complaint().name
        take_step(doc, "Merge into Another", {"duplicate_of": original})
        doc.duplicate_of = {"itself": doc.name, "another": complaint().name, None: None}[to]
        with pytest.raises(GateError, match="G7"):
            doc.save()
        assert frappe.db.get_value("Complaint", doc.name, "duplicate_of") == original

    @pytest.mark.parametrize("doctype", ["Complaint", "Investigation", "Root Cause", "CAPA"])
    def test_nothing_is_deleted(self, doctype):
        doc = complaint()
        if doctype != "Complaint":
            doc = factory.make("Investigation", complaint=doc.name, title="x", investigator="Administrator")
        if doctype == "Root Cause":
            doc = factory.make("Root Cause", investigation=doc.name, title="x", description="x")
        if doctype == "CAPA":
            doc = factory.make("CAPA", investigation=doc.name, title="x")
        with pytest.raises(GateError, match="G7"):
            frappe.delete_doc(doctype, doc.name, force=True)


class TestChoosingTheSop:
    """Hand-over checks and clocks hang on the SOP: nobody gets rid of them by changing it."""

    @pytest.fixture
    def lenient(self):
        doc = frappe.copy_doc(frappe.get_doc("Complaint SOP", complaint().sop))
        other = factory.make(
            "Complaint Type",
            complaint_type_name=factory.unique("Other"),
            parent_complaint_type="Product Quality",
        )
        doc.update({"sop_name": factory.unique("Lenient"), "complaint_type": other.name, "checks": []})
        return doc.insert().name

    def checks(self, doc):
        return [(row.stage, row.check, row.done) for row in frappe.get_doc("Complaint", doc.name).checklist]

    def test_an_agent_neither_changes_it_nor_brings_one_along(self, lenient):
        frappe.set_user(factory.user(roles.AGENT))
        doc = complaint(sop=lenient)
        assert doc.sop not in (None, lenient)
        doc.sop = lenient
        with pytest.raises(frappe.PermissionError, match="change the SOP"):
            doc.save()

    @pytest.mark.parametrize("role", [roles.AGENT, roles.MANAGER])
    def test_nobody_leaves_a_complaint_without_one(self, role):
        name = complaint().name
        frappe.set_user(factory.user(role))
        doc = frappe.get_doc("Complaint", name)
        doc.sop = ""
        with pytest.raises(frappe.ValidationError, match="Choose another one instead of none"):
            doc.save()
        assert frappe.db.get_value("Complaint", name, "resolution_due")

    def test_open_mandatory_checks_stay(self, lenient):
        doc = at_stage("triage")
        before = self.checks(doc)
        frappe.set_user(factory.user(roles.MANAGER))
        doc = frappe.get_doc("Complaint", doc.name)
        doc.sop = lenient
        doc.save()
        assert len(before) == 1
        assert self.checks(doc) == before
        with pytest.raises(GateError, match="Immediate containment considered"):
            take_step(doc, "Investigate", TRIAGED)

    def test_those_of_the_stages_gone_through_come(self, lenient):
        usual = complaint().sop
        doc = complaint(sop=lenient)
        take_step(doc, "Start Triage", {})
        take_step(doc, "Investigate", TRIAGED)
        assert self.checks(doc) == []
        doc.sop = usual
        doc.save()
        assert ("triage", "Immediate containment considered", 0) in self.checks(doc)
        assert {stage for stage, _, _ in self.checks(doc)} <= {"intake", "triage", "investigate"}
        with pytest.raises(GateError, match="Immediate containment considered"):
            take_step(doc, "Hand Over to Solution", {"no_investigation_reason": "Known cause"})

    def test_a_list_read_before_a_change_was_final_is_read_again(self, lenient):
        assert lenient in {row["name"] for row in procedure._sops()}
        frappe.db.rollback()
        assert lenient not in {row["name"] for row in procedure._sops()}


class TestReportability:
    def test_the_deadline_counts_from_awareness_and_an_open_one_blocks(self):
        doc = at_stage("review")
        assessment = factory.make(
            "Reportability Assessment", complaint=doc.name, jurisdiction="FDA", rule_key="us_803_30_day"
        )
        assert str(assessment.deadline) == add_days(str(assessment.awareness_date), 30)
        frappe.set_user(factory.user(roles.MANAGER))
        doc = frappe.get_doc("Complaint", doc.name)
        closing = {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}
        with pytest.raises(GateError, match="G3"):
            take_step(doc, "Close", closing)
        assessment.update({"status": "not_reportable", "reason": "No harm"})
        with pytest.raises(frappe.PermissionError, match="Regulatory Affairs"):
            assessment.save()
        frappe.set_user(factory.user(roles.REGULATORY))
        assessment.reload()
        assessment.update({"status": "not_reportable", "reason": "No harm"})
        assessment.save()
        assert assessment.decided_by == frappe.session.user
        frappe.set_user(factory.user(roles.MANAGER))
        doc = frappe.get_doc("Complaint", doc.name)
        take_step(doc, "Close", closing)
        assert doc.stage == "closed"

    def test_an_assessment_stays_with_its_complaint_its_awareness_and_its_decision(self):
        doc = complaint(awareness_date=add_days(now_datetime(), -20))
        frappe.set_user(factory.user(roles.MANAGER))
        made = factory.make("Reportability Assessment", complaint=doc.name, jurisdiction="FDA", rule_key="us_803_30_day")  # fmt: skip
        for values, told in (
            ({"complaint": complaint().name}, "belongs to complaint"),
            ({"jurisdiction": "EU"}, "Regulatory Affairs"),
        ):
            made.update(values)
            with pytest.raises(
                frappe.ValidationError if "complaint" in values else frappe.PermissionError, match=told
            ):
                made.save()
            made.reload()
        frappe.set_user(factory.user(roles.REGULATORY))
        made.awareness_date = now_datetime().date()
        with pytest.raises(frappe.ValidationError, match="cannot be later"):
            made.save()
        made.reload()
        made.update({"status": "not_reportable", "reason": "No harm"})
        made.save()
        frappe.set_user(factory.user(roles.MANAGER))
        made.reload()
        made.status = "open"
        with pytest.raises(frappe.PermissionError, match="Regulatory Affairs"):
            made.save()
        assert frappe.db.get_value(made.doctype, made.name, "decided_by")

    def test_a_supplement_counts_from_the_new_information(self):
        doc = complaint(awareness_date=add_days(getdate(), -90))
        case = {
            "complaint": doc.name, "jurisdiction": "FDA", "rule_key": "us_803_supplement",
            "basis_reason": "Reported from the old system",
        }  # fmt: skip
        with pytest.raises(frappe.ValidationError, match="counts from New Information On"):
            factory.make("Reportability Assessment", **case)
        for day, told in (
            (add_days(doc.awareness_date, -1), "before Awareness Date"),
            (add_days(getdate(), 2), "lies in the future"),
        ):
            with pytest.raises(frappe.ValidationError, match=told):
                factory.make("Reportability Assessment", **case, information_date=day)
        day = add_days(getdate(), -3)
        made = factory.make("Reportability Assessment", **case, information_date=day)
        assert getdate(made.deadline) == add_days(day, 30)
        frappe.set_user(factory.user(roles.MANAGER))
        made.reload()
        made.information_date = add_days(day, 1)
        with pytest.raises(frappe.PermissionError, match="Regulatory Affairs"):
            made.save()

    def test_an_unknown_rule_is_named(self):
        with pytest.raises(frappe.ValidationError, match="no reporting rule nine_day"):
            factory.make(
                "Reportability Assessment", complaint=complaint().name, jurisdiction="X", rule_key="nine_day"
            )


class TestSite:
    def test_a_site_may_rename_a_state(self):
        workflow = frappe.get_doc("Workflow", "Complaint")
        factory.make("Workflow State", workflow_state_name="Under the Lens")
        for row in workflow.states:
            if row.state == "In Triage":
                row.state = "Under the Lens"
        for row in workflow.transitions:
            row.state = "Under the Lens" if row.state == "In Triage" else row.state
            row.next_state = "Under the Lens" if row.next_state == "In Triage" else row.next_state
        workflow.save()
        doc = complaint()
        take_step(doc, "Start Triage", {})
        assert (doc.workflow_state, doc.stage) == ("Under the Lens", "triage")

    def test_without_a_workflow_the_gates_stay(self):
        workflow = frappe.get_doc("Workflow", "Complaint")
        workflow.is_active = 0
        workflow.save()
        frappe.clear_cache(doctype="Complaint")
        doc = complaint()
        doc.stage = "closed"
        with pytest.raises(GateError, match="G1"):
            doc.save()

    def test_data_import_meets_the_same_gates(self):
        """Frappe's own Data Import, from a CSV: one row is taken, the one that starts as closed is not."""
        from frappe.core.doctype.data_import.importer import Importer

        company, buyer = factory.company(), factory.customer().name
        rows = ["Subject,Company,Customer,Description,Workflow State"]
        rows += [f"First,{company},{buyer},It broke,", f"Second,{company},{buyer},It broke,Closed"]
        file = factory.make("File", file_name="complaints.csv", content="\n".join(rows), is_private=1)
        data_import = factory.make(
            "Data Import",
            reference_doctype="Complaint",
            import_type="Insert New Records",
            import_file=file.file_url,
        )
        Importer("Complaint", data_import=data_import).import_data()
        log = frappe.get_all(
            "Data Import Log",
            {"data_import": data_import.name},
            ["success", "messages", "exception"],
            order_by="log_index",
        )
        assert [row.success for row in log] == [1, 0]
        assert "G1" in (log[1].messages or "") + (log[1].exception or "")


@pytest.mark.parametrize(("doctype", "field"), [("Complaint", "item_code"), ("Complaint Handler", "user"), ("Root Cause", "investigation")])  # fmt: skip
def test_a_name_that_no_record_has_is_refused_also_where_fields_are_fetched_by_it(doctype, field):
    values = {"subject": "x", "complainant_name": "y", "title": "z"} | {field: "NIX"}
    with pytest.raises(frappe.LinkValidationError, match="NIX"):
        frappe.get_doc({"doctype": doctype, **values}).insert()
