"""How good answers are on texts that were not learned from: by label, and how honest their confidence is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BINS = 10


def accuracy(truth: Sequence[str], answers: Sequence[str]) -> float:
    """Share of right answers; an empty answer is a wrong one. 0 without texts."""
    return float(np.mean([one == other for one, other in zip(truth, answers, strict=True)])) if truth else 0.0


def macro_f1(truth: Sequence[str], answers: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in ``truth``, each counting the same however rare it is. 0 without texts."""
    if len(truth) != len(answers):
        raise ValueError(f"as many answers as truths are needed, got {len(answers)} and {len(truth)}")
    labels = sorted(set(truth))
    given, true = np.array(answers, object), np.array(truth, object)
    scores = []
    for label in labels:
        right = int(((given == label) & (true == label)).sum())
        scores.append(2 * right / (int((given == label).sum()) + int((true == label).sum())))
    return float(np.mean(scores)) if scores else 0.0


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Expected calibration error: how far confidence and share of right answers lie apart, in bins of equally many texts."""
    if not len(confidence):
        return 0.0
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, min(bins, len(order)))
    gaps = [len(part) * abs(confidence[part].mean() - right[part].mean()) for part in parts if len(part)]
    return float(sum(gaps) / len(order))


def brier_score(confidence: np.ndarray, right: np.ndarray) -> float:
    """Mean squared distance of the confidence in an answer from whether it was right (Brier, 1950)."""
    return float(np.mean((confidence - right) ** 2)) if len(confidence) else 0.0
