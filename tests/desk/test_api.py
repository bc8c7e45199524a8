"""The whitelisted doors: what the screens ask for, and that permission comes first."""

from __future__ import annotations

import json

import frappe
import pytest
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from frappe.permissions import add_user_permission

from complaint_qms.api import complaint as api
from complaint_qms.api import create, figures
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.intake import register
from complaint_qms.services.intake.similar import TOLD_TWICE
from tests.desk import factory
from tests.desk.factory import complaint
from tests.desk.wire import ask

DATA = {
    "subject": "Heater caught fire",
    "description": "The heater caught fire. I want my money back immediately.",
}


class TestOverview:
    def test_a_new_complaint_shows_its_way_and_its_next_step(self):
        seen = api.overview(complaint().name)
        assert [step["status"] for step in seen["steps"]] == ["now"] + ["next"] * 7
        first = seen["next"][0]
        assert (first["action"], first["to_stage"], first["primary"], first["missing"]) == (
            "Start Triage", "triage", True, [],
        )  # fmt: skip
        assert seen["clock"]["stage_status"] == "on_track"
        assert seen["clock"]["stage_limit"] == 4 * 3600
        assert seen["headline"]["open_for_seconds"] >= 0

    def test_what_is_missing_names_gate_field_and_label(self):
        name = complaint(complaint_type=None).name
        seen = api.take_step(name, "Start Triage")
        assert [step["status"] for step in seen["steps"]][:3] == ["done", "now", "next"]
        missing = next(move for move in seen["next"] if move["action"] == "Investigate")["missing"]
        assert {
            "gate": "G1",
            "field": "severity",
            "label": "Severity",
            "message": "Choose the severity.",
        } in missing
        assert all(row["message"] for row in missing)

    def test_the_dialog_asks_for_what_the_step_needs(self):
        seen = api.take_step(complaint().name, "Start Triage")
        fields = next(move for move in seen["next"] if move["action"] == "Investigate")["fields"]
        assert {"is_complaint", "severity", "reportable", "triage_rationale", "complaint_owner"} <= set(
            fields
        )
        assert "checklist" not in fields

    def test_a_clock_that_ran_out_is_overdue_before_the_sweep_comes(self):
        doc = complaint(received_at="2026-01-05 09:00:00")
        seen = api.overview(doc.name)["clock"]
        assert (doc.response_status, seen["response_status"]) == ("on_track", "overdue")

    def test_a_person_sees_only_their_own_steps(self):
        name = complaint().name
        api.take_step(name, "Start Triage")
        frappe.set_user(factory.user(roles.AGENT))
        assert {move["action"] for move in api.overview(name)["next"]} == {"Merge into Another", "Hold"}
        frappe.set_user(factory.user(roles.AUDITOR))
        assert api.overview(name)["next"] == []


class TestSteps:
    def test_a_refusal_carries_its_list_as_data(self):
        name = complaint().name
        api.take_step(name, "Start Triage")
        with pytest.raises(GateError):
            api.take_step(name, "Investigate", {})
        gates = {row["gate"] for row in frappe.local.response["missing"]}
        assert gates == {"G1", "SOP"}

    @pytest.mark.parametrize(
        ("action", "values", "told"),
        [("Close", {}, "not open to you"), ("Start Triage", {"colour": "red"}, "no field colour")],
    )
    def test_bad_steps_are_refused(self, action, values, told):
        with pytest.raises(frappe.ValidationError, match=told):
            api.take_step(complaint().name, action, values)

    def test_who_may_not_write_takes_no_step(self):
        name = complaint().name
        frappe.set_user(factory.user(roles.AUDITOR))
        with pytest.raises(frappe.PermissionError):
            api.take_step(name, "Start Triage")


class TestRegister:
    def test_text_and_object_are_the_same(self):
        data = {**DATA, "complainant_name": "A stranger"}
        assert api.register(json.dumps(data))["stage"] == api.register(data)["stage"] == "intake"

    @pytest.mark.parametrize("data", ["[]", "null", '"x"'])
    def test_anything_else_is_refused(self, data):
        with pytest.raises(frappe.ValidationError, match="Send the fields"):
            api.register(data)

    def test_it_needs_the_right_to_create(self):
        frappe.set_user(factory.user(roles.AUDITOR))
        with pytest.raises(frappe.PermissionError):
            api.register({**DATA, "complainant_name": "x"})


