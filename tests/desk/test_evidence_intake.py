"""How files become evidence: private, attached to their record, with the SHA-256 that the server takes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import frappe
import pytest
from frappe.utils import CallbackManager, get_files_path

from complaint_qms.constants import roles
from complaint_qms.constants.evidence import NAMED_IN
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.exceptions import GateError
from complaint_qms.services.intake import idempotency, register
from tests.desk import factory
from tests.desk.factory import complaint, make, upload

BYTES = b"what the customer saw"
SUM = hashlib.sha256(BYTES).hexdigest()
FORGED = "0" * 64


def with_row(file, doc=None, **values):
    doc = doc or complaint()
    doc.append("evidence", {"file": file.file_url, "kind": "document", **values})
    doc.save()
    return doc


def disk(url: str) -> Path:
    return Path(get_files_path(is_private=url.startswith("/private/"))) / Path(url).name


def own_files(doc):
    return frappe.get_all(
        "File",
        {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name},
        ["file_url", "is_private", "evidence_sha256"],
        order_by="creation",
    )


def test_every_attach_field_of_a_quality_record_is_known():
    """A row that names a file and is not in the list would hold evidence that nobody keeps."""
    rows = {
        (table.options, field.fieldname)
        for record in QUALITY_RECORDS
        for table in (*frappe.get_meta(record).get_table_fields(), frappe._dict(options=record))
        for field in frappe.get_meta(table.options).get(
            "fields", {"fieldtype": ("in", ("Attach", "Attach Image"))}
        )
    }
    # The receipt of an authority is attached to its report by the door that takes it.
    assert rows == {("Regulatory Report", "receipt"), *((naming.row, naming.field) for naming in NAMED_IN)}


@pytest.mark.parametrize("sent", [None, FORGED])
def test_the_server_takes_the_sum(sent):
    doc = with_row(upload(content=BYTES), sha256=sent)
    doc.reload()
    assert doc.evidence[0].sha256 == SUM
    assert [row.evidence_sha256 for row in own_files(doc)] == [SUM]
    doc.evidence[0].sha256 = sent
    doc.save()
    doc.reload()
    assert doc.evidence[0].sha256 == SUM


def test_a_file_does_not_say_itself_what_its_sum_is():
    doc = complaint()
    file = upload(
        "Complaint", doc.name, content=BYTES, evidence_sha256=FORGED, evidence_lost_at="2020-01-01 00:00:00"
    )
    assert frappe.db.get_value("File", file.name, ("evidence_sha256", "evidence_lost_at")) == (SUM, None)
    loose = upload(evidence_sha256=FORGED)
    assert not frappe.db.get_value("File", loose.name, "evidence_sha256")


def test_evidence_comes_with_the_registration_too():
    file = upload(content=BYTES, is_private=0)
    doc = complaint(evidence=[{"file": file.file_url, "kind": "document"}])
    doc.reload()
    assert doc.evidence[0].file.startswith("/private/files/")
    assert doc.evidence[0].sha256 == SUM
    assert [tuple(row.values()) for row in own_files(doc)] == [(doc.evidence[0].file, 1, SUM)]


@pytest.mark.parametrize("record", ["Complaint", "Investigation", "mail", "comment"])
def test_a_public_upload_is_private_from_the_first_byte(record):
    doc = factory.investigation() if record == "Investigation" else complaint()
    about = (doc.doctype, doc.name)
    if record == "mail":
        mail = make(
            "Communication", subject="x", content="x", reference_doctype=about[0], reference_name=about[1]
        )
        about = mail.doctype, mail.name
    if record == "comment":
        about = "Comment", doc.add_comment("Comment", "x").name
    name = f"{frappe.generate_hash(length=9)}.txt"
    file = upload(*about, content=BYTES, is_private=0, file_name=name)
    assert file.file_url.startswith("/private/files/")
    assert frappe.db.get_value("File", file.name, "is_private") == 1
    assert not disk(f"/files/{name}").exists()
    assert disk(file.file_url).read_bytes() == BYTES


def test_a_public_file_of_the_site_is_copied_and_stays_where_it_was():
    public = upload(is_private=0, content=BYTES, owner="Guest")
    public.db_set("owner", factory.user("Website Manager"))
    frappe.set_user(factory.user(roles.AGENT))
    doc = with_row(public)
    row = doc.evidence[0]
    assert row.file != public.file_url
    assert row.file.startswith("/private/files/")
    assert disk(row.file).read_bytes() == disk(public.file_url).read_bytes() == BYTES
    assert frappe.db.get_value("File", public.name, ("file_url", "is_private")) == (public.file_url, 0)
    attached = make(
        "File", file_url=public.file_url, attached_to_doctype="Complaint", attached_to_name=doc.name
    )
    assert attached.file_url.startswith("/private/files/")


def test_ones_own_public_upload_becomes_the_evidence():
    frappe.set_user(factory.user(roles.AGENT))
    public = upload(is_private=0, content=BYTES)
    doc = with_row(public)
    assert doc.evidence[0].file.startswith("/private/files/")
    assert frappe.db.get_value("File", public.name, ("file_url", "is_private", "attached_to_name")) == (
        doc.evidence[0].file,
        1,
        doc.name,
    )


def test_a_file_of_another_record_gets_a_second_one_here():
    buyer = factory.customer()
    theirs = upload("Customer", buyer.name, content=BYTES)
    doc = with_row(theirs)
    assert frappe.db.get_value("File", theirs.name, ("attached_to_doctype", "evidence_sha256")) == (
        "Customer",
        None,
    )
    assert [tuple(row.values()) for row in own_files(doc)] == [(theirs.file_url, 1, SUM)]
    frappe.delete_doc("File", theirs.name)
    assert disk(theirs.file_url).read_bytes() == BYTES


def test_an_upload_of_an_unsaved_form_follows_its_record():
    frappe.set_user(factory.user(roles.AGENT))
    file = upload("Complaint", "new-complaint-abcdefghij", content=BYTES)
    doc = with_row(file)
    assert frappe.db.get_value("File", file.name, ("attached_to_name", "evidence_sha256")) == (doc.name, SUM)


def test_an_address_elsewhere_is_no_evidence():
    doc = complaint()
    link = make("File", file_url="https://elsewhere.example/x.pdf", attached_to_doctype="Complaint", attached_to_name=doc.name)  # fmt: skip
    doc.append("evidence", {"file": link.file_url, "kind": "document"})
    with pytest.raises(frappe.ValidationError, match="not on this site"):
        doc.save()


def test_a_file_that_is_gone_is_no_evidence():
    file = upload()
    disk(file.file_url).unlink()
    doc = complaint()
    doc.append("evidence", {"file": file.file_url, "kind": "document"})
    with pytest.raises(frappe.ValidationError, match="not on this site"):
        doc.save()


def test_actions_and_checks_carry_their_sum():
    from complaint_qms.api import capa as api

    plan, owner = factory.implemented_capa(), factory.user(roles.ACTION_OWNER)
    frappe.set_user(owner)
    api.complete_action(
        plan.name, plan.actions[0].name, evidence=upload(content=BYTES, is_private=0).file_url
    )
    assert frappe.db.get_value("CAPA Action", plan.actions[0].name, "evidence_sha256") == SUM
    assert [row.evidence_sha256 for row in own_files(plan)] == [SUM]
    frappe.set_user("Administrator")
    study = factory.investigation()
    study.append("checks", {"check": "Weigh it", "evidence": upload(content=BYTES + b"!").file_url})
    study.save()
    first = study.checks[0].evidence_sha256
    assert first == hashlib.sha256(BYTES + b"!").hexdigest()
    study.checks[0].update(
        {"evidence": upload(content=BYTES + b"?").file_url, "strike_reason": "Of another unit"}
    )
    study.save()
    assert study.checks[0].evidence_sha256 == hashlib.sha256(BYTES + b"?").hexdigest()
    assert first in [row.evidence_sha256 for row in own_files(study)], "the one before stays with the record"


# Striking out ---------------------------------------------------------------------------------------------------------


def removed(doc):
    doc.evidence = []


def replaced(doc):
    doc.evidence[0].file = upload().file_url


def sent_anew(doc):
    doc.set("evidence", [{"file": doc.evidence[0].file, "kind": "document"}])


def emptied(doc):
    doc.evidence[0].file = None


@pytest.mark.parametrize("change", [removed, replaced, sent_anew, emptied])
@pytest.mark.parametrize("who", ["Administrator", roles.AGENT])
def test_a_saved_row_stays(change, who):
    doc = with_row(upload())
    frappe.set_user(who if who == "Administrator" else factory.user(who))
    doc = frappe.get_doc("Complaint", doc.name)
    change(doc)
    with pytest.raises((GateError, frappe.MandatoryError), match=r"Strike it out|file"):
        doc.save()
    assert frappe.db.count("Complaint Evidence", {"parent": doc.name}) == 1


def test_a_wrong_upload_is_struck_out_with_a_reason_once():
    doc = with_row(upload())
    doc.evidence[0].struck_out = 1
    with pytest.raises(GateError, match="Reason for Striking Out"):
        doc.save()
    doc.reload()
    doc.evidence[0].update({"struck_out": 1, "strike_reason": "Photo of another order"})
    doc.save()
    file = frappe.get_doc("File", {"file_url": doc.evidence[0].file})
    with pytest.raises(GateError):
        frappe.delete_doc("File", file.name)
    doc.reload()
    doc.evidence[0].update({"struck_out": 0, "strike_reason": None})
    doc.save()
    doc.reload()
    assert (doc.evidence[0].struck_out, doc.evidence[0].strike_reason) == (1, "Photo of another order")


def test_what_is_struck_out_is_not_shown_to_finance_as_evidence():
    from complaint_qms.services.settlement.proposal import origin
    from tests.desk import settling

    doc = settling.submitted(factory.sold(2)[2], {"remedy": "credit", "qty": 1})
    about = frappe.get_doc("Complaint", doc.complaint)
    for struck in (0, 1):
        about.append("evidence", {"file": upload().file_url, "kind": "document", "struck_out": struck, "strike_reason": "x"})  # fmt: skip
    about.save()
    note = next(iter(settling.documents(doc).values()))
    assert [row["file"] for row in origin(note)["evidence"]] == [about.evidence[0].file]


def test_who_was_slower_with_the_same_key_keeps_their_public_upload(monkeypatch):
    key, made = frappe.generate_hash(length=12), {}

    def sent(file):
        row = {"file": file.file_url, "kind": "document"}
        return {
            "subject": "x",
            "description": "x",
            "complainant_name": "x",
            "idempotency_key": key,
            "evidence": [row],
        }

    ours, theirs = (upload(content=f"{frappe.generate_hash()}".encode(), is_private=0) for _one in range(2))
    made["first"] = register.register(sent(theirs)).name
    at_commit = CallbackManager()
    monkeypatch.setattr(frappe.db, "after_commit", at_commit)
    # What the faster one did is seen by the second look alone.
    look = idempotency.registered
    monkeypatch.setattr(idempotency, "registered", lambda key, now=False: look(key, now=now) if now else None)
    private = set(disk("/private/files/x").parent.iterdir())
    made["second"] = register.register(sent(ours)).name
    at_commit.run()
    assert made["second"] == made["first"]
    ours.reload()
    assert ours.file_url.startswith("/files/")
    assert disk(ours.file_url).is_file()
    assert set(disk("/private/files/x").parent.iterdir()) == private


def test_a_public_upload_that_became_evidence_is_private_alone_once_that_is_final(monkeypatch):
    at_commit = CallbackManager()
    monkeypatch.setattr(frappe.db, "after_commit", at_commit)
    file = upload(content=frappe.generate_hash().encode(), is_private=0)
    public = disk(file.file_url)
    doc = with_row(file)
    assert public.is_file()
    at_commit.run()
    assert not public.exists()
    assert disk(own_files(doc)[0].file_url).is_file()
