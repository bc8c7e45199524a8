"""A share with its interval: textbook values, and what must hold for every count."""

import pytest

from complaint_qms.engine.proportions import wilson


def test_it_agrees_with_published_values():
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
    for part, whole, lower, upper in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = wilson(part, whole)
        assert (round(found.lower, 4), round(found.upper, 4)) == (lower, upper)


def test_the_share_lies_within_and_nothing_has_none():
    for whole in range(1, 60):
        for part in range(whole + 1):
            found = wilson(part, whole)
            assert 0 <= found.lower <= found.share <= found.upper <= 1
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="no part"):
        wilson(3, 2)
