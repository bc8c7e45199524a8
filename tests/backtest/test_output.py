"""What the command writes, and what it leaves alone: one run in a folder, the user's files, sentences, the end of the history."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from complaint_qms.backtest import output_folder, sample
from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.errors import CommandError
from complaint_qms.backtest.main import main
from complaint_qms.tabular.terminal_text import printable
from tests.backtest.outcome import query

HEADER = "id,date,item,type,closed,description\n"


def rows(first: int, count: int) -> str:
    return "".join(
        f"{n},2024-{1 + n % 6:02d}-{1 + n % 28:02d},pump,Leak,2024-07-{1 + n % 28:02d},the lid leaks {n}\n"
        for n in range(first, first + count)
    )


@pytest.fixture
def source(tmp_path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(1, 60))
    return path


def replay(source: Path, out: Path, *more: str) -> int:
    return main(["--lang", "en", "replay", str(source), "--out", str(out), "--quiet", "--no-text", *more])


HOLDER = """
import sys
from pathlib import Path
from complaint_qms.backtest.output_folder import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("more", [(), ("--fresh",), ("--columns",)])
def test_one_run_at_a_time(source, tmp_path, capsys, more):
    out = tmp_path / "o"
    command = [sys.executable, "-c", HOLDER, str(out)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        assert replay(source, out, *more) == 7
        other.kill()
    assert "another run is working in this folder" in capsys.readouterr().err
    assert os.listdir(out) == []
    assert replay(source, out, *more) == 0


def test_the_lock_file_where_folders_cannot_be_locked(tmp_path):
    path = tmp_path / output_folder.LOCK_NAME
    held = output_folder._lock_file(path)
    with pytest.raises(BlockingIOError):
        output_folder._lock_file(path)
    os.close(held)
    os.close(output_folder._lock_file(path))


def test_a_corrected_file_is_taken_after_a_failed_run(source, tmp_path):
    good, out, mapping = source.read_text(), tmp_path / "o", tmp_path / "m.yaml"
    mapping.write_text("version: 1\nfiles: [{name: '*', columns: {id: id, received: date, item: item}}]\n")
    source.write_text(HEADER + "1,yesterday,pump,Leak,,x\n")
    assert replay(source, out, "--mapping", str(mapping)) == 6
    assert not (out / "replay.work.sqlite").exists()
    source.write_text(good)
    assert replay(source, out, "--mapping", str(mapping)) == 0


def test_inputs_are_not_overwritten(source, tmp_path, capsys):
    out = tmp_path / "o"
    out.mkdir()
    for name, option in (
        ("bad_rows.csv", None),
        ("mapping.yaml", "--policy"),
        ("report.html", "--deliveries"),
        ("report_complaints.csv", "--deliveries"),
    ):
        given = out / name
        given.write_text("similar: {days: 30}\n" if option == "--policy" else source.read_text())
        before = given.read_bytes()
        files = [str(given)] if option is None else [str(source), option, str(given)]
        assert main(["--lang", "en", "replay", *files, "--out", str(out), "--quiet", "--no-text"]) == 2
        assert "would be overwritten" in capsys.readouterr().err
        assert given.read_bytes() == before
        given.unlink()


def test_a_corrected_mapping_stays(source, tmp_path):
    out = tmp_path / "o"
    assert replay(source, out) == 0
    written = out / "mapping.yaml"
    own = "# mine\n" + written.read_text().replace("      type: type", "      type: item")
    written.write_text(own)
    assert replay(source, out, "--mapping", str(written)) == 0
    assert written.read_text() == own
    assert query(out, "SELECT DISTINCT type FROM complaint") == [("pump",)]
    assert replay(source, out) == 0
    assert (out / "mapping.yaml.bak").read_text() == own
    assert replay(source, out) == 0
    assert sorted(p.name for p in out.iterdir() if "bak" in p.name) == ["mapping.yaml.bak"]


def test_a_refused_run_changes_no_mapping(source, tmp_path, monkeypatch):
    out = tmp_path / "o"
    out.mkdir()
    (out / "mapping.yaml").write_text("mine")
    with monkeypatch.context() as once:
        once.setattr("complaint_qms.backtest.replay._store", refuse)
        assert replay(source, out) == 7
    assert (out / "mapping.yaml").read_text() == "mine"


def refuse(*_):
    raise CommandError("work_foreign", 7, file="x")


def test_a_sample_replaces_only_its_own_files(tmp_path, capsys):
    sample.write_sample(tmp_path, 1000)
    sample.write_sample(tmp_path, 1000, 7)
    mine = tmp_path / "complaints.csv"
    mine.write_text("my own data\n")
    for verb in ("sample", "demo"):
        assert main(["--lang", "en", verb, "--out", str(tmp_path), "--rows", "1000"]) == 7
        assert "was not made by this command" in capsys.readouterr().err
    assert mine.read_text() == "my own data\n"


def test_the_day_the_history_ends(source, tmp_path, capsys):
    out = tmp_path / "o"
    assert replay(source, out, "--as-of", "2024-03-31") == 0
    assert query(out, "SELECT count(*), max(received) <= '2024-03-31' FROM complaint") == [(30, 1)]
    assert query(out, "SELECT count(*), count(total), count(open_stage) FROM sop_time") == [(30, 0, 30)]
    assert query(out, "SELECT value FROM meta WHERE key = 'left_out'") == [("30",)]
    assert "30 complaints received after 2024-03-31 are left out." in (out / "report.html").read_text()
    for day in ("1990-01-01", "9999-12-31", "0001-01-01"):
        assert replay(source, out, "--as-of", day) == 2
        assert day in capsys.readouterr().err
    assert replay(source, out) == 0  # a refused day leaves nothing to be gone on with


def test_months_are_counted_by_the_day_of_receipt(tmp_path):
    source, out = tmp_path / "a.csv", tmp_path / "o"
    days = [f"{2018 + n // 12}-{n % 12 + 1:02d}-{d:02d}" for n in range(60) for d in (1, 28)]
    source.write_text("id,date,item\n" + "".join(f"{i},{day},pump\n" for i, day in enumerate(days)))
    assert replay(source, out) == 0
    from complaint_qms.backtest.report.trend import trend
    from complaint_qms.backtest.store import Store

    store = Store.finished(out / "replay.sqlite")
    found = trend(store, "2022-12-28")
    store.close()
    assert found["monthly"]
    assert [p["count"] for p in found["points"]] == [2] * 60
    assert [p["part"] for p in found["points"]] == [False] * 59 + [True]
    assert (found["rest"], found["rest_days"]) == (1, 3)


def test_deliveries_that_match_nothing_are_named(source, tmp_path):
    deliveries, out = tmp_path / "d.csv", tmp_path / "o"
    deliveries.write_text("date,item,units\n2024-01-01,x,5\n2024-01-02,y,5\n")
    assert replay(source, out, "--deliveries", str(deliveries)) == 0
    html = (out / "report.html").read_text()
    assert "2 of 2 delivered items match no complaint" in html
    assert "no deliveries were given" not in html


def test_the_whole_is_measured_only_where_an_end_is_known(tmp_path):
    source, out = tmp_path / "a.csv", tmp_path / "o"
    source.write_text("id,date,item,triaged at\n1,2024-03-01 09:00,a,2024-03-01 10:00\n")
    assert replay(source, out) == 0
    assert query(out, "SELECT triage, total FROM sop_time") == [(60.0, None)]
    source.write_text("id,date,item,reviewed at\n1,2024-03-01 09:00,a,2024-03-01 10:00\n")
    assert replay(source, out) == 0
    assert query(out, "SELECT review, total FROM sop_time") == [(60.0, 60.0)]


def test_orders_to_the_terminal_are_shown(tmp_path, capsys):
    assert printable("a\x1b[2J\x07\u202eb\x9bc\nd") == "a\\x1b[2J\\x07\\u202eb\\x9bc d"
    source, out = tmp_path / "a.csv", tmp_path / "o"
    evil = "\x1b]0;owned\x07 the lid leaks on the table every morning \u202e"
    source.write_text(
        "id,date,item,customer,description\n"
        + "".join(
            f"{n},2024-01-{n % 28 + 1:02d},pump,Ada,a lid that is not in its place {n}\n"
            for n in range(100, 400)
        )
        + "".join(f"{n},2024-01-{n:02d},\x1b[31mpump,\x9bx,{evil} {n}\n" for n in range(3, 5))
    )
    assert main(["--lang", "en", "replay", str(source), "--out", str(out)]) == 0
    database = ["--db", str(out / "replay.sqlite")]
    assert main(["explain", "3", *database]) == 0
    assert main(["similar", "3", *database]) == 0
    assert main(["similar", "--text", evil, *database]) == 0
    assert main(["explain", "\x1b[2J", *database]) == 2
    told = capsys.readouterr()
    assert "\\x1b[31mpump" in told.out
    assert not set("\x1b\x07\x9b\u202e") & set(told.out + told.err)


def test_a_sentence_of_a_long_text_is_found(tmp_path, capsys):
    sample.write_sample(tmp_path, 1000)
    assert main(["replay", str(tmp_path / "complaints.csv"), "--out", str(tmp_path / "o"), "--quiet"]) == 0
    database = ["--db", str(tmp_path / "o" / "replay.sqlite")]
    sentence = "The gasket has come loose and the water runs into the switch"
    assert main(["--lang", "en", "similar", "--text", sentence, *database]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("1.00  C-")
    assert "both say: gasket" in told[3]
    assert main(["--lang", "en", "similar", "--text", "quantum chromodynamics", *database]) == 0
    assert "Nothing similar" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ["similar", "--text", ""],
        ["similar", "1", "--limit", "0"],
        ["similar", "1", "--limit", "-3"],
        ["signals", "--by", "nonsense"],
        ["sample", "--seed", "-5"],
        ["sample", "--rows", "many"],
        ["demo", "--out", ""],
    ],
)
def test_wrong_use_is_told(source, tmp_path, capsys, command):
    out = tmp_path / "o"
    if command[0] in ("similar", "signals"):
        replay(source, out)
        command = [*command, "--db", str(out / "replay.sqlite")]
    try:
        code = main(command)
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    assert capsys.readouterr().err.strip()


