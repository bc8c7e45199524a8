"""Merging: chains end at the record that carries the case, nobody vanishes with others resting on it, no word is lost."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import add_days, now_datetime

from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory import at_stage, complaint

MERGE = "Merge into Another"


def merged(original):
    doc = at_stage("triage")
    take_step(doc, MERGE, {"duplicate_of": original.name})
    return doc


def stored(doc, *names):
    return frappe.db.get_value("Complaint", doc.name, names, as_dict=len(names) > 1)


def stored_stage(doc):
    return stored(doc, "stage")


def told(doc):
    return " ".join(
        frappe.get_all(
            "Comment",
            {"reference_name": doc.name, "comment_type": "Info"},
            pluck="content",
            order_by="creation",
        )
    )


def closed():
    doc = at_stage("review")
    frappe.set_user(factory.user(roles.MANAGER))
    doc = frappe.get_doc("Complaint", doc.name)
    take_step(
        doc, "Close", {"capa_required": "no", "closing_decision": "justified", "closing_summary": "Done"}
    )
    frappe.set_user("Administrator")
    return frappe.get_doc("Complaint", doc.name)


def rejected():
    doc = at_stage("triage")
    take_step(
        doc,
        "Reject",
        {
            "is_complaint": "no",
            "reportable": "no",
            "triage_rationale": "Praise",
            "rejection_reason": "Praise",
        },
    )
    return doc


def void():
    doc = at_stage("triage")
    take_step(doc, "Void", {"void_reason": "Entered as a test"})
    return doc


class TestTheOriginal:
    @pytest.mark.parametrize("make", [closed, rejected, void, lambda: merged(complaint())])
    def test_one_that_has_ended_takes_nobody_in(self, make):
        original, doc = make(), at_stage("triage")
        with pytest.raises(GateError, match=rf"G7: .*{original.name}"):
            take_step(doc, MERGE, {"duplicate_of": original.name})
        assert stored(doc, "stage") == "triage"

    @pytest.mark.parametrize(
        ("action", "values"),
        [
            ("Void", {"void_reason": "Entered as a test"}),
            ("Reject", {"is_complaint": "no", "reportable": "no", "triage_rationale": "x", "rejection_reason": "x"}),
        ],
    )  # fmt: skip
    def test_one_on_which_others_rest_does_not_vanish(self, action, values):
        original = at_stage("triage")
        first, second = merged(original), merged(original)
        original.reload()
        with pytest.raises(GateError, match=f"{first.name}, {second.name}"):
            take_step(original, action, values)
        for doc in (first, second):
            take_step(doc, "Separate Again", {"reopen_reason": "Another lot"})
        original.reload()
        take_step(original, action, values)

    def test_one_that_is_merged_takes_along_what_rests_on_it(self):
        carrier, original = complaint(), at_stage("triage")
        first, second = merged(original), merged(original)
        original.reload()
        take_step(original, MERGE, {"duplicate_of": carrier.name})
        for doc in (first, second):
            assert stored(doc, "duplicate_of") == carrier.name
            assert carrier.name in told(doc)
            assert original.name in told(doc)
            versions = frappe.get_all(
                "Version", {"docname": doc.name}, pluck="data", order_by="creation desc"
            )
            assert ["duplicate_of", original.name, carrier.name] in json.loads(versions[0])["changed"]
        first.reload()
        take_step(first, "Separate Again", {"reopen_reason": "Another lot"})
        assert first.stage == "triage"

    def test_a_circle_ends_at_the_record_that_carries_the_case(self):
        first, second = at_stage("triage"), at_stage("triage")
        take_step(first, MERGE, {"duplicate_of": second.name})
        second.reload()  # merging marks the original as changed
        with pytest.raises(GateError, match="itself merged"):
            take_step(second, MERGE, {"duplicate_of": first.name})
        take_step(first, "Separate Again", {"reopen_reason": "Another lot"})
        second.reload()
        take_step(second, MERGE, {"duplicate_of": first.name})
        assert (stored(first, "stage"), stored(second, "duplicate_of")) == ("triage", first.name)


class TestCompanies:
    def test_one_of_another_company_is_no_original(self):
        other = complaint(company=factory.other_company())
        doc = at_stage("triage")
        with pytest.raises(frappe.ValidationError, match="belongs to the company"):
            take_step(doc, MERGE, {"duplicate_of": other.name})

    def test_nor_one_that_was_named_before_the_company_changed(self):
        original, doc = complaint(), at_stage("triage")
        doc.duplicate_of = original.name
        doc.save()
        doc.company = factory.other_company()
        doc.save()
        with pytest.raises(GateError, match="another company"):
            take_step(doc, MERGE, {})

    def test_the_company_of_an_original_stays(self):
        original = at_stage("triage")
        doc = merged(original)
        original.reload()
        original.company = factory.other_company()
        with pytest.raises(GateError, match=f"G7: {doc.name} was merged"):
            original.save()

    def test_two_customers_may_tell_of_the_same_event(self):
        """A dealer and the user of the thing, for instance."""
        assert merged(complaint(customer=factory.customer().name)).stage == "duplicate"


class TestSeparating:
    def test_it_keeps_every_word(self):
        original, doc = complaint(), at_stage("triage")
        words = {
            "reply": "Sorry",
            "reply_sent_at": now_datetime(),
            "no_investigation_reason": "Known cause",
            "customer_agreement": "agreed",
            "agreement_note": "By telephone",
            "closing_summary": "Same as the other one",
            "rejection_reason": "Perhaps praise",
            "capa_required": "no",
        }
        doc.update(words)
        doc.save()
        kept = [*words, "reply_sent_by", "no_investigation_decided_by", "triage_decided_by", "description"]
        before = {name: doc.get(name) for name in kept}
        take_step(doc, MERGE, {"duplicate_of": original.name})
        take_step(doc, "Separate Again", {"reopen_reason": "Another lot"})
        doc.reload()
        assert {name: doc.get(name) for name in kept} == before
        assert (doc.duplicate_of, doc.closed_by) == (None, None)
        assert told(doc).count(f">{original.name}<") == 2


class TestReportable:
    @pytest.mark.parametrize("stored", [None, "no", "yes", "assessing"])
    @pytest.mark.parametrize("sent", ["", "no", "yes", "assessing"])
    def test_it_is_merged_only_where_nobody_found_it_reportable(self, stored, sent):
        """Whatever is stored and whatever comes with the step; without an assessment."""
        original, doc = complaint(reportable="yes"), at_stage("triage")
        doc.reportable = stored
        doc.save()
        found = {stored, sent} & {"yes", "assessing"}
        if found:
            with pytest.raises((GateError, frappe.PermissionError)):
                take_step(doc, MERGE, {"duplicate_of": original.name, "reportable": sent})
            assert stored_stage(doc) == "triage"
        else:
            take_step(doc, MERGE, {"duplicate_of": original.name, "reportable": sent})
            assert stored_stage(doc) == "duplicate"

    def test_what_was_found_reportable_is_answered_before_it_is_merged(self):
        known = add_days(now_datetime(), -2)
        original = complaint(reportable="assessing", awareness_date=known)
        doc = at_stage("triage", awareness_date=known)
        doc.reportable = "yes"
        doc.save()
        with pytest.raises(GateError, match="G3"):
            take_step(doc, MERGE, {"duplicate_of": original.name, "reportable": "no"})
        doc.reload()
        factory.make(
            "Reportability Assessment", complaint=doc.name, jurisdiction="FDA", rule_key="us_803_30_day",
            status="reported", reason="Injury", submitted_on=now_datetime().date(), submission_reference="MDR-1",
        )  # fmt: skip
        take_step(doc, MERGE, {"duplicate_of": original.name})
        assert doc.stage == "duplicate"
