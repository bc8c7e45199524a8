"""Support vectors of a small table are those that scikit-learn finds when it is given the time."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.svm import LinearSVC

from complaint_qms.engine.classify import support_vectors
from complaint_qms.engine.classify.support_vectors import costs, products, solve


def texts(rows: int, labels: int, seed: int, noise: float) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Rows of unit length with words of their label, one of them rare, and words of anything."""
    rng = np.random.default_rng(seed)
    target = np.concatenate(
        [np.arange(labels), np.minimum(rng.geometric(0.4, rows - labels) - 1, labels - 1)]
    )
    own = sparse.csr_matrix((rng.random(rows) * (1 - noise), (np.arange(rows), target)), (rows, labels))
    matrix = sparse.hstack([own, sparse.random(rows, 60, 0.2, random_state=seed)], format="csr")
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.csr_matrix(matrix.multiply(1 / np.maximum(length, 1e-12)[:, None])), target


@pytest.mark.parametrize(
    ("rows", "labels", "noise", "strength"),
    [(40, 2, 0.2, 0.3), (150, 3, 0.9, 0.3), (300, 7, 0.5, 5.0), (300, 12, 0.0, 0.05), (12, 5, 1.0, 0.3)],
)
def test_the_solution_is_that_of_scikit_learn(rows: int, labels: int, noise: float, strength: float) -> None:
    matrix, target = texts(rows, labels, rows + labels, noise)
    amounts = solve(products(matrix), target, labels, strength)
    exact = LinearSVC(C=strength, class_weight="balanced", tol=1e-10, max_iter=1_000_000).fit(matrix, target)
    wide = 1 if labels == 2 else 0  # of two it keeps the second alone
    size = np.abs(exact.coef_).max()
    assert np.allclose((matrix.T @ amounts).T[wide:], exact.coef_, atol=1e-3 * size)
    assert np.allclose(amounts.sum(axis=0)[wide:], exact.intercept_, atol=1e-3 * size)
    if labels == 2:
        assert np.allclose(amounts[:, 0], -amounts[:, 1], atol=1e-3 * size)


def test_alike_and_empty_rows_and_a_beginning_elsewhere_change_nothing() -> None:
    matrix, target = texts(60, 3, 5, 0.5)
    empty = sparse.csr_matrix((2, matrix.shape[1]))
    matrix = sparse.vstack([matrix, matrix[:20], empty], format="csr")
    target = np.concatenate([target, (target[:20] + 1) % 3, [0, 1]])  # the same text with another label
    table = products(matrix)
    amounts = solve(table, target, 3, 0.3)
    again = solve(table, target, 3, 0.3, np.random.default_rng(1).normal(0, 1, amounts.shape))
    assert np.isfinite(amounts).all()
    assert np.allclose(matrix.T @ amounts, matrix.T @ again, atol=1e-3)


def test_strips_give_the_whole_product(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    table, amounts = rng.random((37, 37)), rng.random((37, 5))
    for most in (1, 185, 400, 10_000):
        monkeypatch.setattr(support_vectors, "ONE_THREAD", most)
        assert np.allclose(support_vectors._times(table, amounts), table @ amounts)


def test_a_rare_label_costs_as_much_as_a_common_one() -> None:
    target = np.repeat([0, 1, 2], [80, 15, 5])
    own = costs(target, 3, 0.3)[np.arange(100), target]
    assert np.allclose(np.bincount(target, own), 0.3 * 100 / 3)
