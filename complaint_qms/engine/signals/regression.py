"""Poisson regression with a log link by iteratively reweighted least squares, for many series at once.

Rounds are those of R's ``glm``: start at y + 0.1, stop at a relative change of deviance below 1e-8, at most 25. A round
whose deviance grows, or is not finite, is halved towards the one before until it does not (Marschner, ``glm2``, The R
Journal 2011); ``glm`` itself does so only where the deviance is not finite. The first round is left alone: the start is
the data, whose deviance is about 0. Series that converge as in ``glm`` come out the same to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
LEAST_MEAN = float(np.finfo(float).eps)
ROUNDS = 25
HALVINGS = 25
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Rounds:
    """Per series: ``beta`` (series, columns), ``mu``, working ``weights`` and ``residuals`` (series, periods)."""

    beta: Array
    inverse: Array
    """(Xᵀ W X)⁻¹ with the weights of the last round, (series, columns, columns)."""
    mu: Array
    weights: Array
    residuals: Array
    deviance: Array
    converged: NDArray[np.bool_]


def poisson_regression(y: Array, x: Array, offset: Array | None, prior: Array) -> Rounds:
    """Fit counts y (series, periods) on x (periods, columns), with offsets on the log scale and prior weights as y.

    A series that converged is frozen while the others go on. What cannot be fitted is nan, and not converged.
    """
    series, p = len(y), x.shape[1]
    shift = np.zeros_like(y) if offset is None else offset
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), p * p)
    eta = np.log(y + 0.1)
    mu = np.maximum(np.exp(eta), LEAST_MEAN)
    old = deviance(y, mu, prior)
    beta = np.zeros((series, p))
    inverse = np.zeros((series, p, p))
    weights = np.ones_like(y)
    converged = np.zeros(series, bool)
    active = np.arange(series)
    for number in range(ROUNDS):
        m, target = mu[active], y[active]
        w = prior[active] * m
        z = eta[active] - shift[active] + (target - m) / m
        normal = (w @ products).reshape(-1, p, p)
        with np.errstate(all="ignore"):
            back = _inverse(normal)
        b = np.einsum("sij,sj->si", back, (w * z) @ x)
        e, m, new = _judge(b, target, x, shift[active], prior[active])
        grown = ~_settled(new, old[active]) if number else np.zeros(len(active), bool)
        for _ in range(HALVINGS):
            if not grown.any():
                break
            rows = active[grown]
            b[grown] = (b[grown] + beta[rows]) / 2
            e[grown], m[grown], new[grown] = _judge(b[grown], y[rows], x, shift[rows], prior[rows])
            grown[grown] = ~_settled(new[grown], old[rows])
        beta[active], inverse[active], weights[active], eta[active], mu[active] = b, back, w, e, m
        with np.errstate(invalid="ignore"):
            done = np.abs(new - old[active]) / (np.abs(new) + 0.1) < TOLERANCE
        converged[active[done]] = True
        old[active] = new
        active = active[~done & np.isfinite(new)]
        if not active.size:
            break
    return Rounds(beta, inverse, mu, weights, (y - mu) / mu, old, converged)


def _judge(beta: Array, y: Array, x: Array, shift: Array, prior: Array) -> tuple[Array, Array, Array]:
    """Linear predictor, mean and deviance of coefficients."""
    eta = beta @ x.T + shift
    with np.errstate(over="ignore"):
        mu = np.maximum(np.exp(eta), LEAST_MEAN)
    return eta, mu, deviance(y, mu, prior)


def _settled(new: Array, old: Array) -> NDArray[np.bool_]:
    """Whether a deviance is finite and has not grown by more than the tolerance."""
    with np.errstate(invalid="ignore"):
        return np.isfinite(new) & ((new - old) / (np.abs(new) + 0.1) < TOLERANCE)


def deviance(y: Array, mu: Array, prior: Array) -> Array:
    """Poisson deviance of each series."""
    with np.errstate(all="ignore"):
        return 2 * np.sum(prior * (special.xlogy(y, y / mu) - (y - mu)), axis=1)


def _inverse(normal: Array) -> Array:
    """Inverse of each matrix after scaling its diagonal to 1; nan for a singular one."""
    scale = 1 / np.sqrt(np.einsum("sii->si", normal))
    scaled = normal * scale[:, :, None] * scale[:, None, :]
    try:
        inner = np.linalg.inv(scaled)
    except np.linalg.LinAlgError:
        inner = np.full_like(scaled, np.nan)
        for i, one in enumerate(scaled):
            if np.all(np.isfinite(one)) and np.linalg.matrix_rank(one) == len(one):
                inner[i] = np.linalg.inv(one)
    return inner * scale[:, :, None] * scale[:, None, :]
