"""Each DocType of the app has its row in `constants/records.py`, and the row says what the DocType says."""

from __future__ import annotations

from importlib import import_module

import frappe
import pytest
from frappe.model.base_document import get_controller

from complaint_qms.constants import work
from complaint_qms.constants.records import DOCTYPES, QUALITY, RECORDS, ROW, SETTINGS, VOCABULARY, Record
from complaint_qms.constants.retention import TERMS
from complaint_qms.controllers.quality_record import QualityRecord
from complaint_qms.services.work.today import SOURCES

pytestmark = pytest.mark.usefixtures("site")
EACH = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.doctype)


def test_every_doctype_of_the_app_has_one_row():
    there = frappe.get_all("DocType", {"module": "Complaint QMS"}, pluck="name", order_by="name")
    assert sorted(there) == sorted(DOCTYPES)
    assert len(DOCTYPES) == len(RECORDS)


@EACH
def test_the_row_is_true_to_its_doctype(record: Record):
    meta = frappe.get_meta(record.doctype)
    assert bool(meta.istable) is (record.kind == ROW)
    assert bool(meta.issingle) is (record.kind == SETTINGS)
    assert bool(meta.track_changes) is record.tracked
    for field in (record.answerable, *record.company_from):
        assert not field or meta.get_field(field).fieldtype == "Link"
    if record.answerable:
        assert meta.get_field(record.answerable).options == "User"
    if record.series:
        (series,) = meta.get_field("naming_series").options.split()
        assert series.startswith(record.series)
    if record.out_of_use:
        assert meta.get_field(record.out_of_use.field).fieldtype == "Check"
    if record.evidence:
        assert meta.get_field(record.evidence.field).fieldtype in ("Attach", "Attach Image")
        assert meta.has_field(record.evidence.sum)
        table = frappe.get_meta(record.evidence.record).get_field(record.evidence.table)
        assert table.options == record.doctype


@EACH
def test_what_belongs_to_a_kind_is_said_of_it_alone(record: Record):
    assert bool(record.retention) is (record.kind == QUALITY)
    assert bool(record.series) is (record.kind == QUALITY)
    assert bool(record.out_of_use) is (record.kind == VOCABULARY)
    assert not record.retention or record.retention in TERMS


@EACH
def test_sight_is_a_module_with_both_questions(record: Record):
    if record.sight:
        module = import_module(f"complaint_qms.permissions.{record.sight}")
        assert callable(module.query)
        assert record.sight == "rows" or callable(module.document)


@EACH
def test_what_moves_through_stages_has_gates_of_its_own(record: Record):
    controller = get_controller(record.doctype)
    own = getattr(controller, "gates", QualityRecord.gates) is not QualityRecord.gates
    assert own or not record.stages


@EACH
def test_company_comes_from_a_record_that_is_named(record: Record):
    own = {names.field for names in record.names if not names.row}
    assert set(record.company_from) <= own


def test_each_kind_of_work_is_found_for_my_work():
    assert {record.work for record in RECORDS if record.work} | {work.CAPA_ACTION, work.DOCUMENT} == set(
        SOURCES
    )
