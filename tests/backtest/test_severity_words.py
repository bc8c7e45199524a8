"""Words of severity in the files: of seven languages, of nobody, ranks; none of them is harm of a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from complaint_qms.backtest import policy_file
from complaint_qms.backtest.main import main
from complaint_qms.engine.risk import stated_harm
from complaint_qms.tabular.severity_words import WORDS, of_level
from tests.backtest.outcome import query

LADDERS = [
    ("minor", "Moderate", "MAJOR", "Blocker"),
    ("leicht", "mittel", "Hauptfehler", "kritisch"),
    ("mineure", "modérée", "majeure", "critique"),
    ("leve", "moderada", "media", "crítica"),
    ("menor", "moderado", "MEDIO", "CRITICA"),
    ("baixa", "médio", "maior", "grave"),
    ("轻微", "中等", "严重", "致命"),
    ("軽微", "中程度", "重欠点", "致命的"),
    ("4 - Low", "Sev-3", "P3: Medium", "S 2"),
]


@pytest.mark.parametrize("words", LADDERS)
def test_the_words_of_a_language_are_known(words):
    found = [policy_file.load_policy(None).severity_of(word) for word in words]
    assert found == ["minor", "serious", "serious", "critical"]


def test_no_word_names_two_levels():
    words = [word for key in WORDS for word in of_level(key)]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("word", ["fatal", "致命", "致命缺陷", "致命的", "tödlich", "mortel", "letal"])
def test_a_class_of_a_defect_is_no_harm_of_a_person(word):
    assert stated_harm(None, None, None, None, None, word) == "none"
    assert stated_harm(1, None, None, None, None, word) == "death"
    assert stated_harm(None, None, None, None, None, "Death") == "death"


def replay(tmp_path: Path, capsys, *severities: str) -> tuple[list[tuple], str, str]:
    source, out = tmp_path / "a.csv", tmp_path / "out"
    text = "The technician was injured and taken to hospital"
    rows = [f"{n},2024-01-{n:02d},P1,{word},{text}\n" for n, word in enumerate(severities, 1)]
    source.write_text("No,Received,Item,Severity,Description\n" + "".join(rows), "utf-8")
    assert main(["--lang", "en", "replay", str(source), "--out", str(out)]) == 0
    found = query(out, "SELECT severity, severity_from, harm FROM assessment ORDER BY seq")
    report = (out / "report.html").read_text("utf-8")
    return found, capsys.readouterr().out, report.partition('id="summary"')[2].partition("</section>")[0]


def test_a_word_of_nobody_leaves_the_text_to_decide_and_is_named(tmp_path, capsys):
    found, screen, page = replay(tmp_path, capsys, "Zork", "Zork", "", "minor")
    assert found == [*[("critical", "text", "serious")] * 3, ("minor", "file", "serious")]
    for told in (screen, page):
        assert "does not know Zork (2 complaints)" in told
        assert "risk.severities, words" in told


def test_of_ranks_it_is_said_which_end_is_the_worst(tmp_path, capsys):
    found, screen, page = replay(tmp_path, capsys, "S1", "P1", "Sev 1", "Priority 1", "S4", "1", "5")
    assert [severity for severity, *_ in found] == [
        *["catastrophic"] * 4,
        "minor",
        "negligible",
        "catastrophic",
    ]
    for told in (screen, page):
        assert "a rank such as S1 (5 complaints): 1 was taken as the worst (Catastrophic)" in told
        assert "a number (2 complaints): 5 was taken as the worst (Catastrophic)" in told
