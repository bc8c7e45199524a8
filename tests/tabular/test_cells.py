"""What cells hold besides their text: markup, letters read in a wrong encoding, values of merged ranges, times beside dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.tabular import mapping
from complaint_qms.tabular.joined_columns import joined_column
from complaint_qms.tabular.markup import without_markup
from complaint_qms.tabular.mojibake import mended
from complaint_qms.tabular.profile import profile
from complaint_qms.tabular.rows import Table


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ("<div><p>It leaks &amp; hums</p><p>badly</p></div>", "It leaks & hums\nbadly"),
        ("one<br/>two&nbsp;three", "one\ntwo three"),
        ("<style>p {color: red}</style><script>alert(1)</script><b>Hot</b>", "Hot"),
        ("a < b and b > c", "a < b and b > c"),
        ("temperature <p1 and >p2", "temperature <p1 and >p2"),
        ("where i <b the limit> was, a <i> b and <p class=x>p", "where i <b the limit> was, a b and\np"),
        ("if x<b and y>a it fails", "if x<b and y>a it fails"),
        ("Q&A; R&D, AT&T", "Q&A; R&D, AT&T"),
        ("rock &#39;n&#39; roll", "rock 'n' roll"),
        ("<p>left open", "left open"),
        ("<!-- --><p></p>", ""),
        ("<p><![if !supportLists]>1. <![endif]>Seal<o:p></o:p></p><![foo[ ]]>", "1. Seal"),
        ("<a title=\"a > b\" href='x'>link</a> <b class=it's>bold</b>", "link bold"),
        ("<head><title>Mail</title></head><body>Hot</body>", "Hot"),
    ],
)
def test_markup_becomes_what_a_reader_sees(cell, seen):
    assert without_markup(cell) == seen


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<p title='", "<![", "<script>", "<p", "&lt;"])
def test_a_long_cell_of_broken_markup_is_read(piece):
    assert isinstance(without_markup("<p>" + piece * 200_000), str)  # how soon: `bench_hostile`


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_a_text_without_tags_keeps_its_words(text):
    plain = text.replace("<", "").replace("&", "")
    assert without_markup(plain) == plain
    assert "<p>" not in without_markup(f"<p>{text}</p>").lower() or "&lt" in text.lower()


WORDS = [
    "café",
    "Größe außen",
    "très déçu, cassé à l’arrivée",
    "não há três",
    "señal dañada",
    "naïve – “quoted” … €5",
    "Kühlgerät undicht",
]


@pytest.mark.parametrize(
    "text", [*WORDS, "变速箱漏油要求更换", "ブレーキから異音がする", "кнопка не работает"]
)
def test_utf8_read_as_latin_is_read_as_it_was_meant(text):
    garbled = "".join(bytes([b]).decode("cp1252", "replace").replace("\ufffd", chr(b)) for b in text.encode())
    assert garbled != text
    assert mended(garbled) == text
    assert mended(text) == text, "what is right stays"


def test_utf8_read_as_gb18030_is_read_as_it_was_meant():
    text = "新车三个月变速箱漏油"
    assert mended(text.encode().decode("gb18030")) == text


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        st.sampled_from("abcÀÁÂÃÄÇÈÉÊËÍÑÓÕÖÚÜßàáâãäçèéêëíñóõöúü €“”’…–«»°ºª 0123456789 不好用漏水变速箱"),
        max_size=40,
    )
)
def test_what_people_write_is_never_repaired(text):
    """Capitals with signs behind them look like the damage; none of these texts is damaged."""
    if any(pair in text for pair in _LOOKS_DAMAGED):
        return
    assert mended(text) == text


_LOOKS_DAMAGED = [a + b for a in "ÀÁÂÃÄÇÈÉÊËÍÑÓÕÖÚÜßàáâãäçèéêëíñóõöú" for b in "€“”’…–«»°ºª"]


@pytest.mark.parametrize("text", ["C'È…", "«IRMÃ»", "SEÑ…", "ÀÉ", "5 °C – “ok”", "联通", "Ã", "PORTÃO"])
def test_what_only_looks_damaged_stays(text):
    assert mended(text) == text


def test_a_date_and_its_time_of_day_are_one_moment():
    days, clocks = ["2024-03-04", "2024-03-05 00:00:00", "2024-03-06"], ["09:12:33", "15:00:00", ""]
    assert joined_column("received", [days, clocks]) == [
        "2024-03-04 09:12:33",
        "2024-03-05 15:00:00",
        "2024-03-06",
    ]
    assert joined_column("item", [["A", ""], ["b", "c"]]) == ["A / b", "c"]
    assert joined_column("text", [["A", ""], ["b", "c"]]) == ["A\nb", "c"]


def rows(path: Path) -> list[list[str]]:
    return [cells for chunk in Table(path).chunks(100) for cells in chunk.cells]


def test_merged_cells_are_filled_down_and_a_heading_of_two_rows_is_one(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["No", "Date", "Customer", None, "Lot"])
    sheet.append([None, None, "Name", "Town", None])
    for n in range(8):
        first = n % 4 == 0
        sheet.append(
            [
                n + 1,
                date(2024, 1, n + 1),
                f"C{n // 4}" if first else None,
                "X",
                f"L{n // 4}" if first else None,
            ]
        )
    for place in ("A1:A2", "B1:B2", "C1:D1", "E1:E2", "C3:C6", "C7:C10", "E3:E6", "E7:E10"):
        sheet.merge_cells(place)
    sheet.merge_cells("A12:A14")
    path = tmp_path / "merged.xlsx"
    book.save(path)
    table = Table(path)
    assert (table.header_row, table.columns) == (2, ["No", "Date", "Name", "Town", "Lot"])
    assert [(row[2], row[4]) for row in rows(path)] == [("C0", "L0")] * 4 + [("C1", "L1")] * 4
    assert table.format.merged == 5


def test_sheets_of_the_same_headings_are_one_table_whatever_their_order(tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for month, head in (
        (1, ["No", "Date", "Item"]),
        (2, ["Item", "No", "Date"]),
        (3, ["No", "Date", "Colour"]),
    ):
        sheet = book.create_sheet(f"2024-{month:02}")
        sheet.append(head)
        cells = {"No": month, "Date": date(2024, month, 5), "Item": "P1", "Colour": "red"}
        sheet.append([cells[name] for name in head])
    path = tmp_path / "months.xlsx"
    book.save(path)
    table = Table(path)
    assert (table.format.sheet, table.format.more, table.format.unread) == (
        "2024-01",
        ("2024-02",),
        ("2024-03",),
    )
    assert rows(path) == [["1", "2024-01-05 00:00:00", "P1"], ["2", "2024-02-05 00:00:00", "P1"]]
    assert [row for chunk in table.chunks(10) for row in chunk.rows] == [2, 4]
    assert [c.cells for c in table.chunks(10, 1)] == [[["2", "2024-02-05 00:00:00", "P1"]]], "gone on with"
    found = mapping.guess(profile(table))
    assert found == {"id": ["No"], "received": ["Date"], "item": ["Item"]}
