"""New batches and products: followed from their first week, against how uneven their siblings are."""

import numpy as np
import pytest

from complaint_qms.engine.signals.scanning import scan


def test_a_new_batch_is_followed_from_its_first_week():
    counts = np.array([[1, 5, 4, 2], [0, 0, 1, 0]], float)
    units = np.full((2, 4), 100.0)
    result = scan(counts, units, launch=[True, True], reference_rate=0.005)
    assert [(s.row, s.column, s.method) for s in result.signals] == [(0, 1, "maxsprt")]
    found = result.signals[0]
    assert (found.observed, found.expected, found.exposure) == (6, 1.0, 200)
    assert "Even when looked at all the time" in found.text


@pytest.mark.parametrize("dispersion", [1.0, 2.0, 3.0])
def test_launches_are_judged_by_how_uneven_their_siblings_are(dispersion):
    rng = np.random.default_rng(15)
    units = rng.uniform(0.5, 1.5, (300, 80))
    mean = 0.8 * units
    counts = (
        rng.poisson(mean)
        if dispersion == 1
        else rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion)
    )
    counts = counts.astype(float)
    counts[0, 5:15] += 4 * dispersion
    result = scan(counts, units, launch=np.ones(300, bool), reference_rate=0.8)
    launches = [s for s in result.signals if s.method == "maxsprt"]
    assert 0 in {s.row for s in launches}
    assert len(launches) - 1 <= 15  # 50 of 1,000; without their dispersion 20 at two and 70 at three
    of_bad = next(s for s in launches if s.row == 0)
    assert of_bad.parameters["dispersion"] == pytest.approx(dispersion, rel=0.4)
    assert of_bad.observed >= of_bad.limit
    assert ("Counts of the other batches vary" in of_bad.text) == (dispersion > 1)
    alone = scan(counts[:1], units[:1], launch=[True], reference_rate=0.8)
    assert "is not known yet: chance alone is reckoned with" in alone.signals[0].text
