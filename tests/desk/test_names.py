"""Nobody but the site's series, or the field a DocType states, names a record; and a taken number stops nobody."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.core.doctype.data_import.importer import Importer
from frappe.model.naming import NamingSeries

from complaint_qms.constants import roles
from complaint_qms.services.importing import writer
from complaint_qms.services.importing.batch_cache import Blank
from complaint_qms.services.intake import register
from tests.desk import factory, framework, settling
from tests.desk.factory import complaint
from tests.desk.factory.smallest import NUMBERED, SUBJECT, WORDS, blank, company, word
from tests.desk.wire import ask

SENT = ("CMP-2026-99999", " ", "", "../../x", "<b>x</b>", "x" * 200, "CMP-2026-00001\n", 7, None, {"a": 1}, ["a"], True, "\ud800", "a\x00b")  # fmt: skip
BAD_WORDS = ("", " ", "\u00a0", "\u200b", "...", "<b>x</b>", "a<b", "../../x", "a/../b", "/etc", "x/", "a\\b", "a\nb", "a\x07b", "\u202eabc", "x" * 200, "\ud800x", 5, 1.5, True, [1], {"a": 1})  # fmt: skip
GOOD_WORDS = ("E-mail / Fax", "Müller & Söhne", "电话", "Level 1.", "A: b (c)")


def follows(doctype: str, name: str, before: int) -> bool:
    return name.startswith(start(doctype)) and int(name[len(start(doctype)) :]) == before + 1


def start(doctype: str) -> str:
    if doctype == "Complaint Import":
        return "CIM-" + frappe.utils.nowdate()[:4] + "-"
    return NamingSeries(
        frappe.get_meta(doctype).get_field("naming_series").options.split("\n")[0]
    ).get_prefix()


def key(doctype: str) -> str:
    return "" if doctype == "Complaint Import" else start(doctype)


def count(doctype: str) -> int:
    return (frappe.db.sql("select current from tabSeries where name = %s", key(doctype)) or [[0]])[0][0]


def test_these_are_all_records_of_the_app():
    rows = frappe.get_all("DocType", {"module": "Complaint QMS", "istable": 0, "issingle": 0}, pluck="name")
    assert sorted(
        (
            *NUMBERED,
            *WORDS,
            "Complaint Article Use",
            "Complaint Chat",
            "Complaint Chat Channel",
            "Complaint Chat Message",
            "Complaint Classifier",
            "Complaint Demo Record",
            "Complaint Handler",
            "Complaint Inbox Item",
            "Complaint Match Key",
            "Complaint Model Call",
            "Complaint Notification Channel",
            "Complaint Notification Preference",
            "Complaint Rule",
            "Complaint Rule Log",
            "Complaint Signal",
            "Complaint Survey",
            "Complaint Text Terms",
            "Complaint Topic",
            "Complaint Topic Fit",
            "Complaint Tracking Link",
            "Complaint Upload",
            "Delivered Units",
            "Delivered Units Week",
            "Field Action Customer",
            "Field Action Notice",
            "Legal Hold",
            "Management Review",
            "Personal Data Request",
            "QMS Connector",
            "QMS Connector Call",
            "QMS Event",
            "QMS Message",
            "QMS Outside Fact",
            "QMS Outside Issue",
            "Quality Audit Entry",
            "Quality Signature",
            "Quality Hold",
            "Regulatory Report",
            "Reporting Rule Set",
            "Record Disposal",
            "Signal Back-test",
            "Signal Scan",
        )
    ) == sorted(rows)


def test_no_field_has_the_name_of_a_method():
    """A value sent under the name of a method is left out, so that the method stays one."""
    for name in frappe.get_all("DocType", {"module": "Complaint QMS"}, pluck="name"):
        kept = frappe.get_doc({"doctype": name})._reserved_keywords
        assert "save" in kept
        assert "update" in kept
        assert not kept & {field.fieldname for field in frappe.get_meta(name).fields}, name


@pytest.mark.parametrize("doctype", NUMBERED)
class TestNumbers:
    def test_a_name_that_is_sent_names_nothing(self, doctype):
        values = blank(doctype)
        for road in ("/api/resource/", "/api/v2/document/"):
            for sent in SENT:
                before = count(doctype)
                more = {"__newname": "X-1", "owner": "Guest", "creation": "2001-01-01 00:00:00"}
                answer = ask("POST", road + doctype, {**values, "name": sent, **more})
                if answer.status != 200:
                    assert answer.status == 417, (road, sent, answer.body)
                    assert not isinstance(sent, str) or sent in ("\ud800", "a\x00b")
                    continue
                made = answer.body["data"]
                assert follows(doctype, made["name"], before), (road, sent, made["name"])
                assert made["owner"] == "Administrator"
                assert not str(made["creation"]).startswith("2001")

    def test_nor_by_the_client_the_form_and_what_a_script_sets(self, doctype):
        values = {**blank(doctype), "doctype": doctype, "name": "X-1", "__newname": "X-2"}
        before = count(doctype)
        for method in ("frappe.client.insert", "frappe.client.save"):
            answer = ask("POST", f"/api/method/{method}", {"doc": {**values, "__islocal": 1}})
            assert answer.status == 200, answer.body
            assert follows(doctype, answer.body["message"]["name"], before)
        form = {"doc": json.dumps({**values, "__islocal": 1}, default=str), "action": "Save"}
        answer = ask("POST", "/api/method/frappe.desk.form.save.savedocs", form)
        assert answer.status == 200, answer.body
        assert follows(doctype, answer.body["docs"][0]["name"], before)
        doc = frappe.get_doc(values)
        doc.flags.name_set = True
        assert follows(doctype, doc.insert(set_name="X-3").name, before)

    def test_nor_by_a_file(self, doctype):
        """Frappe's Data Import keeps a name that its file brings."""
        values = blank(doctype)
        frappe.flags.in_import = True
        try:
            doc = frappe.new_doc(doctype)
            doc.update({**values, "name": "X-1"})
            before = count(doctype)
            assert follows(doctype, doc.insert().name, before)
        finally:
            frappe.flags.in_import = False

    def test_nor_by_what_it_claims_to_amend(self, doctype):
        before = count(doctype)
        for sent in ("CMP-2026-00001", "../x", "X"):
            answer = ask("POST", f"/api/resource/{doctype}", {**blank(doctype), "amended_from": sent})
            if doctype == "Complaint Settlement":
                assert answer.status == 417
                assert "Amended From" in answer.said
            else:
                assert answer.status == 200, answer.body
                assert answer.body["data"]["name"].startswith(start(doctype))
                assert not answer.body["data"]["name"].endswith("-1")
        assert count(doctype) >= before

    def test_a_series_that_is_behind_goes_on_with_the_next_free_number(self, doctype):
        values = {**blank(doctype), "doctype": doctype}
        first = frappe.get_doc(values).insert()
        begin, last = start(doctype), count(doctype)
        digits = len(first.name) - len(begin)
        for step in (1, 2, 4):  # taken past the series
            frappe.db.sql(
                f"insert into `tab{doctype}` (name) values (%s)", f"{begin}{last + step:0{digits}d}"
            )
        made = [frappe.get_doc(values).insert().name for _ in range(2)]
        assert made == [f"{begin}{last + step:0{digits}d}" for step in (3, 5)]
        assert count(doctype) == last + 5

    def test_it_is_never_renamed(self, doctype):
        name = frappe.get_doc({**blank(doctype), "doctype": doctype}).insert().name
        for force in (False, True):
            with pytest.raises(frappe.ValidationError):
                frappe.rename_doc(doctype, name, "X-9", force=force)
        answer = ask("POST", "/api/method/frappe.client.rename_doc", {"doctype": doctype, "old_name": name, "new_name": "X-9"})  # fmt: skip
        assert answer.status == 417

    def test_a_change_goes_to_the_record_that_was_asked_for(self, doctype):
        values = {**blank(doctype), "doctype": doctype}
        one, other = frappe.get_doc(values).insert(), frappe.get_doc(values).insert()
        sent = {"name": other.name, "modified": str(other.modified), "owner": "Guest", "creation": "2001-01-01", "naming_series": "X-.#", "_assign": "[]"}  # fmt: skip
        for road in ("/api/resource/", "/api/v2/document/"):
            answer = ask(
                "PUT", f"{road}{doctype}/{one.name}", {"name": other.name, "owner": "Guest"}, keep=True
            )
            assert answer.status == 200, answer.body
            assert answer.body["data"]["name"] == one.name
            answer = ask("PUT", f"{road}{doctype}/{one.name}", sent, keep=True)
            assert answer.status in (200, 409, 417), answer.body
        stored = frappe.get_doc(doctype, one.name)
        assert (stored.owner, str(stored.creation)) == ("Administrator", str(one.creation))
        assert stored.get("naming_series") == one.get("naming_series")
        assert frappe.db.get_value(doctype, other.name, "modified") == frappe.utils.get_datetime(
            other.modified
        )


