"""New batches and products: followed from their first week, against how uneven their siblings are."""

import numpy as np
import pytest

from complaint_qms.engine.signals.kind_scan import History, KindScan, Wanted, scan_kind
from complaint_qms.engine.signals.scanning import scan
from complaint_qms.engine.signals.weekly import Deliveries


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


def batches_without_units(
    seed: int, bad: int | None = None, delivered: int = 0
) -> tuple[KindScan, dict[int, int]]:
    """Thirty batches of one item, one after another, twenty complaints each within eight weeks of the first, a hundred of a bad
    one; also which batch each code is. Units are known of the first ``delivered`` alone."""
    rng = np.random.default_rng(seed)
    told = sorted(
        (7 * (batch * 3 + int(rng.integers(8))) + int(rng.integers(7)), batch)
        for batch in range(30)
        for _ in range(100 if batch == bad else rng.poisson(20))
    )
    start = np.datetime64("2022-01-03")
    received = np.array([start + day for day, _batch in told]).astype("datetime64[s]")
    place: dict[int, int] = {}
    codes = np.array([place.setdefault(batch, len(place)) for _day, batch in told])
    known = [batch for batch in place if batch < delivered]
    units = Deliveries(
        np.zeros(len(known), np.int64), np.array([place[batch] for batch in known], np.int64),
        np.array([start + 21 * batch for batch in known], "datetime64[D]"), np.full(len(known), 1000.0),
    )  # fmt: skip
    columns = {"batch": codes, "item": np.zeros(len(codes), np.int64)}
    past = History(received, columns, {"batch": len(place), "item": 1}, start, start + 7 * 102 - 1, units)
    scanned = scan_kind("batch", past, Wanted())
    assert scanned is not None
    return scanned, {code: batch for batch, code in place.items()}


@pytest.mark.parametrize("delivered", [0, 12])
def test_batches_without_units_are_held_against_their_siblings(delivered):
    """Every new batch would be a rise from none against the weeks before it was there."""
    alarms = [
        one for seed in range(6) for one in batches_without_units(seed, None, delivered)[0].result.signals
    ]
    assert len(alarms) <= 4  # of 180
    for seed in range(4):
        scanned, batch_of = batches_without_units(seed, 20, delivered)
        found = {batch_of[int(scanned.chosen[one.row])]: one for one in scanned.result.signals}
        assert 20 in found
        assert len(found) <= 2
        assert found[20].exposure is None
        assert found[20].expected > 1
        assert "where other batches of the same age lead to" in found[20].text
