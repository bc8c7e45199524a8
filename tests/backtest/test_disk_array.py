"""Features kept in a file answer like features kept in memory."""

from __future__ import annotations

import numpy as np

from complaint_qms.backtest.disk_array import Spill
from complaint_qms.engine.similar import Index, Record

TEXTS = [
    "The pump leaks oil at the shaft seal since Monday",
    "The display of the kettle stays dark after cleaning",
    "Since Monday the pump leaks oil at the shaft seal",
    "水泵漏油，要求退款",
    "",
]


def records(times: int) -> list[Record]:
    return [Record(f"№{n}", f"{text} {n // 3}") for n, text in enumerate(TEXTS * times)]


def test_numbers_come_back_and_can_be_added_to(tmp_path):
    spill = Spill(tmp_path)
    assert spill.parts(np.array([], int), np.array([], int)).tolist() == []
    spill.append(np.arange(5, dtype=np.uint32))
    assert spill.parts(np.array([3, 0]), np.array([5, 1])).tolist() == [3, 4, 0]
    spill.append(np.array([2**32 - 1], dtype=np.uint32))
    assert spill.parts(np.array([0, 2]), np.array([6, 2])).tolist() == [0, 1, 2, 3, 4, 2**32 - 1]


def test_the_same_pairs_and_matches_as_in_memory(tmp_path):
    inside, outside = Index(), Index(features=Spill(tmp_path))
    for index in (inside, outside):
        index.add_many(records(30))
    found = list(inside.pairs())
    assert found
    assert list(outside.pairs()) == found
    assert found[0].left.startswith("№")
    wanted = Record("new", TEXTS[0])
    assert outside.query(wanted) == inside.query(wanted) != []


def test_nothing_is_left_behind(tmp_path):
    spill = Spill(tmp_path)
    spill.append(np.ones(1000, dtype=np.uint32))
    assert len(spill.parts(np.array([0]), np.array([1000]))) == 1000
    del spill
    assert list(tmp_path.iterdir()) == []
