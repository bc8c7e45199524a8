"""Rows that an import does not take without a word: numbers that are there already, formulas without values."""

from __future__ import annotations

import csv

import frappe
import pytest
from openpyxl import Workbook

from complaint_qms.services.importing import preparation, run, source
from complaint_qms.services.importing.row_values import Defaults
from tests.desk import factory, import_sheets
from tests.desk.import_sheets import HEADINGS, made_by, rows, started

sheet = pytest.fixture(import_sheets.sheet)


def told(doc) -> dict[int, tuple[str, str]]:
    """Row → column and reason, as the file of errors says it."""
    if not doc.error_file:
        return {}
    content = frappe.get_doc("File", {"file_url": doc.error_file}).get_content()
    text = content if isinstance(content, str) else content.decode()
    return {int(row[0]): (row[1], row[2]) for row in list(csv.reader(text.lstrip("\ufeff").splitlines()))[1:]}


@pytest.mark.parametrize("size", [2, 10])
def test_a_number_comes_in_once_in_one_batch_or_in_two(sheet, size: int) -> None:
    data = rows(6)
    data[1][0] = data[5][0] = data[0][0]
    path = sheet(*data)
    counted, bad = run.try_out(source.open_file(path), Defaults(company=factory.company()), size)
    assert (counted.imported, counted.failed) == (4, 2)
    assert [error.row for error in bad] == [3, 7]
    doc, found = started(path, batch_size=size)
    total = run.import_rows(doc, found)
    assert (total.imported, total.existing, total.failed, total.position) == (4, 0, 2, 6)
    assert len(made_by(found)) == 4
    said = (
        "Case No",
        f"External ID {data[0][0]} is in row 2 already. Change or empty it if this is another complaint.",
    )
    assert told(doc) == {3: said, 7: said}


def test_the_same_rows_in_another_file_name_the_complaint_they_are(sheet) -> None:
    data = rows(2)
    doc, found = started(sheet(*data))
    run.import_rows(doc, found)
    first = made_by(found)[0]
    data.append(rows(1)[0])
    doc, found = started(sheet(*data))
    total = run.import_rows(doc, found)
    assert (total.imported, total.existing, total.failed) == (1, 0, 2)
    assert told(doc)[2] == (
        "Case No",
        f"External ID {data[0][0]} is on {first['name']} already. Change or empty it if this is another complaint.",
    )


def test_numbers_are_each_companys_own_and_rows_without_one_are_taken(sheet) -> None:
    data = rows(2)
    doc, found = started(sheet(*data))
    run.import_rows(doc, found)
    other = factory.other_company()
    doc, found = started(sheet(*data, ["", *data[0][1:]], ["", *data[0][1:]]), company=other)
    total = run.import_rows(doc, found)
    assert (total.imported, total.failed) == (4, 0)
    assert {row["company"] for row in made_by(found)} == {other}


def test_a_run_that_goes_on_still_knows_the_numbers_of_its_first_rows(sheet) -> None:
    data = rows(4)
    data[3][0] = data[0][0]
    path = sheet(*data)
    doc, found = started(path)
    run.import_rows(doc, found)
    again, found = started(path)
    total = run.import_rows(again, found)
    assert (total.imported, total.existing, total.failed) == (0, 3, 1)
    assert "is in row 2 already" in told(again)[5][1]


def test_a_formula_without_its_value_is_a_row_with_an_error(tmp_path) -> None:
    book = Workbook()
    book.active.append(HEADINGS)
    data = rows(250, Received="2024-03-01")
    for row in data:
        book.active.append(row)
    book.active["C241"] = "=UPPER(A1)"
    book.active["H5"] = "=A1&B1"
    path = tmp_path / "formulas.xlsx"
    book.save(path)
    doc, found = started(path, batch_size=500)
    total = run.import_rows(doc, found)
    assert (total.imported, total.failed) == (248, 2)
    assert {row: reason.split(".")[0] for row, (_, reason) in told(doc).items()} == {
        5: "A formula without its value stands in Details",
        241: "A formula without its value stands in Customer",
    }


def test_the_job_speaks_the_language_of_who_started_it(sheet, monkeypatch) -> None:
    asked = {}
    monkeypatch.setattr(frappe, "enqueue", lambda job, **options: asked.update(options, job=job))
    data = rows(2)
    data[1][1] = "someday"
    doc, _found = started(sheet(*data))
    monkeypatch.setattr(frappe.local, "lang", "zh")
    preparation.start_import(doc)
    monkeypatch.setattr(frappe.local, "lang", "en")
    asked["job"](asked["name"], asked["language"])
    assert frappe.local.lang == "en"
    assert told(doc.reload())[3][1] == "someday 不是可识别的日期。"
