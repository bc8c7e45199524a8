"""Effectiveness: exact intervals against published values, and the verdict rules."""

import math
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from complaint_qms.engine.effectiveness import (
    EFFECTIVE,
    INEFFECTIVE,
    INSUFFICIENT,
    Criterion,
    assess_effect,
    exposure_needed,
    garwood,
    rate_ratio,
    recurrence,
)

counts = st.integers(0, 300)
exposures = st.floats(0.5, 1e6)


def test_garwood_interval_of_ten():
    interval = garwood(10)
    assert interval.lower == pytest.approx(4.795389, abs=5e-7)
    assert interval.upper == pytest.approx(18.390356, abs=5e-7)


def test_garwood_interval_of_none_starts_at_zero():
    interval = garwood(0, 100)
    assert interval.lower == 0
    assert interval.upper == pytest.approx(-math.log(0.025) / 100)


def test_rate_ratio_matches_the_example_of_r_poisson_test():
    # poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878)), the example of R's own help page
    result = rate_ratio(21, 3011, 11, 800)
    assert result.ratio == pytest.approx(1.971488, abs=5e-7)
    assert result.lower == pytest.approx(0.8584264, abs=5e-8)
    assert result.upper == pytest.approx(4.2772659, abs=5e-8)
    assert result.p_value == pytest.approx(0.07967, abs=5e-6)


def test_rate_ratio_of_zeros():
    both = rate_ratio(0, 10, 0, 10)
    assert math.isnan(both.ratio)
    assert (both.lower, both.upper, both.p_value) == (0, math.inf, 1)
    none_before = rate_ratio(0, 10, 5, 10)
    assert none_before.ratio == math.inf
    assert none_before.lower > 0
    assert none_before.upper == math.inf
    none_after = rate_ratio(5, 10, 0, 10)
    assert (none_after.ratio, none_after.lower) == (0, 0)
    assert 0 < none_after.upper < math.inf


def test_rate_ratio_of_huge_counts_keeps_its_digits():
    result = rate_ratio(10**9, 1e12, 10**9, 1e12)
    # Large counts: ln ratio ± z √(2 / 1e9)
    half = stats.norm.ppf(0.975) * math.sqrt(2e-9)
    assert math.log(result.upper) == pytest.approx(half, rel=1e-3)
    assert math.log(result.lower) == pytest.approx(-half, rel=1e-3)


@given(counts, exposures, counts, exposures)
def test_interval_holds_the_estimate_and_mirrors(before, before_exposure, after, after_exposure):
    forward = rate_ratio(before, before_exposure, after, after_exposure)
    back = rate_ratio(after, after_exposure, before, before_exposure)
    if before + after == 0:
        return
    assert forward.lower <= forward.ratio <= forward.upper
    # Swapping the sides turns the ratio and its limits upside down.
    assert forward.lower == pytest.approx(1 / back.upper if back.upper < math.inf else 0, rel=1e-9)
    assert forward.upper == pytest.approx(1 / back.lower if back.lower else math.inf, rel=1e-9)


@given(counts, exposures, counts, exposures, st.floats(0.01, 100))
def test_interval_does_not_depend_on_the_unit_of_exposure(before, be, after, ae, factor):
    one = rate_ratio(before, be, after, ae)
    other = rate_ratio(before, be * factor, after, ae * factor)
    assert other.lower == pytest.approx(one.lower, rel=1e-9)
    assert other.upper == pytest.approx(one.upper, rel=1e-9)


@given(st.integers(1, 300), exposures, counts, exposures)
def test_more_complaints_after_never_help(before, be, after, ae):
    rank = {EFFECTIVE: 0, INSUFFICIENT: 1, INEFFECTIVE: 2}
    few = assess_effect(before, be, after, ae, Criterion())
    more = assess_effect(before, be, after + 1, ae, Criterion())
    assert rank[more.verdict] >= rank[few.verdict]


def test_coverage_of_the_interval_is_at_least_the_confidence():
    # Conditional on the total, coverage is a finite sum: no simulation needed.
    total, share = 25, 0.37
    covered = 0.0
    for after in range(total + 1):
        result = rate_ratio(total - after, 1, after, 1)
        if result.lower <= share / (1 - share) <= result.upper:
            covered += stats.binom.pmf(after, total, share)
    assert covered >= 0.95


def test_clear_fall_is_effective():
    found = assess_effect(40, 10_000, 8, 10_000, Criterion(target=0.5))
    assert found.verdict == EFFECTIVE
    assert found.reduction_percent == pytest.approx(80)
    assert found.ratio.upper < 0.5
    assert "0.2" in found.reason
    assert "whole interval meets the target" in found.reason


def test_same_rate_is_ineffective_with_enough_data_and_open_without():
    assert assess_effect(400, 10_000, 400, 10_000, Criterion(target=0.5)).verdict == INEFFECTIVE
    assert assess_effect(4, 10_000, 4, 10_000, Criterion(target=0.5)).verdict == INSUFFICIENT


def test_estimate_proof_needs_the_target_and_a_proved_fall():
    rule = Criterion(target=0.5, proof="estimate")
    assert assess_effect(40, 10_000, 18, 10_000, rule).verdict == EFFECTIVE
    assert assess_effect(40, 10_000, 30, 10_000, rule).verdict == INEFFECTIVE
    assert assess_effect(3, 10_000, 1, 10_000, rule).verdict == INSUFFICIENT


