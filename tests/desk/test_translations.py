"""Simplified Chinese is complete, and says nothing the app no longer says."""

from __future__ import annotations

import json
from functools import cache

import frappe
import pytest
from frappe.translate import clear_cache, get_translations_from_apps, get_translations_from_csv

from complaint_qms.constants.labels import CONTEXT
from complaint_qms.engine.message import Message
from complaint_qms.engine.reasons import Reason
from complaint_qms.engine.sop.complaint import complaint_missing
from complaint_qms.services.intake.similar import _sentence
from complaint_qms.services.lifecycle.guard import describe
from scripts.inside import messages

# Names, abbreviations and places for values that read the same in Chinese.
SAME = {
    "8D", "8d", "API", "CAPA", "EncodingAESKey", "FDA", "FMEA", "SHA-256", "SOP", "Slack", "UDI", "UPC / EAN", "Webhook", "WhatsApp", "fmea", "{0} · {1}", "{date}",
    "“{title}”: {excerpt}",
}  # fmt: skip


# Names of records and DocTypes, which the framework translates without a context: there is one word for them.
NAMES = {"API", "Complaint", "Minor", "Remote", "WhatsApp"}


@cache
def found() -> tuple[str, ...]:
    """English texts of the app; reading them all takes seconds, so once for the module."""
    return tuple(row.source for row in messages.collect())


def row_of(source: str, rows: list[tuple[str, str, str]]) -> str:
    return next(row[1] for row in rows if row[0] == source and not row[2])


@pytest.fixture
def rows() -> list[tuple[str, str, str]]:
    found_rows = messages.own_rows()
    assert found_rows, "the language file is empty"
    return found_rows


@pytest.fixture
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request of somebody whose language is Simplified Chinese; the cached dictionary may be older than the file."""
    clear_cache()
    monkeypatch.setattr(frappe.local, "lang", "zh")


def test_collects_what_every_source_says() -> None:
    """One text of each kind of place; a collector that stopped looking somewhere would find the rest complete."""
    texts = set(found())
    for text in (
        "Complaint",  # DocType
        "Triage Rationale",  # field
        "root cause",  # JavaScript
        "Complaint Agent",  # role
        "Approve Plan",  # workflow action
        "Partly Justified",  # label of one
        "Complaint Register",  # report
        "Complaints Received",  # chart
        "Choose the severity.",  # gate with need()
        "Complete investigation {names} first, or void it.",  # gate with a message
        "keyword, denied: {word}",  # reason, through a name
        "The estimate meets the target.",  # effectiveness
        "Fewer than one in a million units.",  # risk
        "Is there a serious threat to public health?",  # reportability
        "Late Delivery",  # complaint type
        "DingTalk",  # channel
        "The chart's limit is {limit} complaints.",  # signal
        "{severity} × {occurrence} is judged milder than {lower_severity} × {lower_occurrence}, although it is the graver case",  # risk matrix
    ):
        assert text in texts, text


def test_every_text_has_chinese() -> None:
    lacking = {row.source: row.place for row in messages.missing()}
    assert not lacking, "no row in translations/zh.csv:\n" + json.dumps(lacking, indent=1, ensure_ascii=False)


def test_places_for_values_are_kept(rows: list[tuple[str, str, str]]) -> None:
    differing = [row for row in rows if messages.slots(row[0]) != messages.slots(row[1])]
    assert not differing


def test_each_source_once_and_in_order(rows: list[tuple[str, str, str]]) -> None:
    keys = [(row[0], row[2]) for row in rows]
    assert len(keys) == len(set(keys))
    assert keys == sorted(keys)


def test_no_row_for_a_text_that_is_gone(rows: list[tuple[str, str, str]]) -> None:
    texts = {(row.source, row.context) for row in messages.collect()}
    assert not [row for row in rows if not messages.is_said(row, texts)]


def test_no_row_changes_a_word_of_another_app(rows: list[tuple[str, str, str]]) -> None:
    """What Frappe or ERPNext say otherwise is ours within a context alone."""
    base = messages.base_translations()
    changed = {
        source
        for source, text, context in rows
        if not context and base.get(source, text) not in (text, source)
    }
    # Frappe 15 and 16 have different words for some of them, and none for others.
    assert changed <= NAMES


def test_contexts_are_doctypes_of_the_app(rows: list[tuple[str, str, str]]) -> None:
    own = set(frappe.get_all("DocType", filters={"module": "Complaint QMS"}, pluck="name", order_by="name"))
    assert {row[2] for row in rows if row[2]} <= own | {CONTEXT}


# ERPNext's Chinese for these words means another thing: a province, a template, “yes”, the routing of a work order …
ELSEWHERE = ("Is", "Model", "Name", "Notes", "Reason for Hold", "Routing", "State", "To")


def test_labels_that_mean_another_thing_elsewhere_have_words_of_their_own(
    rows: list[tuple[str, str, str]],
) -> None:
    labels = frappe.get_all(
        "DocField",
        filters={
            "label": ("in", ELSEWHERE),
            "parent": ("in", _own_doctypes()),
            "parenttype": "DocType",
            "hidden": 0,
        },
        fields=["label", "parent"],
        as_list=True,
        order_by="label, parent",
    )
    assert labels
    assert not set(labels) - {(source, context) for source, _translation, context in rows}


def _own_doctypes() -> list[str]:
    return frappe.get_all("DocType", filters={"module": "Complaint QMS"}, pluck="name", order_by="name")


def test_translations_are_chinese(rows: list[tuple[str, str, str]]) -> None:
    assert not [row for row in rows if row[0] not in SAME and not messages.CHINESE.search(row[1])]
    assert not [row for row in rows if row[0] == row[1] and row[0] not in SAME]
    assert not [row for row in rows if row[1] != row[1].strip() or not row[1]]


def test_frappe_reads_the_file(rows: list[tuple[str, str, str]]) -> None:
    """Frappe's own reader keeps each row, and nothing of another app stands over it."""
    kept = get_translations_from_csv("zh", messages.APP)
    merged = get_translations_from_apps("zh", apps=[*messages.BASE_APPS, messages.APP])
    for source, translation, context in rows:
        key = f"{source}:{context}" if context else source
        assert kept[key] == translation
        assert merged[key] == translation


@pytest.mark.usefixtures("in_chinese")
def test_a_chinese_user_reads_chinese(rows: list[tuple[str, str, str]]) -> None:
    assert frappe._("Complaint") == "投诉"
    assert frappe._("Complaint", lang="zh") == "投诉"
    meta = frappe.get_meta("Complaint")
    for fieldname in ("complaint_type", "severity", "received_at", "triage_rationale", "reportable"):
        label = meta.get_label(fieldname)
        assert frappe._(label) == row_of(label, rows)
    assert frappe._("Choose the severity.") == "请选择严重度。"


@pytest.mark.usefixtures("in_chinese")
def test_a_refused_step_is_told_in_chinese() -> None:
    doc = frappe.new_doc("Complaint")
    lines = [describe(doc, row) for row in complaint_missing({"stage": "intake"}, "triage")]
    assert lines
    for line in lines:
        assert messages.CHINESE.search(line["message"])
        assert messages.CHINESE.search(line["label"])


@pytest.mark.usefixtures("in_chinese")
def test_what_makes_complaints_alike_is_told_in_chinese() -> None:
    told = _sentence(Reason("field", Message("same {field}", {"field": "batch"}), 1.0))
    assert told == "批次相同"
