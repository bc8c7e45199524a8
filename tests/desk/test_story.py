"""What happened to a record, in sentences: complete, in the reader's language, and only what the reader may know."""

from __future__ import annotations

import frappe
import pytest
from frappe.desk.form.load import getdoc
from frappe.utils import format_datetime, get_datetime, now_datetime

from complaint_qms.api import complaint as api
from complaint_qms.api import story as story_api
from complaint_qms.api import visitor
from complaint_qms.constants import roles
from complaint_qms.constants.story import TOLD_FIELDS, TOLD_ROWS, TOLD_STATES
from complaint_qms.services.notify.sentences import document_line, settlement_line
from complaint_qms.services.record import timeline
from complaint_qms.services.record.site_time import in_zone
from complaint_qms.services.record.timeline import Moment, Names, Text, Word, line
from complaint_qms.services.story.tell import tell
from tests.desk import factory
from tests.desk.mail_road import account, conversation
from tests.desk.visiting import filed, guest, key, page_open, token


@pytest.fixture(autouse=True)
def with_versions(monkeypatch):
    """Under test the framework keeps no version of what is saved unless it is asked to."""
    monkeypatch.setitem(frappe.flags, "in_test", False)


def texts(doc, zone=None):
    return [told.text for told in tell(frappe.get_doc(doc.doctype, doc.name), zone)]


def renamed(user, name):
    frappe.db.set_value("User", user, "full_name", name)
    return user


def test_every_field_and_table_that_is_told_is_one():
    for doctype, fields in TOLD_FIELDS.items():
        assert set(fields) <= set(frappe.get_meta(doctype).get_valid_columns()), doctype
    for told in (
        TOLD_ROWS,
        {doctype: {t: of[1] for t, of in rows.items()} for doctype, rows in TOLD_STATES.items()},
    ):
        for doctype, tables in told.items():
            for table, field in tables.items():
                assert frappe.get_meta(frappe.get_meta(doctype).get_field(table).options).has_field(field)


def test_a_move_names_who_from_where_to_where_and_what_was_decided(monkeypatch):
    doc = factory.in_triage()
    factory.tick_all(doc)
    manager = renamed(factory.user(roles.MANAGER), "Mei Chen")
    frappe.set_user(manager)
    api.take_step(doc.name, "Investigate", factory.TRIAGED | {"complaint_owner": manager})
    first, *_rest, last = texts(doc)
    assert "registered it" in first
    assert last.startswith("Mei Chen moved it from Triage to Investigation")
    assert "Handler: Mei Chen" in last
    assert "Is It a Complaint: Yes" in last
    assert "Hand-over Checks “Immediate containment considered”: Done: Yes" in " ".join(texts(doc))
    monkeypatch.setattr(frappe.local, "lang", "zh")
    assert "交接检查 “已考虑立即采取遏制措施”: 已完成：是" in " ".join(texts(doc))


def test_stored_words_are_the_reader_s_whoever_saved_them(monkeypatch):
    """A version keeps a choice as the word that whoever saved it saw."""
    name = factory.in_triage().name
    with monkeypatch.context() as patch:
        patch.setattr(frappe.local, "lang", "zh")
        doc = frappe.get_doc("Complaint", name)
        doc.urgency = "critical"
        doc.save()
        assert "紧急度：危急" in texts(doc)[-1]
    (stored,) = frappe.get_all(
        "Version", {"docname": name, "data": ("like", "%urgency%")}, pluck="data", order_by="creation desc"
    )[:1]
    assert "critical" not in stored
    assert "Urgency: Critical" in texts(doc)[-1]


def test_a_hold_gives_its_reason_and_a_return_is_one():
    name = factory.at_stage("solve").name
    api.take_step(name, "Hold", {"hold_reason": "The sample is under way", "hold_until": "2099-01-01"})
    resume = next(move["action"] for move in api.overview(name)["next"] if move["to_stage"] == "solve")
    api.take_step(name, resume)
    back = next(move["action"] for move in api.overview(name)["next"] if move["to_stage"] == "investigate")
    api.take_step(name, back)
    put, again, back = texts(frappe.get_doc("Complaint", name))[-3:]
    assert "put it on hold." in put
    assert "“The sample is under way”" in put
    assert "took it up again in Solution." in again
    assert "sent it back from Solution to Investigation." in back


def test_a_record_that_was_taken_over_tells_its_moves_without_saved_versions():
    doc = factory.at_stage("solve")
    before = texts(doc)
    frappe.db.delete("Version", {"docname": doc.name})
    assert [text.split(".")[0] for text in texts(doc) if "moved it" in text] == [
        text.split(".")[0] for text in before if "moved it" in text
    ]


