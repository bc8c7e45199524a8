"""What complained-about units have in common: the exact test against values from elsewhere and by counting, the finds on simulated companies."""

from __future__ import annotations

import math
import random
from collections import Counter
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.trace import common_factors as factors
from complaint_qms.engine.trace.common_factors import Group, common_factors
from complaint_qms.engine.trace.exact_tables import ExactTest, Table, risk_ratio

GASKET = (("lot", "Gasket"), "G-5")


def group(item: str, cluster: str, units: int, cases: int, **levels: str) -> Group:
    return Group(item, cluster, units, cases, {(kind,): frozenset([value]) for kind, value in levels.items()})


def counted(tables: list[Table]) -> Fraction:
    """Chance of as many cases with the factor or more, by counting every way in which the cases can fall."""
    ways = Counter({0: 1})
    for one in tables:
        cases = one.cases + one.other_cases
        stratum = {
            with_it: math.comb(one.units, with_it) * math.comb(one.other_units, cases - with_it)
            for with_it in range(cases + 1)
        }
        further: Counter = Counter()
        for (before, many), (with_it, more) in product(ways.items(), stratum.items()):
            further[before + with_it] += many * more
        ways = further
    seen = sum(one.cases for one in tables)
    return Fraction(sum(many for count, many in ways.items() if count >= seen), sum(ways.values()))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    units, others = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    return Table(draw(st.integers(0, units)), units, draw(st.integers(0, others)), others)


