"""What a run of every week says and what one report of the whole history says are the same; cases that once failed."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from complaint_qms.backtest.main import main
from tests.backtest.outcome import query

MONDAY = date(2020, 1, 6)
SIGNALS = (
    "SELECT kind, key, label, signal.method, observed, expected, signal.units, limit_value, p, q, words "
    "FROM signal JOIN series ON series.series = signal.series ORDER BY kind, key, label"
)

FINDINGS = (
    "SELECT finding, change, trend, parts, first, last, observed, expected, evidence, p, rank, words, "
    "(SELECT group_concat(seq) FROM (SELECT seq FROM found WHERE found.finding = finding.finding ORDER BY seq)) "
    "FROM finding ORDER BY finding"
)


def write(path: Path, header: str, rows: Iterable[tuple]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header.split(","), *rows])
    return path


def weeks(path: Path, first: date, counts: Iterable[int]) -> Path:
    """Complaints of one type, so many on the Monday of each week."""
    days = [first + timedelta(weeks=week) for week, count in enumerate(counts) for _ in range(count)]
    return write(path, "id,received,type", ((number, day, "leak") for number, day in enumerate(days, 1)))


def replay(file: Path, *more: str) -> list[tuple]:
    """Signals of a replay without texts, by kind, key and week."""
    out = file.parent / "-".join(["out", *more]).replace("/", "_").replace(" ", "")
    arguments = [
        "--lang",
        "en",
        "replay",
        str(file),
        "--out",
        str(out),
        "--quiet",
        "--no-text",
        "--fresh",
        *more,
    ]
    assert main(arguments) == 0
    return query(out, SIGNALS)


@st.composite
def files(draw):
    """A company's complaints and deliveries, with a bad batch, an outbreak and a rise that lasts, and a Sunday to look back from."""
    weeks = draw(st.sampled_from([25, 30, 40, 40, 75]))
    end = draw(st.integers(12, weeks - 1))
    return draw(st.integers(0, 10_000)), draw(st.booleans()), draw(st.booleans()), weeks, end


