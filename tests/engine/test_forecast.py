"""Counts of the next months: no hindsight, intervals that hold, and no forecast where the naive ones do as well."""

from __future__ import annotations

import numpy as np
import pytest

from complaint_qms.engine import forecast
from complaint_qms.engine.forecast import LEAST_MONTHS, LEVELS, MOST_MONTHS, forecast_counts


def seasonal(
    months: int, seed: int, level: float = 40.0, swing: float = 0.5, growth: float = 0.0
) -> np.ndarray:
    at = np.arange(months)
    mean = level * np.exp(swing * np.sin(2 * np.pi * at / 12) + growth * at / 12)
    return np.random.default_rng(seed).poisson(mean)


def test_a_season_is_forecast_better_than_by_either_naive_way() -> None:
    beaten = 0
    for seed in range(10):
        found = forecast_counts(seasonal(60, seed))
        beaten += found.beats_naive
        assert found.relative_error == pytest.approx(
            found.error / min(found.naive_error, found.seasonal_error)
        )
    assert beaten >= 9
    found = forecast_counts(seasonal(60, 1))
    at = np.arange(60, 63)
    truth = 40 * np.exp(0.5 * np.sin(2 * np.pi * at / 12))
    means = np.array([month.mean for month in found.ahead])
    assert np.abs(means / truth - 1).max() < 0.25


def test_the_errors_told_are_those_of_trials_that_could_be_made() -> None:
    counts = seasonal(48, 3).astype(float)
    trials = forecast._tried(counts, 3)
    chosen = forecast._chosen(trials.errors)
    # What comes after an origin changes neither its forecast nor which way was chosen there.
    later = counts.copy()
    later[40:] *= 7
    again = forecast._tried(later, 3)
    known = 40 - forecast.SEASON
    assert np.allclose(trials.means[: known + 1], again.means[: known + 1])
    assert (chosen[: known + 1] == forecast._chosen(again.errors)[: known + 1]).all()
    # By hand: the naive errors.
    naive = [
        abs(counts[at + step] - counts[at - 1]) for at in range(24, 48) for step in range(3) if at + step < 48
    ]
    year = [
        abs(counts[at + step] - counts[at - 12 + step])
        for at in range(24, 48)
        for step in range(3)
        if at + step < 48
    ]
    found = forecast_counts(counts)
    assert found.naive_error == pytest.approx(np.mean(naive))
    assert found.seasonal_error == pytest.approx(np.mean(year))
    assert found.origins == 24


@pytest.mark.parametrize("spread", [1.0, 3.0])
def test_intervals_hold_what_they_promise(spread: float) -> None:
    inside = dict.fromkeys(LEVELS, 0)
    rounds = 40
    for seed in range(rounds):
        random = np.random.default_rng(seed)
        mean = 30 * np.exp(0.4 * np.sin(2 * np.pi * np.arange(49) / 12))
        draw = (
            random.poisson(mean) if spread == 1 else random.negative_binomial(mean / (spread - 1), 1 / spread)
        )
        month = forecast_counts(draw[:48], 1).ahead[0]
        for level, (lower, upper) in month.ranges.items():
            inside[level] += lower <= draw[48] <= upper
    for level, count in inside.items():
        assert level - 0.15 <= count / rounds <= 1.0, (level, count / rounds)


def test_a_random_walk_is_no_better_forecast_than_by_its_last_month() -> None:
    shown = []
    for seed in range(16):
        steps = np.random.default_rng(seed).normal(0, 12, 60).cumsum()
        shown.append(forecast_counts(np.maximum(200 + steps, 0)).beats_naive)
    assert np.mean(shown) < 0.5


def test_too_short_a_history_has_no_forecast() -> None:
    found = forecast_counts([5] * (LEAST_MONTHS - 1))
    assert not found.is_long_enough
    assert (found.ahead, found.relative_error, found.beats_naive) == ((), None, False)


def test_nothing_is_beaten_where_every_month_is_the_same() -> None:
    found = forecast_counts([7] * 30)
    assert found.relative_error is None
    assert not found.beats_naive
    assert forecast_counts([0] * 30).ahead[0].ranges[0.95][0] == 0


def test_old_months_are_left_out_and_a_trend_levels_off() -> None:
    assert forecast_counts(seasonal(200, 2)).months == MOST_MONTHS
    grown = seasonal(72, 5, level=10, swing=0.1, growth=0.6)
    found = forecast_counts(grown, 12)
    assert max(month.mean for month in found.ahead) <= 3 * grown.max()
    lower, upper = found.ahead[0].ranges[0.80]
    assert lower <= found.ahead[0].mean <= upper
    wide = found.ahead[0].ranges[0.95]
    assert wide[0] <= lower <= upper <= wide[1]


@pytest.mark.parametrize("counts", [[-1] * 30, [float("nan")] * 30, [[1, 2], [3, 4]]])
def test_what_is_no_count_is_refused(counts: list) -> None:
    with pytest.raises(ValueError, match="counts are numbers"):
        forecast_counts(counts)
    with pytest.raises(ValueError, match="horizon"):
        forecast_counts([1] * 30, 0)
