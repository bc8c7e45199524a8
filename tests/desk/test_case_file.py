"""The whole file of a complaint: what is in it, for whom, and that its archive tells of every byte that was changed."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta

import frappe
import pytest
from frappe.utils import get_datetime

from complaint_qms.api import case_file as api
from complaint_qms.constants import roles
from complaint_qms.constants.case_file import CHAPTERS, KEPT_DAYS, KINDS, MAKERS
from complaint_qms.services.case_file import keeping, making, standing, verify
from complaint_qms.services.case_file import whole as whole_writer
from complaint_qms.services.case_file.files import fit_name
from complaint_qms.services.compliance.audit_trail import sealing
from complaint_qms.services.evidence import disk
from complaint_qms.services.story.audit_report import QualityAuditTrail
from tests.desk import factory
from tests.desk.case_files import attach, from_zip, full_case, made, pages, pdf_of, photo, text_of, zip_of
from tests.desk.chatting import a_channel

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made lies elsewhere, as does the head of the chain: what a test links is rolled back."""
    monkeypatch.setattr(sealing, "head_path", lambda: tmp_path / "head.json")
    monkeypatch.setattr(keeping, "_root", lambda: tmp_path / "case_files")


@pytest.fixture
def whole() -> dict:
    return made(full_case()[0].name)


def written(doctype: str, **values: object):
    """What the server alone writes."""
    doc = frappe.get_doc({"doctype": doctype, **values})
    doc.flags.by_server = True
    return doc.insert()


class TestWhatIsInIt:
    def test_records_messages_and_files_are_there(self):
        doc, study = full_case()
        state = made(doc.name)
        assert (state["status"], state["percent"], state.get("error")) == ("completed", 100, None)
        records = {(one["doctype"], one["name"]): one["entry"] for one in from_zip(state, "records.json")}
        assert {("Complaint", doc.name), ("Investigation", study.name)} <= records.keys()
        assert from_zip(state, records["Complaint", doc.name])["values"]["customer"] == doc.customer
        (mail,) = [one for one in from_zip(state, "messages.json") if one["kind"] == "Email"]
        assert (mail["subject"], mail["text"]) == ("The heater broke", "It broke twice.\nSee the photo.")
        files = {one["file_name"]: one for one in from_zip(state, "files.json")}
        assert {"photo.jpg", "delivery note.pdf", "log.txt", "as mailed.png"} <= files.keys()
        for file in files.values():
            assert file["sha256"] == file["recorded_sha256"]
        assert not [name for name in (*records.values(), *files) if ".." in name]

    def test_chats_notes_and_calls_are_told_in_their_order(self):
        doc = factory.complaint()
        chat = written("Complaint Chat", title="Jane Doe", channel=a_channel().name, complaint=doc.name, sender_id="jane", mode="with_person")  # fmt: skip
        for minute, (who, said) in enumerate(
            (("sender", "It broke again"), ("assistant", "Which batch is it?"))
        ):
            at = f"2026-01-02 10:0{minute}:00"
            written("Complaint Chat Message", chat=chat.name, who=who, at=at, text=said, state="received")
        doc.add_comment("Comment", "Called back: <b>no answer</b>")
        messages = from_zip(made(doc.name), "messages.json")
        assert [(one["sender"], one["text"]) for one in messages[:2]] == [
            ("Jane Doe", "It broke again"),
            ("Assistant", "Which batch is it?"),
        ]
        assert messages[-1]["text"] == "Called back: no answer"

    def test_what_names_a_record_of_the_case_belongs_to_it_and_other_cases_do_not(self):
        plan = factory.capa()
        doc, other = factory.complaint(), factory.complaint()
        plan.append("complaints", {"complaint": doc.name})
        plan.save()
        records = {(one["doctype"], one["name"]) for one in from_zip(made(doc.name), "records.json")}
        assert ("CAPA", plan.name) in records
        assert {name for kind, name in records if kind == "Complaint"} == {doc.name}
        assert other.name not in str(records)

    def test_the_contents_name_the_pages_and_each_file_has_its_own(self, whole: dict):
        reader = pdf_of(whole)
        assert len(reader.pages) == whole["pages"]
        texts = [page.extract_text() for page in reader.pages]
        contents = texts[1]
        for title in ("Complaint", "Messages and Calls", "Audit Trail", "Files"):
            line = next(
                line for line in contents.splitlines() if title in line and line.split()[-1].isdigit()
            )
            assert title in texts[int(line.split()[-1]) - 1]
        assert len([text for text in texts if "delivery note.pdf, page " in text]) == 3
        assert f"Page {whole['pages']} of {whole['pages']}" in texts[-1]
        # Each page says its own number, whichever chapter it is of.
        for number, text in enumerate(texts[1:], start=2):
            assert f"Page {number}" in text
        outline = [one.title for one in reader.outline if not isinstance(one, list)]
        assert [title.split()[0] for title in outline[: len(CHAPTERS)]] == [str(one + 1) for one in range(len(CHAPTERS))]  # fmt: skip

    def test_each_kind_of_record_has_a_chapter(self):
        assert sorted(kind for kinds in CHAPTERS.values() for kind in kinds) == sorted(
            kind for kind in KINDS if kind != "Complaint Inbox Item"
        )

    def test_it_is_in_the_language_asked_for(self):
        doc, _study = full_case()
        state = made(doc.name, "zh")
        texts = [page.extract_text() for page in pdf_of(state).pages]
        assert "投诉全部档案" in texts[0]
        assert "审计追踪" in texts[1]
        assert frappe.local.lang != "zh"

    def test_files_that_cannot_be_shown_are_listed_with_the_reason(self):
        doc = factory.complaint()
        attach(doc, "locked.pdf", pages(2, password="secret"))
        attach(doc, "torn.dat", b"%PDF-1.4\n" + bytes(200))
        torn = attach(doc, "torn.jpg", photo((60, 40)))
        disk.path_of(torn.file_url).write_bytes(b"torn")
        attach(doc, "turned.pdf", pages(1, rotate=90))
        gone = attach(doc, "gone.txt", b"gone")
        disk.path_of(gone.file_url).unlink()
        state = made(doc.name)
        assert state["status"] == "completed", state
        text = text_of(state)
        assert "This page could not be shown" in text
        assert text.count("protected by a password, or damaged") >= 2
        assert "turned.pdf, page 1 of 1" in text
        assert "Missing" in text
        lines = verify.check_archive(zip_of(state), state["sha256"])
        assert "Note: Not in the archive when it was made: gone.txt" in lines

    def test_bytes_that_are_others_than_recorded_are_told(self):
        doc = factory.complaint()
        file = attach(doc, "log.txt", b"what it said")
        disk.path_of(file.file_url).write_bytes(b"what it says")
        state = made(doc.name)
        assert any("Other bytes than were recorded" in line for line in verify.check_archive(zip_of(state)))
        assert "Other bytes than were recorded" in text_of(state)

    def test_names_fit_every_system(self):
        assert fit_name("../../etc/passwd") == "_._etc_passwd"
        assert fit_name('a:b*c?"<x>|\\.jpg') == "a_b_c_x_.jpg"
        assert fit_name("‮gpj.exe") == "_gpj.exe"
        assert fit_name("x" * 300 + ".pdf").endswith("x.pdf")
        assert len(fit_name("图" * 300 + ".pdf")) < 100
        for name in ("", ".", "..", "...", " ", "a.", "CON ", "\n"):
            assert verify.is_plain(f"files/0001 {fit_name(name)}")


