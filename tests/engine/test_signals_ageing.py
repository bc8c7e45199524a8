"""Units weighed by age: numbers worked out by hand, and no week that knows a later one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.signals import scan
from complaint_qms.engine.signals.ageing import (
    LEAST_COMPLAINTS,
    TAIL,
    Units,
    age_weights,
    births,
    units_in_field,
)
from complaint_qms.engine.signals.units_fit import fitting_units


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def units(series, week, born, batched, number) -> Units:
    columns = [np.array(values) for values in (series, week, born, batched)]
    return Units(*columns, np.array(number, float))


def test_births_are_first_deliveries():
    born = births(np.array([0, 1, 0, -1]), days("2024-01-10", "2024-01-03", "2024-01-02", "2023-01-01"), 3)
    assert born[:2].tolist() == days("2024-01-02", "2024-01-03").tolist()
    assert np.isnat(born[2])


def test_weights_are_rates_at_an_age_over_what_got_so_old():
    # Batch 0 (100 units) is three weeks old after week 2, batch 1 (300 units) one week: 60 complaints in the first week
    # of age over 400 units, 30 in the second and 10 in the third over 100. Nobody got to the fourth age: it takes the
    # rate of all that is known.
    given = units([0, 0], [0, 2], [0, 2], [True, True], [100, 300])
    age, since = np.repeat([0, 0, 1, 2], (30, 30, 30, 10)), np.repeat([0, 2, 1, 2], (30, 30, 30, 10))
    weights = age_weights(age, since, given, 5, 4)
    rates = np.array([60 / 400, 30 / 100, 10 / 100, 100 / 600])
    assert TAIL >= 3
    assert weights[3] == pytest.approx(rates / rates.sum(), rel=1e-12)
    assert weights[:3].tolist() == [[0.25] * 4] * 3  # nothing was known yet
    assert weights.sum(axis=1) == pytest.approx(np.ones(5))


def test_too_few_complaints_or_batches_teach_no_ages():
    named = units([0], [0], [0], [True], [10])
    few = np.zeros(LEAST_COMPLAINTS - 1, int)
    assert age_weights(few, few, named, 4, 4).tolist() == [[0.25] * 4] * 4
    mixed = units([0, 0], [0, 0], [0, 0], [True, False], [10, 10])
    many = np.zeros(2 * LEAST_COMPLAINTS, int)
    assert age_weights(many, many, mixed, 4, 4).tolist() == [[0.25] * 4] * 4
    assert age_weights(many, many, named, 4, 4)[1:].tolist() != [[0.25] * 4] * 3


def test_units_are_spread_over_the_weeks_of_their_age():
    weights = np.tile([0.5, 0.3, 0.2], (4, 1))
    # the second is a week old at the start, the third belongs to no series, the fifth comes back
    given = units(
        [0, 0, -1, 1, 1], [1, -1, 0, 0, 2], [1, -1, 0, 0, 0], [True] * 5, [10.0, 100.0, 1000.0, 5.0, -5.0]
    )
    exposure = units_in_field(given, weights, 2)
    assert exposure[0] == pytest.approx([30.0, 5.0 + 20.0, 3.0, 2.0])
    assert exposure[1] == pytest.approx([2.5, 1.5, 0.0, 0.0])
    assert units_in_field(units([0], [0], [0], [True], [40.0]), weights, 1).sum() == pytest.approx(40.0)


def test_no_week_knows_a_later_one():
    rng = np.random.default_rng(4)
    week = np.sort(rng.integers(-5, 60, 300))
    born = week - rng.integers(0, 3, 300)
    given = units(rng.integers(0, 5, 300), week, born, rng.random(300) < 0.95, rng.integers(1, 50, 300))
    age, since = rng.integers(0, 20, 900), np.sort(rng.integers(0, 60, 900))
    whole = units_in_field(given, age_weights(age, since, given, 60, 52), 5)
    for end in (10, 30, 59):
        now, told = week < end, since < end
        part = Units(given.series[now], week[now], born[now], given.batched[now], given.units[now])
        early = units_in_field(part, age_weights(age[told], since[told], part, end, 52), 5)
        np.testing.assert_allclose(early, whole[:, :end], rtol=1e-12)


def test_a_file_of_deliveries_that_begins_hides_no_burst():
    """Units in the field rise for a year with the file; complaints about what was delivered before go on as ever."""
    random = np.random.default_rng(5)
    weeks = np.arange(130)
    ramp = np.tile(np.minimum(weeks + 1, 52) * 20.0, (40, 1))
    level = random.poisson(20, ramp.shape).astype(float)
    level[:, (30, 110)] = 60
    plain = scan(level, ramp)
    assert np.nanmean(plain.cells.expected[:, 30]) > 35  # what is mended
    fitting = scan(level, fitting_units(level, ramp))
    assert abs(np.nanmean(fitting.cells.expected[:, 30]) - 20) < 2
    assert {(row, 30) for row in range(40)} <= {(s.row, s.column) for s in fitting.signals}
    assert sum(s.column not in (30, 110) for s in fitting.signals) <= 2
    told = [s for s in fitting.signals if s.column == 30]
    assert all(s.exposure is None and "units" not in s.words[0].key for s in told)
    follows = random.poisson(ramp / 50).astype(float)
    kept = fitting_units(follows, ramp)
    assert (kept[:, 20:] > 0).mean() > 0.98


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 900)), min_size=2, max_size=110),
    st.integers(1, 110),
)
def test_whether_units_fit_is_told_by_what_came_before(weeks, until):
    counts, delivered = np.array(weeks, float).T[:, None, :]
    whole = fitting_units(counts, delivered)
    assert np.array_equal(whole[:, :until], fitting_units(counts[:, :until], delivered[:, :until]))
    assert np.all((whole == 0) | (whole == delivered))
    flat = np.full_like(delivered, 7.0)
    assert np.array_equal(fitting_units(counts, flat)[:, 15:], flat[:, 15:])
