"""Private files are as open as the record they belong to, by address, thumbnail and download, also those of a row or a mail of it."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils.response import download_private_file
from werkzeug.exceptions import Forbidden

from complaint_qms.constants import roles
from complaint_qms.permissions import confidential
from tests.desk import factory, ways
from tests.desk.test_confidential import closed_case
from tests.desk.test_every_right import PORTAL, person

pytestmark = pytest.mark.usefixtures("site")
READS = {
    roles.AGENT: True, roles.MANAGER: True, roles.INVESTIGATOR: True, roles.QUALITY_MANAGER: True, roles.REGULATORY: True, roles.AUDITOR: True,
    "System Manager": True, roles.ACCOUNTS_USER: False, roles.ACTION_OWNER: False, roles.MACHINE: False, "Sales User": False, PORTAL: False, "Guest": False,
}  # fmt: skip
"""Of a complaint without a settlement."""


def files_of(name: str) -> dict[str, str]:
    """Kind of file → address: one that is attached, one of a row of evidence, one of a mail about it."""
    attached = factory.upload("Complaint", name)
    row = factory.upload("Complaint", name, content=b"\x89PNG row", file_name="row.txt")
    doc = frappe.get_doc("Complaint", name)
    doc.append("evidence", {"file": row.file_url})
    doc.save()
    mail = factory.make("Communication", subject="x", content="x", communication_type="Communication", reference_doctype="Complaint", reference_name=name)  # fmt: skip
    with_mail = factory.upload("Communication", mail.name, content=b"mail", file_name="mail.txt")
    return {"attached": attached.file_url, "row": doc.evidence[-1].file, "mail": with_mail.file_url}


def opens(user: str, address: str) -> set[str]:
    """Ways by which a user gets a file."""
    got = set()
    ways._come(user, address, "GET", {})
    try:
        download_private_file(address)
        got.add("address")
    except (Forbidden, frappe.PermissionError):
        pass
    try:
        ways.call(user, "frappe.core.doctype.file.file.download_file", file_url=address)
        got.add("download_file")
    except (ways.Refused, Forbidden):
        pass
    frappe.set_user("Administrator")
    return got


def check(user: str, files: dict[str, str], reads: bool) -> None:
    wanted = {"address", "download_file"} if reads else set()
    got = {kind: opens(user, url) for kind, url in files.items()}
    # A file of a mail asks for a right to mails as well; what comes in by mail is evidence of the record besides.
    assert got.pop("mail") <= wanted
    assert got == {"attached": wanted, "row": wanted}


@pytest.mark.parametrize("role", READS)
def test_each_role_opens_those_of_records_that_it_sees(role):
    name = factory.complaint().name
    files, user = files_of(name), person(role)
    check(user, files, READS[role])


def test_those_of_a_confidential_complaint_are_opened_by_its_people():
    confidential.forget_confidential()
    manager = factory.person(roles.MANAGER)
    told = closed_case(manager)
    files = files_of(told["Complaint"])
    check(manager, files, True)
    for role in (roles.QUALITY_MANAGER, roles.AUDITOR, "System Manager"):
        check(factory.person(role), files, False)
