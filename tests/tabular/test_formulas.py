"""Formulas of a workbook that were saved without their values are told, wherever they stand, and never read as empty."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from complaint_qms.tabular.rows import Table

HEADINGS = ["Case No", "Received", "Details"]


def book(path: Path, count: int, formulas: dict[int, str]) -> Path:
    """A workbook of `count` rows; in `formulas` the details are a formula: row → how its value is written."""
    made = Workbook()
    made.active.append(HEADINGS)
    for number in range(2, count + 2):
        text = "=FORMULA()" if number in formulas else "The lamp flickers."
        made.active.append([f"A-{number}", "2024-03-01", text])
    plain = path.with_suffix(".plain.xlsx")
    made.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            content = source.read(part).decode()
            for number, cell in formulas.items():
                written = rf'<c r="C{number}"[^>]*><f>FORMULA\(\)</f><v ?/?>(</v>)?</c>'
                content = re.sub(written, cell.format(row=number), content)
            assert "FORMULA()" not in content
            target.writestr(part, content)
    return path


def read(path: Path, needed: list[str]) -> tuple[list[int], dict[int, list[str]], list[list[str]]]:
    """Rows read, rows put aside with the columns named, cells of the rows read."""
    chunks = list(Table(path).chunks(100, needed=needed))
    bad = {row: why.params["columns"] for chunk in chunks for row, why in chunk.bad}
    cells = [cells for chunk in chunks for cells in chunk.cells]
    return [row for chunk in chunks for row in chunk.rows], bad, cells


WITHOUT = {
    "no value": '<c r="C{row}"><f>UPPER("x")</f></c>',
    "an empty value": '<c r="C{row}"><f>UPPER("x")</f><v></v></c>',
    "an empty element": '<c r="C{row}"><f>UPPER("x")</f><v/></c>',
    "a shared formula": '<c r="C{row}"><f t="shared" si="0"/></c>',
}
WITH = {
    "a text": ('<c r="C{row}" t="str"><f>UPPER("x")</f><v>X</v></c>', "X"),
    "a number": ('<c r="C{row}"><f>1+1</f><v>2</v></c>', "2"),
    "the empty text": ('<c r="C{row}" t="str"><f>""</f><v></v></c>', ""),
}


@pytest.mark.parametrize("way", WITHOUT)
@pytest.mark.parametrize("row", [2, 150, 301])
def test_a_formula_without_its_value_puts_its_row_aside(tmp_path: Path, way: str, row: int) -> None:
    path = book(tmp_path / "a.xlsx", 300, {row: WITHOUT[way]})
    good, bad, _ = read(path, HEADINGS)
    assert bad == {row: ["Details"]}
    assert good == [number for number in range(2, 302) if number != row]


@pytest.mark.parametrize("way", WITH)
def test_a_formula_with_its_value_is_read_as_that(tmp_path: Path, way: str) -> None:
    cell, value = WITH[way]
    good, bad, cells = read(book(tmp_path / "a.xlsx", 5, {3: cell}), HEADINGS)
    assert (good, bad) == ([2, 3, 4, 5, 6], {})
    assert cells[1] == ["A-3", "2024-03-01", value]


def test_a_column_that_nobody_needs_costs_no_row(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", 5, {3: WITHOUT["no value"]})
    assert read(path, ["Case No", "Received"])[:2] == ([2, 3, 4, 5, 6], {})


def test_rows_that_are_passed_over_are_not_told_again(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", 6, {3: WITHOUT["no value"], 6: WITHOUT["no value"]})
    (chunk,) = Table(path).chunks(100, skip_records=3, needed=HEADINGS)
    assert [row for row, _ in chunk.bad] == [6]
    assert chunk.rows == [5, 7]
    assert chunk.consumed == 3
