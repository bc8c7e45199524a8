"""Units weighed by age: numbers worked out by hand."""

import numpy as np
import pytest

from complaint_qms.engine.signals.ageing import LEAST_COMPLAINTS, NEVER, age_weights, births, weighed_units


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


STARTS = days("2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22")


def test_births_are_first_deliveries_and_sums():
    born, units = births(
        np.array([0, 1, 0, -1]),
        days("2024-01-10", "2024-01-03", "2024-01-02", "2023-01-01"),
        np.array([5.0, 7.0, 6.0, 99.0]),
        3,
    )
    assert born.tolist() == [*days("2024-01-02", "2024-01-03").tolist(), NEVER.tolist()]
    assert units.tolist() == [11.0, 7.0, 0.0]


def test_weights_are_rates_at_an_age_over_what_got_so_old():
    # Batch 0 (100 units) is three weeks old at the end, batch 1 (300 units) one week: 60 complaints in the first week
    # of age over 400 units, 30 in the second and 10 in the third over 100.
    batch = np.array([0] * 30 + [1] * 30 + [0] * 30 + [0] * 10)
    received = np.repeat(days("2024-01-01", "2024-01-16", "2024-01-08", "2024-01-15"), (30, 30, 30, 10))
    born, units = days("2024-01-01", "2024-01-15"), np.array([100.0, 300.0])
    weights = age_weights(batch, received, born, units, np.datetime64("2024-01-22"), 4)
    rates = np.array([60 / 400, 30 / 100, 10 / 100, 0.0])
    assert weights == pytest.approx(rates / rates.sum(), rel=1e-12)


def test_too_few_complaints_teach_no_ages():
    batch = np.zeros(LEAST_COMPLAINTS - 1, dtype=int)
    received = np.repeat(days("2024-01-02"), len(batch))
    born, units = days("2024-01-01"), np.array([10.0])
    assert age_weights(batch, received, born, units, np.datetime64("2024-02-01"), 4) is None
    # and complaints of batches that were never delivered do not count
    more = np.zeros(2 * LEAST_COMPLAINTS, dtype=int)
    late = np.repeat(days("2024-01-02"), len(more))
    assert age_weights(more, late, born, np.array([0.0]), np.datetime64("2024-02-01"), 4) is None


def test_a_complaint_before_delivery_is_one_of_the_first_week():
    batch = np.zeros(LEAST_COMPLAINTS, dtype=int)
    received = np.repeat(days("2023-12-01"), len(batch))
    weights = age_weights(
        batch, received, days("2024-01-01"), np.array([10.0]), np.datetime64("2024-02-01"), 3
    )
    assert weights.tolist() == [1.0, 0.0, 0.0]


def test_units_are_spread_over_the_weeks_of_their_age():
    weights = np.array([0.5, 0.3, 0.2])
    born = days("2024-01-08", "2023-12-25", "2024-01-01", "2024-01-01")
    units = np.array([10.0, 100.0, 1000.0, 0.0])
    exposure = weighed_units(born, units, np.array([0, 0, -1, 1]), weights, STARTS, 2)
    # the first batch begins in the second week; the second is a week old at the start; the third belongs to no series
    assert exposure[0] == pytest.approx([30.0, 5.0 + 20.0, 3.0, 2.0])
    assert exposure[1].tolist() == [0.0] * 4


def test_a_batch_adds_up_to_its_units():
    weights = np.array([0.6, 0.3, 0.1])
    exposure = weighed_units(days("2024-01-03"), np.array([40.0]), np.array([0]), weights, STARTS, 1)
    assert exposure.sum() == pytest.approx(40.0)
