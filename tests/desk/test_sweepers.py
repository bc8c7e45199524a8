"""What empties a site, or parts of it, leaves quality records alone: ERPNext's, Frappe's, and deletions one by one."""

from __future__ import annotations

import frappe
import pytest
from frappe.desk.reportview import delete_bulk
from frappe.website.doctype.personal_data_deletion_request.personal_data_deletion_request import (
    PersonalDataDeletionRequest,
)

from complaint_qms import hooks
from complaint_qms.constants import roles
from complaint_qms.constants.audit import ENTRY
from complaint_qms.exceptions import GateError
from tests.desk import factory
from tests.desk.framework import IS_16
from tests.desk.settling import complaint_on, submitted


def own_doctypes() -> list[str]:
    return frappe.get_all(
        "DocType", {"module": "Complaint QMS", "issingle": 0, "is_virtual": 0}, pluck="name", order_by="name"
    )


def stored() -> dict[str, list]:
    """Every row of every DocType of the app, and what hangs on them."""
    found = {
        doctype: frappe.get_all(doctype, pluck="name", order_by="name", limit=0) for doctype in own_doctypes()
    }
    for doctype, field in (
        ("Version", "ref_doctype"),
        ("Comment", "reference_doctype"),
        ("File", "attached_to_doctype"),
    ):
        found[doctype] = frappe.get_all(
            doctype, {field: ("in", own_doctypes())}, pluck="name", order_by="name", limit=0
        )
    return found


def company_with_everything():
    """A company with a settled complaint, an investigation, a cause, a CAPA, an assessment, its own SOP and matrix."""
    _buyer, _note, sale = factory.sold(10)
    doc = submitted(sale, {"item_code": sale.items[0].item_code, "qty": 2})
    about = frappe.get_doc("Complaint", doc.complaint)
    about.save(ignore_version=False)
    factory.upload("Complaint", about.name)
    about.add_comment("Comment", "Called back")
    capa = factory.capa()
    factory.make(
        "Reportability Assessment",
        complaint=about.name,
        jurisdiction="US",
        awareness_date="2026-01-05",
        deadline="2026-02-04",
    )
    factory.make("Complaint SOP", sop_name=factory.unique("SOP"), company=sale.company, round_the_clock=1)
    return sale, about, capa


class TestTransactionDeletion:
    def test_the_hook_names_every_doctype_of_the_app(self):
        assert sorted(hooks.company_data_to_be_ignored) == sorted(
            {*own_doctypes(), "Complaint Language Model", "Complaint QMS Settings"}
        )

    @pytest.mark.parametrize("shortened", [False, True])
    def test_a_company_without_transactions_keeps_its_quality_records(self, shortened):
        """Also when somebody takes them off the table of excluded DocTypes, which ERPNext lets them do."""
        sale, about, capa = company_with_everything()
        before = stored()
        run = frappe.get_doc(
            {
                "doctype": "Transaction Deletion Record",
                "company": sale.company,
                "process_in_single_transaction": 1,
            }
        )
        if shortened:
            run.append("doctypes_to_be_ignored", {"doctype_name": "Account"})
            for name in ("Cost Center", "Warehouse", "Customer", "Department", "Employee"):
                run.append("doctypes_to_be_ignored", {"doctype_name": name})
        run.insert()
        if IS_16:  # what is deleted is listed first, and goes with the submit
            run.generate_to_delete_list()
            listed = {row.doctype_name for row in run.doctypes_to_delete}
            assert "Sales Invoice" in listed
            assert ("Complaint" in listed) == shortened
        run.submit()
        if not IS_16:
            run.start_deletion_tasks()
        run.reload()
        assert (run.status, run.error_log) == ("Completed", None)
        assert not frappe.db.exists("Sales Invoice", sale.name)
        assert stored() == before
        about.reload()
        assert about.sales_invoice == sale.name
        assert frappe.get_doc("CAPA", capa.name).actions


class TestDeletions:
    def test_log_settings_clear_none_of_them_but_old_messages(self):
        settings = frappe.get_single("Log Settings")
        settings.logs_to_clear = []
        for doctype in own_doctypes():
            settings.append("logs_to_clear", {"ref_doctype": doctype, "days": 1})
        settings.save()
        assert {row.ref_doctype for row in settings.logs_to_clear} & set(own_doctypes()) == {
            "Complaint Model Call",
            "Complaint Rule Log",
            "QMS Connector Call",
            "QMS Event",
            "QMS Message",
        }

    def test_no_role_deletes_them_in_bulk(self, monkeypatch):
        # The list's own deletion takes back what one failed record did; here that would take back the test.
        monkeypatch.setattr(frappe.db, "rollback", lambda **_options: None)
        doc = factory.complaint()
        study = factory.investigation(doc)
        for record in (doc, study):
            delete_bulk(record.doctype, [record.name])
            with pytest.raises(GateError, match="never deleted"):
                frappe.delete_doc(record.doctype, record.name, force=True)
            assert frappe.db.exists(record.doctype, record.name)

    def test_what_a_complaint_names_is_not_deleted(self):
        _buyer, _note, sale = factory.sold(10)
        owner = factory.person(roles.AGENT)
        about = complaint_on(sale, item_code=sale.items[0].item_code, complaint_owner=owner)
        named = (
            ("Customer", about.customer),
            ("Item", about.item_code),
            ("Company", about.company),
            ("User", owner),
            ("Complaint Type", about.complaint_type),
        )
        for doctype, name in named:
            with pytest.raises(frappe.LinkExistsError):
                frappe.delete_doc(doctype, name)
            assert frappe.db.exists(doctype, name)

    def test_whoever_wrote_a_record_stays_known(self):
        author = factory.person(roles.INVESTIGATOR)
        study = factory.investigation()
        with factory.as_user(author):
            study.reload()
            study.containment = "Stopped the line"
            study.save()
        with pytest.raises(frappe.LinkExistsError):
            frappe.delete_doc("User", author)

    def test_an_erased_person_stays_the_author_under_another_name(self, monkeypatch):
        """A request to delete personal data renames the account; who wrote what stays one and the same person."""
        author = factory.person(roles.INVESTIGATOR)
        with factory.as_user(author):
            study = factory.make("Investigation", complaint=factory_complaint(), investigator=author)
        monkeypatch.setattr(PersonalDataDeletionRequest, "send_verification_mail", lambda _self: None)
        request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": author})
        request.flags.ignore_permissions = True
        request.insert()
        before = stored()
        request._anonymize_data(commit=False)
        after = stored()
        assert set(before.pop(ENTRY)) < set(after.pop(ENTRY)), "the trail tells of the new name"
        assert after == before
        study.reload()
        assert study.investigator == request.name
        assert {row.user for row in study.contributors} == {request.name}


def factory_complaint() -> str:
    with factory.as_user("Administrator"):
        return factory.complaint().name
