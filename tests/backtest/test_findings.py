"""Findings in the back-test: one for all signals of a cause, every number with its complaints, no risk without an item."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from complaint_qms.backtest import sample, stored_reasons
from complaint_qms.backtest.main import main
from tests.backtest.outcome import query


def replay(source: Path, out: Path, *more: str, language: str = "en") -> str:
    """The report."""
    assert main(["--lang", language, "replay", str(source), "--out", str(out), "--quiet", *more]) == 0
    return (out / "report.html").read_text(encoding="utf-8")


def written(path: Path, heading: str, rows: list[tuple]) -> Path:
    path.write_text(
        heading + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("planted")
    sample.write_sample(folder, 1500)
    deliveries = str(folder / "deliveries.csv")
    return folder / "out", replay(
        folder / "complaints.csv", folder / "out", "--deliveries", deliveries, "--no-text"
    )


def test_the_signals_of_a_bad_batch_are_one_finding(planted):
    out, html = planted
    first = query(out, "SELECT change, parts, observed, expected, json_array_length(signals) FROM finding")[0]
    assert first[:2] == ("rise", '[["batch", "KB200-08"]]')
    assert first[2] > 5 * first[3]
    kinds = query(
        out,
        "SELECT count(DISTINCT kind) FROM finding, json_each(finding.signals) JOIN signal ON signal = value "
        "JOIN series ON series.series = signal.series WHERE finding = 1",
    )
    assert kinds[0][0] >= 3  # type, supplier and the batch itself
    lead = html.split('<section id="summary">')[1].split("</section>")[0]
    assert re.search(r"<h3>Batch KB200-08 <span class=\"state ended\">", lead)
    assert "The stage most often late is Investigation" in lead
    changes = query(out, "SELECT count(*) FROM finding WHERE change IN ('gap', 'early', 'relabelled')")[0][0]
    assert ("No rise: " in lead or f"{changes} changes that are no rises" in lead) == (changes > 0)


def test_every_number_leads_to_its_complaints(planted):
    out, html = planted
    targets = re.findall(r'<a class="to" href="#([^"]+)"', html)
    ids = set(re.findall(r'id="([^"]+)"', html))
    assert len(targets) > 100
    assert set(targets) <= ids
    assert not re.search(r"<td[^>]*><b>[1-9][0-9,]*</b>", html)  # no cell of the matrix without its link
    with (out / "report_complaints.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == query(out, "SELECT count(*) FROM complaint")[0][0]
    for number, observed in query(out, "SELECT finding, observed FROM finding"):
        assert sum(f"[{number}]" in row["finding"] for row in rows) == observed
    counts = query(out, "SELECT type, month, count FROM month")
    for kind, month, count in counts[::7]:
        assert sum(row["type"] == kind and row["month"] == month for row in rows) == count
    for shown in re.findall(r'<div class="list" id="(?:l\d+)">.*?</table>', html, re.S)[:40]:
        assert 1 <= shown.count('<tr><th scope="row">') <= 50


def test_what_comes_back_is_one_card_with_both_times_in_red(tmp_path):
    rows = [
        (f"{week}-{n}", date(2022, 1, 3) + timedelta(weeks=week), "leak")
        for week in range(110)
        for n in range(14 if 60 <= week < 64 or 95 <= week < 99 else 2)
    ]
    html = replay(written(tmp_path / "a.csv", "id,received,type", rows), tmp_path / "o", "--no-text")
    (card,) = re.findall(r'<article class="finding.*?</article>', html, re.S)
    assert card.count('class="bar alarm"') == 8
    ((spells, observed),) = query(tmp_path / "o", "SELECT spells, observed FROM finding")
    assert [one[2:] for one in json.loads(spells)] == [["2023-W09", "2023-W12"], ["2023-W44", "2023-W47"]]
    assert observed == 8 * 14
    said = "56 complaints from week 9 of 2023 to week 12 of 2023 where 8 were expected, and again 56 complaints from week 44 of 2023"
    assert said in html


def test_a_lasting_rise_is_one_finding_that_goes_on(tmp_path):
    rows = [
        (f"{week}-{n}", date(2022, 1, 3) + timedelta(weeks=week), "leak")
        for week in range(104)
        for n in range(12 if week >= 52 else 1)
    ]
    source = written(tmp_path / "lasting_rise.csv", "id,received,type", rows)
    html = replay(source, tmp_path / "o", "--no-text", "--as-of", "2023-12-31")
    found = query(tmp_path / "o", "SELECT first_label, trend, observed FROM finding")
    assert len(found) == 1
    assert found[0][0] == "2023-W01"
    assert found[0][1] != "ended"
    assert "since week 1 of 2023" in html
    assert "仍在继续" in replay(source, tmp_path / "zh", "--no-text", language="zh")


def test_without_an_item_no_risk_is_made_up(tmp_path):
    """Case 12: how often an item draws a complaint is not known where no column names one."""
    rows = [
        (
            i,
            date(2024, 1, 1) + timedelta(days=i),
            ("leak", "noise", "dent")[i % 3],
            ("minor", "serious", "critical")[i % 3],
        )
        for i in range(300)
    ]
    source = written(tmp_path / "no_item.csv", "id,received,type,severity", rows)
    html = replay(source, tmp_path / "o", "--no-text")
    assert query(tmp_path / "o", "SELECT DISTINCT occurrence, risk FROM assessment") == [(None, None)]
    section = html.split('<section id="risk">')[1].split("</section>")[0]
    assert "No column names the item" in section
    assert "background" not in section
    assert "Frequent" not in section
    assert "Extreme" not in section
    assert [int(n) for n in re.findall(r"<b>(?:<a [^>]*>)?(\d+)", section)] == [0, 100, 100, 100, 0]
    some = [(i, day, kind, level, "pump" if i % 2 else "") for i, day, kind, level in rows]
    html = replay(
        written(tmp_path / "some.csv", "id,received,type,severity,item", some), tmp_path / "p", "--no-text"
    )
    assert "150 complaints name no item" in html
    known = query(tmp_path / "p", "SELECT count(*), count(risk) FROM assessment")
    assert known == [(300, 150)]


def test_a_crash_without_anybody_hurt_is_told_apart_and_no_number_is_none(tmp_path):
    rows = [
        (
            i,
            date(2024, 1, 1) + timedelta(days=i),
            "leak",
            "Y" if i < 3 else "N",
            {4: "Death", 5: "Injury"}.get(i, ""),
        )
        for i in range(9)
    ]
    html = replay(
        written(tmp_path / "a.csv", "id,received,type,crash,event type", rows), tmp_path / "o", "--no-text"
    )
    harmed = html.split('<section id="harmed">')[1].split("</section>")[0]
    assert (
        "1 complaint tells of a death. 1 complaint tells of an injury. 3 more tell of a crash or a fire"
        in harmed
    )
    assert re.findall(r'<th scope="row">(\d+)</th>', harmed) == ["4", "5"]
    assert "tells of a death" in html.split("</header>")[0]
    with (tmp_path / "o" / "report_complaints.csv").open(encoding="utf-8-sig", newline="") as handle:
        told = {row["id"]: row["hurt"] for row in csv.DictReader(handle)}
    assert (told["4"], told["5"], told["0"]) == ("death", "injury", "no")
    assert "Injured" not in harmed.split("<table")[0]
    assert "3 more tell of a crash or a fire and of nobody hurt." in harmed
    assert "minor harm" not in harmed


def test_harm_that_only_the_text_tells_of_is_told_and_held_against_the_severity_of_the_file(tmp_path):
    said = [
        ("My husband was killed when the pump exploded", "minor"),
        ("孩子手被烫伤，去医院", "轻微"),
        ("The operator was injured by the broken blade and needed stitches", "critical"),
        ("Smoke and an accident nearly happened and no injuries", "minor"),
    ]
    rows = [
        (i, date(2024, 1, 1) + timedelta(days=i), "leak", level, text) for i, (text, level) in enumerate(said)
    ]
    source = written(tmp_path / "a.csv", "id,received,type,severity,description", rows)
    html = replay(source, tmp_path / "o")
    harmed = html.split('<section id="harmed">')[1].split("</section>")[0]
    assert (
        "1 complaint tells of a death. 2 complaints tell of an injury. Of these, 3 are told by the text alone."
        in harmed
    )
    assert "In 2, the severity of the file is below the one that the text speaks for" in harmed
    assert re.findall(r'<th scope="row">(\d+)</th>', harmed)[0] == "0"
    assert "severity in the file: Minor" in harmed
    assert query(tmp_path / "o", "SELECT harm_from, severity_from FROM assessment ORDER BY seq") == [
        *[("text", "file")] * 3,
        (None, "file"),
    ]


def test_costs_and_harm_stand_on_their_own(tmp_path):
    rows = [
        (
            i,
            date(2024, 1, 1) + timedelta(days=i),
            "pump",
            ("leak", "burn")[i % 2],
            10 * (1 + i % 2),
            int(i == 7),
            int(i == 9),
        )
        for i in range(60)
    ]
    source = written(tmp_path / "a.csv", "id,received,item,type,cost,injured,deaths", rows)
    html = replay(source, tmp_path / "o", "--no-text")
    worst = html.split('<section id="worst">')[1].split("</section>")[0]
    assert re.findall(r'<th scope="row">(\d+)</th>', worst)[:2] == ["9", "7"]
    harmed = html.split('<section id="harmed">')[1].split("</section>")[0]
    told = "1 complaint tells of a death. 1 complaint tells of an injury. People by the numbers of the files: injured 1, dead 1."
    assert told in harmed
    assert told in html.split('<section id="summary">')[1].split("</section>")[0]
    assert "crash" not in harmed
    costs = html.split('<section id="costs">')[1].split("</section>")[0]
    assert re.findall(r">(600|300)</a>", costs)[:2] == ["600", "300"]


def test_costs_of_different_currencies_are_not_added_up(tmp_path):
    def costs_of(name: str, heading: str, amounts: list[str]) -> list[tuple[str, list[str]]]:
        rows = [
            (i, date(2024, 1, 1 + i % 28), "pump", ("leak", "burn")[i % 2], amount)
            for i, amount in enumerate(amounts)
        ]
        html = replay(written(tmp_path / f"{name}.csv", heading, rows), tmp_path / name, "--no-text")
        section = html.split('<section id="costs">')[1].split("</section>")[0]
        assert ("not added up" in section) == (section.count("Cost by Type") > 1)
        tables = re.findall(r"<h3>(Cost by Type[^<]*)</h3>(.*?)</table>", section, re.S)
        return [(title, re.findall(r">([\d,]+)</a>", rows)) for title, rows in tables]

    head = "id,received,item,type,cost"
    mixed = ['"$1,200.50"', "€300", "¥9000", "100", "€ 20", "50 EUR", "-50"] * 4
    assert costs_of("mixed", head, mixed) == [
        ("Cost by Type, EUR", ["740", "740"]),
        ("Cost by Type, USD", ["2,401", "2,401"]),
        ("Cost by Type, ¥", ["18,000", "18,000"]),
        ("Cost by Type, no currency named", ["200", "200"]),
    ]
    assert costs_of("one", head, ["10", "20.5"] * 6) == [("Cost by Type", ["123", "60"])]
    assert costs_of("heading", "id,received,item,type,Cost (USD)", ["10", "$20"] * 6) == [
        ("Cost by Type, USD", ["120", "60"])
    ]
    beside = [f"{n},{('CHF', 'JPY')[n % 3 == 0]}" for n in range(6)]
    assert [title for title, _sums in costs_of("beside", head + ",Currency", beside)] == [
        "Cost by Type, CHF", "Cost by Type, JPY",
    ]  # fmt: skip
    with (tmp_path / "beside" / "report_complaints.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert {row["currency"] for row in csv.DictReader(handle)} == {"CHF", "JPY"}


def test_a_batch_name_of_several_items_is_judged_item_by_item(tmp_path):
    """Numbers of batches begin anew with every item; where deliveries do not name items it is said of how many it is."""
    rows = [
        (
            f"{item}-{batch}-{n}",
            date(2024, 1, 1) + timedelta(days=9 * n),
            f"IT{item}",
            f"M{batch}",
            f"S{n % 3}",
        )
        for item in range(6)
        for batch in range(8)
        for n in range(20 if (item, batch) == (2, 3) else 4)
    ]
    rows.append(("alone", date(2024, 2, 1), "", "M3", "S0"))
    source = written(tmp_path / "a.csv", "id,received,item,batch,supplier", rows)
    html = replay(source, tmp_path / "o", "--no-text")
    told = "SELECT batch, item, item_count, supplier_count, count, batch_count, other_count, q < 0.05 FROM suspect"
    assert query(tmp_path / "o", told)[0] == ("M3", "IT2", 1, 3, 21, 41, 28, 1)
    assert query(tmp_path / "o", "SELECT count(*), sum(count) FROM suspect WHERE batch = 'M3'") == [(6, 41)]
    section = html.split('<section id="suspects">')[1].split("</section>")[0]
    assert "of 41 of the batch" in section
    anchor = re.search(r'href="#(l\d+)"[^>]*>21<', section).group(1)
    behind = html.split(f'id="{anchor}"')[1].split("</table>")[0]
    assert set(re.findall(r"<td>(IT\d|–)</td>", behind)) <= {"IT2", "–"}
    for name, of_item in (("each", True), ("whole", False)):
        sent = [
            (*([f"IT{item}"] if of_item else []), f"M{batch}", "2023-12-01", 100)
            for item in range(6)
            for batch in range(8)
        ]
        heading = "item,batch,date,quantity" if of_item else "batch,date,quantity"
        given = written(tmp_path / f"{name}.csv", heading, sent)
        replay(source, tmp_path / name, "--no-text", "--deliveries", str(given))
    assert query(tmp_path / "each", told)[0][:6] == ("M3", "IT2", 1, 3, 21, 41)
    assert query(tmp_path / "each", "SELECT units, other_units FROM suspect")[0] == (100, 700)
    assert query(tmp_path / "whole", told)[0][:6] == ("M3", "IT2", 6, 3, 41, 41)


def test_the_report_counts_one_way_and_says_what_it_means(tmp_path, capsys):
    """One is one; a batch at a level rate is no finding; an end before its receipt is no time; what is late is listed."""
    day = date(2023, 1, 2)
    rows = [
        (
            n,
            day + timedelta(days=n),
            "leak",
            f"CH{n // 20}",
            f"K{n // 60}",
            day + timedelta(days=n + (40 if n % 3 else -9)),
        )
        for n in range(300)
    ]
    source = written(
        tmp_path / "a.csv", "id,received,type,batch,customer,closed", [*rows, ("x", "", "", "", "", "")]
    )
    out = tmp_path / "o"
    assert (
        main(["--lang", "en", "replay", str(source), "--out", str(out), "--as-of", "31.12.2023", "--no-text"])
        == 0
    )
    said = capsys.readouterr().out
    assert "300 rows used, 1 bad row\n" in said
    assert "0 findings from" in said
    assert "! Closed: 100 of 300 lie before the receipt and count for no time" in said
    assert "! --as-of: 2023-12-31 lies 64 days after the last complaint (2023-10-28)" in said
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "The only type over the last" in html
    assert "99.9 %" not in html
    assert "where id." not in html
    assert query(out, "SELECT count(*), min(total) > 0 FROM sop_time WHERE total IS NOT NULL")[0] == (200, 1)
    with (out / "report_complaints.csv").open(encoding="utf-8-sig", newline="") as handle:
        listed = list(csv.DictReader(handle))
    late = sum(row["over_limit"] == "1" for row in listed)
    assert f'over a time limit: {late}"' in html
    assert 0 < late <= 200
    assert {row["severity_from"] for row in listed} == {"default"}


def test_a_sentence_whose_numbers_are_not_known_is_not_said():
    known = '["{observed} complaints in {period}.", {"observed": 4, "period": "May"}]'
    unknown = '["{observed} complaints where {expected} were expected.", {"observed": 4, "expected": null}]'
    assert stored_reasons.sentences(f"[{unknown}, {known}]", "en") == "4 complaints in May."
