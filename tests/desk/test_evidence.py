"""Evidence is its bytes: nobody removes, replaces, re-hashes, publishes or orphans them, by whichever road."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import frappe
import pytest
from frappe.desk.form.utils import remove_attach
from frappe.utils import get_files_path

from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from tests.desk import factory, settling
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


@pytest.fixture(params=["row", "mail", "comment", "action", "check", "ended"])
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


@pytest.fixture
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
    with pytest.raises(GateError, match="rests on this file"):
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
