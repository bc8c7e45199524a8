"""Files, mappings and policies as a hostile or unlucky user gives them: nothing vanishes, nothing is made up."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import openpyxl
import pytest
import yaml

from complaint_qms.backtest import errors
from complaint_qms.backtest.main import main
from complaint_qms.backtest.piped_input import unlike
from complaint_qms.tabular.rows import Table, guarded
from complaint_qms.tabular.sniff import MAX_FIELD, sniff
from tests.backtest.outcome import query

HEAD = "id,received,item,type,description"
ITEMS = ("Kettle", "Fan")


def line(number: int, text: str = "it broke") -> str:
    return f"C{number:03d},2024-01-{number % 28 + 1:02d},{ITEMS[number % 2]},Leak,{text}"


def lines(count: int = 40) -> list[str]:
    return [HEAD, *(line(n) for n in range(count))]


def make(path: Path, content: list[str] | str | bytes) -> Path:
    content = "\n".join(content) + "\n" if isinstance(content, list) else content
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def replay(capsys, out: Path, *arguments: object) -> tuple[int, str]:
    code = main(["--lang", "en", "replay", *map(str, arguments), "--out", str(out), "--no-text"])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_quotation_mark_that_is_never_closed_is_named(tmp_path, capsys):
    rows = lines()
    rows[5] = line(4, '"it broke')
    code, said = replay(capsys, tmp_path / "o", make(tmp_path / "a.csv", rows))
    assert code == errors.UNREADABLE
    assert "row 6 (line 6)" in said


def test_rows_inside_a_quotation_mark_are_put_aside_and_can_be_read_again(tmp_path, capsys):
    rows = lines()
    rows[5], rows[9] = line(4, '"it broke'), line(8) + '"'
    code, said = replay(capsys, tmp_path / "o", make(tmp_path / "a.csv", rows))
    assert (code, "35 rows used, 5 bad rows" in said) == (errors.OK, True)
    code, said = replay(capsys, tmp_path / "again", tmp_path / "o" / "bad_rows.csv")
    assert (code, "5 rows used, 0 bad rows" in said) == (errors.OK, True)
    again = query(tmp_path / "again", "SELECT id, received, item, type, text FROM complaint ORDER BY id")
    assert again == [tuple(line(n).split(",")) for n in range(4, 9)]


def test_a_text_of_several_lines_is_no_swallowed_row(tmp_path, capsys):
    rows = lines()
    rows[5] = line(4, '"Dear Sir,\non 2024-01-05, at noon, it broke, twice, badly\nRegards, A. B."')
    code, said = replay(capsys, tmp_path / "o", make(tmp_path / "a.csv", rows))
    assert (code, "40 rows used, 0 bad rows" in said) == (errors.OK, True)


def test_a_cell_that_is_too_long_costs_its_row_only(tmp_path, capsys):
    rows = lines()
    rows[3] = line(2, "x" * (MAX_FIELD + 1))
    code, said = replay(capsys, tmp_path / "o", make(tmp_path / "a.csv", rows))
    assert (code, "39 rows used, 1 bad row" in said) == (errors.OK, True)
    assert query(tmp_path / "o", "SELECT row, reason FROM rejected") == [(4, "cell_too_long")]


def test_a_missing_column_leaves_a_mapping_to_complete(tmp_path, capsys):
    path = make(tmp_path / "a.csv", "when;what\n" + "soon;Kettle\n2024-01-02;Fan\nlater;Fan\nsoon;Fan\n" * 3)
    code, said = replay(capsys, tmp_path / "o", path)
    assert code == errors.COLUMNS
    for word in ("received", "when, what", '";"', str(tmp_path / "o" / "mapping.yaml")):
        assert word in said
    mapping = tmp_path / "o" / "mapping.yaml"
    assert "received: null" in mapping.read_text()
    completed = (
        mapping.read_text().replace("received: null", "received: when").replace("item: null", "item: what")
    )
    code, said = replay(capsys, tmp_path / "p", path, "--mapping", make(tmp_path / "m.yaml", completed))
    assert (code, "3 rows used, 9 bad rows" in said) == (errors.OK, True)


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("a.csv", HEAD + "\n", errors.NO_GOOD_ROW, "no rows"),
        ("a.json", '{"data": [{"id": 1}, {"id": 2}]}', errors.UNREADABLE, "'data'"),
        ("b.json", '{\n "id": 1,\n "date": "2024-01-01"\n}', errors.UNREADABLE, "one object per line"),
        ("c.json", "[]", errors.UNREADABLE, "no row is a JSON object"),
        ("d.json", "[" * 100_000, errors.UNREADABLE, "JSON"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), errors.UNREADABLE, "password"),
        ("b.xlsx", b"PK\x03\x04" + b"\0" * 90, errors.UNREADABLE, "damaged or cut off"),
    ],
)  # fmt: skip
def test_each_kind_of_wrong_file_has_its_own_words(tmp_path, capsys, name, content, code, words):
    found, said = replay(capsys, tmp_path / "o", make(tmp_path / name, content))
    assert (found, words in said) == (code, True), said


def test_odd_json_costs_nothing_but_itself(tmp_path, capsys):
    good = [f'{{"id": "{n}", "date": "2024-01-0{n % 9 + 1}", "item": "Fan"}}' for n in range(30)]
    odd = [
        '{"id": "half", "date": "2024-01-01", "item": "\\ud800 x"}',
        '{"id": ' + "9" * 5000 + ', "date": "2024-01-01", "item": "Fan"}',
        '{"id": "n\\u0000ul", "date": "2024-01-01", "item": "Fan"}',
        '{"a": ' + "[" * 100_000,
    ]
    code, said = replay(capsys, tmp_path / "o", make(tmp_path / "a.jsonl", good + odd))
    assert (code, "33 rows used, 1 bad row" in said) == (errors.OK, True), said
    assert query(tmp_path / "o", "SELECT item FROM complaint WHERE id = 'half'") == [("\ufffd x",)]


def book(path: Path, sheets: dict[str, list[list]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def test_the_sheets_with_the_dates_are_read_and_the_others_are_named(tmp_path, capsys):
    rows = [row.split(",") for row in lines(10)]
    later = [rows[0], *([f"{row[0]}-b", *row[1:]] for row in rows[1:5])]
    other = [["id", "date", "owner"], ["1", "2024-01-01", "Ann"]]
    path = book(
        tmp_path / "a.xlsx",
        {"Read me": [["Complaints of two years"]], "2023": rows, "2024": later, "Staff": other},
    )
    code, said = replay(capsys, tmp_path / "o", path)
    assert (code, "14 rows used" in said, "Read me, Staff" in said) == (errors.OK, True, True)
    assert query(tmp_path / "o", "SELECT reason, rows FROM quality ORDER BY reason") == [
        ("sheets_joined", 2),
        ("sheets_unread", 2),
    ]
    assert query(tmp_path / "o", "SELECT max(row) FROM complaint") == [(16,)], "rows are counted on"
    mapping = (tmp_path / "o" / "mapping.yaml").read_text()
    assert "sheet: ['2023', '2024']" in mapping
    again = replay(capsys, tmp_path / "q", path, "--mapping", tmp_path / "o" / "mapping.yaml")
    assert "14 rows used" in again[1]
    one = make(tmp_path / "m.yaml", mapping.replace("sheet: ['2023', '2024']", "sheet: 2024"))
    assert "4 rows used" in replay(capsys, tmp_path / "p", path, "--mapping", one)[1]
    gone = make(tmp_path / "n.yaml", mapping.replace("['2023', '2024']", "['2023', '2025']"))
    code, said = replay(capsys, tmp_path / "r", path, "--mapping", gone)
    assert (code, "no sheet '2025'" in said) == (errors.UNREADABLE, True)


def test_formulas_without_values_are_called_so(tmp_path, capsys):
    rows = [["id", "received", "item"], *([n, f"=DATE(2024,1,{n})", "Fan"] for n in range(1, 9))]
    code, said = replay(capsys, tmp_path / "o", book(tmp_path / "a.xlsx", {"s": rows}))
    assert (code, "formulas without stored values in received" in said) == (errors.COLUMNS, True)


def test_impossible_numbers_count_as_nothing(tmp_path, capsys):
    odd = ["-1", "inf", "1e999", "0.0001", "1e300", "nan", "", "2", *["0"] * 32]
    rows = [HEAD + ",deaths", *(f"{line(n)},{odd[n]}" for n in range(40))]
    assert replay(capsys, tmp_path / "o", make(tmp_path / "a.csv", rows))[0] == errors.OK
    assert query(tmp_path / "o", "SELECT deaths, count(*) FROM complaint GROUP BY 1 ORDER BY 1") == [
        (None, 7),
        (0.0, 32),
        (2.0, 1),
    ]
    assert query(tmp_path / "o", "SELECT reason, rows FROM quality WHERE field = 'deaths'") == [
        ("number_impossible", 5)
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"encoding": "klingon"}, "files[0].encoding"),
        ({"encoding": "hex"}, "files[0].encoding"),
        ({"delimiter": ";;"}, "files[0].delimiter"),
        ({"header_row": "abc"}, "files[0].header_row"),
        ({"header_row": -1}, "files[0].header_row"),
        ({"header_row": 900}, "row 900"),
        ({"kind": "banana"}, "files[0].kind"),
        ({"kind": "xlsx"}, "this is csv"),
        ({"dates": ["dmy"]}, "files[0].dates"),
        ({"dates": {"foo": "dmy"}}, "files[0].dates.'foo'"),
        ({"columns": {"received": []}}, "files[0].columns.received"),
        ({"encodng": "utf-8"}, "encodng"),
    ],
)
def test_wrong_values_in_a_mapping_are_named(tmp_path, capsys, change, words):
    entry = {"name": "a.csv", "columns": {"received": "received", "item": "item"}, **change}
    mapping = make(tmp_path / "m.yaml", yaml.safe_dump({"version": 1, "files": [entry]}))
    data = make(tmp_path / "a.csv", lines())
    code, said = replay(capsys, tmp_path / "o", data, "--mapping", mapping)
    assert (code, words in said) == (errors.COLUMNS, True), said


@pytest.mark.parametrize("text", ["version: 9\nfiles: []\n", "files: []\nfiles: []\n", "files: []\nfoo: 1\n"])
def test_wrong_mapping_files(tmp_path, capsys, text):
    data, mapping = make(tmp_path / "a.csv", lines()), make(tmp_path / "m.yaml", text)
    assert replay(capsys, tmp_path / "o", data, "--mapping", mapping)[0] == errors.COLUMNS


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("signals: {false_discovery_rate: 1}", "signals.false_discovery_rate"),
        ("signals: {by: [all, all]}", "signals.by[1]"),
        ("risk: {window_days: 100000000000000000000}", "risk.window_days"),
        ("risk: {severities: [{key: [a], name: a}]}", "risk.severities[0].key"),
        ("reportability: {jurisdictions: [[x]]}", "reportability.jurisdictions[0]"),
        ("reportability: {answers: {death: 5}}", "reportability.answers.death"),
        ("sop: {total_hours: .nan}", "sop.total_hours"),
        ("sop: {total_hours: .inf}", "sop.total_hours"),
        ("sop: {total_hours: 1.0e+300}", "sop.total_hours"),
        ("sop: {ladder: [{at: .nan, to: x}]}", "sop.ladder[0].at"),
        ("sop: {warn_at: 0.5}\nsop: {warn_at: 0.6}", "row 2"),
        ("calendar: {shifts: {monday: ['08:00-12:00', '11:00-15:00']}}", "overlaps"),
        ("calendar: {shifts: {monday: ['22:00-06:00'], tuesday: ['05:00-12:00']}}", "overlaps"),
        ("sop: " + "[" * 3000 + "]" * 3000, "nested too deep"),
        ("calendar: {holidays: [2024-13-45]}", "row 1"),
    ],
)
def test_impossible_policies(tmp_path, capsys, policy, words):
    data, path = make(tmp_path / "a.csv", lines()), make(tmp_path / "policy.yaml", policy)
    code, said = replay(capsys, tmp_path / "o", data, "--policy", path)
    assert (code, words in said) == (errors.POLICY, True), said


def test_pipes_are_read_like_files(tmp_path, capsys):
    data, fifo = make(tmp_path / "a.csv", lines()), tmp_path / "fifo"
    command = [
        sys.executable,
        "-m",
        "complaint_qms.backtest.main",
        "replay",
        "-",
        "--no-text",
        "--out",
        str(tmp_path / "o"),
    ]
    done = subprocess.run(command, input=data.read_bytes(), capture_output=True, check=False)
    assert done.returncode == errors.OK, done.stderr
    assert query(tmp_path / "o", "SELECT name, good FROM source") == [("stdin", 40)]
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_bytes(data.read_bytes()))
    writer.start()
    assert replay(capsys, tmp_path / "p", fifo)[0] == errors.OK
    writer.join()
    assert query(tmp_path / "p", "SELECT name, good FROM source") == [("fifo", 40)]
    assert replay(capsys, tmp_path / "q", "/dev/zero")[0] == errors.UNREADABLE


def test_files_of_one_name_are_told_apart(tmp_path, capsys):
    (tmp_path / "d").mkdir()
    one, two = (
        make(tmp_path / "a.csv", lines(20)),
        make(tmp_path / "d" / "a.csv", [HEAD, *map(line, range(19, 50))]),
    )
    code, _ = replay(capsys, tmp_path / "o", one, two)
    assert code == errors.OK
    assert query(tmp_path / "o", "SELECT detail FROM rejected") == [("C019 (a.csv: 21)",)]
    assert unlike(["a", "a", "b", "a"]) == ["a", "a (2)", "b", "a (3)"]
    mapping = tmp_path / "o" / "mapping.yaml"
    assert replay(capsys, tmp_path / "p", one, two, "--mapping", mapping)[0] == errors.OK
    assert query(tmp_path / "p", "SELECT name FROM source") == [("a.csv",), ("a.csv (2)",)]


@pytest.mark.parametrize("turned", [False, True])
def test_made_up_numbers_give_way(tmp_path, capsys, turned):
    numbered = make(
        tmp_path / "a.csv",
        ["id,date,item", *(f"{k}-{n},2024-01-05,Fan" for k in (1, 2) for n in range(2, 9))],
    )
    bare = make(tmp_path / "b.csv", ["date,item", *["2024-01-06,Fan"] * 7])
    files = (bare, numbered) if turned else (numbered, bare)
    code, said = replay(capsys, tmp_path / "o", *files)
    assert (code, "21 rows used, 0 bad rows" in said) == (errors.OK, True), said


def test_deliveries_are_shown_and_can_be_mapped(tmp_path, capsys):
    data = make(tmp_path / "a.csv", lines())
    given = make(tmp_path / "d.csv", "art;when;n\n" + "Fan;2024-01-02;5\nFan;2024-01-03;x\n" * 4)
    code, said = replay(capsys, tmp_path / "o", data, "--deliveries", given)
    assert (code, "quantity" in said, "art, when, n" in said) == (errors.COLUMNS, True, True)
    mapping = (tmp_path / "o" / "mapping.yaml").read_text()
    head, entry = mapping.split("deliveries:")
    for field, name in (("item", "art"), ("date", "when"), ("quantity", "n")):
        entry = entry.replace(f"  {field}: null", f"  {field}: {name}")
    completed = make(tmp_path / "m.yaml", f"{head}deliveries:{entry}")
    code, said = replay(capsys, tmp_path / "p", data, "--deliveries", given, "--mapping", completed)
    assert (code, "Date" in said) == (errors.OK, True), said
    assert query(tmp_path / "p", "SELECT item, sum(units) FROM delivery GROUP BY 1") == [("Fan", 20.0)]


def test_a_guessed_encoding_is_doubted(tmp_path, capsys):
    rows = [HEAD, *(line(n, f'"20 °C {n}"') for n in range(40))]
    path = make(tmp_path / "a.csv", "\n".join(rows).encode("latin-1"))
    assert not sniff(path).doubt.senseless
    code, said = replay(capsys, tmp_path / "o", path)
    assert (code, "encoding" in said) == (errors.OK, True)
    assert "encoding" in query(tmp_path / "o", "SELECT reason FROM quality")[0][0]


def test_letters_that_make_no_words_are_refused_with_the_remedy_which_works(tmp_path, capsys):
    text = "ตัวอย่างสินค้าเสีย ขอเปลี่ยน"
    rows = [HEAD, *(line(n, f'"{text} {n}"') for n in range(40))]
    path = make(tmp_path / "a.csv", "\n".join(rows).encode("cp874"))
    code, said = replay(capsys, tmp_path / "o", path)
    assert (code, "Save it as UTF-8" in said, "encoding: " in said) == (errors.UNREADABLE, True, True)
    lines = re.findall(r"'([^']+)'", said)[:3]
    assert lines[:2] == ["version: 1", "files:"]
    given = make(
        tmp_path / "m.yaml", "\n".join(lines).replace(re.search(r"encoding: (\S+)}", said)[1], "cp874") + "\n"
    )
    assert replay(capsys, tmp_path / "p", path, "--mapping", given)[0] == errors.OK
    assert text in query(tmp_path / "p", "SELECT text FROM complaint LIMIT 1")[0][0]


def test_a_slip_in_the_year_does_not_move_the_end(tmp_path, capsys):
    rows = lines()
    rows[1] = rows[1].replace("2024", "2199")
    code, said = replay(capsys, tmp_path / "o", make(tmp_path / "a.csv", rows))
    assert (code, "One date of receipt lies far from all others, row 2" in said) == (errors.OK, True)
    assert query(tmp_path / "o", "SELECT value FROM meta WHERE key = 'as_of'")[0][0].startswith("2024-01-28")
    assert query(tmp_path / "o", "SELECT reason, rows FROM quality WHERE field != '-'") == [("date_far", 1)]


def test_no_cell_of_the_side_file_is_a_formula(tmp_path, capsys):
    rows = lines()
    for place, text in enumerate(("=1+1", "+1+1", "-2+3", "@SUM(1)"), 3):
        rows[place] = rows[place].replace("2024-01", text)
    assert replay(capsys, tmp_path / "o", make(tmp_path / "=a.csv", rows))[0] == errors.OK
    with (tmp_path / "o" / "bad_rows.csv").open(encoding="utf-8-sig", newline="") as handle:
        cells = [cell for row in csv.reader(handle) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


FORMULAS = ("=1+1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\tx", " =1", "\n=1", "＝1+1", "＋1", "－a", "＠x", "-", "--5", "+49 89 1", "'=1", "''=1")  # fmt: skip
NUMBERS = ("-1.5", "+3", "-1,5", "-1,234.56", "-1e5", "-5%", "7", "-0.5")
TEXTS = ("x", "a=b", "", "'tis", "1-2", "2024-01-02", "a@b.example")


def test_formulas_are_given_as_text_and_numbers_stay_numbers():
    assert [guarded(text) for text in FORMULAS] == [f"'{text}" for text in FORMULAS]
    assert [guarded(text) for text in (*NUMBERS, *TEXTS)] == [*NUMBERS, *TEXTS]


def test_a_side_file_gives_every_text_back(tmp_path):
    path = tmp_path / "bad_rows.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle)
        out.writerow(["file", "row", "column", "reason", "detail", "text"])
        out.writerows(["a", "1", "b", "c", "d", guarded(text)] for text in (*FORMULAS, *NUMBERS, "x"))
    chunk = next(Table(path).chunks(100))
    assert [cells[5] for cells in chunk.cells] == [*FORMULAS, *NUMBERS, "x"]


def test_words_for_no_lot_make_no_batch(tmp_path, capsys):
    words = ["NI", "N/I", "unknown", "n/a", "Not Applicable", "无批号", "L1", "L2"]
    rows = [HEAD + ",batch,serial", *(f"{line(n)},{words[n % 8]},{words[n % 8]}" for n in range(40))]
    assert replay(capsys, tmp_path / "o", make(tmp_path / "a.csv", rows))[0] == errors.OK
    assert query(tmp_path / "o", "SELECT DISTINCT batch, serial FROM complaint ORDER BY 1") == [
        (None, None),
        ("L1", "L1"),
        ("L2", "L2"),
    ]


def test_rows_that_only_lack_their_end_count(tmp_path):
    rows = lines()
    rows[3] = "C002,2024-01-03,Kettle"  # the end is missing
    rows[5] = "C004,2024-01-05,Leak,it broke"  # the item is missing
    rows[7:9] = ["C006,2024-01-07,Kettle", "Leak,it broke"]  # a line broken in two
    chunk = next(Table(make(tmp_path / "a.csv", rows)).chunks(100))
    assert chunk.short == [4]
    assert chunk.cells[2] == ["C002", "2024-01-03", "Kettle", "", ""]
    assert [row for row, _ in chunk.bad] == [6, 8, 9]
