"""Everything a user can get wrong ends in one clear line and the documented exit code, never in a traceback."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from complaint_qms.backtest import catalogue, errors
from complaint_qms.backtest.command_line import build_parser
from complaint_qms.backtest.main import main
from complaint_qms.tabular import fields, problems

GOOD = "id,date,item\n" + "".join(f"{i},2024-01-{i:02d},kettle\n" for i in range(1, 29))


def run(capsys, *arguments: object) -> tuple[int, str, str]:
    code = main([str(a) for a in arguments])
    out = capsys.readouterr()
    return code, out.out, out.err


def make(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("missing.csv", None, errors.UNREADABLE, "no such file"),
        ("empty.csv", b"", errors.UNREADABLE, "empty"),
        ("blank.csv", b"\xef\xbb\xbf \r\n\r\n", errors.UNREADABLE, "empty"),
        ("a.csv", b"%PDF-1.7 ...", errors.UNREADABLE, "PDF"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n", errors.UNREADABLE, "PNG"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", errors.UNREADABLE, ".xlsx"),
        ("b.csv", bytes(range(256)) * 40, errors.UNREADABLE, "not a text file"),
        ("page.csv", b"<!DOCTYPE html><html></html>", errors.UNREADABLE, "HTML"),
        ("broken.xlsx", b"PK\x03\x04 not really", errors.UNREADABLE, "ZIP"),
        (
            "quote.csv",
            'id,date,item\n1,2024-01-01,a\n2,2024-01-02,"' + "x, y\n" * 600_000,
            errors.UNREADABLE,
            "row 3",
        ),
        ("nodate.csv", "id,item\n1,a\n2,b\n", errors.COLUMNS, "received"),
        ("nothing.csv", "id,date\n1,2024-01-01\n2,2024-01-02\n", errors.COLUMNS, "nothing to evaluate"),
        ("bad.csv", GOOD + "1,2024-01-01,a\n" * 2 + "x", errors.OK, "3 bad rows"),
        ("dates.csv", "id,date,item\n1,2024-99-01,a\n2,2024-98-01,b\n", errors.NO_GOOD_ROW, "2 bad rows"),
        ("array.json", "[\n1, 2]", errors.UNREADABLE, "JSON object"),
        ("cut.json", '[{"a": 1},\n {"a": ', errors.UNREADABLE, "row 2"),
    ],
)
def test_bad_files(tmp_path, capsys, name, content, code, words):
    path = tmp_path / name
    if content is not None:
        make(path, content)
    found, out, err = run(capsys, "--lang", "en", "replay", path, "--out", tmp_path / "out", "--no-text")
    assert (found, "Traceback" in err) == (code, False)
    assert words in out + err
    assert name in out + err or code in (errors.OK, errors.NO_GOOD_ROW)


def test_a_zip_that_is_no_workbook(tmp_path, capsys):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert run(capsys, "replay", path, "--out", tmp_path / "o")[0] == errors.UNREADABLE


def test_bad_rows_are_in_the_side_file_with_row_and_column(tmp_path, capsys):
    path = make(
        tmp_path / "a.csv",
        "Case No,Received,Item\n1,2024-01-01,a\n2,2024-02-30,b\n,2024-01-03,c\n1,2024-01-04,d\n5,,e\n6,2024-01-06\n7,2024-01-07,g\n"
        + "".join(f"{i},2024-01-08,h\n" for i in range(8, 60)),
    )
    code, _out, _err = run(capsys, "--lang", "en", "replay", path, "--out", tmp_path / "o", "--no-text")
    assert code == errors.OK
    side = (tmp_path / "o" / "bad_rows.csv").read_text(encoding="utf-8-sig").splitlines()
    assert side == [
        "file,row,column,reason,detail,Case No,Received,Item",
        "a.csv,3,Received,not a date,2024-02-30,2,2024-02-30,b",
        "a.csv,4,Case No,number is missing,,,2024-01-03,c",
        "a.csv,5,Case No,number was there before,1 (2),1,2024-01-04,d",
        "a.csv,6,Received,date is missing,,5,,e",
        "a.csv,7,,fewer cells than headings,2 < 3,6,2024-01-06,",
    ]


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("sop:\n  stage_hours: {triage: -3}\n", "line 2, sop.stage_hours.triage"),
        ("sop:\n  warn_att: 1\n", "line 2, sop.warn_att"),
        ("calendar:\n  timezone: Mars/Base\n", "line 2, calendar.timezone"),
        ("calendar:\n  shifts:\n    monday: [nine to five]\n", "line 3, calendar.shifts.monday[0]"),
        ("calendar: {shifts: {monday: [], tuesday: [], wednesday: [], thursday: [], friday: []}}\n", "no working time"),
        ("risk:\n  grid:\n    negligible: [low, low, low, low, huge]\n", "line 2, risk.grid"),
        ("risk:\n  severity_unknown: awful\n", "risk.severity_unknown"),
        ("rules:\n  - name: x\n    when: {field: item, op: '=>', value: 1}\n    then: []\n", "rules[0]"),
        ("rules:\n  - name: x\n    when: {fact: complaint_count, args: {by: colour, days: 3}, op: '>', value: 1}\n"
         "    then: [{do: add_tag, tag: t}]\n", "rules[0].when.args.by"),
        ("signals:\n  by: [week]\n", "line 2, signals.by[0]"),
        ("similar: 3\n", "line 1, similar"),
        ("reportability: {jurisdictions: [moon]}\n", "reportability.jurisdictions[0]"),
        ("a: [1\n", "row 2, column 1"),
        ("version: 2\n", "version"),
    ],
)  # fmt: skip
def test_bad_policies(tmp_path, capsys, policy, words):
    data, path = make(tmp_path / "a.csv", GOOD), make(tmp_path / "policy.yaml", policy)
    code, _out, err = run(capsys, "--lang", "en", "replay", data, "--policy", path, "--out", tmp_path / "o")
    assert code == errors.POLICY
    assert words in err


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("files: 3\n", "files"),
        ("files: [{name: a.csv, columns: 3}]\n", "files[0].columns"),
        ("files: [{name: a.csv, columns: {colour: x}}]\n", "colour"),
        ("files: [{name: a.csv, columns: {received: when}}]\n", "'when'"),
        ("files: [{name: a.csv, columns: {received: date, item: item}, dates: {received: wrong}}]\n", "dmy"),
        ("files: [{name: b.csv, columns: {}}, {name: c.csv, columns: {}}]\n", "no entry for a.csv"),
        ("files: [", "row 1"),
    ],
)
def test_bad_mappings(tmp_path, capsys, mapping, words):
    data, path = make(tmp_path / "a.csv", GOOD), make(tmp_path / "m.yaml", mapping)
    code, _out, err = run(capsys, "--lang", "en", "replay", data, "--mapping", path, "--out", tmp_path / "o")
    assert code == errors.COLUMNS
    assert words in err


def test_other_refusals(tmp_path, capsys):
    data = make(tmp_path / "a.csv", GOOD)
    assert run(capsys, "replay", data, "--as-of", "tomorrow", "--out", tmp_path / "o")[0] == errors.USAGE
    assert run(capsys, "signals", "--db", tmp_path / "none.sqlite")[0] == errors.OUTPUT
    assert run(capsys, "signals", "--db", data)[0] == errors.OUTPUT
    make(tmp_path / "file", "x")
    assert run(capsys, "replay", data, "--out", tmp_path / "file")[0] == errors.OUTPUT
    code, _out, err = run(capsys, "--lang", "zh", "replay", tmp_path / "无.csv")
    assert code == errors.UNREADABLE
    assert "没有这个文件" in err


def test_what_nobody_foresaw_is_one_line_too(tmp_path, capsys, monkeypatch):
    from complaint_qms.backtest import replay

    data = make(tmp_path / "a.csv", GOOD)
    monkeypatch.delenv("COMPLAINT_QMS_DEBUG", raising=False)
    for error, code in (
        (sqlite3.OperationalError("disk is full"), errors.OUTPUT),
        (ZeroDivisionError("x"), errors.UNFORESEEN),
    ):
        monkeypatch.setattr(
            replay, "replay_history", lambda job, progress, error=error: (_ for _ in ()).throw(error)
        )
        found, _out, err = run(capsys, "--lang", "en", "replay", data, "--out", tmp_path / "o")
        assert (found, err.count("\n")) == (code, 1)
        assert str(error) in err


VERBS = ("replay", "signals", "similar", "explain", "report", "sample", "demo")


def test_help_version_and_wrong_verb():
    def call(*arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "complaint_qms.backtest.main", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert "replay" in call("--help").stdout
    assert call("--version").stdout.startswith("complaint-qms ")
    assert call("dance").returncode == errors.USAGE
    assert call().returncode == errors.USAGE
    for verb in VERBS:
        assert verb in build_parser(dict.fromkeys(VERBS)).format_help()


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_and_refusals_speak_chinese(verb, capsys):
    for arguments in (
        ["--lang", "zh", *filter(None, [verb]), "--help"],
        [*filter(None, [verb]), "--lang=zh", "-h"],
    ):
        with pytest.raises(SystemExit) as done:
            main(arguments)
        told = capsys.readouterr().out
        assert done.value.code == 0
        assert told.startswith("用法：complaint-qms")
        sentences = re.sub(
            r"\b(CSV|TSV|XLSX|JSON|lines|Complaint|QMS|bad_rows|report|html|sqlite|demo|replay)\b", "", told
        )
        assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", sentences), told
    for arguments in (["--limit", "x"], ["--nothing"], ["--lang", "fr"], ["--rows", "1"], ["--db"]):
        with pytest.raises(SystemExit) as done:
            main(["--lang", "zh", *filter(None, [verb]), *arguments])
        error = capsys.readouterr().err
        assert done.value.code == errors.USAGE
        assert "错误：" in error
        assert not re.search(r"error|invalid|required|expected|unrecognized", error)


def test_both_languages_say_everything():
    for key, (english, chinese) in catalogue.entries().items():
        assert placeholders(english) == placeholders(chinese), key
        assert chinese.strip() or not english.strip(), key
    for field in fields.FIELDS:
        assert f"field_{field.key}" in catalogue.entries()


def test_the_catalogue_has_words_for_every_problem_of_a_table():
    for key, params in problems.PROBLEMS.items():
        english, _chinese = catalogue.entries()[key]
        own = (
            {"mapping", "lines", "refused"} if key.startswith("columns_") else set()
        )  # what the command has written
        own |= {"file"} if key == "mapping_column_gone" else set()
        assert placeholders(english) <= {*params, *own}, key


def placeholders(template: str) -> set[str]:
    from string import Formatter

    return {name for _, name, _, _ in Formatter().parse(template) if name}