def test_absolute_rate_target():
    rule = Criterion(metric="rate", target=0.001)
    assert assess_effect(0, 0, 2, 10_000, rule).verdict == EFFECTIVE
    assert assess_effect(0, 0, 30, 10_000, rule).verdict == INEFFECTIVE
    assert assess_effect(0, 0, 9, 10_000, rule).verdict == INSUFFICIENT
    assert (
        assess_effect(0, 0, 9, 10_000, Criterion(metric="rate", target=0.001, proof="estimate")).verdict
        == EFFECTIVE
    )


def test_count_target_waits_for_its_window():
    rule = Criterion(metric="count", target=0, min_days=90)
    waiting = assess_effect(5, 100, 0, 100, rule, observed_days=30)
    assert waiting.verdict == INSUFFICIENT
    assert "30 of the 90 days" in waiting.reason
    assert assess_effect(5, 100, 0, 100, rule, observed_days=90).verdict == EFFECTIVE
    assert assess_effect(5, 100, 1, 100, rule, observed_days=2).verdict == INEFFECTIVE


def test_sample_fixed_in_advance_holds_good_news_back():
    found = assess_effect(400, 10_000, 0, 1_000, Criterion(min_exposure=5_000))
    assert found.verdict == INSUFFICIENT
    assert "1,000 of the 5,000 units" in found.reason


def test_recurrence_makes_it_ineffective_whatever_the_rate():
    rule = Criterion(max_recurrences=0)
    assert assess_effect(400, 10_000, 4, 10_000, rule, recurrences=1).verdict == INEFFECTIVE
    assert assess_effect(400, 10_000, 4, 10_000, rule, recurrences=0).verdict == EFFECTIVE


def test_missing_exposure_is_insufficient_not_an_error():
    assert assess_effect(5, 100, 0, 0, Criterion()).verdict == INSUFFICIENT
    assert assess_effect(5, 0, 0, 100, Criterion()).verdict == INSUFFICIENT
    assert assess_effect(0, 100, 0, 100, Criterion()).verdict == INSUFFICIENT


@given(
    st.integers(1, 200), st.floats(1, 1e6), st.floats(0.05, 1.5), st.sampled_from(["interval", "estimate"])
)
def test_exposure_needed_is_exactly_where_zero_complaints_decide(before, exposure, target, proof):
    rule = Criterion(target=target, proof=proof)
    needed = exposure_needed(before, exposure, rule)
    assert assess_effect(before, exposure, 0, needed * 1.0001, rule).verdict == EFFECTIVE
    assert assess_effect(before, exposure, 0, needed * 0.9999, rule).verdict == INSUFFICIENT


def test_exposure_needed_for_an_absolute_rate():
    needed = exposure_needed(0, 1, Criterion(metric="rate", target=0.001))
    assert needed == pytest.approx(-math.log(0.025) / 0.001)


def test_recurrence_counts_the_half_open_window():
    events = [datetime(2024, 1, 1), datetime(2024, 2, 1, 12), datetime(2024, 3, 1)]
    found = recurrence(events, datetime(2024, 2, 1), datetime(2024, 3, 1))
    assert (found.count, found.first_after_days, found.observed_days) == (1, 0.5, 29)
    assert recurrence([], date(2024, 1, 1), date(2024, 1, 2)).first_after_days is None
    with pytest.raises(ValueError, match="before"):
        recurrence([], date(2024, 1, 2), date(2024, 1, 1))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"metric": "share"}, "metric"),
        ({"proof": "hope"}, "proof"),
        ({"confidence": 1.0}, "confidence"),
        ({"target": -1}, "target"),
        ({"target": 0}, "count"),
        ({"metric": "count", "target": 0.5}, "whole"),
        ({"min_days": -1}, "negative"),
        ({"max_recurrences": -1}, "negative"),
    ],
)
def test_impossible_criteria_are_refused(arguments, word):
    with pytest.raises(ValueError, match=word):
        Criterion(**arguments)


@pytest.mark.parametrize("bad", [-1, 1.5, math.nan, math.inf, True])
def test_impossible_counts_are_refused(bad):
    with pytest.raises(ValueError, match="before_count"):
        assess_effect(bad, 1, 1, 1, Criterion())


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_impossible_exposures_are_refused(bad):
    with pytest.raises(ValueError, match="after_exposure"):
        assess_effect(1, 1, 1, bad, Criterion())


def test_promised_facts_must_be_given():
    with pytest.raises(ValueError, match="recurrences"):
        assess_effect(1, 1, 1, 1, Criterion(max_recurrences=0))
    with pytest.raises(ValueError, match="observed_days"):
        assess_effect(1, 1, 1, 1, Criterion(min_days=30))


def test_reason_can_be_translated():
    found = assess_effect(40, 10_000, 8, 10_000, Criterion())
    text = found.reasons[1].render(
        lambda s: {"The whole interval meets the target.": "整个区间达到目标。"}.get(s, s)
    )
    assert text == "整个区间达到目标。"
