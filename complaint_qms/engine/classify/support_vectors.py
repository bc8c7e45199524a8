"""Linear support vectors for a few thousand texts: one-against-rest with squared hinge loss, the problem LIBLINEAR solves.

For so few texts their scalar products are a small table, and Newton's method on it is at its end after a handful of rounds
(Keerthi and DeCoste, JMLR 6, 2005; Chapelle, Neural Computation 19, 2007), all labels at once. The solution is the same one,
for there is only one; what is saved is loading a library for it, which takes longer than this.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

ROUNDS, STEPS, HALVINGS = 50, 200, 30
EXACT = 1e-4
"""Norm of what is left of the gradient, of that at the beginning."""
ONE_THREAD = 200_000
"""Multiplications that OpenBLAS never shares out among threads."""
FORWARD = 0.03
"""Of what is left, what a round leaves to the next one."""


def products(matrix: sparse.csr_matrix) -> np.ndarray:
    """Scalar products of the rows, each with a 1 behind it for the bias: (n, n)."""
    return (matrix @ matrix.T).toarray() + 1.0


def costs(target: np.ndarray, labels: int, strength: float) -> np.ndarray:
    """What a text costs that lies on the wrong side for a label: (n, labels). Its own label's texts cost the more the fewer
    there are of them; with two labels each of both is the other's rest, and costs its own."""
    count = np.bincount(target, minlength=labels)
    weight = len(target) / (np.count_nonzero(count) * np.maximum(count, 1))
    if np.count_nonzero(count) == 2:
        return np.repeat(strength * weight[target][:, None], labels, axis=1)
    return np.where(target[:, None] == np.arange(labels), strength * weight, strength)


def solve(
    table: np.ndarray, target: np.ndarray, labels: int, strength: float, start: np.ndarray | None = None
) -> np.ndarray:
    """Amounts a (n, labels) whose weights are ``matrix.T @ a`` and whose bias is their sum.

    ``table``: of :func:`products`; ``start``: amounts to begin with, of a problem that is much the same.
    """
    side = np.where(target[:, None] == np.arange(labels), 1.0, -1.0)
    cost = costs(target, labels, strength)
    ease = 1.0 / (2.0 * cost)
    enough = EXACT * np.linalg.norm(2.0 * cost, axis=0)
    amounts = np.zeros_like(side) if start is None else start.copy()
    decision = _times(table, amounts)
    for _round in range(ROUNDS):
        short = np.maximum(0.0, 1.0 - side * decision)
        left = np.linalg.norm(amounts - 2.0 * cost * side * short, axis=0)
        if (left <= enough).all():
            break
        live = short > 0
        wanted = np.maximum(enough / 2.0, FORWARD * left)
        aim, there = _least_squares(table, ease, side, live, np.where(live, amounts, 0.0), wanted)
        amounts, decision = _along(cost, side, amounts, decision, aim - amounts, there - decision)
    return amounts


def _times(table: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """``table @ amounts`` in strips so narrow that a linear algebra library does each in the thread it is called in: sharing
    them out makes threads wait for each other, on a busy machine for longer than they work."""
    strip = max(1, ONE_THREAD // max(1, amounts.size))
    out = np.empty((len(table), amounts.shape[1]))
    for first in range(0, len(table), strip):
        np.matmul(table[first : first + strip], amounts, out=out[first : first + strip])
    return out


def _least_squares(
    table: np.ndarray,
    ease: np.ndarray,
    side: np.ndarray,
    live: np.ndarray,
    amounts: np.ndarray,
    wanted: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Where the loss would be least if those that are ``live`` stayed so: conjugate gradients on (table + ease) a = side
    among them. The amounts, and the decisions they make."""
    decision = _times(table, amounts)
    rest = np.where(live, side - decision - ease * amounts, 0.0)
    way = rest.copy()
    size = (rest * rest).sum(axis=0)
    for _step in range(STEPS):
        if (np.linalg.norm(rest / ease, axis=0) <= wanted).all():
            break
        moved = _times(table, way)
        bent = np.where(live, moved + ease * way, 0.0)
        step = size / np.maximum((way * bent).sum(axis=0), 1e-300)
        amounts = amounts + step * way
        decision = decision + step * moved
        rest = rest - step * bent
        before, size = size, (rest * rest).sum(axis=0)
        way = rest + size / np.maximum(before, 1e-300) * way
    return amounts, decision


def _along(
    cost: np.ndarray,
    side: np.ndarray,
    amounts: np.ndarray,
    decision: np.ndarray,
    more: np.ndarray,
    turned: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The whole way, or of each label half as far until its loss falls."""

    def loss(amounts: np.ndarray, decision: np.ndarray) -> np.ndarray:
        short = np.maximum(0.0, 1.0 - side * decision)
        return 0.5 * (amounts * decision).sum(axis=0) + (cost * short * short).sum(axis=0)

    step = np.ones(side.shape[1])
    before = loss(amounts, decision)
    for _halving in range(HALVINGS):
        worse = loss(amounts + step * more, decision + step * turned) > before * (1 + 1e-12)
        if not worse.any():
            break
        step = np.where(worse, step / 2, step)
    return amounts + step * more, decision + step * turned