class TestFigures:
    def test_an_unknown_chart_is_named_without_its_markup(self):
        with pytest.raises(frappe.ValidationError) as refusal:
            figures.behind("<img src=x>", 0)
        assert "&lt;img" in str(refusal.value)


class TestContext:
    def test_what_was_given_back_is_no_further_sale(self):
        buyer, _, invoice = factory.sold(3)
        credit = make_sales_return(invoice.name)
        credit.items[0].qty = -1
        credit.insert()
        credit.submit()
        told = api.context(complaint(customer=buyer.name).name)["customer"]["sales"]["Sales Invoice"]
        assert (told["count"], told["amount"]) == (1, 200)

    def test_it_shows_sales_neighbours_and_similar_cases(self):
        buyer, note, _ = factory.sold(3, with_batch=True)
        item = note.items[0].item_code
        batch = frappe.get_all("Batch", {"item": item}, pluck="name", order_by="name")[0]
        other = complaint(customer=buyer.name, item_code=item, batch_no=batch)
        name = complaint(customer=buyer.name, item_code=item, batch_no=batch).name
        seen = api.context(name)
        assert seen["customer"]["sales"]["Sales Invoice"]["count"] == 1
        assert seen["past_complaints"] == {"total": 1, "open": 1}
        assert [row["name"] for row in seen["neighbours"]["batch"]] == [other.name]
        assert (seen["similar"][0]["name"], seen["similar"][0]["kind"]) == (other.name, TOLD_TWICE)

    def test_what_a_person_may_not_read_is_left_out(self):
        name = complaint().name
        frappe.set_user(factory.user(roles.INVESTIGATOR))
        assert set(api.context(name)["customer"]["sales"]) == {"Delivery Note"}

    def test_sums_keep_to_the_documents_a_person_may_read(self):
        buyer, _, bill = factory.sold(2)
        name = complaint(customer=buyer.name).name
        user = factory.user(roles.AGENT, email=f"{frappe.generate_hash(length=8)}@api.example")
        frappe.set_user(user)
        seen = api.context(name)["customer"]
        assert (seen["sales"]["Sales Invoice"]["count"], seen["currency"]) == (
            1,
            frappe.get_cached_value("Company", bill.company, "default_currency"),
        )
        frappe.set_user("Administrator")
        other = frappe.db.get_value("Territory", {"name": ("!=", bill.territory), "is_group": 0})
        add_user_permission("Territory", other, user, applicable_for="Sales Invoice")
        frappe.set_user(user)
        assert api.context(name)["customer"]["sales"]["Sales Invoice"]["count"] == 0

    def test_an_agent_sees_what_the_customer_bought_but_cannot_change_it(self):
        frappe.set_user(factory.user(roles.AGENT))
        for doctype in ("Customer", "Item", "Sales Order", "Delivery Note", "Sales Invoice"):
            assert frappe.has_permission(doctype, "read")
            assert not frappe.has_permission(doctype, "write")


class TestProposals:
    def test_they_come_with_reasons_and_change_nothing(self):
        doc = frappe.get_doc("Complaint", complaint(**DATA, complaint_type=None).name)
        doc.run_method("onload")
        proposed = json.loads(doc.proposals)
        assert proposed["expectation"]["value"] == "refund"
        assert proposed["complaint_type"]["value"] == "Safety or Harm"
        assert all(row["reasons"] for row in proposed.values())
        assert (doc.expectation, doc.complaint_type) == ("", None)

    def test_words_of_the_site_count(self):
        kind = factory.make(
            "Complaint Type",
            complaint_type_name=factory.unique("Wobble"),
            parent_complaint_type="Product Quality",
            keywords="zigzagging\nwobbles sideways",
        )
        doc = complaint(subject="It wobbles sideways", description="Zigzagging all day")
        doc.run_method("onload")
        assert json.loads(doc.proposals)["complaint_type"]["value"] == kind.name

    def test_an_ignored_proposal_stays_ignored(self):
        doc = complaint(**DATA)
        doc.run_method("onload")
        proposed = json.loads(doc.proposals)
        proposed["expectation"]["state"] = "ignored"
        doc.proposals = json.dumps(proposed)
        doc.save()
        doc = frappe.get_doc("Complaint", doc.name)
        doc.run_method("onload")
        assert json.loads(doc.proposals)["expectation"]["state"] == "ignored"


