"""A person asks for a copy, or to be forgotten: found everywhere, gone everywhere, and the records and the chain stay."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime, nowdate

from complaint_qms.api import personal_data as door
from complaint_qms.constants import roles
from complaint_qms.constants.personal_data import ERASURE, EXPORT
from complaint_qms.constants.records import DOCTYPES
from complaint_qms.exceptions import GateError
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import verifying
from complaint_qms.services.evidence import disk
from complaint_qms.services.inbox.store import Sender, keep_message
from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.personal_data import find, holds, requests, terms
from complaint_qms.services.record import match_keys
from complaint_qms.services.signatures import given
from tests.desk import factory, inbound, portal, signed_steps

MAIL, PHONE, NAME = "jane.zebrowska@home.example", "+49 89 55512345", "Jane Zebrowska"
WORDS = ("zebrowska", "5551234", "zebra lane")


@pytest.fixture
def person() -> Document:
    """Her own complaint, ended, with messages and files, and another customer's that names her number."""
    own = factory.complaint(
        complainant_name=NAME, contact_email=MAIL, contact_phone=PHONE, address_text="7 Zebra Lane",
        description=f"<p>{NAME} calls: the kettle burnt me. Reach me at 089 555 12345.</p>",
    )  # fmt: skip
    own.address_text = "7 Zebra Lane, Munich"
    own.save()
    factory.upload("Complaint", own.name, file_name="burn.png")
    item = keep_message(
        inbound.message(sender=Sender(NAME, MAIL), text=f"I am {NAME}", payload=f'{{"from": "{MAIL}"}}')
    )
    writing.set_values("Complaint Inbox Item", item.name, {"complaint": own.name}, "test")
    factory.make(
        "Communication", communication_type="Communication", subject=f"Kettle of {NAME}", content=f"Dear Ms Zebrowska, {MAIL}", sender="us@example.com",
        recipients=MAIL, reference_doctype="Complaint", reference_name=own.name,
    )  # fmt: skip
    factory.make(
        "Comment",
        comment_type="Comment",
        content=f"{NAME} rang",
        reference_doctype="Complaint",
        reference_name=own.name,
    )
    writing.set_values("Complaint", own.name, {"stage": "closed", "closed_at": now_datetime()}, "test")
    return own


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job runs at once."""
    monkeypatch.setattr(requests, "enqueue_request", requests.fulfil)


def ask(kind: str, **values: Any) -> Document:
    frappe.set_user(factory.user(roles.REGULATORY))
    given = {
        "email": MAIL,
        "phone": PHONE,
        "person_name": NAME,
        "identity_proof": f"{NAME} showed her passport",
        **values,
    }
    doc = factory.make(requests.REQUEST, request_type=kind, **given)
    frappe.set_user("Administrator")
    return doc


def decide(doc: Document) -> Document:
    frappe.set_user(factory.user(roles.QUALITY_MANAGER))
    door.approve(doc.name)
    frappe.set_user("Administrator")
    requests.fulfil(doc.name)
    return doc.reload()


def places() -> dict[str, list[str]]:
    """Table → which of the words stand in it, of all that the app, and the framework about its records, keep."""
    kinds = [name for name in DOCTYPES if not frappe.get_meta(name).issingle]
    tables = [f"tab{kind}" for kind in (*kinds, "Communication", "Comment", "Version", "File", "ToDo")]
    found = {}
    for table in (*tables, "__global_search"):
        told = frappe.as_json(frappe.qb.from_(frappe.qb.Table(table)).select("*").run()).lower()
        if words := [word for word in WORDS if word in told]:
            found[table] = words
    return found


def test_a_person_is_found_wherever_they_are(person: Document) -> None:
    other = factory.complaint(description=f"My neighbour has the same, call {PHONE}")
    namesake = factory.complaint(complainant_name=NAME)
    found = find.find_person(requests.person_of(ask(EXPORT)))
    assert found.own == {person.name}
    assert set(found.rows["Complaint"]) == {person.name, other.name}
    assert found.rows["Complaint Inbox Item"]
    assert len(found.rows["Communication"]) == 1
    assert len(found.rows["Comment"]) == 1
    assert found.possible["Complaint"] == [namesake.name]


def test_a_name_alone_is_not_enough() -> None:
    with pytest.raises(frappe.ValidationError, match="a name alone is not enough"):
        ask(EXPORT, email=None, phone="123")


def test_who_works_here_is_not_erased() -> None:
    with pytest.raises(frappe.ValidationError, match="works with this system"):
        ask(ERASURE, email=factory.user(roles.AGENT), phone=None)


def test_erased_the_person_is_nowhere_and_the_record_is_what_it_was(person: Document) -> None:
    other = factory.complaint(description=f"My neighbour has the same, call {PHONE}")
    namesake = factory.complaint(complainant_name=NAME, description="A pan")
    before = frappe.get_doc("Complaint", person.name).as_dict()
    assert {word for words in places().values() for word in words} == set(WORDS)
    assert verifying.verify_trail(disk.sha256_of).sentences == []
    doc = decide(ask(ERASURE))
    assert doc.status == "done", doc.error_message
    frappe.db.set_value("Complaint", namesake.name, "complainant_name", "x", update_modified=False)
    frappe.db.delete("Quality Audit Entry", {"document_name": namesake.name})
    frappe.db.delete("__global_search", {"name": namesake.name})
    assert places() == {}
    now = frappe.get_doc("Complaint", person.name)
    assert now.complainant_name == doc.pseudonym == doc.person_name
    assert (now.contact_email, now.contact_phone, now.address_text) == (None, None, None)
    assert "the kettle burnt me" in now.description
    kept = ("subject", "severity", "stage", "received_at", "complaint_type", "creation", "owner")
    assert [now.get(name) for name in kept] == [before[name] for name in kept]
    assert doc.pseudonym in frappe.db.get_value("Complaint", other.name, "description")
    assert not frappe.db.get_value(match_keys.DOCTYPE, person.name, "email")
    assert doc.person_digest == requests.person_digest(requests.Person(mails=(MAIL,)))


def test_the_chain_holds_afterwards_and_knows_its_own_erasure_from_another(person: Document) -> None:
    decide(ask(ERASURE))
    outcome = verifying.verify_trail(disk.sha256_of)
    assert outcome.sentences == []
    entry = frappe.get_all("Quality Audit Entry", {"document_name": person.name, "apart": ("is", "set")}, ["name", "apart"], order_by="name asc", limit=1)[0]  # fmt: skip
    kept = json.loads(entry.apart)
    gone = next(iter(kept["values"]))
    del kept["values"][gone], kept["salts"][gone]
    frappe.db.sql(
        "update `tabQuality Audit Entry` set apart = %s where name = %s", (json.dumps(kept), entry.name)
    )
    assert verifying.verify_trail(disk.sha256_of).kinds["altered"] == 1


def test_a_forged_word_of_an_erasure_is_none(person: Document) -> None:
    decide(ask(ERASURE))
    frappe.db.sql("update `tabQuality Audit Entry` set mark = 'x' where kind = 'erase'")
    assert verifying.verify_trail(disk.sha256_of).kinds["altered"] > 1


def test_begun_anew_after_a_kill_it_ends_the_same(person: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    doc = ask(ERASURE)
    frappe.set_user(factory.user(roles.QUALITY_MANAGER))
    door.approve(doc.name)
    frappe.set_user("Administrator")
    with monkeypatch.context() as killed:
        killed.setattr(requests, "forget_history", lambda *given: 1 / 0)
        killed.setattr(frappe.db, "rollback", lambda *given, **more: None)  # what was committed stays
        with pytest.raises(ZeroDivisionError):
            requests.fulfil(doc.name)
    assert frappe.db.get_value(requests.REQUEST, doc.name, "status") == "failed"
    requests.fulfil(doc.name)
    assert frappe.db.get_value(requests.REQUEST, doc.name, "status") == "done"
    assert places() == {}
    assert verifying.verify_trail(disk.sha256_of).sentences == []


def test_two_people(person: Document) -> None:
    doc = ask(ERASURE)
    frappe.set_user(doc.requested_by)
    with pytest.raises(frappe.PermissionError, match="somebody else decides"):
        door.approve(doc.name)
    frappe.set_user(factory.person(roles.QUALITY_MANAGER, Customer=factory.customer().name))
    with pytest.raises(frappe.PermissionError, match="only some of the complaints"):
        door.approve(doc.name)
    for role in (roles.AGENT, roles.AUDITOR):
        frappe.set_user(factory.user(role))
        with pytest.raises(frappe.PermissionError):
            door.look(doc.name)
    frappe.set_user(factory.user(roles.QUALITY_MANAGER))
    with pytest.raises(frappe.ValidationError, match="write why"):
        door.reject(doc.name, " ")
    assert door.reject(doc.name, "Not her") == {"status": "rejected"}
    with pytest.raises(frappe.ValidationError, match="decided already"):
        door.approve(doc.name)


def test_the_form_says_before_it_is_tried_why_somebody_does_not_decide(person: Document) -> None:
    doc = ask(ERASURE)

    def told(user: str) -> str:
        frappe.set_user(user)
        doc.run_method("onload")
        return doc.get_onload("why_not_decided")

    assert "somebody else decides" in told(doc.requested_by)
    assert doc.get_onload("why_not_looked") == ""
    restricted = factory.person(roles.QUALITY_MANAGER, Customer=factory.customer().name)
    assert "only some of the complaints" in told(restricted)
    assert "only some of the complaints" in doc.get_onload("why_not_looked")
    assert told(factory.user(roles.QUALITY_MANAGER)) == ""


def test_what_is_decided_is_not_changed_nor_deleted(person: Document) -> None:
    doc = ask(EXPORT)
    doc.status = "done"
    doc.save()
    assert doc.status == "open"
    frappe.set_user(factory.user(roles.QUALITY_MANAGER))
    door.reject(doc.name, "Not her")
    doc.reload()
    doc.email = "other@example.com"
    with pytest.raises(frappe.ValidationError, match="is decided"):
        doc.save()
    frappe.set_user("Administrator")
    with pytest.raises(GateError):
        frappe.delete_doc(requests.REQUEST, doc.name)


def test_an_open_complaint_or_a_hold_stands_in_the_way(
    person: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = ask(ERASURE)
    frappe.db.set_value("Complaint", person.name, "stage", "triage")
    frappe.set_user(factory.user(roles.QUALITY_MANAGER))
    with pytest.raises(frappe.ValidationError, match="Still open"):
        door.approve(doc.name)
    frappe.db.set_value("Complaint", person.name, "stage", "closed")
    monkeypatch.setattr(holds, "reasons", lambda records: {("Complaint", person.name): "Court"})
    assert person.name in door.look(doc.name)["obstacles"][0]
    with pytest.raises(frappe.ValidationError, match="is held: Court"):
        door.approve(doc.name)


def test_a_legal_hold_is_a_hold(person: Document) -> None:
    hold = factory.make("Legal Hold", complaint=person.name, reason="A claim", held_from=nowdate())
    assert holds.reasons([("Complaint", person.name), ("CAPA", "CAPA-1")]) == {
        ("Complaint", person.name): hold.name
    }
    frappe.set_user(factory.user(roles.QUALITY_MANAGER))
    assert hold.name in door.look(ask(ERASURE).name)["obstacles"][0]


def test_the_copy_says_what_is_known_of_the_person_and_not_of_others(person: Document) -> None:
    factory.complaint(description=f"My neighbour has the same, call {PHONE}", complainant_name="Bob Other")
    doc = decide(ask(EXPORT))
    assert doc.status == "done"
    file = frappe.get_doc("File", {"attached_to_doctype": requests.REQUEST, "attached_to_name": doc.name})
    assert file.is_private
    archive = zipfile.ZipFile(BytesIO(disk.bytes_of(file.file_url)))
    data, page = json.loads(archive.read("data.json")), archive.read("index.html").decode()
    assert NAME in page
    assert "the kettle burnt me" in page
    assert "Bob Other" not in page + json.dumps(data)
    assert [one for one in archive.namelist() if one.endswith("burn.png")]
    assert verifying.verify_trail(disk.sha256_of).sentences == []
    assert frappe.db.get_value("Complaint", person.name, "contact_email") == MAIL
    terms.remove_expired(add_days(None, 29))
    assert frappe.db.exists("File", file.name)
    terms.remove_expired(add_days(None, 32))
    assert not frappe.db.exists("File", file.name)


def test_what_a_portal_user_asks_the_framework_is_asked_here_as_well() -> None:
    user = portal.login()
    frappe.set_user(user)
    frappe.get_doc({"doctype": "Personal Data Download Request", "user": user}).insert(
        ignore_permissions=True
    )
    frappe.set_user("Administrator")
    deletion = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": user}).insert(
        ignore_permissions=True
    )
    asked = {"user": user, "status": "open"}
    assert frappe.get_all(requests.REQUEST, asked, pluck="request_type") == [EXPORT]
    for _twice in range(2):
        deletion.status = "Pending Approval"
        deletion.save(ignore_permissions=True)
    assert sorted(frappe.get_all(requests.REQUEST, asked, pluck="request_type")) == sorted((EXPORT, ERASURE))


def test_signatures_go_on_holding() -> None:
    signed_steps.regulate()
    doc = signed_steps.ready(contact_email=MAIL, contact_phone=PHONE, description=f"{NAME} calls: it broke")
    with factory.as_user(signed_steps.closer()):
        step = next(one for one in overview(doc)["next"] if one["to_stage"] == "closed")
        signed_steps.sign(doc, action=step["action"], values={"closing_summary": "Explained."})

    def holding() -> list[bool]:
        return [one["holds"] for one in given.shown_signatures(frappe.get_doc("Complaint", doc.name))]

    assert holding() == [True]
    decide(ask(ERASURE))
    assert NAME not in frappe.db.get_value("Complaint", doc.name, "description")
    assert holding() == [True]
    assert verifying.verify_trail(disk.sha256_of).sentences == []
    frappe.db.set_value("Complaint", doc.name, "description", "Another one")
    assert holding() == [False]
