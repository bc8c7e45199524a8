"""The inspector's index: what it lists and for whom, its archive with the whole files, its limits, and that its making is kept."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import frappe
import pytest
from frappe.utils import add_days, add_to_date, now_datetime, nowdate
from pypdf import PdfReader

from complaint_qms.api import inspection as api
from complaint_qms.constants import roles
from complaint_qms.constants.inspection import ASKERS
from complaint_qms.services.case_file import keeping, standing, verify
from complaint_qms.services.compliance.audit_trail import sealing
from complaint_qms.services.inspection import listed, making
from complaint_qms.services.story.audit_report import QualityAuditTrail
from tests.desk import factory
from tests.desk.case_files import attach, photo

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made lies elsewhere, as does the head of the chain: what a test links is rolled back."""
    monkeypatch.setattr(sealing, "head_path", lambda: tmp_path / "head.json")
    monkeypatch.setattr(keeping, "_root", lambda: tmp_path / "case_files")


def made(filters: dict, language: str = "en", whole_files: bool = False) -> dict:
    """The state of an index that was made by the session's user."""
    key = keeping.begin_state(frappe.session.user, "", language, scope=filters, whole_files=whole_files)
    making.make_index(key)
    return keeping.case_state(key) | {"key": key}


def path_of(state: dict, part: str) -> Path:
    return keeping.case_folder(state["key"]) / state[part]


