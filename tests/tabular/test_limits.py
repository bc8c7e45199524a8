"""Files that ask for more memory or time than a file of complaints ever does are refused, with the limit in one sentence.

One process reads them all, with little memory and a time limit, as `complaint-qms` does; the import on the desk uses the
same reader.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from complaint_qms.backtest.errors import UNREADABLE
from complaint_qms.tabular import limits
from complaint_qms.tabular.errors import UnreadableFileError
from complaint_qms.tabular.rows import Table
from complaint_qms.tabular.workbook_inspection import inspect as workbook_reach

MEMORY = 1_500 << 20
SECONDS = 900  # where it does not end; on an idle machine it takes twenty
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
READ = """
import json, sys
from complaint_qms.backtest.main import main
sys.stdout.flush()
for path in json.loads(sys.argv[1]):
    print("==", path.rsplit("/")[-1], main(["--lang", "en", "replay", path, "--out", path + ".out", "--no-text"]), flush=True)
"""


def workbook(path: Path, *pieces: str, part: str = "xl/worksheets/sheet1.xml", times: int = 1) -> Path:
    """A workbook, one part of which is `pieces`: the one in the middle is written `times` times."""
    plain = path.with_suffix(".plain.xlsx")
    book = openpyxl.Workbook()
    book.active.title = "Cases"
    for row in (("id", "received", "item"), ("C1", "2024-01-02", "Fan"), ("C2", "2024-01-03", "Fan")):
        book.active.append(row)
    book.save(plain)
    head, middle, tail = pieces
    with (
        zipfile.ZipFile(plain) as given,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
    ):
        for name in given.namelist():
            if name != part:
                out.writestr(name, given.read(name))
        with out.open(part, "w") as stream:
            stream.write(head.encode())
            some = max(1, (1 << 20) // max(1, len(middle)))
            for _ in range(times // some):
                stream.write((middle * some).encode())
            stream.write((middle * (times % some)).encode())
            stream.write(tail.encode())
    plain.unlink()
    return path


def sheet(path: Path, before: str, middle: str, after: str, times: int = 1) -> Path:
    head, tail = f'<worksheet xmlns="{NAMESPACE}">', "</worksheet>"
    return workbook(path, head + before, middle, after + tail, times=times)


def file(path: Path, *pieces: tuple[str, int]) -> Path:
    with path.open("w") as out:
        for text, times in pieces:
            some = max(1, (1 << 20) // max(1, len(text)))
            for _ in range(times // some):
                out.write(text * some)
            out.write(text * (times % some))
    return path


DATA, END = "<sheetData>", "</sheetData>"
CASE = "<c><v>1</v></c>"
CASES = {
    "dimension.xlsx": ("column XFD", lambda p: sheet(p, '<dimension ref="A1:XFD1048576"/>' + DATA, "", END)),
    "corner.xlsx": ("column XFD", lambda p: sheet(p, DATA, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', END)),
    "far.xlsx": ("1,048,576 rows", lambda p: sheet(p, DATA, '<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>', END)),
    "sparse.xlsx": ("5,000,000 empty cells", lambda p: sheet(p, DATA, '<row><c r="BXA1"><v>1</v></c></row>', END, 200_000)),
    "rows.xlsx": ("50,000 empty rows", lambda p: sheet(p, DATA, "<row/>", f"<row>{CASE}</row>" + END, 1_000_000)),
    "styled.xlsx": ("50,000 empty rows", lambda p: sheet(p, DATA, '<row><c s="0"/></row>', f"<row>{CASE}</row>" + END, 1_000_000)),
    "gap.xlsx": ("50,000 empty rows", lambda p: sheet(p, DATA + f"<row>{CASE}</row>", "", f'<row r="1000000">{CASE}</row>' + END)),
    "columns.xlsx": ("5,000,000 empty cells", lambda p: sheet(p, DATA, '<row><c r="BXX1"><v>1</v></c></row>', END, 20_000)),
    "empty.xlsx": ("5,000,000 empty cells", lambda p: sheet(p, DATA + "<row>", "<c/>" * 1_999 + "<c><v>1</v></c></row><row>", "</row>" + END, 20_000)),
    "zeros.xlsx": ("at most 512 MB", lambda p: sheet(p, DATA, "<row/>", END, 100_000_000)),
    "before.xlsx": ("1,000,000 parts", lambda p: sheet(p, "", "<x/>", DATA + END, 20_000_000)),
    "row.xlsx": ("200,000 parts", lambda p: sheet(p, DATA + "<row>", '<c r="A1"/>', "</row>" + END, 10_000_000)),
    "text.xlsx": ("bytes in one cell", lambda p: sheet(p, DATA + '<row><c t="inlineStr"><is><t>', "x", "</t></is></c></row>" + END, 300 << 20)),
    "texts.xlsx": ("10,000,000 parts", lambda p: workbook(p, f'<sst xmlns="{NAMESPACE}">', "<si/>", "</sst>", part="xl/sharedStrings.xml", times=40_000_000)),
    "styles.xlsx": ("at most 16 MB", lambda p: workbook(p, f'<styleSheet xmlns="{NAMESPACE}">', "<x/>", "</styleSheet>", part="xl/styles.xml", times=20_000_000)),
    "wide.csv": ("100,000 columns; at most 2,000", lambda p: file(p, ("c,", 99_999), ("c\n", 1), ("1,", 99_999), ("1\n", 1))),
    "line.csv": ("4,000,000 characters", lambda p: file(p, ("id,received,item\n", 1), ("x,", 50 << 20), ("x\n", 1))),
    "lines.csv": ("4,000,000 characters", lambda p: file(p, ("id,received,item\n", 1), ('"x\n",', 20 << 20), ("x\n", 1))),
    "blank.csv": ("1,048,576 empty rows", lambda p: file(p, ("id,received,item\n", 1), ("\n", 5_000_000), ("1,2024-01-02,Fan\n", 2))),
    "blank.jsonl": ("1,048,576 empty rows", lambda p: file(p, ('{"id": "1", "received": "2024-01-02", "item": "Fan"}\n', 2), ("\n", 5_000_000))),
    "wide.jsonl": ("at most 2,000", lambda p: p.write_text(json.dumps({f"key {n}": n for n in range(100_000)}) + "\n")),
    "line.jsonl": ("4,000,000 characters", lambda p: file(p, ('{"a": "', 1), ("x", 300 << 20), ('"}\n', 1))),
    "array.json": ("2,000,000 objects", lambda p: file(p, ("[ ", 1), ("{},", 20_000_000), ("{}]", 1))),
}  # fmt: skip


def test_what_asks_for_too_much_is_refused_within_little_memory_and_time(tmp_path):
    paths = []
    for name, (_, make) in CASES.items():
        make(tmp_path / name)
        paths.append(str(tmp_path / name))
    done = subprocess.run(
        [sys.executable, "-c", READ, json.dumps(paths)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        env={"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    codes = dict(line.split()[1:] for line in done.stdout.splitlines() if line.startswith("=="))
    assert codes == dict.fromkeys(CASES, str(UNREADABLE)), done.stderr[-3000:]
    told = [line for line in done.stderr.splitlines() if line.startswith("complaint-qms:")]
    assert len(told) == len(CASES), done.stderr[-3000:]
    for (name, (words, _)), said in zip(CASES.items(), told, strict=True):
        assert name in said, said
        assert words in said, said


def test_the_sheet_is_named_as_people_know_it(tmp_path):
    path = sheet(tmp_path / "a.xlsx", DATA, '<row><c r="XFD1"><v>1</v></c></row>', END)
    with pytest.raises(UnreadableFileError, match="sheet=Cases"):
        Table(path)


def test_empty_rows_below_the_last_filled_one_cost_nothing(tmp_path):
    """People colour and frame whole columns."""
    row = '<row><c t="inlineStr"><is><t>received</t></is></c></row><row><c t="inlineStr"><is><t>2024-01-02</t></is></c></row>'
    below = 2 * limits.BLANK_ROWS  # more than may lie between filled ones
    path = sheet(tmp_path / "a.xlsx", DATA + row, '<row><c s="0"/><c s="0"/></row>', END, below)
    table = Table(path)
    read = [(chunk.consumed, chunk.rows, chunk.cells) for chunk in table.chunks(1_000)]
    assert (table.columns, read) == (["received"], [(1, [2], [["2024-01-02"]])])


def test_wide_sheets_with_few_filled_columns_are_read(tmp_path):
    path = tmp_path / "a.xlsx"
    filled = "".join(f'<c r="{column}1"><v>1</v></c>' for column in ("A", "B", "C", "D", "E", "CV"))
    sheet(
        path, DATA + '<row><c t="inlineStr"><is><t>id</t></is></c></row>', f"<row>{filled}</row>", END, 60_000
    )
    assert workbook_reach(path)["Cases"].last_row == 60_001


def test_what_is_damaged_behind_the_last_filled_row_is_told(tmp_path):
    path = sheet(tmp_path / "a.xlsx", DATA + f"<row>{CASE}</row>" * 300, "", "<row/><row><c></row>" + END)
    with pytest.raises(UnreadableFileError) as told:
        list(Table(path).chunks(1_000))
    assert told.value.message.key == "workbook_damaged"


@pytest.mark.parametrize("columns", [limits.COLUMNS, limits.COLUMNS + 1])
def test_the_last_column_that_is_read(tmp_path, columns):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append([f"c{n}" for n in range(columns)])
    book.active.append(["2024-01-02"] * columns)
    book.save(path)
    if columns == limits.COLUMNS:
        assert len(Table(path).columns) == columns
    else:
        with pytest.raises(UnreadableFileError, match=r"limit_sheet_columns.*most=2000"):
            Table(path)


def test_objects_that_lie_too_deep_cost_their_row_only(tmp_path):
    def nested(levels: int) -> str:
        return '{"a": ' * levels + "1" + "}" * levels

    good = ['{"id": "1", "received": "2024-01-02"}', nested(limits.DEPTH)]
    deep = [
        nested(limits.DEPTH + 1),
        '{"a": ' * 500 + "1" + "}" * 500,
        '{"a": ' + "[" * 900 + "]" * 900 + "}",
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join([*good, *deep]))
    chunk = next(Table(path).chunks(100))
    assert chunk.rows[:2] == [1, 2]
    assert [(row, why.key) for row, why in chunk.bad[:2]] == [(3, "row_too_deep"), (4, "row_too_deep")]


def test_long_rows_come_in_smaller_batches(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "".join(f"{n},{'x' * 1_000_000}\n" for n in range(20)))
    counts = [len(chunk.rows) for chunk in Table(path).chunks(1000)]
    assert (sum(counts), max(counts) < 10) == (20, True)