def test_records_that_came_of_it_are_linked_and_only_those_the_reader_may_read():
    doc = factory.at_stage("solve")
    study = factory.investigation(doc)
    assert any(f"made Investigation {study.name}." in text for text in texts(doc))
    (line,) = [row["content"] for row in opened(doc) if study.name in row["content"]]
    assert (
        f'href="/app/investigation/{study.name}"' in line
        or f'href="/desk/investigation/{study.name}"' in line
    )
    other = factory.investigation(doc)
    user = factory.person(roles.INVESTIGATOR, Investigation=other.name)
    frappe.set_user(user)
    told = " ".join(row["content"] for row in opened(doc))
    assert (other.name in told, study.name in told) == (True, False)


def test_what_the_app_noted_is_told_with_whose_doing_it_was():
    doc = factory.in_triage()
    doc.add_comment("Info", "Settlement <a href='/x'>CST-1</a> over $ 5.00 proposed")
    frappe.db.set_value("Comment", {"reference_name": doc.name, "comment_type": "Info"}, "owner", renamed(factory.user(roles.AGENT), "Wei Li"))  # fmt: skip
    doc.add_comment("Info", "Overdue: Triage, due today. Escalated to Mei Chen.")
    told = texts(doc)
    assert "Settlement CST-1 over $ 5.00 proposed (Wei Li)" in told
    assert "Overdue: Triage, due today. Escalated to Mei Chen." in told


def test_what_the_app_noted_is_told_in_the_language_and_time_of_the_reader(monkeypatch):
    """Whoever caused a line had another language; the framework's own timeline shows it in theirs."""
    doc = factory.in_triage()
    user = factory.person(roles.AGENT)
    frappe.db.set_value("User", user, "time_zone", "Asia/Tokyo")
    due = line("{0}, due {1}", Word("triage"), Moment("2026-03-03 09:00:00"))
    timeline.note(
        "Complaint", {doc.name: line("Overdue: {0}. Escalated to {1}.", [due, due], Names(["A & B", "C"]))}
    )
    timeline.note_on(doc, settlement_line("CST-1", "proposed", 1234.5, "USD"))
    timeline.note_on(doc, document_line("Sales Invoice", "SINV-1", "CST-1", "cancelled"))
    at = format_datetime(in_zone(get_datetime("2026-03-03 09:00:00"), "Asia/Tokyo"))
    frappe.set_user(user)
    assert f"Overdue: Triage, due {at}; Triage, due {at}. Escalated to A & B, C." in " ".join(
        texts(doc, "Asia/Tokyo")
    )
    monkeypatch.setattr(frappe.local, "lang", "zh")
    told = " ".join(row["content"] for row in opened(doc))
    assert f"已逾期：研判，到期 {at}；研判，到期 {at}。已升级给 A &amp; B、C。" in told
    assert "理赔单 CST-1（金额 $ 1,234.50）已提出" in told
    invoice = frappe._("Sales Invoice")
    assert f"理赔单 CST-1 的{invoice} SINV-1 已取消" in told


@pytest.mark.parametrize(
    "data",
    [
        "{", "[]", "7", '{"key": "Overdue"}', '{"key": "x", "params": 5}', '{"key": "{0.__class__}", "params": {"0": {"kind": "text", "text": 5}}}',
        '{"key": "Due {0}", "params": {"0": {"kind": "moment", "at": "no time"}}}', '{"key": "{0}", "params": {"0": {"kind": "label", "doctype": "Nothing", "field": "x"}}}',
        '{"key": "{0}", "params": {"0": {"kind": "text", "txt": "x"}}}', '{"key": "{0}", "params": {"0": {"kind": "names", "names": 5}}}', "[" * 200 + "]" * 200,
    ],
)  # fmt: skip
def test_a_note_whose_data_cannot_be_told_stays_as_it_reads(data):
    doc = factory.in_triage()
    timeline.note("Complaint", {doc.name: line("Merged into {0}.", Text("CMP-1"))})
    frappe.db.set_value(
        "Comment", {"reference_name": doc.name, "content": "Merged into CMP-1."}, timeline.DATA, data
    )
    told = " ".join(texts(doc))
    assert "Merged into CMP-1." in told or "{0.__class__}" in told


@pytest.mark.parametrize("make", [factory.investigation, factory.capa])
def test_others_tell_their_stages_and_their_rows(make):
    doc = make()
    assert "registered it." in texts(doc)[0]


def test_what_people_wrote_is_text_and_no_markup():
    doc = factory.in_triage()
    doc.harm_description = '<img src=x onerror=alert(1)> & "more"'
    doc.save()
    content = opened(doc)[-1]["content"]
    assert "<img" not in content
    assert "&amp;" in content


def test_a_field_kept_from_the_reader_is_not_told():
    doc = factory.in_triage()
    doc.harm_description = "Kept apart"
    doc.save()
    assert "Kept apart" in " ".join(row["content"] for row in opened(doc))
    frappe.make_property_setter(
        {"doctype": "Complaint", "fieldname": "harm_description", "property": "permlevel", "value": "7"}
    )
    frappe.clear_cache(doctype="Complaint")
    try:
        frappe.set_user(factory.user(roles.AGENT))
        assert "Kept apart" not in " ".join(row["content"] for row in opened(doc))
    finally:
        frappe.set_user("Administrator")
        frappe.db.rollback()
        frappe.clear_cache(doctype="Complaint")


