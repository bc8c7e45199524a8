"""Numbers, currencies, yes and no, and lengths of time, as seven languages write them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.tabular import durations
from complaint_qms.tabular.amounts import (
    currencies,
    decimal_marks,
    parse_flag,
    parse_number,
    parse_persons,
)
from complaint_qms.tabular.odd_rows import odd_row


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("Yes", "No"), ("Y", "N"), ("Ja", "Nein"), ("J", "N"), ("Oui", "Non"), ("Sí", "No"), ("SI", "NO"), ("Sim", "Não"), ("はい", "いいえ"),
        ("あり", "なし"), ("有", "無"), ("是", "否"), ("有", "无"), ("TRUE", "FALSE"), ("wahr", "falsch"), ("✓", "×"), ("○", "×"),
    ],
)  # fmt: skip
def test_yes_and_no_and_how_many_people_they_are(yes, no):
    assert (parse_flag(yes), parse_flag(no)) == ("yes", "no")
    assert parse_persons(yes) == 1.0
    assert parse_persons(no) in (0.0, None)
    assert (parse_persons("3"), parse_persons("perhaps")) == (3.0, None)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1\u202f200,50\u00a0€", 1200.5), ("1'234.50", 1234.5), ("1’234.50", 1234.5), ("12,50-", -12.5), ("R$ 1.234,56", 1234.56), ("¥8,806.00", 8806.0),
        ("１２，５", 12.5),
    ],
)  # fmt: skip
def test_amounts_with_the_blanks_and_signs_of_their_country(cell, number):
    assert parse_number(cell) == number


def test_a_lone_mark_before_three_figures_is_decided_by_the_column_and_by_the_file():
    assert decimal_marks({"cost": ["1.234", "12,50"]}) == {"cost": ","}
    assert decimal_marks({"quantity": ["2,000", "1.200"], "cost": ["1.259,50"]}) == {
        "quantity": ",",
        "cost": ",",
    }
    assert decimal_marks({"quantity": ["1.234", "2.500"]}) == {"quantity": ","}, (
        "units are counted in whole ones"
    )
    assert decimal_marks({"quantity": ["1.234"]}, typed=True) == {}, "a program wrote it"
    assert decimal_marks({"cost": ["1,234", "12.50"]}) == {"cost": "."}
    assert (parse_number("1.234", ","), parse_number("1,234", "."), parse_number("2,000", ",")) == (
        1234.0,
        1234.0,
        2.0,
    )


@settings(max_examples=200, deadline=None)
@given(
    cents=st.lists(st.integers(0, 10**9), min_size=3, max_size=30),
    comma=st.booleans(),
    grouped=st.booleans(),
)
def test_amounts_written_one_way_are_read_back(cents, comma, grouped):
    def written(amount: int) -> str:
        text = f"{amount // 100:,}.{amount % 100:02}" if grouped else f"{amount // 100}.{amount % 100:02}"
        return text.translate(str.maketrans(",.", ".,")) if comma else text

    cells = [written(amount) for amount in cents]
    mark = decimal_marks({"cost": cells}).get("cost", "")
    assert [round((parse_number(cell, mark) or 0) * 100) for cell in cells] == cents


def test_the_currency_of_the_heading_and_of_the_cells():
    assert currencies("Kosten EUR", ["4.949,44"]) == ["EUR"]
    assert currencies("Cost (US$)", ["12"]) == ["USD"]
    assert currencies("处理费用(元)", ["100"]) == ["CNY"]
    assert currencies("Montant", ["12 €", "13 €"]) == ["EUR"]
    assert currencies("Cost", ["EUR 3", "USD 4", "EUR 5"]) == ["EUR", "USD"]
    assert currencies("Total cost", ["3"]) == []


@pytest.mark.parametrize(
    ("cell", "order", "seconds"),
    [
        ("683", "minutes", 40_980), ("2.5", "hours", 9_000), ("2,5", "hours", 9_000), ("3", "days", 259_200), ("2d 3h", "duration", 183_600),
        ("02:15:00", "duration", 8_100), ("100:00:10", "hours", 360_010), ("02:15", "minutes", 135), ("1 day, 2:03:04", "duration", 93_784),
        ("1 Tag 2 Std.", "duration", 93_600), ("1 jour et 2 heures", "duration", 93_600), ("2 días 3 horas", "duration", 183_600),
        ("1小时20分", "duration", 4_800), ("2日3時間", "duration", 183_600), ("PT2H15M", "duration", 8_100), ("P1DT1H", "duration", 90_000), ("p", "duration", None),
        ("soon", "hours", None), ("12", "duration", None), ("-3", "hours", None), ("99999999999", "days", None),
    ],
)  # fmt: skip
def test_lengths_of_time(cell, order, seconds):
    assert durations.parse(cell, order) == seconds


def test_a_length_of_time_counts_from_the_receipt_and_is_no_more_exact_than_it():
    received = np.array(["2024-03-01T09:00:00", "2024-03-02", "NaT", "2024-03-04"], dtype="datetime64[s]")
    stamps, timed = durations.moments(
        ["90", "1440", "5", "?"], "minutes", received, np.array([True, False, False, True])
    )
    assert stamps[0] == np.datetime64("2024-03-01T10:30:00")
    assert (stamps[1], np.isnat(stamps[2:]).tolist()) == (np.datetime64("2024-03-03T00:00:00"), [True, True])
    assert timed.tolist() == [True, False, False, False]


HEADINGS = ["No", "Date", "Defect", "Cost"]


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        (["Total", "", "", "3,400"], "row_total"), (["", "", "Gesamt:", "12"], "row_total"), (["合计：93", "", "", ""], "row_total"), (["", "", "Sous-total", "7"], "row_total"),
        (["No", "Date", "Defect", "Cost"], "row_headings"), (["17", "", "Totally broken", "3"], None), (["", "", "", ""], None), (["Total loss of power", "", "", ""], None),
    ],
)  # fmt: skip
def test_rows_of_totals_and_headings_are_no_complaints(cells, key):
    found = odd_row(cells, HEADINGS)
    assert (found.key if found else None) == key