class TestWhoMay:
    def test_roles_of_makers_and_sight_of_the_complaint_decide(self):
        mine, other = factory.complaint(), factory.complaint()
        for role in MAKERS:
            with factory.as_user(factory.person(role, Customer=mine.customer)):
                assert made(mine.name)["status"] == "completed"
                with pytest.raises(frappe.PermissionError):
                    api.make(other.name)
                with pytest.raises(frappe.PermissionError):
                    api.standing(other.name)
        for role in (roles.AGENT, roles.MANAGER, roles.ACCOUNTS_MANAGER):
            with factory.as_user(factory.user(role)), pytest.raises(frappe.PermissionError):
                api.make(mine.name)
        frappe.set_user("Guest")
        with pytest.raises(frappe.PermissionError):
            api.make(mine.name)
        frappe.set_user("Administrator")

    def test_nobody_else_fetches_what_one_has_asked_for(self):
        doc = factory.complaint()
        one, another = factory.user(roles.AUDITOR), factory.user(roles.QUALITY_MANAGER)
        with factory.as_user(one):
            state = made(doc.name)
            assert making.made_file(state["key"], "zip").endswith(f"{doc.name}.zip")
            assert [each["key"] for each in api.standing(doc.name)] == [state["key"]]
            for key, part in ((state["key"], "state.json"), ("0" * 24, "pdf"), ("../" + state["key"], "pdf")):
                with pytest.raises(frappe.PermissionError):
                    making.made_file(key, part)
        with factory.as_user(another):
            assert api.standing(doc.name) == []
            with pytest.raises(frappe.PermissionError):
                making.made_file(state["key"], "zip")

    def test_what_the_maker_may_not_read_is_not_in_it(self):
        doc, _study = full_case()
        with factory.as_user(factory.user(roles.REGULATORY)):
            state = made(doc.name)
            assert from_zip(state, "manifest.json")["made_by"] == frappe.session.user
            text = text_of(state)
            assert "You may not read the audit trail" in text
            with zipfile.ZipFile(zip_of(state)) as archive:
                assert archive.read("trail.jsonl") == b""

    def test_entries_of_what_is_closed_are_given_by_their_hash(self):
        doc = factory.complaint()
        with factory.as_user(factory.user(roles.AUDITOR)):
            state = made(doc.name)
        with zipfile.ZipFile(zip_of(state)) as archive:
            whole = [json.loads(line) for line in archive.read("trail.jsonl").splitlines()]
        field = next(one for one in frappe.get_meta("Complaint").fields if one.fieldname == "subject")
        before, field.permlevel = field.permlevel, 7
        try:
            with factory.as_user(factory.user(roles.AUDITOR)):
                closed = made(doc.name)
                text = text_of(closed)
        finally:
            field.permlevel = before
        with zipfile.ZipFile(zip_of(closed)) as archive:
            lines = [json.loads(line) for line in archive.read("trail.jsonl").splitlines()]
            assert doc.subject.encode() not in b"".join(archive.read(one) for one in archive.namelist() if one.endswith((".json", ".jsonl")))  # fmt: skip
        assert doc.subject not in text
        assert "text" in whole[0]
        assert lines[0] == {name: whole[0][name] for name in ("sequence", "previous_hash", "hash")}
        verify.check_archive(zip_of(closed), closed["sha256"])


