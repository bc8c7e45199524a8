"""Groups of complaints told twice: what forbids a pair forbids a group."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.similar import Pair, clusters
from complaint_qms.engine.similar.cluster import Facts


def grouped(pairs, **facts):
    """Groups of told-twice pairs; facts by id: (day, single codes, several codes)."""
    known = {name: Facts(*fact) for name, fact in facts.items()}
    return [one.ids for one in clusters(pairs, facts=lambda name: known.get(name, Facts()), days=30)]


def test_pairs_do_not_chain_beyond_the_days_of_a_group():
    """One customer's words come again every 20 days for four months: each two neighbours are one, all of them are not."""
    names = "abcdefg"
    pairs = [Pair(one, other, 0.99) for one, other in pairwise(names)]
    facts = {name: (20 * place,) for place, name in enumerate(names)}
    for group in grouped(pairs, **facts):
        days = [facts[name][0] for name in group]
        assert max(days) - min(days) <= 30
    assert grouped(pairs, **{name: (4 * place,) for place, name in enumerate(names)}) == [tuple(names)]


def test_a_group_has_one_batch_one_order_and_one_serial_number():
    pairs = [Pair("a", "b", 0.99), Pair("b", "c", 0.98)]
    facts = {"a": (0, (7, 0, 0)), "b": (1, (0, 0, 0)), "c": (2, (8, 0, 0))}
    assert grouped(pairs, **facts) == [("a", "b")]  # b names no batch, a and c are of two
    assert grouped(pairs, **{**facts, "c": (2, (7, 0, 0))}) == [("a", "b", "c")]
    assert grouped(pairs, **{**facts, "c": (2, (0, 0, 9))}) == [("a", "b", "c")]


def test_two_customers_are_in_one_group_only_where_each_pair_is_known():
    pairs = [Pair("a", "b", 0.99), Pair("b", "c", 0.98)]
    facts = {"a": (0, (), (1,)), "b": (1, (), (0,)), "c": (2, (), (2,))}
    assert grouped(pairs, **facts) == [("a", "b")]
    assert grouped([*pairs, Pair("a", "c", 0.8)], **facts) == [("a", "b", "c")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14), st.floats(0.75, 1.0)), max_size=60),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 3), st.integers(0, 3)), min_size=15, max_size=15),
)
def test_what_forbids_a_pair_forbids_a_group(links, said):
    pairs = [Pair(str(a), str(b), score) for a, b, score in links]
    facts = {str(n): Facts(day, (batch, 0, serial)) for n, (day, batch, serial) in enumerate(said)}
    for group in clusters(pairs, facts=facts.__getitem__, days=30):
        known = [facts[name] for name in group.ids]
        assert max(one.day for one in known) - min(one.day for one in known) <= 30
        for place in range(3):
            assert len({one.single[place] for one in known} - {0}) <= 1
