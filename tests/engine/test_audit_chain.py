"""The hash chain: a value recomputed with hashlib alone, and every kind of tampering found where it is."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.engine import audit_chain as chain
from complaint_qms.engine.audit_chain import Break, ChainError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PAYLOADS = st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), min_size=1, max_size=8)


def build(payloads):
    links = []
    for payload in payloads:
        links.append(chain.append(payload, links[-1] if links else None))
    return links


THREE = build([{"n": 1}, {"n": 2}, {"n": 3}])


def test_hash_can_be_recomputed_by_hand():
    text = f'1\n{"0" * 64}\n{{"a":"ü","b":[1,null,true]}}'
    link = chain.append({"b": (1, None, True), "a": "ü"})
    assert link.hash == hashlib.sha256(text.encode()).hexdigest()
    second = chain.append({}, link)
    assert second.hash == hashlib.sha256(f"2\n{link.hash}\n{{}}".encode()).hexdigest()


@given(PAYLOADS)
def test_an_untouched_chain_holds(payloads):
    links = build(payloads)
    assert chain.verify(links)
    assert chain.verify(iter(links), head=(len(links), links[-1].hash))


@given(PAYLOADS, st.data())
def test_a_changed_payload_is_found_where_it_is(payloads, data):
    links = build(payloads)
    place = data.draw(st.integers(0, len(links) - 1))
    links[place] = replace(links[place], payload={**links[place].payload, "forged key": 1})
    found = chain.first_break(links)
    assert (found.position, found.reason) == (place, "content")


@pytest.mark.parametrize(
    ("links", "position", "reason"),
    [
        (THREE[1:], 0, "sequence"),  # the first removed
        ([THREE[0], THREE[2]], 1, "sequence"),  # one removed
        ([THREE[0], THREE[2], THREE[1]], 1, "sequence"),  # reordered
        ([THREE[0], THREE[1], THREE[1]], 2, "sequence"),  # doubled
        ([THREE[0], chain.append({"n": 2}, build([{"n": 9}])[0]), THREE[2]], 1, "previous_hash"),
        (
            [THREE[0], chain.append({"n": 9}, THREE[0]), THREE[2]],
            2,
            "previous_hash",
        ),  # rewritten with new hash
        ([THREE[0], replace(THREE[1], hash="f" * 64), THREE[2]], 1, "content"),
    ],
)
def test_tampering(links, position, reason):
    found = chain.first_break(links)
    assert (found.position, found.reason) == (position, reason)
    assert not chain.verify(links)


def test_a_cut_tail_shows_against_the_head():
    head = (3, THREE[2].hash)
    assert chain.verify(THREE[:2])
    assert chain.first_break(THREE[:2], head=head) == Break(
        2, "head", f"3 {THREE[2].hash}", f"2 {THREE[1].hash}"
    )
    assert chain.first_break([], head=head).reason == "head"
    assert chain.verify([])


def test_in_parts():
    assert chain.first_break(THREE[2:], after=(2, THREE[1].hash)) is None
    assert chain.first_break(THREE[2:], after=(2, THREE[0].hash)).reason == "previous_hash"


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_order_of_keys_does_not_matter(payload):
    assert chain.canonical(payload) == chain.canonical(dict(reversed(payload.items())))


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"a": {"b": [0, date(2024, 1, 1)]}}, r"payload\.a\.b\[1\]"),
        ({"a": float("nan")}, "no canonical form"),
        ({"a": float("inf")}, "no canonical form"),
        ({"a": {1: 2}}, "key 1 is not text"),
        ([1], "must be an object"),
        ({"a": b"x"}, "no canonical form"),
        ({"a": "\ud800"}, "lone surrogate"),
    ],
)
def test_what_has_no_canonical_form(payload, message):
    with pytest.raises(ChainError, match=message):
        chain.append(payload)
