"""Times whose stages are not all known, open complaints against the whole, what counts as told twice, and control charts."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.backtest import policy_file
from complaint_qms.backtest.main import main
from complaint_qms.backtest.report.chart_section import closer_than_chance
from complaint_qms.backtest.report.sop_section import sop
from complaint_qms.backtest.store import Store
from complaint_qms.engine.similar import Index, Record, Settings, Told, judge
from complaint_qms.engine.similar.scoring import to_score
from complaint_qms.engine.similar.told_twice_many import log_odds_twice
from complaint_qms.engine.sla.covered import first_covered, joint_limits
from tests.backtest.outcome import query

CASES = Path(__file__).with_name("cases")


def replay(source: Path, out: Path, *more: str) -> dict:
    """Replay a file; the section of working times of its report."""
    assert main(["--lang", "en", "replay", str(source), "--out", str(out), "--quiet", *more]) == 0
    store = Store.finished(out / "replay.sqlite")
    try:
        return sop(store, policy_file.load_policy(None))
    finally:
        store.close()


def test_a_time_over_several_stages_has_their_limits_together(tmp_path: Path) -> None:
    found = replay(CASES / "07_solution_limit.csv", tmp_path)
    (clock,) = [c for c in found["clocks"] if c["clock"] == "solve"]
    assert (clock["first"], clock["limit"] / 60, clock["over"], clock["share"]) == ("intake", 100, 0, 0)
    assert (found["late"], found["ladder"]) == (0, [])
    assert "Intake to Solution" in (tmp_path / "report.html").read_text()


def test_what_is_open_without_stages_is_held_against_the_whole(tmp_path: Path, capsys) -> None:
    found = replay(CASES / "08_open_since_a_year.csv", tmp_path)
    assert found["open"] == [{"stage": "unknown", "first": "unknown", "count": 2}]
    assert (found["open_over"], found["open_over_whole"], found["late"]) == (2, 2, 2)
    assert {(row["stage"], row["told"], row["count"]) for row in found["ladder"]} == {
        ("total", told, 2) for told in ("superior", "manager", "director")
    }
    report = (tmp_path / "report.html").read_text()
    assert "Stage not known: 2" in report
    assert "Review: 2" not in report
    assert main(["--lang", "en", "explain", "1", "--db", str(tmp_path / "replay.sqlite")]) == 0
    assert "The whole" in capsys.readouterr().out


@pytest.mark.parametrize("closed", ["Abgeschlossen", "fermé", "Cerrado", "encerrada", "完了", "办结"])
def test_a_status_in_any_language_of_the_headings_ends_a_complaint(tmp_path: Path, closed: str) -> None:
    source = tmp_path / "a.csv"
    lines = [
        f"{n},2023-0{n}-02,{'2023-02-01' if n == 1 else ''},{closed if n < 4 else 'open'},leak"
        for n in range(1, 6)
    ]
    source.write_text("\n".join(["id,received,closed,status,type", *lines]), "utf-8")
    assert sum(row["count"] for row in replay(source, tmp_path / "out")["open"]) == 2


def test_chance_alone_rarely_brings_complaints_with_harm_closer_together() -> None:
    dice = np.random.default_rng(7)
    even = sum(closer_than_chance(dice.exponential(7, 80)).any() for _ in range(400))
    assert even / 400 <= 0.08  # 0.05 is promised; three standard errors of 400 tries
    burst = np.concatenate([dice.exponential(7, 60), np.full(8, 0.8), dice.exponential(7, 12)])
    assert closer_than_chance(burst)[60:68].all()


def test_two_words_of_a_title_are_no_story(tmp_path: Path) -> None:
    replay(CASES / "10_short_titles.csv", tmp_path)
    assert query(tmp_path, "SELECT * FROM pair") == []


STORIES = (
    "the kettle began to leak at the seam below the handle after one week of use",
    "my invoice shows a discount that was promised but never taken off the sum",
)


def test_told_twice_stands_apart_from_similar_cases(tmp_path: Path, capsys) -> None:
    rows = [
        ("A1", "2024-03-04", "Ada", "K1", STORIES[0]),
        ("A2", "2024-03-06", "Ada", "K1", "Again: " + STORIES[0]),
        ("B1", "2024-03-20", "Bea", "K2", STORIES[0]),
        ("C1", "2024-03-05", "Cem", "S9", STORIES[1]),
        ("C2", "2024-03-08", "Cem", "S9", "It hums all night long and nobody of yours calls me back"),
    ]
    source, out = tmp_path / "a.csv", tmp_path / "o"
    text = "".join(",".join(row) + "\n" for row in rows)
    source.write_text("id,received,customer,serial number,description\n" + text)
    replay(source, out)
    named = (
        "SELECT kind, min(a.id, b.id), max(a.id, b.id) FROM pair JOIN assessment x ON x.seq = left_seq JOIN complaint a ON "
        "a.row_id = x.row_id JOIN assessment y ON y.seq = right_seq JOIN complaint b ON b.row_id = y.row_id ORDER BY 1, 2, 3"
    )
    assert query(out, named) == [
        ("similar", "A1", "B1"),
        ("similar", "A2", "B1"),
        ("told_twice", "A1", "A2"),
        ("told_twice", "C1", "C2"),
    ]
    capsys.readouterr()
    database = str(out / "replay.sqlite")
    for verb in ("similar", "explain"):
        assert main(["--lang", "en", verb, "A1", "--db", database]) == 0
        told = capsys.readouterr().out
        assert told.index("The same complaint told twice") < told.index("A2") < told.index("Similar cases")
    page = (out / "report.html").read_text()
    assert page.index("<h3>The same complaint told twice") < page.index("<h3>Similar cases")
    assert main(["--lang", "zh", "similar", "A1", "--db", database]) == 0
    assert "同一投诉重复提出" in capsys.readouterr().out


def test_a_form_letter_and_half_a_chassis_number_name_nobody(tmp_path: Path) -> None:
    head = "id,received,vin,state,description\n"
    cut = "".join(
        f"{n},2024-03-0{n},1FTFW1ET7D{n % 2},S{n},{STORIES[n % 2]} {'once ' * n}\n" for n in range(1, 9)
    )
    (tmp_path / "a.csv").write_text(head + cut)
    replay(tmp_path / "a.csv", tmp_path / "o")
    assert query(tmp_path / "o", "SELECT DISTINCT kind FROM pair") == [("similar",)]
    alike = "".join(
        f"{n},2024-03-0{n},1FTFW1ET{n // 3}D{'K' if n % 3 else 'L'},S0,{STORIES[0]}\n" for n in range(1, 9)
    )
    (tmp_path / "c.csv").write_text(head + alike)
    replay(tmp_path / "c.csv", tmp_path / "q")
    told = {
        frozenset(pair)
        for pair in query(tmp_path / "q", "SELECT left_seq, right_seq FROM pair WHERE kind = 'told_twice'")
    }
    assert told == {
        frozenset(pair) for pair in ((1, 2), (4, 5), (7, 8))
    }  # another half is another car all the same
    whole = cut.replace("1FTFW1ET7D", "1FTFW1ET7DKA0000").replace(",S", ",T")
    (tmp_path / "b.csv").write_text(head.replace("state", "channel") + whole.replace(",T", ",web"))
    replay(tmp_path / "b.csv", tmp_path / "p")
    assert query(tmp_path / "p", "SELECT DISTINCT kind FROM pair") == [("told_twice",)]


def test_charts_of_the_whole_history(tmp_path: Path) -> None:
    monday, rows = date(2023, 1, 2), []
    for week in range(60):
        for n in range(3 + (week * 7) % 3 + 4 * (week >= 30)):
            hurt = int(n == 0 and (week % 3 == 0 if week < 45 else week < 49))
            rows.append(f"{len(rows)},{monday + timedelta(weeks=week, days=n % 5)},kettle,{hurt}\n")
    source = tmp_path / "a.csv"
    source.write_text("id,received,item,injured\n" + "".join(rows))
    replay(source, tmp_path, "--no-text")
    page = (tmp_path / "report.html").read_text()
    assert "The level has shifted within these 59 weeks" in page  # the last one is not over
    assert "Days between complaints with harm (t chart)" in page
    assert (
        main(
            [
                "--lang",
                "zh",
                "report",
                "--db",
                str(tmp_path / "replay.sqlite"),
                "--to",
                str(tmp_path / "z.html"),
            ]
        )
        == 0
    )
    assert "水平发生了偏移" in (tmp_path / "z.html").read_text()


knowing = st.lists(st.lists(st.booleans(), min_size=7, max_size=7), min_size=1, max_size=6)


@settings(deadline=None, max_examples=25, derandomize=True, database=None)
@given(knowing)
def test_limits_of_all_clocks_of_a_complaint_add_up_to_the_procedure(known: list[list[bool]]) -> None:
    hours = [4.0, 8, 64, 24, 8, 40, 12]
    there = np.array(known)
    first = first_covered(there)
    place = np.arange(7)
    limits = joint_limits(first[:, :-1], np.broadcast_to(place, there.shape), hours)
    rest = joint_limits(first[:, -1], np.full(len(there), 6), hours)
    for row, begins, own in zip(there, first, limits, strict=True):
        told = np.flatnonzero(row)
        assert [begins[t] for t in told] == [0, *(told + 1)][: len(told)]
        assert sum(own[told]) == sum(hours[: told[-1] + 1] if len(told) else [])
    assert np.nansum(np.where(there, limits, 0.0), axis=1) + np.nan_to_num(rest) == pytest.approx(sum(hours))
    assert np.isnan(joint_limits([0, 0], [2, -1], [1.0, None, 2.0])).all()


NAMES = st.sampled_from(["", "A", "B"])
records = st.builds(
    Record,
    id=st.just("x"),
    text=st.integers(0, 12).map(lambda n: " ".join(STORIES[0].split()[:n])),
    customer=NAMES,
    item=NAMES,
    batch=NAMES,
    order=NAMES,
    date=st.none() | st.dates(date(2024, 1, 1), date(2024, 2, 20)),
    serial=NAMES,
    region=NAMES,
)


@settings(deadline=None, max_examples=25, derandomize=True, database=None)
@given(records, records, st.floats(0, 1))
def test_many_pairs_are_judged_as_the_desk_judges_one(one: Record, other: Record, agreement: float) -> None:
    index = Index()
    index.add_many([one, other])
    columns = index._columns()
    left, right = np.array([0]), np.array([1])
    parts = log_odds_twice(np.array([agreement]), columns.words, columns.fields, columns.days, left, right)
    told = [
        Told(
            values={k: v for k in ("serial", "batch", "item", "region") if (v := getattr(r, k))},
            orders=frozenset([("order", r.order)] if r.order else []),
            persons=frozenset([("customer", r.customer)] if r.customer else []),
            words=int(words),
            day=r.date,
        )
        for r, words in zip((one, other), columns.words, strict=True)
    ]
    assert float(to_score(parts)[0]) == pytest.approx(judge(told[0], told[1], agreement).score, abs=1e-9)


@settings(deadline=None, max_examples=25, derandomize=True, database=None)
@given(st.integers(1, 4), st.integers(0, 10_000))
def test_short_titles_of_strangers_are_never_paired(words: int, seed: int) -> None:
    rng = random.Random(seed)
    vocabulary = ("internet", "speed", "billing", "pricing", "scam", "router", "refund", "service")
    title = " ".join(rng.sample(vocabulary, min(words, 3)))
    index = Index(Settings(similar=0.75))
    day = date(2024, 3, 4)
    index.add_many(
        Record(str(n), title, f"customer {n}", date=day + timedelta(days=rng.randrange(20))) for n in range(6)
    )
    assert list(index.pairs()) == []


def test_another_model_year_is_another_case(tmp_path):
    text = "The rear window shattered without a warning while the car stood in the drive"
    source = tmp_path / "a.csv"
    years = (2018, 2018, 2007, 2000)
    source.write_text(
        "id,received,item,model year,description\n"
        + "".join(f"{n},2024-01-05,Truck{n // 2},{year},{text}\n" for n, year in enumerate(years))
    )
    assert main(["--lang", "en", "replay", str(source), "--out", str(tmp_path / "o"), "--quiet"]) == 0
    told = query(tmp_path / "o", "SELECT left_seq, right_seq FROM pair WHERE kind = 'told_twice'")
    assert told == [(1, 2)]
