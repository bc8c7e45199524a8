"""Evidence: a record names only files that are there, and an ended one keeps them."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.record.attached_files import own_file
from tests.desk import factory
from tests.desk.factory import at_stage, complaint, finish_action, implemented_capa, investigation, upload

CLOSING = {"closing_decision": "justified", "closing_summary": "Told", "capa_required": "no", "no_capa_reason": "Once"}  # fmt: skip
NO_FILE = ("/private/files/never-uploaded.pdf", "javascript:alert(1)", "https://elsewhere.example/x.pdf", "x")


def closed_with(url):
    doc = at_stage("review")
    doc.append("evidence", {"file": url, "kind": "document"})
    doc.save()
    frappe.set_user(factory.user(roles.MANAGER))
    take_step(doc, "Close", CLOSING)
    frappe.set_user("Administrator")
    assert doc.stage == "closed"
    return doc


@pytest.mark.parametrize("url", NO_FILE)
def test_evidence_of_a_complaint_is_a_file(url):
    doc = complaint()
    doc.append("evidence", {"file": url, "kind": "document"})
    with pytest.raises(frappe.ValidationError, match="no such file"):
        doc.save()


@pytest.mark.parametrize("url", NO_FILE)
def test_evidence_of_an_action_is_a_file(url):
    from complaint_qms.api import capa as api

    doc = implemented_capa()
    frappe.set_user(factory.user(roles.ACTION_OWNER))
    with pytest.raises(frappe.ValidationError, match="no such file"):
        api.complete_action(doc.name, doc.actions[0].name, evidence=url)


@pytest.mark.parametrize("url", NO_FILE)
def test_evidence_of_a_check_is_a_file(url):
    study = investigation()
    study.append("checks", {"check": "Weigh it", "evidence": url})
    with pytest.raises(frappe.ValidationError, match="no such file"):
        study.save()


def test_a_file_that_one_may_not_read_is_no_evidence():
    secret = upload()  # Administrator's, attached to nothing
    doc = complaint()
    frappe.set_user(factory.user(roles.AGENT))
    doc = frappe.get_doc("Complaint", doc.name)
    doc.append("evidence", {"file": secret.file_url, "kind": "document"})
    with pytest.raises(frappe.ValidationError, match="no such file"):
        doc.save()


def test_a_row_attaches_its_file_to_the_record():
    doc = complaint()
    frappe.set_user(factory.user(roles.AGENT))
    doc = frappe.get_doc("Complaint", doc.name)
    file = upload()
    doc.append("evidence", {"file": file.file_url, "kind": "document"})
    doc.save()
    file.reload()
    assert (file.attached_to_doctype, file.attached_to_name) == ("Complaint", doc.name)


@pytest.mark.parametrize("attached", [True, False])
def test_a_file_of_a_closed_complaint_cannot_be_deleted(attached):
    agent = factory.user(roles.AGENT)
    file = upload(owner=agent)
    file.db_set("owner", agent)
    doc = closed_with(file.file_url)
    if attached:
        file.db_set({"attached_to_doctype": "Complaint", "attached_to_name": doc.name})
    frappe.set_user(agent)
    with pytest.raises(GateError, match="rests on this file"):
        frappe.delete_doc("File", file.name)
    assert frappe.get_doc("File", file.name).get_content()  # it is still on the disk


def test_a_file_only_attached_to_a_closed_complaint_stays_and_stays_attached():
    agent = factory.user(roles.AGENT)
    doc = closed_with(upload().file_url)
    file = upload("Complaint", doc.name)
    file.db_set("owner", agent)
    frappe.set_user(agent)
    with pytest.raises(GateError, match="rests on this file"):
        frappe.delete_doc("File", file.name)
    for change in ({"attached_to_doctype": None, "attached_to_name": None}, {"is_private": 0}):
        moved = frappe.get_doc("File", file.name).update(change)
        with pytest.raises(GateError, match="rests on this file"):
            moved.save()


def test_evidence_of_a_done_action_stays_while_the_capa_goes_on():
    from complaint_qms.api import capa as api

    doc, owner = implemented_capa(), factory.user(roles.ACTION_OWNER)
    frappe.set_user(owner)
    file = upload()
    file.db_set("owner", owner)
    api.complete_action(doc.name, doc.actions[0].name, evidence=file.file_url)
    with pytest.raises(GateError, match="rests on this file"):
        frappe.delete_doc("File", file.name)


def test_an_import_reads_only_a_file_of_its_own():
    secret, manager = upload(), factory.user(roles.MANAGER)
    public = upload(is_private=0)
    frappe.set_user(manager)
    for file in (secret, public):
        with pytest.raises((frappe.PermissionError, frappe.ValidationError), match=r"[Ff]ile"):
            frappe.get_doc(
                {"doctype": "Complaint Import", "company": factory.company(), "import_file": file.file_url}
            ).insert()
    mine = upload()
    mine.db_set("owner", manager)
    holder = frappe.new_doc("Complaint Import")
    assert own_file(mine.file_url, holder).name == mine.name


def test_finishing_without_a_file_needs_none():
    doc = implemented_capa()
    finish_action(doc)
    assert frappe.db.get_value("CAPA Action", doc.actions[0].name, "status") == "done"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("kettle <b>.png", "kettle (b).png"),
        ("kettle 50% <b>.txt", "kettle 50% (b).txt"),
        ("a </b> < c > d.txt", "a (b) ( c ) d.txt"),
        ("<img src=x onerror=alert(1)>.txt", "(img src=x onerror=alert(1)).txt"),
        ("泡壶 & co.txt", "泡壶 & co.txt"),
    ],
)
def test_a_file_of_any_name_becomes_evidence(sent, kept):
    """The framework closes tags in a name, and then takes the slash for that of a folder."""
    doc = complaint()
    file = upload("Complaint", doc.name, file_name=sent)
    assert file.file_name == kept
    doc.reload()
    doc.append("evidence", {"file": file.file_url, "kind": "document"})
    doc.save()
    stored = frappe.get_doc("File", file.name)
    assert stored.file_name == kept
    assert stored.get_content()
    stored.save()
