"""Parts of an amount add up to it, each no further than one unit from its share."""

from __future__ import annotations

from itertools import product

import pytest

from complaint_qms.engine.shares import shares

AMOUNTS = (0, 0.01, 0.02, 1, 10, 33.33, 99.99, 100, 1234.57)
WEIGHTS = (
    (1,),
    (1, 1),
    (1, 1, 1),
    (2, 1),
    (19, 7, 0),
    (0, 0, 5),
    (0.1, 0.2, 0.7),
    (1e-9, 1e6),
    (333.33, 333.33, 333.34),
)


@pytest.mark.parametrize(("amount", "weights"), list(product(AMOUNTS, WEIGHTS)))
def test_parts_add_up_and_keep_to_their_share(amount: float, weights: tuple[float, ...]) -> None:
    parts = shares(amount, weights)
    assert round(sum(parts), 2) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < 0.01 + 1e-9
        assert part >= 0
        assert part == round(part, 2)


@pytest.mark.parametrize(
    ("amount", "weights", "places", "parts"),
    [
        (100, (2, 1), 2, [66.67, 33.33]),
        (0.05, (1, 1, 1), 2, [0.02, 0.02, 0.01]),  # of equal remainders the first
        (1, (1, 1, 1), 0, [1, 0, 0]),
        (10, (0, 0), 2, [10, 0]),
        (10, (), 2, []),
        (0.3, (1, 1, 1), 1, [0.1, 0.1, 0.1]),  # no unit lost to floating point
    ],
)
def test_the_largest_remainder_gets_the_last_unit(
    amount: float, weights: tuple[float, ...], places: int, parts: list[float]
) -> None:
    assert shares(amount, weights, places) == parts
