"""Formats, encodings, delimiters, headings and dates, as real exports have them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.tabular import mapping
from complaint_qms.tabular import profile as profiles
from complaint_qms.tabular.dates import (
    DateVotes,
    decide,
    dominant,
    has_numeric,
    parse_column,
)
from complaint_qms.tabular.profile import first_look, profile
from complaint_qms.tabular.rows import Table
from complaint_qms.tabular.sniff import sniff

HEAD = ["编号", "投诉日期", "客户", "问题描述"]
ROWS = [
    ["C-1", "2024-03-01", "Müller", "Der Griff wird heiß, „sehr“ heiß"],
    ["C-2", "2024-03-02", "李雷", "盖子漏水，\n台面全湿了"],
    ["C-3", "2024-03-03", "Zoë", 'said "no", twice; again'],
]


def quoted(row: list[str], delimiter: str) -> str:
    return delimiter.join('"' + c.replace('"', '""') + '"' for c in row)


def write_text(path: Path, rows: list[list[str]], encoding: str, delimiter: str = ",") -> Path:
    path.write_bytes("\r\n".join(quoted(r, delimiter) for r in rows).encode(encoding))
    return path


def read(path: Path) -> tuple[list[str], list[list[str]], list[int]]:
    table = Table(path)
    chunks = list(table.chunks(2))
    return table.columns, [c for k in chunks for c in k.cells], [r for k in chunks for r in k.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_survives_encoding_delimiter_and_newline_in_quotes(tmp_path, encoding, delimiter):
    path = write_text(tmp_path / "a.csv", [HEAD, *ROWS], encoding, delimiter)
    columns, cells, rows = read(path)
    assert columns == HEAD
    assert [[c.replace("\r\n", "\n") for c in r] for r in cells] == ROWS
    assert rows == [2, 3, 4]


@given(
    st.lists(
        st.text(alphabet='a,;" \n', max_size=30) | st.sampled_from(["2024-01-05", "on 2024-01-05, at noon"]),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 2),
)
def test_what_is_quoted_as_it_should_is_believed(tmp_path_factory, lines, before):
    """A paragraph with as many commas as the file has columns, and with a date, is no row."""
    told = "Dear Sir\n" + "\n".join(lines) + "\nx, 2024-01-05, y, z\nRegards"
    rows = [*ROWS[:before], ["C-9", "2024-03-09", "Ann", told], *ROWS[before:]]
    path = write_text(tmp_path_factory.mktemp("quoted") / "a.csv", [HEAD, *rows], "utf-8")
    table = Table(path)
    (chunk,) = table.chunks(50)
    assert not chunk.bad
    assert [[c.replace("\r\n", "\n") for c in r] for r in chunk.cells] == rows


def test_gb18030_is_told_from_latin(tmp_path):
    chinese = [HEAD, ["C-1", "2024-03-01", "李雷", "盖子漏水，台面全湿了"]]
    assert sniff(write_text(tmp_path / "zh.csv", chinese, "gb18030")).encoding == "gb18030"
    french = [["id", "date", "text"], ["1", "2024-03-01", "été déçu, cassé à l'arrivée"]]
    path = write_text(tmp_path / "fr.csv", french, "latin-1")
    assert read(path)[1][0][2] == "été déçu, cassé à l'arrivée"
    curly = [["id", "date", "text"], ["1", "2024-03-01", "“broken” – café"]]
    assert read(write_text(tmp_path / "win.csv", curly, "cp1252"))[1][0][2] == "“broken” – café"


def test_few_damaged_bytes_do_not_change_the_encoding(tmp_path):
    path = tmp_path / "d.csv"
    good = "编号,投诉日期,描述\n" + "".join(f"{i},2024-01-01,盖子漏水台面全湿了\n" for i in range(50))
    path.write_bytes(good.encode() + b"51,2024-01-02,bad \xff byte\n")
    fmt = sniff(path)
    assert (fmt.encoding, fmt.damaged) == ("utf-8", 1)


def test_xlsx_with_a_title_above_the_headings(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Complaints of the year"])
    sheet.append([])
    sheet.append(["No", "Received", "Item", "Qty"])
    sheet.append(["A1", datetime(2024, 3, 1, 8, 15), "Kettle", 2])
    sheet.append(["A2", datetime(2024, 3, 2), "Toaster", 1.5])
    path = tmp_path / "a.xlsx"
    book.save(path)
    columns, cells, rows = read(path)
    assert columns == ["No", "Received", "Item", "Qty"]
    assert cells == [
        ["A1", "2024-03-01 08:15:00", "Kettle", "2"],
        ["A2", "2024-03-02 00:00:00", "Toaster", "1.5"],
    ]
    assert rows == [4, 5]


def test_json_lines_nested_and_broken(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [
        json.dumps({"id": 1, "at": "2024-03-01", "who": {"name": "A"}, "tags": ["x", "y"]}),
        "{broken",
        "[1, 2]",
    ]
    path.write_text("\n".join(lines))
    table = Table(path)
    assert table.columns == ["id", "at", "who.name", "tags"]
    chunk = next(table.chunks(10))
    assert chunk.cells == [["1", "2024-03-01", "A", "x | y"]]
    assert [(row, why.key) for row, why in chunk.bad] == [(2, "row_not_json"), (3, "row_not_object")]


def test_json_array(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"id": "1", "date": "2024-03-01"}, {"id": "2", "date": "2024-03-02"}]))
    assert read(path)[1] == [["1", "2024-03-01"], ["2", "2024-03-02"]]


def test_broken_lines_are_put_aside_with_their_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,date,item\n1,2024-01-01,a\n2,2024-01-02\n\n3,2024-01-03,b,c\n4,2024-01-04,d,,\n")
    chunk = next(Table(path).chunks(10))
    assert [(row, why.key) for row, why in chunk.bad] == [(3, "row_too_short"), (5, "row_too_long")]
    assert chunk.cells == [["1", "2024-01-01", "a"], ["4", "2024-01-04", "d"]]
    assert chunk.consumed == 5
    path.write_text(
        "id,date,item,note\n6,2024-01-01,a,x\n7,2024-01-01,a,y\n8,2024-01-01,a,z\n9,2024-01-02,a\n10,2024-01-03\n11,2024-01-04,a\nmore,of it\n"
    )
    chunk = next(Table(path).chunks(10))
    assert ([row for row, _why in chunk.bad], chunk.short) == ([6, 7, 8], [5]), (
        "two rows, or one broken in two"
    )


def test_zero_characters_are_left_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(
        b"id,date,item\n" + b"".join(b"%d,2024-01-01,ab\n" % i for i in range(200)) + b"9,2024-01-01,a\0b\n"
    )
    chunk = next(Table(path).chunks(500))
    assert chunk.cells[-1] == ["9", "2024-01-01", "ab"]


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2024-03-04", "dmy", "2024-03-04T00:00:00"),
        ("2024/3/4 8:05", "mdy", "2024-03-04T08:05:00"),
        ("04/03/2024", "dmy", "2024-03-04T00:00:00"),
        ("04/03/2024", "mdy", "2024-04-03T00:00:00"),
        ("4.3.24", "dmy", "2024-03-04T00:00:00"),
        ("03/25/2024 3:05 PM", "mdy", "2024-03-25T15:05:00"),
        ("20240304", "dmy", "2024-03-04T00:00:00"),
        ("20240304101112", "dmy", "2024-03-04T10:11:12"),
        ("2024年3月4日", "ymd", "2024-03-04T00:00:00"),
        ("2024年3月4日 08:15", "ymd", "2024-03-04T08:15:00"),
        ("２０２４／３／４", "ymd", "2024-03-04T00:00:00"),
        ("4 Mar 2024", "mdy", "2024-03-04T00:00:00"),
        ("4-March-2024 10:00", "mdy", "2024-03-04T10:00:00"),
        ("Sept. 3, 2024 14:00:00", "dmy", "2024-09-03T14:00:00"),
        ("2024-03-04T08:15:00Z", "ymd", "2024-03-04T16:15:00"),
        ("2024-03-04T08:15:00.250+02:00", "ymd", "2024-03-04T14:15:00"),
        ("45355", "ymd", "2024-03-04T00:00:00"),
        ("45355.5", "ymd", "2024-03-04T12:00:00"),
        ("45355,5", "ymd", "2024-03-04T12:00:00"),
        ("1709539200", "ymd", "2024-03-04T16:00:00"),
        ("2024-02-30", "ymd", None),
        ("25/25/2024", "dmy", None),
        ("0001-01-01", "ymd", None),
        ("soon", "ymd", None),
        ("", "ymd", None),
    ],
)
def test_one_date(text, order, expected):
    stamps, _ = parse_column([text], order, "Asia/Shanghai")
    assert (None if np.isnat(stamps[0]) else str(stamps[0])) == expected
    beside = parse_column(["2020-01-01", text, "x", text], order, "Asia/Shanghai")[0]
    assert str(beside[1]) == str(beside[3]) == str(stamps[0])


def votes(*values: str) -> DateVotes:
    found = DateVotes()
    found.add(list(values))
    return found


def test_order_is_decided_by_the_whole_column():
    one = votes("03/04/2024", "05/04/2024", "25/04/2024")
    assert (decide(one, []).order, decide(one, []).why, decide(one, []).ambiguous) == (
        "dmy",
        "date_by_column",
        2,
    )
    assert decide(votes("04/03/2024", "04/25/2024"), []).order == "mdy"
    unclear = votes("03/04/2024", "04/04/2024")
    other = votes("04/25/2024")
    assert decide(unclear, [other]).order == "mdy"
    assert decide(unclear, [other]).why == "date_by_other_column"
    rising = [f"{month:02}/{day:02}/2024" for month in (1, 2, 3) for day in (1, 4, 7, 10)]
    for rows in (rising, rising[::-1], [*rising[:5], rising[6], rising[5], *rising[7:]]):
        assert (decide(votes(*rows), []).order, decide(votes(*rows), []).why) == ("mdy", "date_by_sequence")
    one_month = [f"05/{day:02}/2024" for day in range(1, 13)]  # rises in both readings
    no_order = [rising[n * 7 % 12] for n in range(12)]
    for rows in (rising[:6], one_month, no_order):
        decision = decide(votes(*rows), [])
        assert (decision.order, decision.why) == ("dmy", "date_by_default")
        assert decision.open_date == next(d for d in rows if d[:2] != d[3:5])
    assert decide(votes("03/04/2024"), []).why == "date_by_default"
    assert decide(unclear, [other], given="dmy").order == "dmy"
    mixed = decide(votes("25/04/2024", "26/04/2024", "04/27/2024"), [])
    assert (mixed.order, mixed.contrary) == ("dmy", 1)


@pytest.mark.parametrize(
    ("cell", "order", "real"),
    [
        ("2024-02-29", "ymd", True),
        ("2023-02-29", "ymd", False),
        ("2024/13/01", "ymd", False),
        ("2024.00.10", "ymd", False),
        ("2024-01-00", "ymd", False),
        ("2024-01-01 24:00", "ymd", False),
        ("2024-01-01T23:59:59", "ymd", True),
        ("2024-01-01 23:60", "ymd", False),
        ("31/12/2024", "dmy", True),
        ("31/12/2024", "mdy", False),
        ("12-31-2024 08:05:09", "mdy", True),
    ],
)
def test_a_whole_column_reads_like_its_cells(cell, order, real):
    """Cells of one shape are read as an array, a cell among others of another shape on its own: the answer is one."""
    good = {"ymd": "2024-01-02", "dmy": "02/01/2024", "mdy": "01/02/2024"}[order]
    together, timed = parse_column([cell] * 3, order, "UTC")
    alone, timed_alone = parse_column([good, good, f" {cell} "], order, "UTC")
    assert np.isnat(together).tolist() == [not real] * 3
    assert together[0] == alone[2] or not real
    assert np.isnat(alone).tolist() == [False, False, not real]
    assert timed[0] == timed_alone[2] == (real and ":" in cell)


def test_cells_of_other_shapes_do_not_pass_for_alike():
    cells = ["2024-01-01", "", "2024-01-1", "2024-01-011", "２０２４-01-01", "2024-01-0x", "2024-01-02"]
    alike = dominant(cells)
    assert alike.form == "9999-99-99"
    assert alike.rows.tolist() == [True, False, False, False, False, False, True]
    assert alike.texts.tolist() == [b"2024-01-01", b"2024-01-02"]
    assert not has_numeric(cells, alike)
    assert has_numeric([*cells, " 3/4/2024"], dominant([*cells, " 3/4/2024"]))


@pytest.fixture
def short_look(monkeypatch):
    """The first look at a file ends after 100 records."""
    monkeypatch.setattr(profiles, "CHUNK", 50)


def look(tmp_path: Path, lines: list[str]) -> profiles.Profile:
    path = tmp_path / "a.csv"
    path.write_text(
        "id,date,batch\n" + "".join(f"{n},{line}\n" for n, line in enumerate(lines)), encoding="utf-8"
    )
    return first_look(Table(path))


@pytest.mark.usefixtures("short_look")
def test_a_clear_file_is_not_read_to_its_end(tmp_path):
    seen = look(tmp_path, ["2024-03-01," + "b" * 500] * 1000)
    assert not seen.whole
    assert 800 <= seen.records <= 1100
    assert seen.column("batch").filled_share == 1.0


@pytest.mark.usefixtures("short_look")
@pytest.mark.parametrize(
    "beginning", [["2024-03-01,"] * 200, ["03/04/2024,b"] * 200, ["25/04/2024,b", "04/25/2024,b"] * 100]
)
def test_an_empty_column_or_an_open_order_asks_for_the_whole_file(tmp_path, beginning):
    seen = look(tmp_path, [*beginning, *["25/04/2024,b"] * 200])
    assert seen.whole
    assert seen.records == 400
    assert seen.column("date").votes.day_first >= 200
    assert seen.column("batch").filled >= 200


def test_columns_are_guessed_in_english_and_chinese(tmp_path):
    english = "Case No,Opened,Client,Product,Lot No,Problem,Details,Submitted via,Closed on\n" + "".join(
        f"K{i},0{i % 9 + 1}/25/2024,Client {i},P{i % 3},L{i % 2},Leak,Long words number {i} about it,web,0{i % 9 + 1}/27/2024\n"
        for i in range(30)
    )
    path = tmp_path / "en.csv"
    path.write_text(english)
    table = Table(path)
    found = {k: v[0] for k, v in mapping.guess(profile(table)).items()}
    assert found == {
        "id": "Case No",
        "received": "Opened",
        "customer": "Client",
        "item": "Product",
        "batch": "Lot No",
        "type": "Problem",
        "text": "Details",
        "channel": "Submitted via",
        "closed": "Closed on",
    }
    chinese = "投诉编号,投诉日期,客户名称,产品名称,批号,问题类型,投诉内容,渠道,结案日期\n" + "".join(
        f"T{i},2024年3月{i + 1}日,客户{i},水壶{i % 3},B{i % 2},渗漏,第{i}次使用就漏水了非常失望,电话,2024年4月{i + 1}日\n"
        for i in range(28)
    )
    path = tmp_path / "zh.csv"
    path.write_text(chinese, encoding="gb18030")
    found = mapping.guess(profile(Table(path)))
    assert sorted(found) == [
        "batch",
        "channel",
        "closed",
        "customer",
        "id",
        "item",
        "received",
        "text",
        "type",
    ]


def test_a_file_without_headings_gets_numbered_columns(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text("1,2024-01-01,leak\n2,2024-01-02,noise\n")
    table = Table(path)
    assert (table.header_row, table.columns) == (0, ["column 1", "column 2", "column 3"])
    assert len(next(table.chunks(10)).cells) == 2


def test_dots_mean_day_first_and_forms_of_dates_are_told():
    dotted = decide(votes("03.04.2024", "02.04.2024", "03.05.2024"), [])
    assert (dotted.order, dotted.why) == ("dmy", "date_by_dots")
    assert decide(votes("04.25.2024", "03.04.2024"), []).order == "mdy"
    assert decide(votes("02/Jan/23", "03/Jan/23"), []).form == "day_name"
    assert decide(votes("45292", "45293"), []).form == "serial"
    assert decide(votes("1704067200000", "1704326400000"), []).form == "epoch"


@given(
    st.permutations(["2024-03-05", "05.03.2024", "03/05/2024", "5 Mar 2024"]),
    st.integers(1, 4),
    st.integers(2, 30),
)
def test_several_styles_in_one_column_are_told(styles, count, often):
    used = styles[:count]
    found = decide(votes(*used * often), []).styles
    assert sorted(found) == (sorted(used) if count > 1 else [])


def test_a_stray_cell_is_no_style():
    assert decide(votes(*["2024-03-05"] * 500, "05.03.2024"), []).styles == []
