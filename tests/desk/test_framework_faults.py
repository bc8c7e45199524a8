"""Faults of the framework that would reach the app's records, each tried as a user of the desk would use it."""

from __future__ import annotations

import json
from pathlib import Path

import frappe
import pytest
from frappe.client import get_count
from frappe.desk.form.utils import add_comment
from frappe.desk.listview import get_group_by_count

from complaint_qms.constants import roles
from tests.desk import factory

OUTSIDE = (
    "/private/files/../../site_config.json",
    "/files/../../site_config.json",
    "/files/%2e%2e/%2e%2e/site_config.json",
    "/files/..%2f..%2fsite_config.json",
    "/private/files/../backups/x.sql.gz",
    "/files/a/../../../site_config.json",
)


@pytest.fixture
def agent():
    """The session is that of somebody who registers complaints."""
    frappe.set_user(factory.user(roles.AGENT))


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("address", OUTSIDE)
def test_no_address_of_a_file_leads_out_of_the_files(address):
    complaint = factory.complaint()
    before = _on_disk()
    with pytest.raises(frappe.PermissionError):
        frappe.get_doc(
            {
                "doctype": "File",
                "file_url": address,
                "is_private": int("private" in address),
                "attached_to_doctype": "Complaint",
                "attached_to_name": complaint.name,
            }
        ).insert()
    assert _on_disk() == before


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("name", ["../../x.txt", "..\\..\\x.txt", "a/../../../x.txt"])
def test_the_name_of_an_upload_does_not_choose_its_folder(name):
    file = factory.upload(file_name=name)
    try:
        assert Path(file.get_full_path()).resolve().parent == _folder("private")
    finally:
        Path(file.get_full_path()).unlink(missing_ok=True)


@pytest.mark.usefixtures("agent")
def test_a_comment_names_who_wrote_it():
    complaint = factory.complaint()
    comment = add_comment("Complaint", complaint.name, "I approve", "chief@customer.example", "The Chief")
    assert comment.comment_email == frappe.session.user
    assert comment.comment_by == frappe.utils.get_fullname(frappe.session.user)


def test_counts_tell_nothing_of_what_one_may_not_read():
    complaint = factory.complaint()
    frappe.set_user(factory.person(roles.AGENT, Company=factory.other_company()))
    for filters in (
        [["Complaint", "name", "=", complaint.name]],
        [["Complaint", "customer", "=", complaint.customer]],
    ):
        assert get_count("Complaint", filters=json.dumps(filters)) == 0
        assert not get_group_by_count("Complaint", json.dumps(filters), "stage")
    frappe.set_user(factory.person(roles.ACTION_OWNER))
    for doctype in ("Complaint", "CAPA"):
        with pytest.raises(frappe.PermissionError):
            get_count(doctype, filters="[]")


def _folder(kind: str) -> Path:
    return Path(frappe.get_site_path(kind, "files")).resolve()


def _on_disk() -> set[str]:
    return {str(path) for kind in ("public", "private") for path in _folder(kind).iterdir()}
