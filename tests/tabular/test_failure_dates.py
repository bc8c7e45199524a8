"""Dates of a failure beside the date of the complaint: told apart, and the one that was not taken is offered."""

from __future__ import annotations

import pytest

from complaint_qms.backtest.main import main
from complaint_qms.tabular.column_choice import OCCURRENCE, choose_columns
from tests.backtest.outcome import query
from tests.tabular.test_columns import CELLS, profiled

WAYS = {
    "en": ("Complaint date", "Failure date", "Incident date"),
    "de": ("Reklamationsdatum", "Ausfalldatum", "Schadensdatum"),
    "fr": ("Date de réclamation", "Date de la panne", "Date de l'incident"),
    "es": ("Fecha de reclamo", "Fecha de la falla", "Fecha del incidente"),
    "pt": ("Data da reclamação", "Data da falha", "Data do incidente"),
    "zh": ("投诉日期", "故障日期", "事故日期"),
}


@pytest.mark.parametrize("code", WAYS)
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 1, 0)])
def test_two_dates_of_failure_beside_the_date_of_the_complaint(code, order):
    names = WAYS[code]
    found = choose_columns(
        profiled({**{names[place]: CELLS["day"] for place in order}, "Details": CELLS["story"]})
    )
    assert found.columns["received"] == [names[0]]
    (taken,) = found.columns["occurred"]
    (other,) = {names[1], names[2]} - {taken}
    assert found.found["occurred"].other == other
    assert [(left.name, left.why, left.field) for left in found.left] == [(other, "second", "occurred")]


@pytest.mark.parametrize("code", WAYS)
def test_without_a_date_of_the_complaint_one_of_them_stands_in_and_the_other_is_the_runner_up(code):
    """The second one is never taken for the date of receipt without a word."""
    names = WAYS[code]
    found = choose_columns(profiled(dict.fromkeys(names[1:], CELLS["day"]) | {"Details": CELLS["story"]}))
    choice = found.found["received"]
    assert choice.why == OCCURRENCE
    assert {*choice.names, choice.other} == {names[1], names[2]}
    assert "occurred" not in found.found
    assert [(left.name, left.why, left.field) for left in found.left] == [
        (choice.other, "second", "received")
    ]


def test_the_line_of_the_mapping_that_is_offered_takes_the_other_one(tmp_path, capsys):
    file = tmp_path / "a.csv"
    rows = [f"C{n},2024-02-{n + 10},2024-01-{n + 10},2024-01-{n + 1:02},the lid broke" for n in range(15)]
    file.write_text("\n".join(["No,Complaint date,Incident date,Failure date,Details", *rows]) + "\n")
    out = tmp_path / "o"
    assert main(["--lang", "en", "replay", str(file), "--out", str(out), "--no-text"]) == 0
    said = capsys.readouterr().out
    (line,) = [text for text in said.splitlines() if "another date is taken as Occurred: " in text]
    assert line.endswith("write into the mapping file: occurred: Failure date")
    assert query(out, "SELECT min(occurred) FROM complaint")[0][0].startswith("2024-01-10")
    mapping = tmp_path / "m.yaml"
    written = (out / "mapping.yaml").read_text()
    mapping.write_text(written.replace("occurred: Incident date", "occurred: Failure date"))
    assert mapping.read_text() != written
    again = [
        "--lang",
        "en",
        "replay",
        str(file),
        "--mapping",
        str(mapping),
        "--out",
        str(tmp_path / "p"),
        "--no-text",
        "--quiet",
    ]
    assert main(again) == 0
    assert query(tmp_path / "p", "SELECT min(occurred) FROM complaint")[0][0].startswith("2024-01-01")