def test_a_forged_amendment_is_refused_and_a_true_one_needs_the_right():
    invoice = factory.sold(10)[2]
    about = settling.complaint_on(invoice)
    draft = settling.proposal(about, invoice, {"qty": 2}).insert()
    values = settling.proposal(about, invoice, {"qty": 1}).as_dict(no_nulls=True)
    answer = ask("POST", "/api/resource/Complaint Settlement", {**values, "amended_from": draft.name})
    assert (answer.status, "is not cancelled" in answer.said) == (417, True)
    frappe.db.set_value("Complaint Settlement", draft.name, "docstatus", 2)
    answer = ask("POST", "/api/resource/Complaint Settlement", {**values, "amended_from": draft.name})
    assert answer.body["data"]["name"] == f"{draft.name}-1"
    agent = factory.user(roles.AGENT)
    answer = ask(
        "POST", "/api/resource/Complaint Settlement", {**values, "amended_from": draft.name}, user=agent
    )
    assert answer.status == 403


def test_a_series_of_another_making_is_refused():
    for doctype in ("Complaint", "CAPA", "Investigation", "Root Cause"):
        answer = ask("POST", f"/api/resource/{doctype}", {**blank(doctype), "naming_series": "HACK-.#"})
        assert (answer.status, "Series: <strong>HACK-.#" in answer.said) == (417, True), answer.body


