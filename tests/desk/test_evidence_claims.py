"""What a stranger sends about files and records that are not theirs: nothing is read, hidden, planted or written."""

from __future__ import annotations

import frappe
import pytest
from frappe.client import delete, get_list, set_value
from frappe.desk.like import toggle_like
from frappe.templates.includes.comments.comments import add_comment

from complaint_qms.api.create import from_document
from complaint_qms.constants import roles
from complaint_qms.constants.evidence import SHA256
from complaint_qms.services.evidence import disk, protection
from tests.desk import factory
from tests.desk.factory import as_user, complaint, person, upload


def attached(doc):
    return upload(attached_to_doctype=doc.doctype, attached_to_name=doc.name)


@pytest.fixture
def case():
    return complaint()


@pytest.fixture
def strangers(case):
    """People who may not read the complaint: without a role of the app, and kept to another customer."""
    other = factory.customer()
    return {
        "outsider": person("Employee"),
        "colleague": person(roles.AGENT, Customer=getattr(other, "name", other)),
    }


@pytest.mark.parametrize("mark", ["is_folder", "is_home_folder", "is_attachments_folder"])
def test_evidence_becomes_no_folder_and_is_not_deleted_as_one(case, mark):
    file = attached(case)
    with as_user(person(roles.AGENT)):
        set_value("File", file.name, mark, 1)
        assert not frappe.db.get_value("File", file.name, mark)
        with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
            delete("File", file.name)
    assert disk.path_of(file.file_url).is_file()


@pytest.mark.parametrize("who", ["outsider", "colleague"])
def test_a_folder_gives_no_sight_of_evidence_either(case, strangers, who):
    file = attached(case)
    with as_user(strangers[who]), pytest.raises(frappe.PermissionError, match="not open to you"):
        frappe.get_doc(
            {
                "doctype": "File",
                "file_name": "a",
                "is_folder": 1,
                "folder": "Home",
                "is_private": 1,
                "file_url": file.file_url,
            }
        ).insert()


@pytest.mark.parametrize("who", ["outsider", "colleague"])
def test_whoever_has_the_same_bytes_uploads_them_to_a_place_of_their_own(case, strangers, who):
    file = attached(case)
    content = disk.path_of(file.file_url).read_bytes()
    with as_user(strangers[who]):
        own = frappe.get_doc(
            {"doctype": "File", "file_name": "mine.txt", "content": content, "is_private": 1}
        )
        own.insert()
        said = [str(message) for message in frappe.get_message_log()]
        assert own.is_downloadable()
    assert not any(case.name in message or "role permission" in message for message in said)
    assert own.file_url != file.file_url
    assert disk.path_of(own.file_url).read_bytes() == content == disk.path_of(file.file_url).read_bytes()


def private_file_of(staff):
    """A private file on an employee's record, as a payslip is."""
    return upload(attached_to_doctype="Employee", attached_to_name=staff.name, is_private=1)


@pytest.mark.parametrize("place", ["nowhere", "complaint", "mail"])
@pytest.mark.parametrize("spelled", ["{}", "/private/files/./{}"])
def test_nobody_takes_a_private_file_of_others_by_its_address(case, place, spelled):
    file = private_file_of(factory.employee())
    mail = frappe.get_doc(
        {
            "doctype": "Communication",
            "subject": "x",
            "reference_doctype": case.doctype,
            "reference_name": case.name,
        }
    ).insert()
    on = {
        "nowhere": (None, None),
        "complaint": ("Complaint", case.name),
        "mail": ("Communication", mail.name),
    }[place]
    named = file.file_url if spelled == "{}" else spelled.format(file.file_url.rpartition("/")[2])
    row = {"doctype": "File", "file_name": "mine.txt", "file_url": named, "is_private": 1}
    row |= dict(zip(("attached_to_doctype", "attached_to_name"), on, strict=True))
    with as_user(person(roles.AGENT)):
        # The framework files what a mail brings without asking for a right.
        for more in ({}, {"ignore_permissions": True}) if place != "nowhere" else ({},):
            with pytest.raises(frappe.PermissionError, match="not open to you"):
                frappe.get_doc(row).insert(**more)
        assert not file.is_downloadable()
    assert frappe.db.count("File", {"file_url": file.file_url}) == 1
    frappe.delete_doc("File", file.name)  # it has not become evidence
    assert not frappe.db.exists("File", file.name)


def test_nor_by_giving_an_own_file_the_address():
    file = private_file_of(factory.employee())
    with as_user(person(roles.AGENT)):
        own = frappe.get_doc(
            {"doctype": "File", "file_name": "a.txt", "content": "mine", "is_private": 1}
        ).insert()
        with pytest.raises(frappe.PermissionError, match="not open to you"):
            set_value("File", own.name, "file_url", file.file_url)
    assert frappe.db.get_value("File", own.name, "file_url") != file.file_url


def test_nor_by_a_row_of_evidence(case):
    file = private_file_of(factory.employee())
    with as_user(person(roles.AGENT)):
        doc = frappe.get_doc("Complaint", case.name)
        doc.append("evidence", {"file": file.file_url})
        with pytest.raises(frappe.ValidationError, match="no such file that you may read"):
            doc.save()
        assert not file.is_downloadable()


def test_who_may_read_a_file_attaches_it_by_its_address(case):
    staff = factory.employee()
    file = private_file_of(staff)
    mine, whoever = person(roles.AGENT), person(roles.AGENT, "HR Manager")
    for user, url in ((mine, upload(owner=mine).file_url), (whoever, file.file_url)):
        frappe.db.set_value("File", {"file_url": url}, "owner", mine if user == mine else "Administrator")
        with as_user(user):
            row = {"doctype": "File", "file_name": "a.txt", "file_url": url, "is_private": 1}
            kept = frappe.get_doc(
                row | {"attached_to_doctype": "Complaint", "attached_to_name": case.name}
            ).insert()
        assert kept.get(SHA256)