def test_opening_a_form_does_not_wait_for_its_story():
    doc = factory.in_triage()
    frappe.local.response = frappe._dict(docs=[])
    getdoc("Complaint", doc.name)
    assert not frappe.local.response.docinfo["additional_timeline_content"]
    assert [row["creation"] for row in story_api.sentences("Complaint", doc.name)]


class TestEveryChange:
    def test_it_holds_more_than_the_framework_s_ten(self):
        doc = factory.in_triage()
        for number in range(12):
            doc.customer_reference = str(number)
            doc.save()
        assert len(story_api.changes("Complaint", doc.name)) >= 12

    @pytest.mark.parametrize("asked", [story_api.changes, story_api.sentences])
    def test_it_is_told_to_who_may_read_the_record_and_of_records_with_a_story_alone(self, asked):
        doc = factory.in_triage()
        frappe.set_user(factory.person(roles.AGENT, Customer=factory.customer().name))
        with pytest.raises(frappe.PermissionError):
            asked("Complaint", doc.name)
        frappe.set_user("Administrator")
        with pytest.raises(frappe.ValidationError):
            asked("User", "Administrator")

    def test_a_field_kept_from_the_reader_is_in_none_of_them(self):
        doc = factory.in_triage()
        doc.harm_description = "Kept apart"
        doc.save()
        told = "".join(row["data"] for row in story_api.changes("Complaint", doc.name))
        assert "Kept apart" in told
        frappe.make_property_setter(
            {"doctype": "Complaint", "fieldname": "harm_description", "property": "permlevel", "value": "7"}
        )
        frappe.clear_cache(doctype="Complaint")
        try:
            frappe.set_user(factory.user(roles.AGENT))
            assert "Kept apart" not in "".join(
                row["data"] for row in story_api.changes("Complaint", doc.name)
            )
        finally:
            frappe.set_user("Administrator")
            frappe.db.rollback()
            frappe.clear_cache(doctype="Complaint")


@pytest.mark.parametrize("asked", [story_api.changes, story_api.sentences])
def test_a_field_of_rows_kept_from_the_reader_is_not_told(asked):
    doc = factory.capa()
    owner = factory.user(roles.ACTION_OWNER)
    doc.append("actions", {"action": "Kept apart", "action_owner": owner, "due_date": "2030-01-01"})
    doc.save()

    def told():
        return str(asked("CAPA", doc.name))

    assert "Kept apart" in told()
    for name in ("action", "status"):
        frappe.make_property_setter(
            {"doctype": "CAPA Action", "fieldname": name, "property": "permlevel", "value": "7"}
        )
    frappe.clear_cache(doctype="CAPA Action")
    try:
        frappe.set_user(factory.user(roles.AUDITOR))
        assert "Kept apart" not in told()
    finally:
        frappe.set_user("Administrator")
        frappe.db.rollback()
        frappe.clear_cache(doctype="CAPA Action")


def opened(doc):
    return story_api.sentences(doc.doctype, doc.name)


@pytest.mark.parametrize("doctype", TOLD_FIELDS)
def test_an_unsaved_record_with_the_name_of_another_tells_nothing_of_it(doctype):
    """The framework prints records as they are sent to it; one that says it is new is nobody's yet."""
    name = factory.in_triage().name
    frappe.get_doc("Complaint", name).update({"urgency": "critical"}).save()
    frappe.db.set_value("Version", {"docname": name}, "ref_doctype", doctype)
    sent = {"doctype": doctype, "name": name, "__islocal": 1, "complaint": factory.complaint().name}
    assert frappe.db.count("Version", {"ref_doctype": doctype, "docname": name})
    assert tell(frappe.get_doc(sent)) == []


def test_what_a_visitor_did_is_told_as_theirs():
    with page_open():
        answered, doc = filed(name="Ann Lee")
        told = {"stage": "confirm", "reply": "<p>A new lid.</p>", "reply_sent_at": now_datetime()}
        doc.db_set(told | {"workflow_state": factory.at_stage("confirm").workflow_state})
        guest(lambda: visitor.decide(token(answered), key(), True, "Thank you"))
    told = texts(frappe.get_doc("Complaint", doc.name))
    assert told[0] == "Ann Lee (on the public page) registered it, received by: Web Form."
    assert any(text.startswith("Ann Lee (on the public page) recorded ") for text in told), told
    assert not any("Administrator" in text for text in told), told
    assert texts(factory.in_triage())[0].startswith("Administrator")


def test_what_came_by_mail_is_told_as_its_sender_s():
    doc, _mail = conversation(account())
    assert texts(doc)[0] == "Ann Lee (by mail) registered it, received by: Email."
