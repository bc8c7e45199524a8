"""How a complaint comes in: what is filled in, refused and written, and what has to agree."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.workflow import get_workflow_name

from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory import complaint, tick_all


class TestIntake:
    def test_it_fills_in_what_the_customer_and_the_batch_answer(self):
        supplier = factory.supplier()
        item = factory.item(batch=True)
        batch = factory.batch(item.name, supplier=supplier.name)
        buyer = factory.customer(language="de")
        doc = complaint(customer=buyer.name, batch_no=batch.name)
        assert (doc.item_code, doc.supplier, doc.territory, doc.language) == (
            item.name,
            supplier.name,
            buyer.territory,
            "de",
        )
        assert (doc.item_name, doc.item_group) == (item.item_name, item.item_group)
        assert (doc.stage, doc.workflow_state, doc.severity) == ("intake", "New", "Serious")
        assert doc.awareness_date == doc.received_at.date()

    def test_a_stranger_may_complain(self):
        assert complaint(complainant_name="A passer-by").customer is None

    def test_a_field_somebody_filled_is_not_overwritten(self):
        assert complaint(severity="Minor", territory="All Territories").territory == "All Territories"

    def test_a_group_of_types_is_no_type(self):
        with pytest.raises(frappe.ValidationError, match="is a group"):
            complaint(complaint_type="All Complaint Types")
        doc = complaint()
        doc.complaint_type = "Product Quality"
        with pytest.raises(frappe.ValidationError, match="is a group"):
            doc.save()

    def test_the_same_key_registers_once(self):
        key = frappe.generate_hash(length=12)
        first = complaint(idempotency_key=key)
        assert complaint(idempotency_key=key).name == first.name

    @pytest.mark.parametrize(
        "key", [["is", "set"], ["!=", ""], {"a": 1}, 0, 7, True, "", "   ", "k" * 141, "\ud800"]
    )
    def test_a_key_is_a_text_and_nothing_else(self, key):
        complaint(idempotency_key=frappe.generate_hash(length=12))
        before = frappe.db.count("Complaint")
        with pytest.raises(frappe.ValidationError, match=r"idempotency_key|cannot be stored"):
            complaint(idempotency_key=key)
        assert frappe.db.count("Complaint") == before

    def test_no_key_is_no_key(self):
        assert complaint(idempotency_key=None).name != complaint(idempotency_key=None).name

    def test_nobody_brings_a_series_of_their_own(self):
        assert complaint(naming_series="HACK-.#").naming_series == complaint().naming_series
        doc = frappe.get_doc({**complaint().as_dict(), "name": None, "naming_series": "HACK-.#"})
        with pytest.raises(frappe.ValidationError, match="HACK-"):
            doc.insert()

    def test_a_key_can_only_come_in_by_the_door(self):
        doc = frappe.get_doc(
            {**complaint().as_dict(), "name": None, "idempotency_key": "stolen", "__islocal": 1}
        )
        doc.insert()
        assert doc.idempotency_key is None

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"colour": "red"}, "no field colour"),
            ({"received_at": "2199-01-01 00:00:00"}, "Received At lies in the future"),
            ({"incident_date": "2199-01-01"}, "Date of Occurrence is after"),
            ({"awareness_date": "2199-01-01"}, "Awareness Date lies"),
            ({"manufacturing_date": "2026-02-01", "expiry_date": "2026-01-01"}, "Expiry Date is before"),
            ({"expectation": "a pony"}, "Customer Wants"),
            ({"customer": "Nobody knows"}, "Customer"),
            ({"contact_email": "not an address"}, "is not a valid Email Address"),
        ],
    )
    def test_bad_input_is_refused_with_its_reason(self, values, told):
        before = frappe.db.count("Complaint")
        with pytest.raises(frappe.ValidationError, match=told):
            complaint(**values)
        assert frappe.db.count("Complaint") == before

    def test_server_fields_of_a_request_do_not_count(self):
        doc = complaint(
            closed_by="Administrator", settled_amount=99, triage_decided_by="Guest", sla_status="met"
        )
        assert (doc.closed_by, doc.settled_amount, doc.triage_decided_by) == (None, 0, None)
        assert doc.sla_status == "on_track"


class TestWhatRegisteringWrites:
    def rows(self, doctype, **filters):
        return frappe.get_all(doctype, filters=filters, fields=["*"], order_by="idx asc")

    def test_the_first_row_of_the_stage_log_is_stored_as_the_record_shows_it(self):
        doc = complaint()
        (stored,) = self.rows("Complaint Stage Log", parent=doc.name)
        (shown,) = doc.stage_log
        names = (
            "name",
            "parent",
            "parenttype",
            "parentfield",
            "idx",
            "stage",
            "entered_at",
            "entered_by",
            "due_at",
        )
        assert [stored[name] for name in names] == [shown.get(name) for name in names]
        assert (stored.parenttype, stored.parentfield, stored.idx) == ("Complaint", "stage_log", 1)
        assert stored.creation == frappe.db.get_value("Complaint", doc.name, "creation")
        doc.subject = "Handle broken off"
        doc.save()
        assert [row.name for row in self.rows("Complaint Stage Log", parent=doc.name)] == [stored.name]

    def test_nobodys_approval_is_asked_for_until_something_changes(self):
        doc = complaint()
        assert not self.rows("Workflow Action", reference_name=doc.name)
        handlers = frappe.get_doc_hooks()["*"]["on_update"]
        assert any("process_workflow_actions" in handler for handler in handlers)
        tick_all(doc)
        take_step(doc, "Start Triage", {})
        assert self.rows("Workflow Action", reference_name=doc.name, workflow_state=doc.workflow_state)

    def test_a_site_whose_workflow_sends_mail_has_the_list_at_once(self):
        workflow = frappe.get_doc("Workflow", get_workflow_name("Complaint"))
        workflow.send_email_alert = 1
        for row in workflow.states:
            row.send_email = 0  # the mail itself is Frappe's affair and wants a PDF of the form
        workflow.save()
        doc = complaint()
        assert self.rows("Workflow Action", reference_name=doc.name, workflow_state=doc.workflow_state)


class TestConsistency:
    """Each link that contradicts another is named together with its remedy."""

    def test_records_that_agree_are_taken(self):
        buyer, note, invoice = factory.sold(3, with_batch=True)
        row = note.items[0]
        doc = complaint(
            customer=buyer.name, item_code=row.item_code, delivery_note=note.name, sales_invoice=invoice.name
        )
        assert doc.item_code == row.item_code

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("batch_no", "belongs to item"),
            ("serial_no", "belongs to item"),
            ("delivery_note", "belongs to customer"),
            ("sales_invoice", "belongs to customer"),
            ("sales_order", "belongs to customer"),
            ("contact_person", "belongs to customer"),
            ("item_code", "does not contain item"),
        ],
    )
    def test_a_contradiction_is_refused(self, field, told):
        buyer, note, _ = factory.sold(3)
        other_buyer, other_note, other_invoice = factory.sold(3, with_serials=True)
        other_item = other_note.items[0].item_code
        values = {"customer": buyer.name, "item_code": note.items[0].item_code}
        values[field] = {
            "batch_no": lambda: factory.batch(factory.item(batch=True).name).name,
            "serial_no": lambda: frappe.db.get_value("Serial No", {"item_code": other_item}),
            "delivery_note": lambda: other_note.name,
            "sales_invoice": lambda: other_invoice.name,
            "sales_order": lambda: factory.sales_order(other_buyer.name, factory.stocked(1)).name,
            "contact_person": lambda: factory.contact(other_buyer.name).name,
            "item_code": lambda: other_item,
        }[field]()
        if field == "item_code":
            values["delivery_note"] = note.name
        with pytest.raises(frappe.ValidationError, match=told):
            complaint(**values)

    def test_a_batch_that_was_not_delivered_with_the_note_is_refused(self):
        buyer, note, _ = factory.sold(3, with_batch=True)
        other = factory.batch(note.items[0].item_code)
        with pytest.raises(frappe.ValidationError, match="was not delivered with"):
            complaint(
                customer=buyer.name,
                item_code=note.items[0].item_code,
                delivery_note=note.name,
                batch_no=other.name,
            )
