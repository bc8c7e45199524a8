"""Empirical Bayes screening of many items × many defects: DuMouchel's gamma-Poisson shrinker.

The count N of a pair is Poisson with mean λ E; λ has a mixture of two gamma distributions as its prior, with
θ = (α1, β1, α2, β2, P), fitted to all pairs by maximum likelihood. EBGM is the geometric mean of λ given N, EB05
and EB95 are quantiles of it. DuMouchel, The American Statistician 1999; DuMouchel and Pregibon, KDD 2001;
definitions as in R's openEBGM, without rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.short_repr import short_repr

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array]]

STARTS: tuple[tuple[float, float, float, float, float], ...] = (
    (0.2, 0.1, 2.0, 4.0, 1 / 3),
    (1.0, 1.0, 3.0, 3.0, 0.2),
    (2.0, 0.5, 2.0, 2.0, 0.1),
    (0.5, 0.5, 0.3, 0.1, 0.5),
    (4.0, 0.3, 1.0, 1.0, 0.02),
)


@short_repr()
@dataclass(frozen=True)
class Prior:
    """θ, how well it was found, and what it was fitted to. Component 1 is the one with the larger mean α / β."""

    alpha1: float
    beta1: float
    alpha2: float
    beta2: float
    share: float
    """P, the weight of component 1."""
    negative_log_likelihood: float
    gradient_norm: float
    converged: bool
    points: int

    @property
    def theta(self) -> tuple[float, float, float, float, float]:
        return (self.alpha1, self.beta1, self.alpha2, self.beta2, self.share)


@short_repr()
@dataclass(frozen=True)
class Scores:
    """One value per pair."""

    q: Array
    """Posterior weight of component 1."""
    ebgm: Array
    eb05: Array
    eb95: Array
    p_not_raised: Array
    """Posterior probability that λ <= 1."""


def fit_prior(
    n: ArrayLike,
    expected: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    smallest: int = 1,
    starts: Sequence[Sequence[float]] = STARTS,
) -> Prior:
    """θ by maximum likelihood over pairs with counts ``n`` (>= smallest) and expected counts (> 0).

    ``smallest`` is N*: each component is conditional on N >= N*, as in openEBGM; 0 uses all pairs, zeros included. ``weight``
    counts pairs that :func:`squash` merged. Every start is taken to its own optimum with exact gradients and the
    best one is polished by Newton steps; ``converged`` says that the gradient vanished there.
    """
    n, expected = np.asarray(n, float), np.asarray(expected, float)
    weight = np.ones_like(n) if weight is None else np.asarray(weight, float)
    if n.ndim != 1 or n.shape != expected.shape or n.shape != weight.shape:
        raise ValueError("n, expected and weight must be one-dimensional and of one length")
    if n.size < 5:
        raise ValueError("five parameters need at least five pairs")
    if np.any(n < smallest):
        raise ValueError(f"counts below {smallest} cannot enter this likelihood")
    if np.any(expected <= 0) or np.any(~np.isfinite(expected)):
        raise ValueError("expected counts must be finite and above 0")
    # A handful of distinct (n, E) often stands for many pairs.
    pairs, place = np.unique(np.stack([n, expected]), axis=1, return_inverse=True)
    total = np.bincount(place.ravel(), weights=weight).astype(float)
    counts, means = pairs[0], pairs[1]
    scale = total.sum()

    def objective(x: Array) -> tuple[float, Array]:
        value, slope = _negative_log_likelihood(x, counts, means, total, smallest)
        return value / scale, slope / scale

    from scipy import optimize  # imported late: only this needs it, and it loads slowly

    best: optimize.OptimizeResult | None = None
    for start in starts:
        found = optimize.minimize(
            objective,
            _free(start),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-12.0, 12.0)] * 4 + [(-18.0, 18.0)],
            options={"maxiter": 300, "ftol": 1e-13, "gtol": 1e-8},
        )
        if np.isfinite(found.fun) and (best is None or found.fun < best.fun):
            best = found
    if best is None:
        raise ValueError("no start led to a finite likelihood")
    x, value, slope = _polish(objective, best.x)
    a1, b1, a2, b2, share = _theta(x)
    if a1 / b1 < a2 / b2:
        a1, b1, a2, b2, share = a2, b2, a1, b1, 1 - share
    norm = float(np.abs(slope).max())
    return Prior(a1, b1, a2, b2, share, value * scale, norm, norm < 1e-7, int(scale))


def score(n: ArrayLike, expected: ArrayLike, theta: Sequence[float]) -> Scores:
    """EBGM, EB05 and EB95 of pairs under θ = (α1, β1, α2, β2, P)."""
    n, expected = np.broadcast_arrays(np.asarray(n, float), np.asarray(expected, float))
    a1, b1, a2, b2, _ = theta
    q = posterior_weight(n, expected, theta)
    first = special.digamma(a1 + n) - np.log(b1 + expected)
    second = special.digamma(a2 + n) - np.log(b2 + expected)
    mean = np.exp(q * first + (1 - q) * second)
    not_raised = q * special.gammainc(a1 + n, b1 + expected) + (1 - q) * special.gammainc(
        a2 + n, b2 + expected
    )
    return Scores(
        q,
        mean,
        posterior_quantile(0.05, n, expected, theta),
        posterior_quantile(0.95, n, expected, theta),
        not_raised,
    )


def posterior_weight(n: ArrayLike, expected: ArrayLike, theta: Sequence[float]) -> Array:
    """Q_n: the probability, given n, that λ came from component 1 (DuMouchel 1999, equation 6)."""
    n, expected = np.broadcast_arrays(np.asarray(n, float), np.asarray(expected, float))
    a1, b1, a2, b2, share = theta
    with np.errstate(divide="ignore"):
        odds = np.log(1 - share) - np.log(share)
    odds = odds + _log_pmf(n, expected, a2, b2) - _log_pmf(n, expected, a1, b1)
    return special.expit(-odds)


def posterior_quantile(level: float, n: ArrayLike, expected: ArrayLike, theta: Sequence[float]) -> Array:
    """The quantile of λ given n, by bisection between the quantiles of its two components, to full precision."""
    n, expected = np.broadcast_arrays(np.asarray(n, float), np.asarray(expected, float))
    a1, b1, a2, b2, _ = theta
    q = posterior_weight(n, expected, theta)
    one = special.gammaincinv(a1 + n, level) / (b1 + expected)
    two = special.gammaincinv(a2 + n, level) / (b2 + expected)
    low, high = np.minimum(one, two), np.maximum(one, two)
    for _ in range(64):
        middle = (low + high) / 2
        cdf = q * special.gammainc(a1 + n, middle * (b1 + expected)) + (1 - q) * special.gammainc(
            a2 + n, middle * (b2 + expected)
        )
        below = cdf < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
        if np.all(high - low <= 1e-14 * high):
            break
    return (low + high) / 2


def squash(
    n: ArrayLike,
    expected: ArrayLike,
    keep: Sequence[int] = (100, 75, 50, 25),
    cuts: Sequence[float] = (500, 1e3, 1e4, 1e5, 5e5, 1e6, 5e6),
    points: Sequence[int] = (50, 75, 150, 500, 750, 1000, 2000, 5000),
) -> tuple[Array, Array, Array]:
    """Merge pairs of equal count and near expected count: (n, expected, weight), as ``openEBGM::autoSquash``.

    For each count with more than max(keep) + 1 pairs, its largest expected counts (``keep`` of them, by the rank of
    the count among those squashed) stay single and the others are averaged in bins of equal size, so many that
    about ``points`` remain; which entry of ``points`` follows from how many there are against ``cuts``.
    """
    n, expected = np.asarray(n, float), np.asarray(expected, float)
    if not n.size:
        return n, expected, np.empty(0)
    out_n, out_e, out_w = [], [], []
    rank = 0
    for count in np.unique(n):
        e = np.sort(expected[n == count])
        kept = keep[min(rank, len(keep) - 1)]
        if len(e) > max(keep) + 1:
            rank += 1
            merged = len(e) - kept
            target = points[int(np.searchsorted(np.asarray(cuts), merged, side="right"))]
            size = max(int(merged // target), 2)
            edges = np.arange(0, merged, size)
            weight = np.diff(np.append(edges, merged)).astype(float)
            mean = np.add.reduceat(e[:merged], edges) / weight
            e = np.concatenate([mean, e[merged:]])
            weight = np.concatenate([weight, np.ones(kept)])
        else:
            weight = np.ones(len(e))
        out_n.append(np.full(len(e), count))
        out_e.append(e)
        out_w.append(weight)
    return np.concatenate(out_n), np.concatenate(out_e), np.concatenate(out_w)


def _free(theta: Sequence[float]) -> Array:
    """θ on the whole real line: logarithms, and the log odds of P."""
    a1, b1, a2, b2, share = theta
    return np.array([np.log(a1), np.log(b1), np.log(a2), np.log(b2), special.logit(share)])


def _theta(x: Array) -> tuple[float, float, float, float, float]:
    a1, b1, a2, b2 = (float(v) for v in np.exp(x[:4]))
    return a1, b1, a2, b2, float(special.expit(x[4]))


def _log_pmf(n: Array, expected: Array, alpha: float, beta: float) -> Array:
    """ln of the negative binomial probability with size α and success probability β / (β + E)."""
    return (
        special.gammaln(alpha + n)
        - special.gammaln(alpha)
        - special.gammaln(n + 1)
        - alpha * np.log1p(expected / beta)
        - n * np.log1p(beta / expected)
    )


def _component(
    n: Array, expected: Array, alpha: float, beta: float, smallest: int
) -> tuple[Array, Array, Array]:
    """ln f(n | N >= smallest) and its derivatives by ln α and ln β."""

    def parts(k: Array) -> tuple[Array, Array, Array]:
        by_alpha = special.digamma(alpha + k) - special.digamma(alpha) - np.log1p(expected / beta)
        by_beta = alpha * expected / (beta * (beta + expected)) - k / (beta + expected)
        return _log_pmf(k, expected, alpha, beta), by_alpha, by_beta

    value, by_alpha, by_beta = parts(n)
    if smallest:
        low = np.zeros_like(n)
        low_alpha = np.zeros_like(n)
        low_beta = np.zeros_like(n)
        for k in range(smallest):
            log_f, d_alpha, d_beta = parts(np.full_like(n, float(k)))
            f = np.exp(log_f)
            low += f
            low_alpha += f * d_alpha
            low_beta += f * d_beta
        # With N* = 1 the remainder 1 − f(0) is small for small E and is taken without cancelling.
        rest = -np.expm1(-alpha * np.log1p(expected / beta)) if smallest == 1 else 1 - low
        rest = np.maximum(rest, 1e-300)
        value = value - np.log(rest)
        by_alpha = by_alpha + low_alpha / rest
        by_beta = by_beta + low_beta / rest
    return value, by_alpha * alpha, by_beta * beta


def _negative_log_likelihood(
    x: Array, n: Array, expected: Array, weight: Array, smallest: int
) -> tuple[float, Array]:
    a1, b1, a2, b2, share = _theta(x)
    f1, f1_a, f1_b = _component(n, expected, a1, b1, smallest)
    f2, f2_a, f2_b = _component(n, expected, a2, b2, smallest)
    one = f1 + special.log_expit(x[4])
    two = f2 + special.log_expit(-x[4])
    total = np.logaddexp(one, two)
    r1 = np.exp(one - total)
    r2 = np.exp(two - total)
    slope = np.array(
        [
            np.sum(weight * r1 * f1_a),
            np.sum(weight * r1 * f1_b),
            np.sum(weight * r2 * f2_a),
            np.sum(weight * r2 * f2_b),
            np.sum(weight * (r1 - share)),
        ]
    )
    return -float(np.sum(weight * total)), -slope


def _polish(objective: Objective, x: Array) -> tuple[Array, float, Array]:
    """Newton steps with a Hessian from central differences of the exact gradient, taken while they improve."""
    value, slope = objective(x)
    for _ in range(20):
        if np.abs(slope).max() < 1e-13:
            break
        hessian = np.empty((5, 5))
        for i in range(5):
            step = np.zeros(5)
            step[i] = 1e-5
            hessian[i] = (objective(x + step)[1] - objective(x - step)[1]) / 2e-5
        hessian = (hessian + hessian.T) / 2
        values, vectors = np.linalg.eigh(hessian)
        if values[0] <= 0:
            break
        candidate = x - vectors @ ((vectors.T @ slope) / values)
        new_value, new_slope = objective(candidate)
        if not np.isfinite(new_value) or np.abs(new_slope).max() >= np.abs(slope).max():
            break
        x, value, slope = candidate, new_value, new_slope
    return x, value, slope