@given(st.lists(tables(), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_the_exact_test_counts_every_way(strata: list[Table]) -> None:
    test = ExactTest(strata)
    assert test.p == pytest.approx(float(counted([one for one in strata if one.compares])), abs=1e-12)
    found = test.odds_ratio()
    if test.least < test.most:
        assert found.lower <= found.odds <= found.upper
        # Whoever tests the odds ratio 1 gets the interval's answer.
        assert (found.lower > 1) == (test.p < 0.025) or test.p == pytest.approx(0.025)


def test_the_exact_test_agrees_with_r() -> None:
    """`fisher.test` of R on the examples of its manual (Fisher's tea, 1935; twins of criminals, 1962), whose roots are good to 1 %; the
    ends of the tea's interval by its polynomial (1, 16, 36, 16, 1), and a ratio by hand."""
    tea = ExactTest([Table(3, 4, 1, 4)])
    assert tea.p == pytest.approx(17 / 70)
    found = tea.odds_ratio()
    assert found == pytest.approx((6.408309, 0.2117329, 621.9337505), rel=1e-2)
    for odds, counts in ((found.lower, (3, 4)), (found.upper, (0, 1, 2, 3))):
        terms = [many * odds**count for count, many in enumerate((1, 16, 36, 16, 1))]
        assert sum(terms[count] for count in counts) / sum(terms) == pytest.approx(0.025)
    twins = ExactTest([Table(2, 17, 10, 13)])
    assert twins.odds_ratio() == pytest.approx((0.04693661, 0.003325764, 0.363182271), rel=1e-2)
    assert ExactTest([Table(3, 3, 0, 5)]).odds_ratio().upper == math.inf
    # (10·80/100 + 6·40/50) / (2·20/100 + 1·10/50) = 12.8 / 0.6
    assert risk_ratio([Table(10, 20, 2, 80), Table(6, 10, 1, 40)]) == pytest.approx(12.8 / 0.6)


def company(
    dice: random.Random, *, plant: float = 1.0, spread: float = 0.0, batches: int = 60
) -> list[Group]:
    """Batches of three items, made of lots that follow each other, on machines by chance, sold in eight deliveries each.

    Args:
        plant: how many times as often what holds `GASKET` fails.
        spread: variance of the rates of batches, as a share of their mean's square.
    """
    lots = {"Gasket": 14, "Heater": 10, "Shell": 8, "Carton": 12}
    found = []
    for batch in range(batches):
        item = ("Kettle", "Flask", "Inhaler")[batch % 3]
        levels = {
            ("lot", part): frozenset([f"{part[0]}-{batch * many // batches}"])
            for part, many in lots.items()
            if (item, part) != ("Flask", "Heater")
        }
        chosen = {"machine": ("P1", "P2", "P3"), "shift": ("early", "late", "night"), "operator": "abcdef"}
        levels |= {(kind,): frozenset([dice.choice(values)]) for kind, values in chosen.items()}
        levels["batch",] = frozenset([str(batch)])
        rate = 0.006 * {"Kettle": 1, "Flask": 0.5, "Inhaler": 2}[item]
        if spread:
            rate *= dice.gammavariate(1 / spread, spread)
        if levels["lot", "Gasket"] == {GASKET[1]}:
            rate *= plant
        for _delivery in range(8):
            units = dice.randint(10, 80)
            carrier = {("transporter",): frozenset([dice.choice("XYZ")])}
            found.append(
                Group(
                    item,
                    str(batch),
                    units,
                    sum(dice.random() < rate for _ in range(units)),
                    levels | carrier,
                )
            )
    return found


def test_no_more_false_finds_than_promised() -> None:
    """Where nothing is planted every find is false: pieces that fail by chance alone, and batches that differ by themselves, of which
    one alone may rightly be found. 5 % of the runs are promised."""
    for spread, most in ((0.0, 4), (0.3, 5)):
        dice, wrong = random.Random(20), 0
        for _ in range(40):
            found = common_factors(company(dice, spread=spread), most_intervals=0)
            wrong += any(one.verdict == factors.LIKELY for one in found.findings)
        assert wrong <= most


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_a_planted_lot_comes_first(spread: float) -> None:
    dice, first = random.Random(21), 0
    for _ in range(15):
        found = common_factors(company(dice, plant=8, spread=spread), most_intervals=0)
        likely = found.likely
        first += likely is not None and GASKET in likely.factors
        assert 100 < found.tests < 140
        assert found.cases > 100
    assert first >= 14


def test_what_always_occurs_together_is_one_test() -> None:
    rows = [
        group(
            "Kettle",
            str(batch),
            100,
            8 if batch < 4 else batch % 2,
            lot="A" if batch < 4 else "B",
            press="P2" if batch < 4 else "P1",
            weekday=str(batch % 5),
        )
        for batch in range(12)
    ]
    found = common_factors(rows)
    first = found.findings[0]
    assert first.factors == ((("lot",), "A"), (("press",), "P2"))
    assert (first.cases, first.units, first.other_cases, first.other_units) == (32, 400, 4, 800)
    assert first.ratio == pytest.approx((32 / 400) / (4 / 800))
    assert first.verdict == factors.LIKELY
    assert (first.clusters, first.case_clusters) == (4, 4)
    assert first.p == pytest.approx(float(counted([Table(32, 400, 4, 800)])))
    assert first.odds
    assert 1 < first.odds.lower < first.odds.odds < first.odds.upper
    # Two lots of which each unit has one or the other, and the days of the week.
    assert found.tests == 7


def test_what_a_surer_find_explains_is_told_so() -> None:
    rows = [
        group(
            "Kettle",
            str(batch),
            200,
            14 if batch in (0, 1, 2, 3) else 1,
            lot="bad" if batch < 4 else f"L{batch // 4}",
            press="P2" if batch in (0, 1, 2, 7) else "P1",
        )
        for batch in range(16)
    ]
    found = common_factors(rows)
    assert [one.factors[0][1] for one in found.findings[:2]] == ["bad", "P2"]
    assert [one.verdict for one in found.findings[:2]] == [factors.LIKELY, factors.EXPLAINED]
    assert found.findings[1].explained_by == 0
    assert found.likely is found.findings[0]


def test_no_verdict_where_the_data_do_not_suffice() -> None:
    alike = [group("Kettle", str(batch), 50, int(batch < 2), bom="1", batch=str(batch)) for batch in range(6)]
    found = common_factors(alike)
    assert not found.is_enough
    assert found.likely is None
    assert found.alike == [(("bom",), "1")]
    # One case more in a single batch is chance; a batch that has all of many is named as a batch.
    one_batch = [
        group("Kettle", str(batch), 300, 25 if batch == 3 else 1, batch=str(batch), lot=str(batch // 2))
        for batch in range(20)
    ]
    found = common_factors(one_batch)
    assert found.likely
    assert (("batch",), "3") in found.likely.factors
    assert found.likely.verdict == factors.ONE_CLUSTER
    # Half of the units are not recorded: they are left out of that factor, and said.
    rows = [
        Group("Kettle", str(batch), 100, 5, {("press",): frozenset(["P1" if batch % 2 else "P2"])})
        if batch < 4
        else Group("Kettle", str(batch), 100, 5, {})
        for batch in range(8)
    ]
    found = common_factors(rows)
    assert found.unknown == {("press",): (20, 400)}
    assert {(one.units, one.other_units) for one in found.findings} == {(200, 200)}
    assert common_factors([]).likely is None
    with pytest.raises(ValueError, match="cannot be cases"):
        common_factors([group("Kettle", "1", 1, 2)])


@given(st.randoms(use_true_random=False), st.integers(2, 8))
@settings(max_examples=40, deadline=None)
def test_neither_order_nor_division_of_groups_counts(dice: random.Random, batches: int) -> None:
    rows = [
        group(
            dice.choice(("Kettle", "Flask")), str(batch), 40, dice.randint(0, 9), lot=dice.choice("ABC"), press=dice.choice("XY")
        )
        for batch in range(batches)
    ]  # fmt: skip
    halves = [
        Group(one.stratum, one.cluster, units, cases, one.levels)
        for one in rows
        for units, cases in ((20, min(one.cases, 20)), (20, one.cases - min(one.cases, 20)))
    ]
    dice.shuffle(halves)
    whole, parts = common_factors(rows), common_factors(halves)
    assert [(one.factors, one.cases, one.units, one.verdict) for one in whole.findings] == [
        (one.factors, one.cases, one.units, one.verdict) for one in parts.findings
    ]
    for one, other in zip(whole.findings, parts.findings, strict=True):
        assert (one.p, one.p_clusters, one.q) == pytest.approx((other.p, other.p_clusters, other.q))
        # Everywhere together with what it is compared with it is all units of those items.
        assert one.units + one.other_units <= whole.units
        assert one.p <= one.q + 1e-12
    assert whole.tests + whole.too_small + len(whole.alike) <= 5
