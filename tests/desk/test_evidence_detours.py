"""Evidence is not reached by way of another file, and mails and comments that move leave it where it belongs."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from tests.desk import evidence_held, factory
from tests.desk.evidence_held import BYTES, evidence, mail_with_photo, path_of
from tests.desk.factory import complaint, make, upload

held = pytest.fixture(params=["row", "mail", "comment", "action", "check", "ended"])(evidence_held.held)
unharmed = pytest.fixture(evidence_held.unharmed)

# By way of another File -----------------------------------------------------------------------------------------------


def second_file(file, **values):
    """A File of Administrator's own at the same address."""
    return make("File", **{"file_url": file.file_url, "file_name": "mine.txt", "is_private": 1, **values})


@pytest.mark.parametrize("forged", [None, "f" * 32])
def test_a_second_file_of_the_address_goes_without_the_bytes(held, unharmed, forged):
    check = unharmed(held)
    other = second_file(held)
    if forged:
        other.db_set("content_hash", forged)
    frappe.delete_doc("File", other.name)
    assert not frappe.db.exists("File", other.name)
    check()


def test_a_forged_hash_does_not_come_in(unharmed):
    _doc, file = evidence()
    check = unharmed(file)
    other = second_file(file, content_hash="f" * 32)
    assert frappe.db.get_value("File", other.name, "content_hash") == file.content_hash
    other.reload()
    other.content_hash = "e" * 32
    other.save()
    assert frappe.db.get_value("File", other.name, "content_hash") == file.content_hash
    frappe.delete_doc("File", other.name)
    check()


@pytest.mark.parametrize(
    "spelling", ["/x/{0}", "/private/files/{0}", "private/files/{0}", "/private/files/sub/{0}"]
)
def test_a_thumbnail_that_names_evidence_takes_nothing_with_it(unharmed, spelling):
    _doc, file = evidence()
    check = unharmed(file)
    other = upload()
    other.db_set("thumbnail_url", spelling.format(Path(file.file_url).name))
    frappe.delete_doc("File", other.name)
    check()


@pytest.mark.parametrize(
    "spelling", ["/private/files//{0}", "/private/files/./{0}", "/private/files/x/../{0}"]
)
def test_another_spelling_of_the_address_takes_nothing_with_it(unharmed, spelling):
    _doc, file = evidence()
    check = unharmed(file)
    with suppress(frappe.ValidationError, OSError):
        other = second_file(file, file_url=spelling.format(Path(file.file_url).name))
        other.db_set("content_hash", "f" * 32)
        frappe.delete_doc("File", other.name)
    check()


def test_publishing_a_second_file_does_not_publish_evidence(held, unharmed):
    check = unharmed(held)
    other = second_file(held)
    other.is_private = 0
    with pytest.raises(GateError):
        other.save()
    check()


def test_moving_a_file_of_the_same_content_leaves_evidence_where_it_is(unharmed):
    """Frappe gives every File of one content hash the address of the one that moves."""
    _doc, file = evidence()
    check = unharmed(file)
    other = upload(is_private=0, content=path_of(file).read_bytes())
    assert other.file_url != file.file_url
    other = frappe.get_doc("File", other.name)
    other.is_private = 1
    other.save()
    check()


def test_a_forged_hash_does_not_move_evidence(unharmed):
    _doc, file = evidence()
    check = unharmed(file)
    other = upload(is_private=0)
    other.db_set("content_hash", file.content_hash)
    other = frappe.get_doc("File", other.name)
    other.is_private = 1
    other.save()
    check()


def test_a_name_that_becomes_evidences_on_disk_overwrites_nothing(unharmed):
    """Frappe replaces ? and % in names only after it has looked whether the name is free."""
    mark = frappe.generate_hash(length=8)
    _doc, file = evidence(name=f"a_{mark}.txt")
    check = unharmed(file)
    with pytest.raises(GateError, match="another name"):
        upload(file_name=f"a?{mark}.txt")
    check()


def test_a_file_named_like_evidence_does_not_overwrite_it(unharmed):
    _doc, file = evidence()
    check = unharmed(file)
    other = frappe.get_doc("File", upload().name)
    other.file_name = Path(file.file_url).name
    with pytest.raises(GateError):
        other.save_file(content=b"forged", overwrite=True)
    check()


def test_an_address_gives_nobody_sight_of_evidence(unharmed):
    _doc, file = evidence()
    check = unharmed(file)
    frappe.set_user(factory.user("Sales User"))
    with pytest.raises(frappe.PermissionError):
        second_file(file)
    mine = upload()
    with pytest.raises(frappe.PermissionError):
        frappe.get_doc("File", mine.name).update({"file_url": file.file_url}).save()
    check()


# Mails and comments move ----------------------------------------------------------------------------------------------


def relinked_by_the_desk(mail, other):
    frappe.call(frappe.get_attr(frappe.override_whitelisted_method("frappe.email.relink")), name=mail, reference_doctype=other.doctype, reference_name=other.name)  # fmt: skip


def relinked_by_save(mail, other):
    doc = frappe.get_doc("Communication", mail)
    doc.update({"reference_doctype": other.doctype, "reference_name": other.name})
    doc.save(ignore_permissions=True)


@pytest.mark.parametrize("road", [relinked_by_the_desk, relinked_by_save])
def test_a_mail_that_moves_on_leaves_its_photos_with_the_complaint(unharmed, road):
    doc, file = mail_with_photo()
    check = unharmed(file)
    road(file.attached_to_name, factory.customer())
    check()
    left = frappe.get_all(
        "File",
        {"attached_to_doctype": "Complaint", "attached_to_name": doc.name, "file_url": file.file_url},
        ["name", "evidence_sha256"],
        order_by="name",
    )
    assert [row.evidence_sha256 for row in left] == [file.evidence_sha256]
    for name in (file.name, left[0].name):
        with pytest.raises(GateError):
            frappe.delete_doc("File", name)


@pytest.mark.parametrize("road", [relinked_by_the_desk, relinked_by_save])
def test_a_mail_that_comes_to_a_complaint_brings_evidence(road):
    buyer, doc = factory.customer(), complaint()
    _, file = mail_with_photo(buyer)
    assert not file.evidence_sha256
    road(file.attached_to_name, doc)
    file.reload()
    assert file.evidence_sha256 == hashlib.sha256(BYTES).hexdigest()
    with pytest.raises(GateError):
        frappe.delete_doc("File", file.name)


def test_who_may_not_change_a_complaint_takes_no_mail_from_it_and_gives_it_none():
    doc, file = mail_with_photo()
    buyer = factory.customer()
    _, other = mail_with_photo(buyer)
    frappe.set_user(factory.user(roles.AUDITOR))
    with pytest.raises(frappe.PermissionError):
        relinked_by_the_desk(file.attached_to_name, buyer)
    with pytest.raises(frappe.PermissionError):
        relinked_by_the_desk(other.attached_to_name, doc)


def test_a_comment_that_moves_leaves_its_picture_with_the_complaint(unharmed):
    doc, buyer = complaint(), factory.customer()
    said = doc.add_comment("Comment", "See the photo")
    file = frappe.get_doc("File", upload("Comment", said.name, content=BYTES).name)
    check = unharmed(file)
    said.update({"reference_doctype": "Customer", "reference_name": buyer.name})
    said.save(ignore_permissions=True)
    check()
    assert frappe.db.exists("File", {"attached_to_doctype": "Complaint", "attached_to_name": doc.name, "file_url": file.file_url})  # fmt: skip
