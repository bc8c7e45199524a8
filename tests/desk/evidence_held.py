"""Evidence of each kind, and a check that its bytes are where and what they were."""

from __future__ import annotations

import hashlib
from pathlib import Path

import frappe
from frappe.utils import get_files_path

from complaint_qms.constants import roles
from tests.desk import factory
from tests.desk.factory import complaint, make, upload

BYTES = b"what the customer saw"


def evidence(doc=None, name: str | None = None):
    """(complaint, its File) of an open complaint whose row names the file; uploaded and saved by the agent."""
    doc = doc or complaint()
    frappe.set_user(factory.user(roles.AGENT))
    content = BYTES + frappe.generate_hash(length=20).encode()
    file = upload(
        "Complaint", doc.name, content=content, file_name=name or f"{frappe.generate_hash(length=8)}.txt"
    )
    doc = frappe.get_doc("Complaint", doc.name)
    doc.append("evidence", {"file": file.file_url, "kind": "document"})
    doc.save()
    frappe.set_user("Administrator")
    return doc, frappe.get_doc("File", file.name)


def mail_with_photo(reference=None):
    """(complaint, File) of a customer's mail on it."""
    doc = reference or complaint()
    mail = make(
        "Communication",
        communication_type="Communication",
        sent_or_received="Received",
        subject="Broken",
        content="See the photo",
        sender="x@customer.example",
        reference_doctype=doc.doctype,
        reference_name=doc.name,
    )
    return doc, frappe.get_doc("File", upload("Communication", mail.name, content=BYTES).name)


def held(request):
    """A File that is evidence, in each way in which one can be."""
    from complaint_qms.api import capa as api

    if request.param == "row":
        return evidence()[1]
    if request.param == "mail":
        return mail_with_photo()[1]
    if request.param == "comment":
        about = complaint()
        said = about.add_comment("Comment", "See the photo")
        return frappe.get_doc("File", upload("Comment", said.name, content=BYTES).name)
    if request.param == "action":
        doc, owner = factory.implemented_capa(), factory.user(roles.ACTION_OWNER)
        frappe.set_user(owner)
        file = upload(content=BYTES)
        api.complete_action(doc.name, doc.actions[0].name, evidence=file.file_url)
        frappe.set_user("Administrator")
        return frappe.get_doc("File", file.name)
    if request.param == "check":
        study = factory.investigation()
        file = upload("Investigation", study.name, content=BYTES)
        study.append("checks", {"check": "Weigh it", "evidence": file.file_url})
        study.save()
        return frappe.get_doc("File", file.name)
    doc = factory.at_stage("triage")
    file = upload("Complaint", doc.name, content=BYTES)
    doc.db_set("stage", "closed")
    return frappe.get_doc("File", file.name)


def path_of(file) -> Path:
    folder = get_files_path(is_private=str(file.file_url).startswith("/private/"))
    return Path(folder) / Path(file.file_url).name


def unharmed():
    """Ask afterwards whether a file is what it was: row, address, bytes, privacy, hash, sum."""

    def remember(file):
        kept = (
            "file_url",
            "is_private",
            "content_hash",
            "attached_to_doctype",
            "attached_to_name",
            "evidence_sha256",
        )
        before, content = file.as_dict(), path_of(file).read_bytes()
        assert before["evidence_sha256"] == hashlib.sha256(content).hexdigest()
        assert before["is_private"] == 1

        def check():
            frappe.set_user("Administrator")
            now = frappe.db.get_value("File", file.name, kept, as_dict=True)
            assert now == {name: before[name] for name in kept}
            assert path_of(file).read_bytes() == content

        return check

    return remember