def test_places_that_cannot_be_written(source, tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.write_text("x")
    for verb in (["sample"], ["demo"], ["replay", str(source)]):
        assert main(["--lang", "en", *verb, "--out", str(taken)]) == 7
        assert "cannot be written" in capsys.readouterr().err
    out = tmp_path / "o"
    (out / "bad_rows.csv").mkdir(parents=True)
    assert replay(source, out) == 7
    assert "bad_rows.csv: cannot be written" in capsys.readouterr().err


def test_a_result_is_not_replaced_by_its_report(source, tmp_path, capsys):
    out = tmp_path / "o"
    assert replay(source, out) == 0
    database = str(out / "replay.sqlite")
    assert main(["report", "--db", database, "--to", database]) == 2
    assert query(out, "SELECT count(*) FROM complaint") == [(60,)]
    work = tmp_path / "replay.work.sqlite"
    work.write_bytes((out / "replay.sqlite").read_bytes())
    with sqlite3.connect(work) as half:
        half.execute("DELETE FROM progress WHERE phase = 'signals'")
    assert main(["--lang", "en", "report", "--db", str(work)]) == 7
    assert "did not come to its end" in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_output_that_takes_nothing(source, tmp_path):
    base = [sys.executable, "-m", "complaint_qms.backtest.main"]
    with open("/dev/full", "w") as full:
        done = subprocess.run([*base, "--print-policy"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 7
    assert b"Standard output: cannot be written" in done.stderr
    command = [*base, "replay", str(source), "--out", str(tmp_path / "o"), "--no-text"]
    assert subprocess.run(["sh", "-c", '"$@" 2>&- >&-', "sh", *command], check=False).returncode == 0


def test_words_of_a_count_limit(source, tmp_path):
    """A limit in complaints is said in complaints, and weeks that are left out are said."""
    path, out = tmp_path / "b.csv", tmp_path / "o"
    days = [f"2024-{1 + w // 4:02d}-{1 + 7 * (w % 4):02d}" for w in range(40) for _ in range(6 + w % 3)]
    days += ["2024-11-04"] * 60
    path.write_text(
        "id,date,item\n" + "".join(f"{n},{day},pump\n" for n, day in enumerate(days)) + "x,2024-11-20,a\n"
    )
    assert replay(path, out) == 0
    said = [words for (words,) in query(out, "SELECT words FROM signal WHERE method = 'poisson'")]
    assert said
    templates = [template for template, _ in json.loads(said[0])]
    assert any("between are left out" in t for t in templates)
    html = (out / "report.html").read_text()
    assert "limit (complaints)" in html
    assert re.search(r'<div class="printed">\s*<dl>', html)
    assert phrase("limit_count", "zh") in ("界限（件）",)
