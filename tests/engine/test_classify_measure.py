"""Figures of answers: by hand, and against what scikit-learn reckons."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, f1_score

from complaint_qms.engine.classify.measure import accuracy, brier_score, calibration_error, macro_f1

TRUTH = ["a", "a", "a", "b", "b", "c"]
ANSWERS = ["a", "a", "b", "b", "", "a"]


def test_accuracy_counts_an_empty_answer_as_wrong():
    assert accuracy(TRUTH, ANSWERS) == 0.5
    assert accuracy([], []) == 0.0


def test_macro_f1_counts_each_label_of_the_truth_the_same():
    expected = f1_score(TRUTH, ANSWERS, average="macro", labels=["a", "b", "c"], zero_division=0)
    assert macro_f1(TRUTH, ANSWERS) == pytest.approx(expected)
    assert macro_f1([], []) == 0.0
    assert macro_f1(["a"], ["x"]) == 0.0  # a label that nobody has is none of the truth's


@pytest.mark.parametrize("seed", range(5))
def test_macro_f1_is_that_of_scikit_learn(seed):
    draw = np.random.default_rng(seed)
    truth, answers = (draw.choice(list("abcd"), 200).tolist() for _ in range(2))
    assert macro_f1(truth, answers) == pytest.approx(f1_score(truth, answers, average="macro"))


def test_answers_and_truths_go_together():
    with pytest.raises(ValueError, match="as many"):
        macro_f1(["a"], [])


def test_calibration_error_is_nought_for_honest_confidence_and_large_for_boasting():
    draw = np.random.default_rng(3)
    confidence = draw.random(20_000)
    assert calibration_error(confidence, (draw.random(20_000) < confidence).astype(float)) < 0.02
    assert calibration_error(np.full(100, 0.9), np.zeros(100)) == pytest.approx(0.9)
    assert calibration_error(np.array([]), np.array([])) == 0.0
    assert calibration_error(np.array([0.3]), np.array([1.0])) == pytest.approx(0.7)


def test_brier_score_is_that_of_scikit_learn():
    draw = np.random.default_rng(5)
    confidence, right = draw.random(50), draw.integers(0, 2, 50)
    assert brier_score(confidence, right) == pytest.approx(brier_score_loss(right, confidence))
    assert brier_score(np.array([]), np.array([])) == 0.0
