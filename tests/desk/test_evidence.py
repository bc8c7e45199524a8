"""Evidence is its bytes: nobody removes, replaces, re-hashes, publishes or orphans them, by whichever road."""

from __future__ import annotations

from contextlib import suppress

import frappe
import pytest
from frappe.desk.form.utils import remove_attach

from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from tests.desk import evidence_held, factory, settling
from tests.desk.evidence_held import evidence, mail_with_photo, path_of
from tests.desk.factory import complaint, upload

held = pytest.fixture(params=["row", "mail", "comment", "action", "check", "ended"])(evidence_held.held)
unharmed = pytest.fixture(evidence_held.unharmed)

# Removing -------------------------------------------------------------------------------------------------------------


def by_delete_doc(file):
    frappe.delete_doc("File", file.name)


def by_force(file):
    frappe.delete_doc("File", file.name, force=True, ignore_permissions=True)


def by_client(file):
    frappe.call("frappe.client.delete", doctype="File", name=file.name)


def by_remove_attach(file):
    frappe.local.form_dict = frappe._dict(
        fid=file.name, dt=file.attached_to_doctype, dn=file.attached_to_name
    )
    remove_attach()


def by_remove_file(file):
    from frappe.utils.file_manager import remove_file

    remove_file(file.name, file.attached_to_doctype, file.attached_to_name)


def by_address(file):
    from frappe.core.doctype.file.utils import remove_file_by_url

    remove_file_by_url(file.file_url, file.attached_to_doctype, file.attached_to_name)


def by_remove_all(file):
    from frappe.utils.file_manager import remove_all

    remove_all(file.attached_to_doctype, file.attached_to_name, from_delete=True)


@pytest.mark.parametrize("who", ["Administrator", roles.AGENT, roles.MANAGER, "System Manager"])
@pytest.mark.parametrize(
    "road", [by_delete_doc, by_force, by_client, by_remove_attach, by_remove_file, by_address, by_remove_all]
)
def test_evidence_is_not_removed(unharmed, road, who):
    file = evidence()[1]
    check = unharmed(file)
    frappe.set_user(who if who == "Administrator" else factory.user(who))
    # With the reason: “not allowed to delete File 0f1e2d” says nothing to anybody.
    with pytest.raises(GateError, match=r"^G7: Complaint \S+ rests on this file\."):
        road(file)
    check()


def test_evidence_of_each_kind_is_not_removed(held, unharmed):
    check = unharmed(held)
    for road in (by_delete_doc, by_force, by_remove_all):
        with pytest.raises(GateError, match="rests on this file"):
            road(held)
        check()


def test_a_mail_with_photos_stays_with_them(unharmed):
    _doc, file = mail_with_photo()
    check = unharmed(file)
    with pytest.raises(GateError, match="stays with it"):
        frappe.delete_doc("Communication", file.attached_to_name)
    check()


# Replacing, hashing anew, publishing, detaching ------------------------------------------------------------------------

CHANGES = {
    "public": {"is_private": 0},
    "moved": {"file_url": "/private/files/other.txt"},
    "remote": {"file_url": "https://elsewhere.example/x.txt"},
    "hashed": {"content_hash": "0" * 32},
    "sum": {"evidence_sha256": "0" * 64},
    "no sum": {"evidence_sha256": None},
    "detached": {"attached_to_doctype": None, "attached_to_name": None},
    "elsewhere": {"attached_to_doctype": "Customer", "attached_to_name": "Nobody"},
    "name": {"file_name": "another.txt"},
    "thumbnail": {"thumbnail_url": "/private/files/other.txt"},
}


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_evidence_of_each_kind_is_not_changed(held, unharmed, change):
    check = unharmed(held)
    with suppress(GateError):
        frappe.get_doc("File", held.name).update(CHANGES[change]).save()
    check()


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_evidence_is_not_changed_by_set_value(unharmed, change):
    _doc, file = evidence()
    check = unharmed(file)
    frappe.set_user(factory.user(roles.AGENT))
    with suppress(GateError, frappe.PermissionError):
        frappe.call("frappe.client.set_value", doctype="File", name=file.name, fieldname=CHANGES[change])
    check()


