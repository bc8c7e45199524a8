"""Everything that can be wrong with a file is told in the words of the desk, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import frappe
import openpyxl
import pytest

from complaint_qms.engine.message import Message
from complaint_qms.services.importing import preparation, problem_text, run, source
from complaint_qms.tabular.problems import FILE_PROBLEMS, PROBLEMS, ROW_PROBLEMS
from tests.desk import factory

CHINESE = re.compile(r"[\u3400-\u9fff]")
FOREIGN = re.compile(
    r"mapping\.yaml|(?<!\w)--\w|complaint-qms|/private/|/root/|/home/|\bside file\b", re.IGNORECASE
)
SAMPLES = {
    "fields": ["received"],
    "most": 1234,
    "headings": ["a", "b"],
    "others": [],
    "file": Path("/home/frappe/sites/a/private/files/cases.csv"),
}
MADE: list[Path] = []


def example(key: str) -> Message:
    """A problem with a value in each of its places."""
    return Message(key, {name: SAMPLES.get(name, f"<{name}>") for name in PROBLEMS[key]})


@pytest.fixture(params=["en", "zh", "zh-TW", "de"])
def language(request, monkeypatch) -> str:
    monkeypatch.setattr(frappe.local, "lang", request.param)
    return request.param


@pytest.fixture(autouse=True)
def no_file_stays() -> Iterator[None]:
    """Files lie outside the transaction that a test is undone with."""
    yield
    while MADE:
        MADE.pop().unlink(missing_ok=True)


def attached(name: str, content: bytes | str) -> object:
    """A Complaint Import with a private file, as the form makes it; the file is looked at when it is saved."""
    file = frappe.get_doc(
        {"doctype": "File", "file_name": name, "content": content, "is_private": 1}
    ).insert()
    MADE.append(Path(file.get_full_path()))
    return frappe.get_doc(
        {"doctype": "Complaint Import", "company": factory.company(), "import_file": file.file_url}
    )


def workbook(rows: list[list], path: Path) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("key", sorted(PROBLEMS))
def test_every_problem_has_words_of_the_desk(key: str, language: str) -> None:
    said = problem_text.text_of(example(key))
    assert not FOREIGN.search(said), said
    assert bool(CHINESE.search(said)) == language.startswith("zh"), said
    assert "cases.csv" in said or key in ROW_PROBLEMS, said
    assert "{" not in said
    assert "1,234" in said or "most" not in PROBLEMS[key], said


def test_nothing_is_worded_that_cannot_happen() -> None:
    assert problem_text.FILE_TEXTS.keys() == FILE_PROBLEMS.keys()
    assert problem_text.ROW_TEXTS.keys() == ROW_PROBLEMS.keys()
    for key, text in (problem_text.FILE_TEXTS | problem_text.ROW_TEXTS).items():
        places = {name for _, name, _, _ in Formatter().parse(text.msg) if name}
        assert places <= set(PROBLEMS[key]), key


CASES = {
    "empty.csv": (b"", "is empty"),
    "picture.csv": (b"\x89PNG\r\n", "is a PNG file"),
    "old.csv": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel file"),
    "bytes.csv": (bytes(range(32)) * 90, "not a text file"),
    "cut.xlsx": (b"PK\x03\x04 and no more", "damaged or cut off"),
    "open.csv": (b'id,received,text\n1,2024-01-05,"it broke\n2,2024-01-06,b\n', "quotation mark opens here"),
    "broken.json": (b'[{"id": 1,]', "not valid JSON"),
    "wrapped.json": (b'{"rows": [{"id": 1}, {"id": 2}]}', "lie in a list under “rows”"),
    "list.json": (b"[[1], [2]]", "no row is a JSON object"),
    "wide.csv": (b",".join(b"c%d" % n for n in range(2001)) + b"\n", "at most 2,000 are read"),
    "page.csv": (b"<!DOCTYPE html><p>x", "is a HTML / XML file"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_that_cannot_be_read_is_told_when_it_is_attached(name: str) -> None:
    content, words = CASES[name]
    doc = attached(name, content or b" ")
    with pytest.raises(frappe.ValidationError, match=words) as told:
        doc.insert()
    assert not FOREIGN.search(str(told.value)), told.value


START = {
    "csv": (b"Colour,Taste\nred,sweet\nblue,sour\n", "Received At", "Colour, Taste"),
    "json": (b'{"Colour": "red"}\n{"Colour": "blue"}\n', "Received At", "Colour"),
    "xlsx": (None, "Received At", "Colour, Taste"),
}


@pytest.mark.parametrize("kind", START)
def test_a_missing_column_is_asked_for_under_columns(kind: str, tmp_path: Path, monkeypatch) -> None:
    content, field, headings = START[kind]
    content = content or workbook([["Colour", "Taste"], ["red", "sweet"]], tmp_path / "a.xlsx")
    doc = attached(f"columns.{kind}", content).insert()
    with pytest.raises(frappe.ValidationError, match="Choose it under Columns") as told:
        preparation.start_import(doc)
    assert field in str(told.value)
    assert headings in str(told.value)
    assert not FOREIGN.search(str(told.value)), told.value
    monkeypatch.setattr(frappe.local, "lang", "zh")
    with pytest.raises(frappe.ValidationError, match="没有列设为收到时间") as told:
        preparation.start_import(doc)
    assert not FOREIGN.search(str(told.value)), told.value


def test_headings_stay_as_the_file_has_them(monkeypatch) -> None:
    monkeypatch.setattr(frappe.local, "lang", "zh")
    problem = Message("rows_none", {"file": "a.csv", "headings": ["text", "item"]})
    assert problem_text.text_of(problem) == "a.csv 只有列标题，没有数据行：text、item。"


def test_a_date_alone_is_nothing_to_import() -> None:
    doc = attached("dates.csv", b"Received\n2024-01-05\n2024-01-06\n").insert()
    with pytest.raises(
        frappe.ValidationError, match="at least one of these under Columns: Description, Subject"
    ):
        preparation.start_import(doc)


def test_headings_without_rows_are_told() -> None:
    doc = attached("bare.csv", b"Received,Details\n").insert()
    with pytest.raises(frappe.ValidationError, match="column headings but no rows: Received, Details"):
        preparation.start_import(doc)


def test_a_file_that_went_from_the_disk_is_told_without_its_place() -> None:
    doc = attached("gone.csv", b"Received,Details\n2024-01-05,it broke\n").insert()
    run.path_of(doc).unlink()
    with pytest.raises(frappe.ValidationError, match=r"gone.*csv is not there any more") as told:
        preparation.start_import(doc)
    assert not FOREIGN.search(str(told.value)), told.value


def test_bad_rows_are_told_in_the_language_of_the_user_and_kept_whole(language: str) -> None:
    """A language that the reader of tables does not know stopped the whole import before."""
    rows = (
        b"id,Received,Details\n"
        + b"".join(b"%d,2024-01-05,it broke\n" % n for n in range(9))
        + b"9,2024-01-05,x,y\n"
    )
    doc = attached("rows.csv", rows).insert()
    opened = preparation.opened(doc)
    _total, bad = run.try_out(opened, run.defaults_of(doc))
    said = {
        "en": "4 cells, but there are 3 column headings.",
        "de": "4 cells, but there are 3 column headings.",
    }
    assert [(row.row, row.reason, row.cells) for row in bad] == [
        (11, said.get(language, "有 4 个单元格，但有 3 个列标题。"), ["9", "2024-01-05", "x", "y"])
    ]


def test_what_stops_a_job_is_told_without_a_place_on_the_server(monkeypatch) -> None:
    doc = attached("job.csv", b"Received,Details\n2024-01-05,it broke\n2024-01-06,again\n").insert()
    place = run.path_of(doc)

    def refuse(*arguments) -> None:
        raise FileNotFoundError(2, "No such file or directory", str(place))

    monkeypatch.setattr(source, "open_file", refuse)
    monkeypatch.setattr(frappe.db, "commit", lambda: None)
    monkeypatch.setattr(frappe.db, "rollback", lambda **points: None)
    title = {"method": "Import of complaints failed", "reference_name": doc.name}
    before = set(frappe.get_all("Error Log", title, pluck="name", order_by="name"))
    preparation.run_job(doc.name)
    doc.reload()
    assert doc.status == "failed"
    assert doc.error_message.startswith("The import was stopped by an unexpected error")
    (new,) = set(frappe.get_all("Error Log", title, pluck="name", order_by="name")) - before
    assert f"private/files/{place.name}" in frappe.db.get_value("Error Log", new, "error")
    frappe.delete_doc("Error Log", new, force=True)  # its table takes part in no transaction


def test_a_file_that_breaks_on_the_way_is_told_in_words(monkeypatch) -> None:
    doc = attached("late.csv", b"Received,Details\n" + b"2024-01-05,it broke\n" * 5).insert()
    opened = preparation.opened(doc)
    opened.table.path.write_bytes(b"Received,Details\n" + b'2024-01-05,it broke\n2024-01-05,"it\n' * 5)
    with pytest.raises(frappe.ValidationError, match="a quotation mark opens here") as told:
        list(opened.chunks(2))
    assert not FOREIGN.search(str(told.value)), told.value
