"""A stable key has one name, wherever it is shown: on a form, in a list, in a report, in a message."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants.import_columns import COLUMN_NAMES, STAGE_ENDS
from complaint_qms.constants.labels import CONTEXT, LABELS, WORDS
from complaint_qms.constants.settlement import REMEDY_OF_EXPECTATION
from complaint_qms.patches.v1_0 import translations_of_keys
from complaint_qms.services.record import gate_codes
from complaint_qms.services.record.labels import COLUMN, choice, choice_words, word
from complaint_qms.services.reporting.complaint_register import KEYS
from tests.desk import factory

# Their choices are names, or words of their own form.
NOT_KEYS = {
    "Complaint Import Column.target",
    "Complaint Survey.nps",
    "Signature Rule.record_type",
    "Complaint QMS Settings.replacement_document",
}


def choices() -> list[tuple[str, str]]:
    """(field, key) of every choice of the app's Select fields."""
    own = frappe.get_all("DocType", filters={"module": "Complaint QMS"}, pluck="name", order_by="name")
    fields = [field for name in own for field in frappe.get_meta(name).get_select_fields()]
    return [
        (f"{field.parent}.{field.fieldname}", key)
        for field in fields
        if field.fieldname != "naming_series" and f"{field.parent}.{field.fieldname}" not in NOT_KEYS
        for key in (field.options or "").split("\n")
        if key
    ]


def test_a_key_of_several_kinds_has_one_name() -> None:
    differing = {
        key: sorted({names[key] for names in LABELS.values() if key in names})
        for key in WORDS
        if len({names[key] for names in LABELS.values() if key in names}) > 1
    }
    assert not differing


def test_every_choice_of_the_app_has_a_name() -> None:
    assert not [(field, key) for field, key in choices() if key not in WORDS]


def test_the_register_names_every_value_of_its_keys() -> None:
    meta = frappe.get_meta("Complaint")
    for fieldname in KEYS:
        for key in filter(None, meta.get_field(fieldname).options.split("\n")):
            assert word(key) == WORDS[key], (fieldname, key)


def test_what_a_site_wrote_for_a_bare_key_goes_on_counting() -> None:
    """Before names were translated within a context of the app, a Translation of the key itself named the choice."""
    written = {
        ("de", "triage", ""): "Erstprüfung",
        ("de", "void", ""): "Storniert",
        ("de", WORDS["void"], CONTEXT): "Ungültig",  # written since, for the context
        ("de", "Triage", "Elsewhere"): "Sichtung",
    }
    for (language, source, context), text in written.items():
        factory.make(
            "Translation", language=language, source_text=source, context=context, translated_text=text
        )
    before = frappe.db.count("Translation")
    for _again in range(2):
        translations_of_keys.execute()
    assert frappe.db.count("Translation") == before + 1
    frappe.local.lang = "de"
    try:
        assert word("triage") == "Erstprüfung"
        assert word("void") == "Ungültig"
    finally:
        frappe.local.lang = "en"


def test_the_desk_is_told_the_same_names() -> None:
    boot: dict = {}
    for method in frappe.get_hooks("extend_bootinfo", app_name="complaint_qms"):
        frappe.get_attr(method)(bootinfo=boot)
    assert boot["complaint_qms_words"] == WORDS
    assert boot["complaint_qms_told_of_gates"] == sorted(gate_codes.TOLD)
    assert boot["complaint_qms_remedies"] == REMEDY_OF_EXPECTATION


def told_at_boot() -> dict[str, str]:
    boot: dict = {"__messages": {"Closed": "as it was"}}
    for method in frappe.get_hooks("extend_bootinfo", app_name="complaint_qms"):
        frappe.get_attr(method)(bootinfo=boot)
    return boot["__messages"]


@pytest.mark.parametrize("lang", ["en", "zh", "de"])
def test_the_frameworks_controls_are_told_the_name_of_every_choice(
    monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """They ask within the DocType; a bare key or name would change every other app's screens."""
    monkeypatch.setattr(frappe.local, "lang", lang)
    told = told_at_boot()
    assert told.pop("Closed") == "as it was"
    for field, key in choices():
        doctype = field.split(".")[0]
        assert told[f"{key}:{doctype}"] == choice(key, doctype) == word(key, doctype)
        if lang == "en":
            assert word(key) == WORDS[key]
    own = set(frappe.get_all("DocType", filters={"module": "Complaint QMS"}, pluck="name", order_by="name"))
    assert {key.partition(":")[2] for key in told} <= own


def test_columns_of_a_file_are_called_as_the_form_calls_them(monkeypatch: pytest.MonkeyPatch) -> None:
    targets = filter(None, frappe.get_meta(COLUMN).get_field("target").options.split("\n"))
    assert set(targets) == {*COLUMN_NAMES, *STAGE_ENDS}
    assert choice("closed", COLUMN) == "Closed At"
    assert choice("closed", "Complaint") == "Closed"
    monkeypatch.setattr(frappe.local, "lang", "zh")
    assert choice("closed", COLUMN) == "结案时间"
    assert choice("intake_done", COLUMN) == "受理结束时间"
    assert choice_words()["text:" + COLUMN] == choice("text", COLUMN)


def test_chinese_keeps_the_apps_words_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frappe.local, "lang", "zh")
    assert (word("closed"), word("missed"), word("machine")) == ("已结案", "未按时完成", "设备")
    assert frappe._("Machine") != word("machine")
    assert frappe._("closed") == "closed"
    assert frappe._("Closed") != word("closed") == frappe._("Closed", context=CONTEXT)


@pytest.mark.parametrize(
    ("key", "said"), [(None, ""), ("", ""), ("assessing", "Being Assessed"), ("what?", "what?")]
)
def test_a_name_of_nothing_and_of_something_unknown(key: str | None, said: str) -> None:
    assert word(key) == said