def made(seed: int, periods: int) -> tuple[list[tuple], list[tuple]]:
    """Complaints and deliveries of so many weeks."""
    rng = np.random.default_rng(seed)
    complaints, deliveries, number = [], [], 0
    burst, shift = int(rng.integers(5, periods)), int(rng.integers(5, periods))
    for week in range(periods):
        day = MONDAY + timedelta(weeks=week)
        for item in range(3):
            if week % 3 == 0:
                deliveries.append((f"I{item}", f"B{item}-{week // 3}", day, int(rng.integers(50, 400))))
            raised = 4 if item == 1 and burst <= week < burst + 10 else 3 if item == 2 and week > shift else 1
            for _ in range(rng.poisson((0.5 + item) * raised)):
                number += 1
                age = min(int(rng.exponential(3)), week // 3)
                batch = f"B{item}-{week // 3 - age if rng.random() < 0.7 else min(12, week // 3)}"
                received = day + timedelta(days=int(rng.integers(0, 7)))
                complaints.append(
                    (number, received, f"I{item}", batch, "leak" if rng.random() < 0.6 else "noise")
                )
    return complaints, deliveries


@settings(
    max_examples=25, deadline=None, phases=[Phase.generate]
)  # replays are too slow to look for a smaller one
@given(files())
def test_weekly_runs_and_the_full_report_agree(tmp_path_factory, given_file):
    seed, measured, stray, periods, end = given_file
    folder = tmp_path_factory.mktemp("weekly")
    complaints, deliveries = made(seed, periods)
    if stray:
        complaints.insert(0, (0, date(2016, 5, 2), "I0", "", "leak"))
    header = "id,received,item,batch,type"
    sunday = MONDAY + timedelta(weeks=end, days=-1)
    file = write(folder / "complaints.csv", header, complaints)
    cut = write(folder / "cut.csv", header, [row for row in complaints if row[1] <= sunday])
    options, as_of = (), ("--as-of", sunday.isoformat())
    if measured:
        options = (
            "--deliveries",
            str(write(folder / "deliveries.csv", "item,batch,date,quantity", deliveries)),
        )
    with pytest.MonkeyPatch.context() as patch:  # what is stored is compared, not how it looks
        patch.setattr("complaint_qms.backtest.replay.write_report", lambda *given, **named: None)
        whole, _ = outcome(file, "whole", *options)
        early, early_findings = outcome(file, "early", *options, *as_of)
        known, findings = outcome(cut, "known", *options, *as_of)
    year, week, _ = sunday.isocalendar()
    alike(early, [row for row in whole if row[2] <= f"{year:04d}-W{week:02d}"])
    # what came later changes neither signals nor findings: a file that ends with the week says the same
    alike(early, known)
    alike(early_findings, findings)


def outcome(file: Path, name: str, *more: str) -> tuple[list[tuple], list[tuple]]:
    """Signals and findings, with the complaints of each."""
    out = file.parent / name
    arguments = ["--lang", "en", "replay", str(file), "--out", str(out), "--quiet", "--no-text", "--fresh"]
    assert main([*arguments, *more]) == 0
    return query(out, SIGNALS), query(out, FINDINGS)


def alike(some: list[tuple], others: list[tuple]) -> None:
    assert [row[:4] for row in some] == [row[:4] for row in others]
    for one, other in zip(some, others, strict=True):
        for here, there in zip(one[4:], other[4:], strict=True):
            assert here == (pytest.approx(there, rel=1e-9) if isinstance(there, float) else there)


def test_the_method_of_a_week_is_chosen_from_the_weeks_before(tmp_path):
    counts = [
        20 if MONDAY + timedelta(weeks=week - 1) >= date(2023, 7, 10)
        else 3 if date(2023, 3, 6) <= MONDAY + timedelta(weeks=week - 1) <= date(2023, 4, 3)
        else int(week % 4 == 0)
        for week in range(215)
    ]  # fmt: skip
    file = weeks(tmp_path / "hindsight.csv", date(2019, 12, 30), counts)
    whole, early = replay(file), replay(file, "--as-of", "2023-07-09")
    assert early == [row for row in whole if row[2] <= "2023-W27"]
    assert {row[2] for row in whole} > {row[2] for row in early} > set()
    assert [row[2] for row in whole if row[0] == "all" and row[2] >= "2023-W28"] == [
        f"2023-W{week:02d}" for week in range(28, 53)
    ] + [f"2024-W{week:02d}" for week in range(1, 6)]


def test_what_is_odd_about_later_rows_is_not_known_yet(tmp_path):
    rows = [
        "1,2024-01-01,Fan,drips,2024-01-02,Y,N",
        "2,2024-01-02,Fan,<p>leaks</p>,2024-01-01,Y,N",
        "3,2024-02-01,fan,<p>hums</p>,2024-01-30,N,N",
        "4,2024-02-02,FÃ¼r,stuck,soon,N,Y",
    ]
    odd = []
    for name, told, options in (
        ("all", rows, ["--as-of", "2024-01-31"]),
        ("known", rows[:2], []),
        ("late", rows, []),
    ):
        file = tmp_path / f"{name}.csv"
        file.write_text(
            "\n".join(["id,received,item,description,closed,crash_or_fire_a,crash_or_fire_b", *told]),
            encoding="utf-8",
        )
        assert (
            main(["replay", str(file), "--out", str(tmp_path / name), "--quiet", "--no-text", *options]) == 0
        )
        odd.append(query(tmp_path / name, "SELECT field, reason, rows FROM quality ORDER BY field, reason"))
    assert odd[0] == odd[1] == [
        ("-", "column_assumed", 2), ("closed", "before_received", 1), ("text", "markup_removed", 1),
    ]  # fmt: skip
    assert ("-", "column_assumed", 4) in odd[2], "a row that two headings leave in doubt is one row"


def test_a_lasting_rise_goes_on_in_every_week_of_it(tmp_path):
    found = replay(weeks(tmp_path / "rise.csv", date(2022, 1, 3), [1] * 52 + [12] * 52))
    assert [row[2] for row in found if row[0] == "type"] == [f"2023-W{week:02d}" for week in range(1, 52)]
    assert {round(row[5], 6) for row in found} == {1.0}


def test_an_empty_season_gives_no_impossible_chance(tmp_path):
    counts = []
    for week in range(180):
        year, number, _ = (date(2019, 12, 30) + timedelta(weeks=week)).isocalendar()
        planted = (year, number) in ((2023, 19), (2023, 20))
        counts.append(3 if planted else 0 if 10 <= number <= 30 and week < 178 else 1 + week * 7 % 5)
    found = [
        row
        for row in replay(weeks(tmp_path / "season.csv", date(2019, 12, 30), counts))
        if row[2] >= "2023-W10"
    ]
    assert {(row[2], row[4], row[7]) for row in found} == {("2023-W19", 3, 3), ("2023-W20", 3, 3)}
    assert [row[8] for row in found] == pytest.approx([(1 / 22) ** 3] * len(found))


def test_one_stray_early_row_is_no_history(tmp_path):
    days = ["2022-06-06", *(f"2024-01-{day:02d}" for day in (1, 2, 3, 4, 8, 9, 10, 16, 17, 23, 24, 30))]
    rows = [(number, day, "noise" if number % 3 else "leak") for number, day in enumerate(days, 1)]
    file = write(tmp_path / "stray.csv", "id,received,type", rows)
    assert replay(file) == []
    out = tmp_path / "out"
    assert query(out, "SELECT value FROM meta WHERE key = 'first'") == [("2024-01-01",)]
    assert query(out, "SELECT field, reason, rows, example FROM quality") == [
        ("received", "date_far", 1, "1: 2022-06-06")
    ]


def test_complaints_of_what_was_never_delivered_are_judged_by_their_number(tmp_path):
    counts = [2] * 80 + [15, 2]
    days = [(MONDAY + timedelta(weeks=week), count) for week, count in enumerate(counts)]
    rows = [(f"{day}-{n}", day, "P1", "leak") for day, count in days for n in range(count)]
    file = write(tmp_path / "complaints.csv", "id,received,item,type", rows)
    # one delivery long ago: no units are in the field any more when the rise comes
    delivered = write(tmp_path / "deliveries.csv", "item,date,quantity", [("P1", MONDAY, 500)])
    found = [row for row in replay(file, "--deliveries", str(delivered)) if row[0] == "item"]
    assert [(row[1], row[4], row[6]) for row in found if row[2] == "2021-W29"] == [("P1", 15, None)]