def test_a_file_of_complaints_goes_round_numbers_that_are_taken():
    register.register(SUBJECT)
    begin, last = start("Complaint"), count("Complaint")
    for step in (1, 3):
        frappe.db.sql("insert into tabComplaint (name) values (%s)", f"{begin}{last + step:05d}")
    row = Blank("Complaint", frappe.utils.now_datetime())
    docs = [
        writer.build_complaint({**SUBJECT, **company()}, f"import:test:{number}", row) for number in range(3)
    ]
    writer.store_complaints(docs)
    assert [doc.name for doc in docs] == [f"{begin}{last + step:05d}" for step in (2, 4, 5)]
    assert register.register(SUBJECT).name == f"{begin}{last + 6:05d}"


def test_frappe_s_data_import_names_by_the_series(tmp_path):
    file = tmp_path / "complaints.csv"
    file.write_text("ID,Subject,Description,Complainant Name,Company\n" f"CMP-2026-99999,Broken in a file,It broke,Somebody,{factory.company()}\n")  # fmt: skip
    before, run = count("Complaint"), frappe.get_doc({"doctype": "Data Import", "name": factory.unique("Import"), "import_type": "Insert New Records"})  # fmt: skip
    try:
        Importer("Complaint", run, file_path=str(file), console=True).import_data()
    finally:  # its log knows no transactions
        frappe.db.delete("Data Import Log", {"data_import": run.name})
    made = frappe.get_all("Complaint", {"subject": "Broken in a file"}, pluck="name", order_by="name")
    assert made == [f"{start('Complaint')}{before + 1:05d}"]


def test_a_row_of_another_record_stays_there():
    files = [factory.upload().file_url for _ in range(2)]
    one, other = complaint(evidence=[{"file": files[0], "caption": "mine"}]), complaint()
    row = {
        "name": one.evidence[0].name,
        "file": files[1],
        "owner": "Guest",
        "creation": "2001-01-01",
        "parent": one.name,
    }
    for captions in (("taken", "again"),):
        sent = [{**row, "caption": caption, "idx": 9} for caption in captions]
        answer = ask("PUT", f"/api/resource/Complaint/{other.name}", {"evidence": sent}, keep=True)
        assert answer.status == 200, answer.body
        stored = frappe.get_doc("Complaint", other.name).evidence
        assert [(kept.caption, kept.idx) for kept in stored] == [
            (text, at) for at, text in enumerate(captions, 1)
        ]
        assert {kept.owner for kept in stored} == {"Administrator"}
        assert one.evidence[0].name not in [kept.name for kept in stored]
    assert [kept.caption for kept in frappe.get_doc("Complaint", one.name).evidence] == ["mine"]


@pytest.mark.parametrize("doctype", WORDS)
class TestWords:
    def test_what_names_nothing_is_refused_with_the_field(self, doctype):
        meta = frappe.get_meta(doctype)
        label = meta.get_label(meta.autoname.removeprefix("field:"))
        for name in BAD_WORDS:
            answer = ask("POST", f"/api/resource/{doctype}", word(doctype, name))
            if name in (5, 1.5) and not isinstance(name, bool):
                assert answer.status == 200, (name, answer.body)
                continue
            assert answer.status == 417, (name, answer.body)
            told = framework.NO_TEXT if framework.is_unread(name) else label
            assert told in answer.said, (name, answer.said)

    def test_a_word_is_taken_as_it_is_written(self, doctype):
        for name in GOOD_WORDS:
            sent = {**word(doctype, f" {name} "), "name": "X-1", "__newname": "X-2"}
            for road in ("/api/resource/", "/api/v2/document/"):
                answer = ask("POST", road + doctype, sent)
                assert answer.status == 200, (name, answer.body)
                assert answer.body["data"]["name"] == name

    def test_it_is_renamed_to_a_word_only(self, doctype):
        name = frappe.get_doc({"doctype": doctype, **word(doctype, "Some word")}).insert().name
        for bad in ("../../x", "a\\b", "a\nb", "x" * 200, "..."):
            sent = {"doctype": doctype, "old_name": name, "new_name": bad}
            answer = ask("POST", "/api/method/frappe.client.rename_doc", sent)
            assert answer.status == 417, (bad, answer.body)
        assert frappe.rename_doc(doctype, name, "Another word") == "Another word"