class TestCreateFrom:
    @pytest.mark.parametrize("kind", ["Sales Order", "Delivery Note", "Sales Invoice", "Customer"])
    def test_everything_the_document_answers_is_filled_in(self, kind):
        line = factory.stocked(5, with_batch=True)
        buyer = factory.customer()
        order = factory.sales_order(buyer.name, line)
        note = factory.delivery(buyer.name, line)
        invoice = factory.invoice_of(note.name)
        source = {"Sales Order": order, "Delivery Note": note, "Sales Invoice": invoice, "Customer": buyer}[
            kind
        ]
        made = create.from_document(kind, source.name)
        assert (made["customer"], made["source_doctype"], made["source_name"]) == (
            buyer.name,
            kind,
            source.name,
        )
        if kind != "Customer":
            assert made["item_code"] == line.item
            assert made[frappe.scrub(kind)] == source.name
        if kind == "Delivery Note":
            assert made["batch_no"] == line.batch
        if kind == "Sales Invoice":
            assert made["delivery_note"] == note.name
        made.update({"subject": "x", "description": "x"})
        frappe.get_doc(made).insert()

    @pytest.mark.parametrize("door", ["register", "form"])
    def test_a_source_is_of_its_kinds_and_open_or_nothing_is_told_of_it(self, door):
        mine, theirs = factory.customer(), factory.customer()
        agent = factory.person(roles.AGENT, Customer=mine.name)
        told = set()
        with factory.as_user(agent):
            for kind, name in (
                ("Customer", theirs.name), ("Customer", "No Such Customer"), ("User", "Administrator"), ("User", "nobody@qms.example"),
                ("No Such Kind", "Nameless"), ("Sales Invoice", "SINV-X"), ("Complaint Inbox Item", "CIN-2026-99999"),
            ):  # fmt: skip
                sent = {
                    "subject": "x",
                    "description": "x",
                    "complainant_name": "x",
                    "source_doctype": kind,
                    "source_name": name,
                }
                path, body = (
                    ("method/complaint_qms.api.complaint.register", {"data": sent})
                    if door == "register"
                    else ("resource/Complaint", sent)
                )
                answer = ask("POST", f"/api/{path}", body, user=agent)
                assert (answer.status, name in answer.said) == (417, False), answer
                told.add(answer.said)
            assert len(told) == 1, told
            made = register.register(
                {
                    "subject": "x",
                    "description": "x",
                    "customer": mine.name,
                    "source_doctype": "Customer",
                    "source_name": mine.name,
                }
            )
            assert (made.source_doctype, made.source_name) == ("Customer", mine.name)
            answers = [
                ask(
                    "GET",
                    f"/api/method/complaint_qms.api.create.from_document?source_doctype=Customer&source_name={name}",
                    user=agent,
                )
                for name in (theirs.name, "Nobody")
            ]
            hidden, missing = answers
            assert (hidden.status, hidden.said.replace(theirs.name, "Nobody")) == (
                missing.status,
                missing.said,
            )

    def test_other_documents_and_drafts_are_refused(self):
        with pytest.raises(frappe.ValidationError, match="cannot be created from"):
            create.from_document("Item", factory.item().name)
        draft = factory.invoice(factory.customer().name, factory.stocked(1)).name
        frappe.get_doc("Sales Invoice", draft).cancel()
        with pytest.raises(frappe.ValidationError, match="is cancelled"):
            create.from_document("Sales Invoice", draft)

    def test_it_needs_sight_of_the_document(self):
        buyer = factory.customer()
        frappe.set_user(factory.user(roles.INVESTIGATOR))
        with pytest.raises(frappe.PermissionError):
            create.from_document("Customer", buyer.name)
