"""Files over real HTTP: what a hook that grants would open is shut, and evidence stays, whoever asks."""

from __future__ import annotations

import hashlib
from pathlib import Path

import frappe
import pytest
import requests

from complaint_qms.constants import roles
from tests.desk import factory
from tests.desk.factory import complaint, upload
from tests.desk.rest import Person

pytestmark = [pytest.mark.commits, pytest.mark.slow]

PUBLISHED, DETACHED = {"is_private": 0}, {"attached_to_doctype": None, "attached_to_name": None}


@pytest.fixture
def people(server):
    """By role, each with an API key; and one whose login is a portal's."""
    portal = frappe.get_doc(
        {"doctype": "User", "email": f"{frappe.generate_hash(length=8)}@qms.example", "first_name": "Portal", "user_type": "Website User", "send_welcome_email": 0}
    ).insert(ignore_permissions=True)  # fmt: skip
    names = {
        role: factory.user(role) for role in ("Sales User", roles.AGENT, roles.AUDITOR, "System Manager")
    }
    made = {}
    for role, email in (names | {"portal": portal.name}).items():
        user = frappe.get_doc("User", email)
        secret = frappe.generate_hash(length=15)
        user.api_key, user.api_secret = user.api_key or frappe.generate_hash(length=15), secret
        user.save(ignore_permissions=True)
        made[role] = Person(server, f"{user.api_key}:{secret}")
    frappe.db.commit()
    return made


def status(person: Person, method: str, path: str, **values: object) -> int:
    return person._call(method, path, values or None).status_code


def attempts(person: Person, file) -> dict[str, int]:
    """Status of each way to reach or harm a file."""
    return {
        "read": status(person, "GET", file.file_url),
        "by id": status(person, "GET", f"{file.file_url}?fid={file.name}"),
        "record": status(person, "GET", f"/api/resource/File/{file.name}"),
        "publish": status(person, "PUT", f"/api/resource/File/{file.name}", **PUBLISHED),
        "detach": status(person, "PUT", f"/api/resource/File/{file.name}", **DETACHED),
        "claim": status(person, "POST", "/api/resource/File", file_url=file.file_url, file_name="mine.txt"),
        "read again": status(person, "GET", file.file_url),
        "remove": status(person, "POST", "/api/method/frappe.desk.form.utils.remove_attach", fid=file.name),
        "client": status(person, "POST", "/api/method/frappe.client.delete", doctype="File", name=file.name),
        "delete": status(person, "DELETE", f"/api/resource/File/{file.name}"),
    }


def unharmed(file, content: bytes) -> None:
    frappe.db.rollback()
    now = frappe.db.get_value("File", file.name, ("file_url", "is_private", "attached_to_name"))
    assert now == (file.file_url, 1, file.attached_to_name)
    assert (Path(frappe.get_site_path("private", "files")) / Path(file.file_url).name).read_bytes() == content


def test_files_are_neither_opened_nor_harmed(people, server):
    slip = upload("Employee", factory.employee().name, content=b"a payslip")
    doc = complaint()
    photo = upload("Complaint", doc.name, content=b"a photo")
    doc.append("evidence", {"file": photo.file_url, "kind": "document"})
    doc.save()
    frappe.db.commit()

    for role in ("portal", "Sales User"):
        for file, content in ((slip, b"a payslip"), (photo, b"a photo")):
            got = attempts(people[role], file)
            refused = {way for way, code in got.items() if code >= 400}
            # A File of a stranger's address is the framework's own affair; one of evidence is ours.
            open_to_all = {"claim", "read again"} if file is slip else set()
            assert refused >= set(got) - open_to_all, (role, file.attached_to_doctype, got)
            unharmed(file, content)
    assert requests.get(server + photo.file_url, timeout=180).status_code == 403

    # Who sees the complaint reads its evidence, and harms it no more than anybody.
    for role in (roles.AGENT, roles.AUDITOR, "System Manager"):
        got = attempts(people[role], photo)
        assert got["read"] == got["read again"] == 200, (role, got)
        assert all(got[way] >= 400 for way in ("publish", "detach", "remove", "client", "delete")), (
            role,
            got,
        )
        unharmed(photo, b"a photo")
    assert attempts(people[roles.AUDITOR], slip)["read"] == 403
    unharmed(slip, b"a payslip")

    told = people[roles.AGENT].refused("update", "File", photo.name, is_private=0)
    assert f"Complaint {doc.name} rests on this file" in told


def test_a_public_upload_to_a_complaint_is_private_at_once(people, server):
    agent, doc = people[roles.AGENT], complaint()
    frappe.db.commit()
    got = agent.session.post(
        f"{server}/api/method/upload_file",
        data={"doctype": "Complaint", "docname": doc.name, "is_private": "0"},
        files={"file": ("photo.txt", b"a photo")},
        timeout=180,
    ).json()["message"]
    assert got["is_private"] == 1
    assert b"a photo" not in requests.get(server + "/files/photo.txt", timeout=180).content
    assert requests.get(server + got["file_url"], timeout=180).status_code == 403
    rows = [{"file": got["file_url"], "kind": "document", "sha256": "0" * 64}]
    saved = agent.update("Complaint", doc.name, evidence=rows)["evidence"][0]
    assert saved["sha256"] == hashlib.sha256(b"a photo").hexdigest()
    assert "Strike it out" in agent.refused("update", "Complaint", doc.name, evidence=[])
    row = {**saved, "struck_out": 1}
    assert "Reason for Striking Out" in agent.refused("update", "Complaint", doc.name, evidence=[row])
    agent.update("Complaint", doc.name, evidence=[{**row, "strike_reason": "Another order's"}])


def test_an_empty_file_is_refused_in_words(people, server):
    agent, doc = people[roles.AGENT], complaint()
    frappe.db.commit()
    for attached in (
        {"doctype": "Complaint", "docname": doc.name},
        {"doctype": "Complaint", "docname": "new-complaint-abcdef"},
        {},
    ):
        got = agent.session.post(
            f"{server}/api/method/upload_file",
            data={**attached, "is_private": "1"},
            files={"file": ("photo.txt", b"")},
            timeout=180,
        )
        assert got.status_code == 417, (attached, got.text)
        assert "photo.txt" in got.text
        assert "is empty, it has 0 bytes. Choose a file with content." in got.text
    frappe.db.rollback()
    assert not frappe.db.exists("File", {"file_name": "photo.txt", "attached_to_name": doc.name})