def test_the_same_bytes_as_others_have_are_uploaded_as_ever():
    file = private_file_of(factory.employee())
    content = disk.path_of(file.file_url).read_bytes()
    with as_user(person(roles.AGENT)):
        own = frappe.get_doc(
            {"doctype": "File", "file_name": "b.txt", "content": content, "is_private": 1}
        ).insert()
        assert own.is_downloadable()


def test_a_file_waits_for_no_record_to_come(case):
    row = {
        "doctype": "File",
        "file_name": "a.txt",
        "content": "x",
        "is_private": 1,
        "attached_to_doctype": "Complaint",
    }
    with as_user(person(roles.AGENT)):
        with pytest.raises(frappe.PermissionError, match="is not there, or not open to you"):
            frappe.get_doc(row | {"attached_to_name": "CMP-2026-99999"}).insert()
        frappe.get_doc(
            row | {"attached_to_name": "new-complaint-abcdefghij"}
        ).insert()  # a form nobody has saved yet


# Records that the database numbers are named by whole numbers.
NO_TEXT = [
    (field, sent)
    for field in ("file_name", "file_url", "folder", "content", "attached_to_name")
    for sent in (["a"], {"a": 1}, 5)
    if (field, sent) != ("attached_to_name", 5)
]


@pytest.mark.parametrize(("field", "sent"), NO_TEXT)
def test_a_field_of_a_file_that_is_no_text_is_named(field, sent):
    row = {"doctype": "File", "file_name": "a.txt", "content": "x", field: sent}
    with as_user(person(roles.AGENT)), pytest.raises(frappe.ValidationError, match="enter a text"):
        frappe.get_doc(row).insert()


def test_a_record_with_a_number_for_a_name_gets_its_file():
    for name in (5, "5"):
        file = frappe.get_doc({"doctype": "File", "attached_to_doctype": "ToDo", "attached_to_name": name})
        protection.check_texts(file)
    file.attached_to_name = 5.5
    with pytest.raises(frappe.ValidationError, match="enter a text"):
        protection.check_texts(file)


@pytest.mark.parametrize("who", ["outsider", "colleague"])
def test_nothing_is_planted_in_a_record_of_others(case, strangers, who):
    own = {"doctype": "File", "file_name": "forged.txt", "content": "forged", "is_private": 1}
    mail = frappe.get_doc(
        {
            "doctype": "Communication",
            "subject": "Photos",
            "reference_doctype": case.doctype,
            "reference_name": case.name,
        }
    ).insert()
    with as_user(strangers[who]):
        for doctype, name in ((case.doctype, case.name), ("Communication", mail.name)):
            place = {"attached_to_doctype": doctype, "attached_to_name": name}
            with pytest.raises(frappe.PermissionError, match="nothing can be attached"):
                frappe.get_doc(own | place).insert(ignore_permissions=True)
            mine = frappe.get_doc(own).insert(ignore_permissions=True)
            mine.update(place)
            with pytest.raises(frappe.PermissionError, match="nothing can be attached"):
                mine.save(ignore_permissions=True)
    assert not frappe.db.exists("File", {"attached_to_name": case.name, SHA256: ("is", "set")})


def test_lists_of_files_leave_out_those_of_hidden_records(case, strangers):
    mail = frappe.get_doc(
        {
            "doctype": "Communication",
            "subject": "Photos",
            "reference_doctype": case.doctype,
            "reference_name": case.name,
        }
    ).insert()
    hidden = {attached(case).name, attached(mail).name}
    with as_user(strangers["colleague"]):
        mine = frappe.get_doc(
            {"doctype": "File", "file_name": "mine.txt", "content": "mine", "is_private": 1}
        ).insert()
        seen = {row["name"] for row in get_list("File", fields=["name"], limit_page_length=0)}
    assert mine.name in seen
    assert not hidden & seen
    with as_user(person(roles.AGENT)):
        assert hidden <= {row["name"] for row in get_list("File", fields=["name"], limit_page_length=0)} | {
            row.name
            for row in frappe.get_all("File", {"attached_to_doctype": "Communication"}, order_by="name")
        }


@pytest.mark.parametrize("who", ["outsider", "colleague"])
def test_nobody_writes_into_the_timeline_of_a_hidden_record(case, strangers, who, monkeypatch):
    monkeypatch.setattr(frappe.local, "request_ip", "127.0.0.1", raising=False)
    with as_user(strangers[who]):
        with pytest.raises(frappe.PermissionError):
            add_comment(
                comment="Read me",
                comment_email=strangers[who],
                comment_by="Somebody",
                reference_doctype=case.doctype,
                reference_name=case.name,
                route="/",
            )
        with pytest.raises(frappe.PermissionError):
            toggle_like(case.doctype, case.name, "Yes")
        task = {"doctype": "ToDo", "reference_type": case.doctype, "reference_name": case.name}
        with pytest.raises(frappe.PermissionError, match="may not read"):
            frappe.get_doc(task | {"description": "x", "allocated_to": strangers[who]}).insert()
    kinds = ("Comment", "Like", "Assigned")
    assert not frappe.db.exists("Comment", {"reference_name": case.name, "comment_type": ("in", kinds)})


@pytest.mark.parametrize("doctype", ["", "User", "Complaint", "<b>", "No Such Thing"])
def test_a_complaint_is_created_from_documents_of_sale_alone(doctype):
    with pytest.raises(frappe.ValidationError, match="cannot be created"):
        from_document(source_doctype=doctype, source_name="x")
