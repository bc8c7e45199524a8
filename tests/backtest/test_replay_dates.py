"""Times, zones, duties and texts of a replayed history, by hand."""

from __future__ import annotations

import re

import pytest

from complaint_qms.backtest import (
    catalogue,
    ingest,
)
from complaint_qms.backtest.errors import UNFORESEEN
from complaint_qms.backtest.main import main
from complaint_qms.backtest.store import Store
from complaint_qms.engine.signals.findings import words
from complaint_qms.engine.signals.sentences import CHANCE, NOUNS, PERIOD_NAMES, SENTENCES
from complaint_qms.tabular import profile
from tests.backtest.outcome import query


def test_harm_duties_and_severity_origins(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "id,date received,item,event type,injured,deaths,description\n"
        "1,2024-01-02,pump,Malfunction,0,0,the display stays dark\n"
        "2,2024-01-03,pump,Injury,1,0,the patient was burned and taken to hospital\n"
        "3,2024-01-04,pump,Malfunction,0,2,two people died\n"
        "4,2024-01-05,pump,,0,0,the cover is scratched\n"
        "5,2024-01-05,pump,Peculiar,0,0,odd colour\n"
    )
    chosen = tmp_path / "p.yaml"
    chosen.write_text("reportability: {jurisdictions: [us_fda]}\n")
    assert main(["replay", str(path), "--policy", str(chosen), "--out", str(tmp_path / "o"), "--quiet"]) == 0
    rows = query(
        tmp_path / "o", "SELECT seq, severity, severity_from, harm, report_by FROM assessment ORDER BY seq"
    )
    assert rows[0] == (1, "minor", "file", "none", None)
    assert rows[1] == (2, "critical", "file", "serious", "2024-02-02")
    assert rows[2] == (3, "catastrophic", "harm", "death", "2024-02-03")
    assert rows[3][2] in ("text", "default")
    assert query(tmp_path / "o", "SELECT reason, example FROM quality") == [
        ("severity_unknown_word", "Peculiar")
    ]


def test_working_time_of_a_stage_by_hand(tmp_path):
    """Friday 16:00 to Monday 10:00 in a week of 8-12 and 13-17 is one hour on Friday and two on Monday."""
    path = tmp_path / "a.csv"
    path.write_text(
        "id,received at,item,triaged at,closed at\n1,2024-03-01 16:00,a,2024-03-04 10:00,2024-03-04 12:30\n"
    )
    assert main(["replay", str(path), "--out", str(tmp_path / "o"), "--quiet", "--no-text"]) == 0
    assert query(tmp_path / "o", "SELECT triage, total FROM sop_time") == [(180.0, 300.0)]


def test_time_zone_and_offsets(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,received at,item,triaged at\n1,2024-03-04T00:30:00Z,a,2024-03-04T09:30:00+08:00\n")
    chosen = tmp_path / "p.yaml"
    chosen.write_text("calendar: {timezone: Asia/Shanghai}\n")
    assert (
        main(
            [
                "replay",
                str(path),
                "--policy",
                str(chosen),
                "--out",
                str(tmp_path / "o"),
                "--quiet",
                "--no-text",
            ]
        )
        == 0
    )
    assert query(tmp_path / "o", "SELECT received, triage FROM complaint, sop_time") == [
        ("2024-03-04 08:30:00", 60.0)
    ]


def test_undecided_dates_are_reported(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text(
        "id,date,item\n" + "".join(f"{i},0{i}/0{i}/2024,a\n" for i in range(1, 9)) + "9,05/06/2024,b\n"
    )
    assert main(["replay", str(path), "--out", str(tmp_path / "o"), "--no-text"]) == 0
    said = capsys.readouterr().out
    assert (
        "! date: DAY AND MONTH ARE IN DOUBT: 05/06/2024 is read as 2024-06-05 and may be 2024-05-06" in said
    )
    assert "write into the mapping file: dates: {received: mdy}" in said
    assert "! DAY AND MONTH ARE IN DOUBT (Received): 05/06/2024 → 2024-06-05 / 2024-05-06." in said
    assert (
        "DAY AND MONTH ARE IN DOUBT (Received)"
        in (tmp_path / "o" / "report.html").read_text(encoding="utf-8").partition('id="findings"')[0]
    )
    assert query(tmp_path / "o", "SELECT field, reason FROM quality") == [("received", "date_by_default_dmy")]
    assert query(tmp_path / "o", "SELECT received FROM complaint WHERE id = '9'") == [("2024-06-05",)]


@pytest.mark.parametrize("interrupted", [False, True])
def test_dates_that_change_their_form_on_the_way(tmp_path, monkeypatch, interrupted):
    """The beginning of the file shows year first only; what 03/04 means is decided when it turns up."""
    monkeypatch.setattr(profile, "CHUNK", 50)
    monkeypatch.setattr(ingest, "CHUNK", 50)
    path, out = tmp_path / "a.csv", tmp_path / "o"
    plain = "".join(f"{n},2024-03-{n % 28 + 1:02},a\n" for n in range(200))
    path.write_text(
        f"id,date,item\n{plain}x,03/04/2024,a\ny,25/04/2024,a\n" + plain.replace(",2024", "b,2024")
    )
    command = ["replay", str(path), "--out", str(out), "--quiet", "--no-text"]
    if interrupted:
        with monkeypatch.context() as once:
            once.setattr(Store, "set_done", fail_at(250))
            assert main(command) == UNFORESEEN
        assert (out / "replay.work.sqlite").exists()
    assert main(command) == 0
    found = query(out, "SELECT id, received FROM complaint WHERE id IN ('x', 'y') ORDER BY id")
    assert found == [("x", "2024-04-03"), ("y", "2024-04-25")]
    assert query(out, "SELECT count(*) FROM complaint") == [(402,)]
    assert "received: dmy" in (out / "mapping.yaml").read_text(encoding="utf-8")
    whole = tmp_path / "whole"
    monkeypatch.setattr(profile, "CHUNK", 5000)
    assert main([*command[:3], str(whole), *command[4:]]) == 0
    facts = "SELECT * FROM complaint ORDER BY row_id"
    assert query(whole, facts) == query(out, facts)


def fail_at(done: int):
    """A ``Store.set_done`` that fails once the ingest has come so far."""
    plain = Store.set_done

    def set_done(self: Store, phase: str, position: int) -> None:
        if phase.startswith("ingest") and position > done:
            raise RuntimeError("stopped for the test")
        plain(self, phase, position)

    return set_done


def test_two_files_make_one_history(tmp_path):
    for name, low in (("a.csv", 1), ("b.csv", 15)):
        rows = "".join(f"{i},2024-01-{i:02d},kettle\n" for i in range(low, low + 14))
        (tmp_path / name).write_text("id,date,item\n" + rows)
    files = [str(tmp_path / "b.csv"), str(tmp_path / "a.csv")]
    assert main(["replay", *files, "--out", str(tmp_path / "o"), "--quiet", "--no-text"]) == 0
    ordered = query(tmp_path / "o", "SELECT id FROM assessment JOIN complaint USING (row_id) ORDER BY seq")
    assert [int(i) for (i,) in ordered] == list(range(1, 29))


def test_chinese_has_every_sentence_of_a_signal():
    translate = catalogue.translator("zh")
    wanted = {*words.SENTENCES, *SENTENCES.values(), *PERIOD_NAMES.values(), *NOUNS.values(), CHANCE}
    assert {english for english in wanted - {"{date}"} if translate(english) == english} == set()
    for english in wanted:
        assert sorted(re.findall(r"{\w*}", english)) == sorted(re.findall(r"{\w*}", translate(english))), (
            english
        )
