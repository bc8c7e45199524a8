"""Lost evidence is noticed, once, by those who answer for quality; and what came before the sums gets them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import frappe
import pytest
from frappe.utils import get_files_path

from complaint_qms.constants import roles
from complaint_qms.jobs import evidence as door
from complaint_qms.patches.v1_0 import evidence_with_its_sum
from complaint_qms.services.evidence import backfill, integrity_check
from complaint_qms.services.notify import digest
from tests.desk import factory
from tests.desk.factory import complaint, make, upload

NOW = datetime(2026, 7, 2, 3, 0)
DAY = timedelta(days=1)
BYTES = b"what the customer saw"


@pytest.fixture(autouse=True)
def nothing_else_is_kept():
    """Evidence that is on the site already stays out of the count."""
    file = frappe.qb.DocType("File")
    frappe.qb.update(file).set(file.evidence_sha256, None).where(file.evidence_sha256.isnotnull()).run()
    for row, field in (("Complaint Evidence", "sha256"), ("CAPA Action", "evidence_sha256"), ("Investigation Check", "evidence_sha256")):  # fmt: skip
        table = frappe.qb.DocType(row)
        frappe.qb.update(table).set(table[field], None).where(table[field].isnotnull()).run()


@pytest.fixture
def managers():
    return factory.person(roles.MANAGER), factory.person(roles.QUALITY_MANAGER)


def with_row(**values):
    """(complaint, its File) whose row 1 names it."""
    doc = complaint(**values)
    file = upload("Complaint", doc.name, content=BYTES + frappe.generate_hash(length=9).encode())
    doc.append("evidence", {"file": file.file_url, "kind": "document"})
    doc.save()
    return doc, frappe.get_doc("File", file.name)


def disk(url: str) -> Path:
    return Path(get_files_path(is_private=url.startswith("/private/"))) / Path(url).name


def told(user: str) -> list[tuple[str, str, str]]:
    return [
        tuple(row)
        for row in frappe.get_all(
            "Notification Log",
            {"for_user": user},
            ["document_type", "document_name", "subject"],
            as_list=True,
            order_by="creation, name",
        )
    ]


def gone(file):
    disk(file.file_url).unlink()


def changed(file):
    disk(file.file_url).write_bytes(b"something else")


@pytest.mark.parametrize(("harm", "words"), [(gone, "is lost"), (changed, "was changed")])
def test_a_loss_is_told_once(managers, harm, words):
    doc, file = with_row()
    assert integrity_check.check_integrity(NOW) == 0
    assert not told(managers[0])
    harm(file)
    assert integrity_check.check_integrity(NOW) == 1
    assert integrity_check.check_integrity(NOW + DAY) == 0
    for user in managers:
        ((doctype, name, subject),) = told(user)
        assert (doctype, name) == ("Complaint", doc.name)
        assert words in subject
        assert doc.name in subject
        assert "row 1" in subject
        assert file.file_name in subject
    assert frappe.db.get_value("File", file.name, "evidence_lost_at") == NOW


def test_what_comes_back_is_missed_anew_when_it_goes_again(managers):
    _doc, file = with_row()
    content = disk(file.file_url).read_bytes()
    gone(file)
    integrity_check.check_integrity(NOW)
    disk(file.file_url).write_bytes(content)
    assert integrity_check.check_integrity(NOW + DAY) == 0
    assert frappe.db.get_value("File", file.name, "evidence_lost_at") is None
    gone(file)
    assert integrity_check.check_integrity(NOW + 2 * DAY) == 1
    assert len(told(managers[0])) == 2


def test_a_row_whose_file_record_is_gone_is_missed_too(managers):
    doc, file = with_row()
    frappe.db.delete("File", {"name": file.name})
    assert integrity_check.check_integrity(NOW) == 0, "the bytes are there: the record gets its File back"
    again = frappe.get_all(
        "File", {"attached_to_name": doc.name}, ["file_url", "evidence_sha256"], order_by="name"
    )
    assert again == [{"file_url": file.file_url, "evidence_sha256": doc.evidence[0].sha256}]
    frappe.db.delete("File", {"attached_to_name": doc.name})
    gone(file)
    assert integrity_check.check_integrity(NOW) == 1
    assert integrity_check.check_integrity(NOW + DAY) == 0
    assert len(told(managers[0])) == 1


def test_photos_of_mails_are_missed(managers):
    doc = complaint()
    mail = make(
        "Communication", subject="x", content="x", reference_doctype="Complaint", reference_name=doc.name
    )
    file = upload("Communication", mail.name, content=BYTES)
    gone(file)
    assert integrity_check.check_integrity(NOW) == 1
    ((doctype, name, subject),) = told(managers[0])
    assert (doctype, name) == ("Complaint", doc.name)
    assert file.file_name in subject


def test_evidence_of_capas_and_investigations_is_missed(managers):
    study = factory.investigation()
    study.append("checks", {"check": "Weigh it", "evidence": upload(content=BYTES).file_url})
    study.save()
    gone(frappe._dict(file_url=study.checks[0].evidence))
    assert integrity_check.check_integrity(NOW) == 1
    assert told(managers[1])[0][:2] == ("Investigation", study.name)


def test_only_who_sees_the_company_is_told():
    elsewhere = factory.person(roles.MANAGER, Company=factory.other_company())
    here = factory.person(roles.MANAGER, Company=factory.company())
    _doc, file = with_row()
    gone(file)
    integrity_check.check_integrity(NOW)
    assert not told(elsewhere)
    assert len(told(here)) == 1


def test_each_reads_it_in_their_language(managers):
    frappe.db.set_value("User", managers[0], "language", "zh")
    _doc, file = with_row()
    gone(file)
    integrity_check.check_integrity(NOW)
    assert "证据" in told(managers[0])[0][2]
    assert "Evidence" in told(managers[1])[0][2]


def test_names_are_shown_as_they_are_written(managers):
    doc = complaint()
    # As an older site has it: new ones are kept without markup.
    upload("Complaint", doc.name, content=BYTES).db_set("file_name", "<img src=x onerror=alert(1)>.txt")
    file = frappe.get_all("File", {"attached_to_name": doc.name}, ["file_url"], order_by="name")[0]
    gone(file)
    integrity_check.check_integrity(NOW)
    assert "<img" not in told(managers[0])[0][2]
    assert "&lt;img" in told(managers[0])[0][2]


def test_the_loss_is_mailed_with_the_digest(managers, monkeypatch):
    mails = []
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    monkeypatch.setattr(frappe, "sendmail", lambda **mail: mails.append(mail))
    frappe.db.set_single_value("Complaint QMS Settings", "notify_by_email", 1)
    doc, file = with_row()
    gone(file)
    integrity_check.check_integrity(NOW)
    digest.send(NOW)
    mine = [mail for mail in mails if mail["recipients"] == [managers[0]]]
    assert [mail["subject"] for mail in mine] == ["Files of evidence lost: 1"]
    ((_heading, lines),) = [group for group in mine[0]["args"]["groups"] if group[1]]
    assert doc.name in lines[0]["url"]


def test_queries_follow_the_chunks_not_the_files(managers):
    integrity_check.check_integrity(NOW)  # settings and the like are read once
    for _ in range(4):
        gone(with_row()[1])
    with counted() as one:
        integrity_check.check_integrity(NOW)
    file = frappe.qb.DocType("File")
    frappe.qb.update(file).set(file.evidence_lost_at, None).run()
    frappe.db.delete("Notification Log", {"for_user": ("in", managers)})
    for _ in range(4):
        gone(with_row()[1])
    with counted() as two:
        integrity_check.check_integrity(NOW)
    assert len(two) <= len(one)
    assert len(told(managers[0])) == 8


class counted:
    """The queries within a block."""

    def __enter__(self) -> list[str]:
        self.queries, self.run = [], frappe.db.sql

        def noted(query, *args, **kwargs):
            self.queries.append(str(query))
            return self.run(query, *args, **kwargs)

        frappe.db.sql = noted
        return self.queries

    def __exit__(self, *_exc) -> None:
        frappe.db.sql = self.run


def test_small_chunks_find_the_same(managers):
    files = [with_row()[1] for _ in range(3)]
    for file in files[:2]:
        gone(file)
    assert integrity_check.check_integrity(NOW, chunk=1) == 2


def test_the_form_marks_the_row():
    doc, file = with_row()
    doc.run_method("onload")
    assert doc.get("__onload").lost_evidence == []
    changed(file)
    integrity_check.check_integrity(NOW)
    doc.run_method("onload")
    assert doc.get("__onload").lost_evidence == [doc.evidence[0].name]
    file.db_set("evidence_lost_at", None)
    gone(file)
    doc.run_method("onload")
    assert doc.get("__onload").lost_evidence == [doc.evidence[0].name]


def test_the_job_is_put_into_the_queue_once(monkeypatch):
    asked = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **how: asked.append((method, how["job_id"], how["deduplicate"])))  # fmt: skip
    door.check_evidence()
    assert asked == [("complaint_qms.services.evidence.integrity_check.run_daily_check", door.JOB_ID, True)]
    assert frappe.get_attr(asked[0][0]) is integrity_check.run_daily_check
    assert "complaint_qms.jobs.evidence.check_evidence" in frappe.get_hooks("scheduler_events")["daily_long"]


# From before ----------------------------------------------------------------------------------------------------------


def from_before(doc, url: str) -> str:
    """A row as it was stored when nothing was kept."""
    doc.append("evidence", {"file": url, "kind": "document"})
    row = doc.evidence[-1]
    row.update({"parent": doc.name, "parenttype": "Complaint", "parentfield": "evidence"})
    row.db_insert()
    return row.name


def test_the_patch_takes_in_what_was_there():
    doc, other = complaint(), complaint()
    loose, public, theirs = upload(content=BYTES), upload(is_private=0, content=b"p"), upload("Customer", factory.customer().name, content=b"t")  # fmt: skip
    lost = upload(content=b"l")
    rows = [from_before(doc, file.file_url) for file in (loose, public, theirs, lost)]
    gone(lost)
    again = from_before(other, theirs.file_url)
    before = frappe.db.count("File")
    evidence_with_its_sum.execute()
    stored = {row.name: row for row in frappe.get_all("Complaint Evidence", {"name": ("in", [*rows, again])}, ["name", "file", "sha256"], order_by="name")}  # fmt: skip
    sums = [hashlib.sha256(content).hexdigest() for content in (BYTES, b"p", b"t")]
    assert [stored[name].sha256 for name in rows] == [*sums, None]
    assert stored[again].sha256 == sums[2]
    assert all(stored[name].file.startswith("/private/files/") for name in rows)
    assert frappe.db.get_value("File", loose.name, ("attached_to_name", "evidence_sha256")) == (
        doc.name,
        sums[0],
    )
    assert frappe.db.get_value("File", theirs.name, ("attached_to_doctype", "evidence_sha256")) == (
        "Customer",
        None,
    )
    assert frappe.db.count("File") == before + 2, "one for each record that named the customer's file"
    assert backfill.take_in_rows() == 0, "run twice it does nothing"
    assert integrity_check.check_integrity(NOW) == 0


def test_files_that_came_past_their_events_are_taken_in():
    doc = complaint()
    file = upload(is_private=0, content=BYTES)
    file.db_set({"attached_to_doctype": "Complaint", "attached_to_name": doc.name})
    draft = make("ToDo", description="x")
    foreign = upload("ToDo", draft.name)
    integrity_check.check_integrity(NOW)
    now = frappe.db.get_value("File", file.name, ("file_url", "is_private", "evidence_sha256"), as_dict=True)
    assert now.file_url.startswith("/private/files/")
    assert (now.is_private, now.evidence_sha256) == (1, hashlib.sha256(BYTES).hexdigest())
    assert disk(now.file_url).read_bytes() == BYTES
    assert not frappe.db.get_value("File", foreign.name, "evidence_sha256")


def test_one_loss_that_a_listener_stumbles_over_holds_up_no_other(monkeypatch):
    files = [upload("Complaint", complaint().name) for _one in range(3)]
    for file in files:
        disk(file.file_url).unlink()
    announce = integrity_check.announce

    def stumbling(found):
        found = list(found)
        if files[0].attached_to_name in {event.name for event in found}:
            raise ValueError("cannot be told")
        announce(found)

    monkeypatch.setattr(integrity_check, "announce", stumbling)
    integrity_check.check_integrity(NOW)
    known = [bool(frappe.db.get_value("File", file.name, "evidence_lost_at")) for file in files]
    assert known == [False, True, True]
