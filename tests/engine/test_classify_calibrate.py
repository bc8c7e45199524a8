"""Calibration: held-out decision values become honest probabilities, and grades keep the shares of the labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from complaint_qms.engine.classify import SEVERITY_KEYS, Predictions, propose, train
from complaint_qms.engine.classify.calibrate import APART, Calibration, _curve, _rising, calibrate

finite = st.floats(-5, 5)


def drawn(rng, probability):
    """One label a row, by its probability."""
    return (rng.random(len(probability))[:, None] > probability.cumsum(axis=1)).sum(axis=1)


def test_the_temperature_that_made_the_data_is_found():
    rng = np.random.default_rng(2)
    decisions = rng.normal(size=(6_000, 4))
    prior = np.full(4, 0.25)
    truth = drawn(rng, Calibration(3.0).probability(decisions, prior))
    found = calibrate(decisions, truth, prior)
    assert found.temperature == pytest.approx(3.0, rel=0.1)
    assert found.recall == 0.0
    assert found.curve == ()


def test_shares_of_labels_come_back_where_the_text_says_little():
    rng = np.random.default_rng(3)
    prior = np.array([0.8, 0.15, 0.05])
    decisions = rng.normal(size=(3_000, 3)) * 0.3
    truth = drawn(rng, Calibration(2.0, 1.0).probability(decisions, prior))
    found = calibrate(decisions, truth, prior)
    assert found.recall == pytest.approx(1.0, abs=0.15)
    right = found.probability(decisions, prior).argmax(axis=1) == truth
    assert right.mean() > (decisions.argmax(axis=1) == truth).mean() + 0.2


def test_a_curve_mends_what_two_numbers_cannot():
    rng = np.random.default_rng(4)
    # Half of the texts are surer than they should be, the other half less sure: no temperature fits both.
    decisions = np.where(np.arange(4_000)[:, None] % 2, [4.0, -4.0], [0.3, -0.3])
    truth = np.where(np.arange(4_000) % 2, rng.random(4_000) > 0.6, rng.random(4_000) > 0.58).astype(int)
    found = calibrate(decisions, truth, np.array([0.6, 0.4]))
    confidence = found.confidence(found.probability(decisions, np.array([0.6, 0.4])).max(axis=1))
    assert np.abs(confidence - np.where(np.arange(4_000) % 2, 0.6, 0.58)).max() < 0.05


@given(
    st.lists(
        st.tuples(st.integers(0, round(1 / APART)), st.floats(0, 1)),
        min_size=2,
        max_size=6,
        unique_by=lambda point: point[0],
    ),
    arrays(float, 20, elements=st.floats(0, 1)),
)
def test_a_curve_keeps_order_and_bounds(points, chances):
    steps, outcomes = (sorted(each) for each in zip(*points, strict=True))
    curve = Calibration(
        curve=tuple((step * APART, chance) for step, chance in zip(steps, outcomes, strict=True))
    )
    confidence = curve.confidence(np.sort(chances))
    assert (np.diff(confidence) >= -1e-12).all()
    assert ((confidence >= 0) & (confidence <= 1)).all()


def test_chances_too_close_to_be_told_apart_get_no_curve():
    right = np.arange(4_000) % 2 == 0
    apart = np.repeat([0.90, 0.91, 0.92, 0.93], 1_000)
    assert _curve(apart, right)
    assert _curve(0.9 + (apart - 0.9) * APART, right) == ()


@given(arrays(float, st.integers(1, 12), elements=st.floats(0, 1)))
def test_rising_is_rising_keeps_the_mean_and_what_rises_already(values):
    weights = np.arange(1.0, len(values) + 1)
    found = _rising(values, weights)
    assert (np.diff(found) >= 0).all()
    assert found @ weights == pytest.approx(values @ weights)
    assert np.allclose(_rising(np.sort(values), weights), np.sort(values))


@given(
    arrays(float, (5, 3), elements=finite),
    arrays(float, 3, elements=st.floats(0.05, 1)),
    st.floats(0.1, 10),
    st.floats(0, 2),
)
def test_expected_grades_lie_between_the_grades_and_know_the_shares(decisions, shares, temperature, recall):
    prior = shares / shares.sum()
    labels = ("negligible", "minor", "catastrophic")

    def grades(by):
        probability = by.probability(decisions, prior)
        best = probability.argmax(axis=1)
        found = Predictions(labels, best, probability.max(axis=1), probability, prior, by.recall)
        return found.expected({"negligible": 0, "minor": 1, "catastrophic": 4})

    found = grades(Calibration(temperature, recall))
    assert ((found >= -1e-9) & (found <= 4 + 1e-9)).all()
    # However much of the shares the calibration has put in already, in the end they count once.
    assert found == pytest.approx(grades(Calibration(temperature, 1.0)), abs=1e-6)


def test_grades_need_two_known_labels():
    probability = np.array([[0.5, 0.5]])
    found = Predictions(
        ("minor", "own word"), np.array([0]), np.array([0.5]), probability, np.ones(2) / 2, 0.0
    )
    assert found.expected({"minor": 1.0}) is None


def test_a_learned_rank_rises_with_the_harm_told_and_with_what_was_learned():
    texts = ["the colour is wrong", "the label is crooked", "the lever snapped", "the brake snapped"] * 15
    model = train(texts, ["negligible", "negligible", "serious", "serious"] * 15)
    assert set(model.labels) < set(SEVERITY_KEYS)

    def rank(text):
        return propose(text, {"severity": model}, fields=("severity",))[0].rank

    mild, learned = rank("the colour is wrong"), rank("the brake snapped")
    assert mild < learned < rank("the brake snapped and my wife was injured")
    assert mild < rank("the colour is wrong and my wife was injured")
    assert rank("the colour is wrong and nobody was injured") < learned


def test_alternatives_never_pass_the_answer():
    rng = np.random.default_rng(6)
    words = ["seal", "motor", "panel", "valve"]
    texts = [f"{words[n % 4]} {rng.choice(words)} {rng.choice(words)}" for n in range(400)]
    labels = [words[rng.integers(4)] if rng.random() < 0.5 else words[n % 4] for n in range(400)]
    model = train(texts, labels)
    for text in texts[:40]:
        (found,) = propose(text, {"part": model}, fields=())
        others = [chance for _, chance in found.alternatives]
        assert all(chance <= found.confidence + 1e-9 for chance in others)
        assert found.confidence + sum(others) <= 1 + 1e-9
