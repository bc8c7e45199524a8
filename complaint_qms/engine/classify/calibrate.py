"""Decision values of a linear model as honest probabilities.

Learning weighs labels so that a rare one counts as much as a common one. Where a text says little, that would answer with
a rare label; so the logarithm of the labels' shares comes back into the softmax where held-out texts ask for it::

    probability = softmax(temperature · decision + recall · log prior)

``temperature`` and ``recall`` minimise the log loss of held-out texts (temperature scaling: Guo et al., ICML 2017; the
shares: Saerens, Latinne, Decaestecker, Neural Computation 14, 2002). Where the probability of the chosen label is still off,
a rising curve through a few points (isotonic regression of binned outcomes: Zadrozny, Elkan, KDD 2002) puts it right.
Shares and curve are used only where they gain more than their numbers cost (Schwarz, Annals of Statistics 6, 1978).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax, softmax, xlogy

POINTS = 6
TEXTS_PER_POINT = 40
BELIEF = 5.0
"""Texts that the model's own probability counts for in each point of the curve."""
APART = 1e-6
"""Least distance of two chances that the curve tells apart."""


@dataclass(frozen=True)
class Calibration:
    """``curve``: (chance, outcome) points, both rising, chances ``APART`` or more; none leaves chances as they are."""

    temperature: float = 1.0
    recall: float = 0.0
    curve: tuple[tuple[float, float], ...] = ()

    def probability(self, decisions: np.ndarray, prior: np.ndarray) -> np.ndarray:
        """Probabilities (n, labels) of decision values (n, labels), given the share of each label, ``prior`` (labels,)."""
        return softmax(self.temperature * decisions + self.recall * np.log(prior), axis=1)

    def confidence(self, chance: np.ndarray) -> np.ndarray:
        """How often an answer given with ``chance`` (n,) is right."""
        if not self.curve:
            return chance
        places, outcomes = np.array(self.curve).T
        return np.interp(chance, places, outcomes)


def calibrate(decisions: np.ndarray, truth: np.ndarray, prior: np.ndarray) -> Calibration:
    """Fit to held-out ``decisions`` (n, labels) and their true label ``truth`` (n,)."""
    from scipy.optimize import minimize  # imported late: only learning needs it, and it loads slowly

    shares = np.log(prior)
    rows = np.arange(len(truth))

    def loss(at: np.ndarray) -> float:
        recall = at[1] if len(at) > 1 else 0.0
        return -log_softmax(np.exp(at[0]) * decisions + recall * shares, axis=1)[rows, truth].sum()

    alone = minimize(loss, np.array([0.7]), method="Nelder-Mead", bounds=[(-3.0, 4.0)])
    start = np.array([alone.x[0], 0.5])
    both = minimize(loss, start, method="Nelder-Mead", bounds=[(-3.0, 4.0), (0.0, 2.0)])
    used = both.x if alone.fun - both.fun > np.log(len(truth)) / 2 else (alone.x[0], 0.0)
    plain = Calibration(float(np.exp(used[0])), float(used[1]))
    probability = plain.probability(decisions, prior)
    right = probability.argmax(axis=1) == truth
    return Calibration(plain.temperature, plain.recall, _curve(probability.max(axis=1), right))


def _curve(chance: np.ndarray, right: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Points of a rising curve from chance to outcome; none where it is not worth its numbers."""
    points = min(POINTS, len(chance) // TEXTS_PER_POINT)
    if points < 2:
        return ()
    parts = np.array_split(np.argsort(chance, kind="stable"), points)
    place = np.array([chance[part].mean() for part in parts])
    size = np.array([len(part) for part in parts])
    hits = np.array([right[part].sum() for part in parts])
    outcome = _rising((hits + BELIEF * place) / (size + BELIEF), size)
    if (np.diff(place) < APART).any():
        return ()
    gain = _likelihood(np.interp(chance, place, outcome), right) - _likelihood(chance, right)
    if gain < points * np.log(len(chance)) / 2:
        return ()
    return tuple(zip(place.tolist(), outcome.tolist(), strict=True))


def _likelihood(chance: np.ndarray, right: np.ndarray) -> float:
    chance = np.clip(chance, 1e-9, 1.0 - 1e-9)
    return float((xlogy(right, chance) + xlogy(~right, 1.0 - chance)).sum())


def _rising(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The closest sequence that never falls (pool adjacent violators)."""
    blocks: list[list[float]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last, before = blocks.pop(), blocks.pop()
            total = last[1] + before[1]
            blocks.append([(last[0] * last[1] + before[0] * before[1]) / total, total, last[2] + before[2]])
    return np.repeat([block[0] for block in blocks], [int(block[2]) for block in blocks])