class TestTheMaking:
    def test_it_stands_in_the_trail_and_is_told_to_who_asked(self):
        doc, user = factory.complaint(), factory.user(roles.AUDITOR)
        with factory.as_user(user):
            state = made(doc.name)
        rows = QualityAuditTrail(
            {"document_type": "Complaint", "document_name": doc.name, "kind": "export"}
        ).rows()
        assert [row["happened_by"] for row in rows] == [user]
        assert state["sha256"] in rows[0]["what"]
        told = frappe.get_all(
            "Notification Log", {"for_user": user, "document_name": doc.name}, pluck="subject"
        )
        assert len(told) == 1
        assert "is ready" in told[0]

    def test_asked_twice_it_is_made_once(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(frappe, "enqueue", lambda *_args, **_more: None)
        monkeypatch.setattr(standing, "is_job_enqueued", lambda _name: True)
        doc = factory.complaint()
        first = api.make(doc.name)
        assert (first["status"], first["percent"]) == ("queued", 0)
        assert api.make(doc.name)["key"] == first["key"]
        assert len(api.standing(doc.name)) == 1
        with pytest.raises(frappe.ValidationError, match="language"):
            api.make(factory.complaint().name, "tlh")

    def test_a_lost_job_is_told_and_made_anew(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(frappe, "enqueue", lambda *_args, **_more: None)
        monkeypatch.setattr(standing, "is_job_enqueued", lambda _name: False)
        doc = factory.complaint()
        first = api.make(doc.name)["key"]
        early = str(get_datetime(keeping.case_state(first)["asked_at"]) - timedelta(minutes=5))
        keeping.note_state(first, status=keeping.RUNNING, percent=40, asked_at=early)
        assert api.standing(doc.name)[0]["error"] == "The job was interrupted. Have it made anew."
        assert api.make(doc.name)["key"] != first

    def test_an_error_is_told_without_what_the_server_says(self, monkeypatch: pytest.MonkeyPatch):
        doc = factory.complaint()

        def fail(*_args: object) -> None:
            raise OSError("/home/frappe/secret: no space left")

        monkeypatch.setattr(whole_writer, "case_talk", fail)
        state = made(doc.name)
        assert state["status"] == "failed"
        assert state["error"] == "It could not be made. The Error Log says why."

    def test_it_is_kept_for_its_days_and_then_gone(self):
        doc = factory.complaint()
        state = made(doc.name)
        asked = get_datetime(state["asked_at"])
        assert keeping.delete_old(asked + timedelta(days=KEPT_DAYS, seconds=-1)) == 0
        assert zip_of(state).exists()
        assert keeping.delete_old(asked + timedelta(days=KEPT_DAYS, seconds=1)) == 1
        assert not zip_of(state).exists()
        assert api.standing(doc.name) == []