def test_evidence_is_not_overwritten(held, unharmed):
    check = unharmed(held)
    with pytest.raises(GateError):
        frappe.get_doc("File", held.name).save_file(content=b"nothing to see", overwrite=True)
    check()


def test_a_photo_is_not_optimised_away(unharmed):
    from io import BytesIO

    from PIL import Image

    doc = complaint()
    picture = BytesIO()
    Image.effect_noise((1800, 1800), 90).save(picture, "PNG")
    file = frappe.get_doc(
        "File", upload("Complaint", doc.name, content=picture.getvalue(), file_name="photo.png").name
    )
    doc.append("evidence", {"file": file.file_url, "kind": "photo"})
    doc.save()
    file.reload()
    check = unharmed(file)
    with pytest.raises(GateError):
        frappe.get_doc("File", file.name).optimize_file()
    check()


def test_an_archive_is_not_unpacked_away(unharmed):
    import zipfile
    from io import BytesIO

    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "a")
    doc = complaint()
    file = upload("Complaint", doc.name, content=packed.getvalue(), file_name="all.zip")
    doc.append("evidence", {"file": file.file_url, "kind": "document"})
    doc.save()
    file = frappe.get_doc("File", file.name)
    check = unharmed(file)
    with pytest.raises(GateError):
        file.unzip()
    check()


# What may still go ----------------------------------------------------------------------------------------------------


def test_a_wrong_upload_that_no_row_named_may_go_by_who_sent_it():
    doc = complaint()
    agent, manager = factory.user(roles.AGENT), factory.user(roles.MANAGER)
    frappe.set_user(agent)
    file = upload("Complaint", doc.name)
    for other in (manager, "Administrator"):
        frappe.set_user(other)
        with pytest.raises((GateError, frappe.PermissionError)):
            frappe.delete_doc("File", file.name)
    frappe.set_user(agent)
    frappe.delete_doc("File", file.name)
    assert not frappe.db.exists("File", file.name)
    assert not path_of(file).exists()


def test_a_picture_in_a_comment_stays_with_its_comment():
    doc = complaint()
    frappe.set_user(factory.user(roles.AGENT))
    file = upload("Complaint", doc.name)
    frappe.get_doc("Complaint", doc.name).add_comment("Comment", f'<img src="{file.file_url}">')
    with pytest.raises((GateError, frappe.PermissionError)):
        frappe.delete_doc("File", file.name)


def test_a_proposed_settlement_goes_with_its_files_and_a_submitted_one_keeps_them():
    doc = settling.proposed(factory.sold(2)[2], {"remedy": "credit", "qty": 1})
    file = upload(doc.doctype, doc.name, is_private=0)
    assert frappe.db.get_value("File", file.name, ("is_private", "evidence_sha256")) == (1, None)
    frappe.delete_doc(doc.doctype, doc.name)
    assert not frappe.db.exists("File", file.name)
    doc = settling.proposed(factory.sold(2)[2], {"remedy": "credit", "qty": 1})
    file = upload(doc.doctype, doc.name)
    settling.approve(doc)
    assert frappe.db.get_value("File", file.name, "evidence_sha256")
    with pytest.raises(GateError):
        frappe.delete_doc("File", file.name)


def test_files_of_others_are_none_of_our_business():
    buyer = factory.customer()
    file = frappe.get_doc("File", upload("Customer", buyer.name, is_private=0).name)
    assert not file.is_private
    assert not file.evidence_sha256
    frappe.delete_doc("File", file.name)
    assert not path_of(file).exists()
    file = frappe.get_doc("File", upload("Customer", buyer.name, is_private=0).name)
    file.is_private = 1
    file.save()
    assert path_of(file).exists()