def text_of(state: dict) -> str:
    pages = PdfReader(str(path_of(state, "pdf"))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def of_batch(**values: object) -> tuple[str, list]:
    """A batch and two complaints about it, the second with a file."""
    item = factory.item(batch=True)
    lot = factory.batch(item.name).name
    docs = [factory.complaint(item_code=item.name, batch_no=lot, **values) for _number in range(2)]
    attach(docs[1], "photo.jpg", photo((60, 40)))
    return lot, docs


class TestWhatIsInIt:
    def test_complaints_of_a_batch_with_capas_and_what_is_late(self):
        lot, docs = of_batch()
        other = factory.complaint()
        plan = factory.capa()
        plan.append("complaints", {"complaint": docs[0].name})
        plan.actions[0].due_date = add_days(nowdate(), -3)
        plan.actions[0].start_date = None
        plan.save()
        late = {"sla_status": "overdue", "resolution_due": add_to_date(now_datetime(), days=-2)}
        frappe.db.set_value("Complaint", docs[1].name, late)
        state = made({"batch_no": lot})
        assert (state["status"], state["complaints"], state["sha256"]) == ("completed", 2, ""), state
        text = text_of(state)
        for said in (lot, docs[0].name, docs[1].name, plan.name, "Fit a new heater", "Open CAPAs", "Made By"):
            assert said in text
        assert other.name not in text
        counts = json.loads(frappe.as_json(_content(lot).counts()))
        assert (counts["complaints"], counts["open"], counts["overdue"], counts["open_capas"]) == (2, 2, 1, 1)
        assert [(one.doctype, one.name) for one in _content(lot).late] == [("CAPA", plan.name), ("Complaint", docs[1].name)]  # fmt: skip

    def test_serial_numbers_and_periods_narrow_it_and_languages_word_it(self):
        lot, docs = of_batch(serial_no=None)
        state = made({"batch_no": lot, "from_date": nowdate(), "to_date": nowdate()}, "zh")
        assert "检查员索引" in text_of(state)
        assert docs[0].name in text_of(state)
        found = api.preview({"batch_no": lot, "serial_no": "NONE-SUCH"})
        assert (found["complaints"], found["refusal"]) == (0, "No complaint that you may see belongs to this index.")  # fmt: skip
        assert api.preview({"batch_no": lot, "to_date": add_days(nowdate(), -400)})["complaints"] == 0

    def test_its_queries_do_not_grow_with_the_complaints(self, monkeypatch: pytest.MonkeyPatch):
        lot, _docs = of_batch()
        asked: list[str] = []
        ask = frappe.db.sql
        monkeypatch.setattr(frappe.db, "sql", lambda query, *args, **more: asked.append(str(query)) or ask(query, *args, **more))  # fmt: skip
        _content(lot)
        asked.clear()
        _content(lot)
        few = len(asked)
        for doc in [frappe.get_doc("Complaint", {"batch_no": lot})] * 3:
            frappe.copy_doc(doc)
            factory.complaint(item_code=doc.item_code, batch_no=lot)
        asked.clear()
        assert len(_content(lot).rows) == 5
        assert len(asked) == few


class TestTheArchive:
    def test_the_script_checks_it_and_each_archive_in_it(self, tmp_path: Path):
        lot, docs = of_batch()
        state = made({"batch_no": lot}, whole_files=True)
        assert (state["status"], state["files"]) == ("completed", 2), state
        path = path_of(state, "zip")
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert archive.namelist()[0] == "verify.py"
            script = Path(archive.extract("verify.py", tmp_path))
            told = json.loads(archive.read("index.json"))
            assert {row["name"] for row in told["complaints"]} == {doc.name for doc in docs}
            assert "path" not in told["complaints"][0]
            inner = Path(archive.extract(told["complaints"][1]["entry"], tmp_path))
        ask = [sys.executable, "-I", "-S", str(script), str(path), "--sha256", state["sha256"]]
        done = subprocess.run(ask, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "HOLDS"), done.stdout + done.stderr
        assert done.stdout.startswith("Index of 2 complaints, 2 of them with their whole file")
        assert sum("Complaint " in line and "made" in line for line in done.stdout.splitlines()) == 2
        # One taken out is an archive of its own.
        assert verify.check_archive(inner, told["complaints"][1]["sha256"])[0].startswith(f"Complaint {docs[1].name}")  # fmt: skip
        # Nothing of what it was made of stays beside it.
        assert sorted(one.name for one in path.parent.iterdir()) == ["inspection-index.pdf", "inspection-index.zip", "listed.json", "state.json"]  # fmt: skip

    def test_a_flipped_byte_and_an_archive_put_in_its_place_are_found(self):
        lot, _docs = of_batch()
        path = path_of(made({"batch_no": lot}, whole_files=True), "zip")
        content, chance = path.read_bytes(), random.Random(20261201)
        changed = path.with_name("changed.zip")
        for place in {chance.randrange(len(content)) for _number in range(60)}:
            other = bytearray(content)
            other[place] ^= 1 << chance.randrange(8)
            changed.write_bytes(other)
            with pytest.raises(verify.Broken):
                verify.check_archive(changed)

    def test_a_complaint_whose_file_cannot_be_made_is_told_and_the_others_are_there(self, monkeypatch):
        lot, docs = of_batch()
        write = making.write_whole

        def fail(name: str, *args: object) -> dict:
            if name == docs[0].name:
                frappe.throw("Too much for one file")
            return write(name, *args)

        monkeypatch.setattr(making, "write_whole", fail)
        state = made({"batch_no": lot}, whole_files=True)
        assert (state["complaints"], state["files"]) == (2, 1)
        assert "Too much for one file" in text_of(state)
        verify.check_archive(path_of(state, "zip"), state["sha256"])


class TestWhoMay:
    def test_roles_decide_and_only_what_the_asker_sees_is_listed(self):
        lot, docs = of_batch()
        for role in (roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.ACCOUNTS_MANAGER):
            with factory.as_user(factory.user(role)):
                for ask in (
                    lambda: api.preview({"batch_no": lot}),
                    lambda: api.make({"batch_no": lot}),
                    api.standing,
                ):
                    with pytest.raises(frappe.PermissionError):
                        ask()
        with factory.as_user("Guest"), pytest.raises(frappe.PermissionError):
            api.make({"batch_no": lot})
        for role in ASKERS:
            with factory.as_user(factory.person(role, Customer=docs[0].customer)):
                assert api.preview({"batch_no": lot})["complaints"] == 1
                text = text_of(made({"batch_no": lot}))
                assert docs[0].name in text
                assert docs[1].name not in text

    def test_confidential_complaints_are_neither_listed_nor_counted(self):
        lot, docs = of_batch()
        kept = factory.user(roles.QUALITY_MANAGER, email="kept-in@confidential.example")
        docs[1].update({"confidential": 1, "confidential_reason": "x", "confidants": [{"user": kept}]})
        docs[1].save()
        with factory.as_user(factory.user(roles.AUDITOR)):
            assert api.preview({"batch_no": lot})["complaints"] == 1
            state = made({"batch_no": lot}, whole_files=True)
            assert docs[1].name not in text_of(state)
            assert docs[1].name.encode() not in path_of(state, "zip").read_bytes()
        with factory.as_user(kept):
            assert api.preview({"batch_no": lot})["complaints"] == 2

    def test_nobody_else_fetches_it(self):
        lot, _docs = of_batch()
        with factory.as_user(factory.user(roles.AUDITOR)):
            state = made({"batch_no": lot})
            assert making.made_index(state["key"], "pdf").endswith("inspection-index.pdf")
            assert api.standing()[0]["about"] == lot
            for key, part in ((state["key"], "zip"), (state["key"], "listed.json"), ("0" * 24, "pdf")):
                with pytest.raises(frappe.PermissionError):
                    making.made_index(key, part)
        with factory.as_user(factory.user(roles.QUALITY_MANAGER)):
            assert api.standing() == []
            with pytest.raises(frappe.PermissionError):
                making.made_index(state["key"], "pdf")


class TestItsLimits:
    @pytest.mark.parametrize(
        "asked",
        [{}, "", "nonsense", [], {"no_such": "x"}, {"batch_no": {"a": 1}}, {"from_date": "yesterday"}, {"state": "sleepy"}, {"rows": "5"}],
    )  # fmt: skip
    def test_what_cannot_be_read_is_refused_in_a_sentence(self, asked: object):
        with pytest.raises(frappe.ValidationError):
            api.preview(asked)
        with pytest.raises(frappe.ValidationError):
            api.make(asked)

    def test_limits_are_said_beforehand_and_hold(self, monkeypatch: pytest.MonkeyPatch):
        lot, _docs = of_batch()
        monkeypatch.setattr(frappe, "enqueue", lambda *_args, **_more: None)
        monkeypatch.setattr(making, "MOST_WHOLE", 1)
        found = api.preview({"batch_no": lot})
        assert found["refusal"] == ""
        assert "1 complaints at most, and these are 2" in found["whole_refusal"]
        with pytest.raises(frappe.ValidationError, match="at most"):
            api.make({"batch_no": lot}, whole_files=True)
        assert api.make({"batch_no": lot})["status"] == "queued"
        monkeypatch.setattr(making, "MOST_LISTED", 1)
        monkeypatch.setattr(listed, "MOST_LISTED", 1)
        with pytest.raises(frappe.ValidationError, match="lists 1 complaints at most"):
            api.make({"batch_no": lot})
        # What came in since it was asked for.
        state = made({"batch_no": lot})
        assert state["status"] == "failed"
        assert "More than 1 complaints" in state["error"]

    def test_too_little_room_is_said(self, monkeypatch: pytest.MonkeyPatch):
        lot, _docs = of_batch()
        monkeypatch.setattr(making.shutil, "disk_usage", lambda _path: frappe._dict(free=1000))
        assert "not enough room" in api.preview({"batch_no": lot})["whole_refusal"]


class TestTheMaking:
    def test_it_stands_in_the_trail_and_is_told_to_who_asked(self):
        lot, docs = of_batch()
        user = factory.user(roles.AUDITOR)
        with factory.as_user(user):
            state = made({"batch_no": lot}, whole_files=True)
        rows = QualityAuditTrail({"document_type": "Complaint", "happened_by": user, "kind": "export"}).rows()
        (told,) = [row for row in rows if "index of 2 complaints" in row["what"]]
        assert state["sha256"] in told["what"]
        assert lot in told["what"]
        assert {row["document_name"] for row in rows} >= {doc.name for doc in docs}
        (notice,) = frappe.get_all("Notification Log", {"for_user": user, "document_type": "Report"}, ["subject", "link"], limit=1, order_by="creation desc")  # fmt: skip
        assert "index is ready" in notice.subject
        assert "query-report/Complaint" in notice.link

    def test_asked_twice_it_is_made_once_and_a_lost_job_is_told(self, monkeypatch: pytest.MonkeyPatch):
        lot, _docs = of_batch()
        monkeypatch.setattr(frappe, "enqueue", lambda *_args, **_more: None)
        first = api.make({"batch_no": lot})
        assert api.make({"batch_no": lot}, "zh")["key"] == first["key"]
        early = str(add_to_date(now_datetime(), minutes=-5))
        keeping.note_state(first["key"], status=keeping.RUNNING, asked_at=early)
        monkeypatch.setattr(standing, "is_job_enqueued", lambda _name: False)
        assert api.standing()[0]["error"] == "The job was interrupted. Have it made anew."
        assert api.make({"batch_no": lot})["key"] != first["key"]

    def test_it_goes_with_a_complaint_that_goes(self):
        lot, docs = of_batch()
        state = made({"batch_no": lot})
        keeping.delete_files_of(["CMP-0000-00000"])
        assert path_of(state, "pdf").exists()
        keeping.delete_files_of([docs[0].name])
        assert not path_of(state, "pdf").exists()


def _content(lot: str):
    scope = making.InspectionScope.read({"batch_no": lot})
    rows = making.listed_complaints(scope)
    related = making.RelatedRecords.of_complaints(rows)
    return making.IndexContent(rows, related, making.late_things(rows, related, now_datetime()), now_datetime())  # fmt: skip
