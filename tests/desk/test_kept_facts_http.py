"""Kept facts around a unit over real HTTP: who may not read what they were read from gets neither the bytes nor their address."""

from __future__ import annotations

import json

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.permissions.kept_facts import KEPT
from tests.desk import factory
from tests.desk.rest import Person

pytestmark = [pytest.mark.commits, pytest.mark.slow]

CONTENT = b"Facts Around the Unit,confidential reading 4.2"


@pytest.fixture
def kept(server):
    """A study, its kept facts, and people by what they are."""
    study = factory.investigation(factory.complaint())
    values = {"attached_to_doctype": study.doctype, "attached_to_name": study.name, "attached_to_field": KEPT, "is_private": 1}  # fmt: skip
    title = f"Facts {frappe.generate_hash(length=8)}.csv"
    file = frappe.get_doc({"doctype": "File", "file_name": title, "content": CONTENT, **values})
    file.flags.keeps_facts = True
    file.insert(ignore_permissions=True)
    names = {
        "agent": factory.person(roles.AGENT),
        "manager": factory.person(roles.MANAGER),
        "system": factory.person("System Manager", roles.AGENT),
        "kept to items": factory.person(roles.INVESTIGATOR, Item=factory.item().name),
        "investigator": factory.person(roles.INVESTIGATOR),
    }
    people = {}
    for who, email in names.items():
        user, secret = frappe.get_doc("User", email), frappe.generate_hash(length=15)
        user.api_key, user.api_secret = user.api_key or frappe.generate_hash(length=15), secret
        user.save(ignore_permissions=True)
        people[who] = Person(server, f"{user.api_key}:{secret}")
    frappe.db.commit()
    return study, file, people


def ways_in(person: Person, study, file) -> dict[str, str]:
    """What each way to the bytes or to their address answers."""
    url, mail = file.file_url, {"recipients": "somebody@qms.example", "subject": "x", "content": "x"}

    def method(path: str, **values: object) -> str:
        return person._call("POST", f"/api/method/{path}", values).text

    def get(path: str) -> str:
        return person._call("GET", path).text

    named = json.dumps([file.name])
    return {
        "by address": get(url),
        "by id": get(f"{url}?fid={file.name}"),
        "download": get(f"/api/method/download_file?file_url={url}"),
        "download of the module": get(f"/api/method/frappe.core.doctype.file.file.download_file?file_url={url}"),
        "zip": get(f"/api/method/frappe.core.api.file.zip_files?files={named}"),
        "record": get(f"/api/resource/File/{file.name}"),
        "list": get(f'/api/resource/File?fields=["file_url"]&filters=[["file_name","=","{file.file_name}"]]'),
        "value": method("frappe.client.get_value", doctype="File", fieldname="file_url", filters=file.name),
        "form": get(f"/api/method/frappe.desk.form.load.getdoc?doctype=Investigation&name={study.name}"),
        "beside the form": get(f"/api/method/frappe.desk.form.load.get_docinfo?doctype=Investigation&name={study.name}"),
        "own file": person._call("POST", "/api/resource/File", {"file_url": url, "is_private": 1}).text,
        "upload": method("upload_file", file_url=url, is_private=1),
        "library": method("upload_file", library_file_name=file.name, is_private=1),
        "mail": method("frappe.core.doctype.communication.email.make", attachments=[file.name], **mail),
        "mark off": person._call("PUT", f"/api/resource/File/{file.name}", {"attached_to_field": "x"}).text,
        "mark emptied": method("frappe.client.set_value", doctype="File", name=file.name, fieldname="attached_to_field", value=""),
        "other address": person._call("PUT", f"/api/resource/File/{file.name}", {"file_url": "/files/x.csv", "is_private": 0}).text,
        "by address again": get(url),
    }  # fmt: skip


def test_who_may_not_open_them_gets_neither_bytes_nor_address(kept):
    study, file, people = kept
    place = file.file_url.rpartition("/")[2]
    for who in ("agent", "manager", "system", "kept to items"):
        # They read the investigation itself.
        assert people[who]._call("GET", f"/api/resource/Investigation/{study.name}").status_code == 200, who
        answers = ways_in(people[who], study, file)
        zipped = {way for way, text in answers.items() if text.startswith("PK") and len(text) > 60}
        told = {way for way, text in answers.items() if CONTENT.decode() in text or f'files/{place}"' in text}
        assert not told | zipped, who
        frappe.db.rollback()
        assert frappe.get_all("File", {"file_url": file.file_url}, ["name", "attached_to_field"]) == [
            {"name": file.name, "attached_to_field": KEPT}
        ], who


def test_who_may_open_them_does_and_gives_nobody_more_sight(kept):
    study, file, people = kept
    able, agent = people["investigator"], people["agent"]
    assert able._call("GET", file.file_url).content == CONTENT
    assert file.file_url in able._call("GET", f"/api/method/frappe.desk.form.load.getdoc?doctype=Investigation&name={study.name}").text  # fmt: skip
    assert "rests on this file" in able.refused("update", "File", file.name, attached_to_field="x")
    # A File of the same address elsewhere, where the agent reads all there is.
    other = frappe.db.get_value("Investigation", study.name, "complaint") or factory.complaint().name
    frappe.db.commit()
    copy = able._call("POST", "/api/resource/File", {"file_url": file.file_url, "is_private": 1})
    assert copy.status_code == 200, copy.text
    assert copy.json()["data"]["file_url"] == file.file_url
    name = copy.json()["data"]["name"]
    frappe.db.rollback()
    frappe.db.set_value("File", name, {"attached_to_doctype": "Complaint", "attached_to_name": other, "owner": "Guest"})  # fmt: skip
    frappe.db.commit()
    assert agent._call("GET", file.file_url).status_code == 403
    assert agent._call("GET", f"/api/resource/File/{name}").status_code == 403
    # Nobody else makes the mark: it would close a file of the agent's own to those who read the complaint.
    own = agent.create("File", file_name="own.txt", content="own text", is_private=1, attached_to_field=KEPT)
    assert not own.get("attached_to_field")
    agent.update("File", own["name"], attached_to_field=KEPT)
    frappe.db.rollback()
    assert not frappe.db.get_value("File", own["name"], "attached_to_field")
