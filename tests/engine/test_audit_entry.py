"""The text of an entry, what is kept beside it, and a record as its entries leave it."""

import hashlib
import json

import pytest

from complaint_qms.engine import audit_entry
from complaint_qms.engine.audit_entry import COLUMNS, ERASED, Apart, as_json, hidden_in
from complaint_qms.engine.audit_replay import Kept, State, apply, differing


def same(place, kept, value):
    return kept.value is ERASED or value is ERASED or (kept.value or None) == (value or None)


def replayed(*details, apart=None):
    state = State()
    found = [apply(state, detail, apart or Apart(), f"{at:03}", same) for at, detail in enumerate(details)]
    return state, found


def test_no_two_entries_have_the_same_text():
    values = dict.fromkeys(COLUMNS, "")
    one = audit_entry.entry_lines([*[*values.values()][:-1], as_json({"a": "b\nc"})])
    assert audit_entry.entry_columns(one) == values | {"detail": '{"a":"b\\nc"}'}
    assert audit_entry.one_line("Müller\r\n\x00AG\u2028") == "Müller AG "
    with pytest.raises(ValueError, match="zip"):
        audit_entry.entry_columns("one\ntwo")


def test_a_mark_is_an_hmac_that_anybody_with_the_key_can_make():
    inner = hashlib.sha256(b"\x36" * 64 + b"text").digest()
    assert audit_entry.site_mark(b"", "text") == hashlib.sha256(b"\x5c" * 64 + inner).hexdigest()


def test_a_value_apart_is_known_by_a_digest_that_alone_tells_nothing():
    apart = Apart()
    hidden = apart.hide("Jane Doe")
    detail = as_json({"new": {"complainant_name": hidden}})
    assert "Jane" not in detail
    assert hidden_in(detail) == set(apart.values)
    again = Apart.read(apart.text())
    assert (again.is_true(), again.shown(hidden)) == (True, "Jane Doe")
    assert Apart().hide("Jane Doe") != hidden
    kept = json.loads(apart.text())
    kept["values"] = dict.fromkeys(kept["values"], "John Doe")
    assert not Apart.read(as_json(kept)).is_true()
    assert Apart.read(None).shown(hidden) is ERASED
    for broken in ("", "[]", "{", '{"salt":1}', "null"):
        assert Apart.read(broken).values == {}


def test_entries_make_the_record():
    state, found = replayed(
        {"new": {"a": "1", "b": "2"}, "rows": {"t": {"+": {"r1": {"x": 1}, "r2": {"x": 2}}}}},
        {"fields": {"a": ["1", "3"]}, "rows": {"t": {"~": {"r1": {"x": [1, 5]}}, "-": {"r2": {"x": 2}}}}},
    )
    assert found == [[], []]
    stored = {"a": "3", "b": "2", "c": None}
    assert differing(state, stored, {"t": {"r1": {"x": 5}}}, same) == []
    assert differing(state, stored | {"c": "new"}, {"t": {"r1": {"x": 5}}}, same) == [("", "", "c")]
    assert differing(state, stored, {"t": {"r1": {"x": 6}}}, same) == [("t", "r1", "x")]
    assert differing(state, stored, {"t": {"r1": {"x": 5}, "r3": {}}}, same) == [("t", "r3", "")]
    assert differing(state, stored, {}, same) == [("t", "r1", "")]


def test_a_change_that_found_something_else_than_was_left_is_told():
    _state, found = replayed(
        {"new": {"a": "1"}}, {"fields": {"a": ["2", "3"]}}, {"fields": {"a": ["3", "4"]}}
    )
    assert found == [[], [("", "", "a")], []]


def test_what_is_gone_is_not_there_and_what_is_made_anew_is():
    state, _found = replayed({"new": {"a": "1"}}, {"gone": {"a": "1"}, "gone_rows": {}})
    assert not state.exists
    state, _found = replayed({"new": {"a": "1"}}, {"from": "x", "to": "y"})
    assert not state.exists
    state, _found = replayed({"new": {"a": "1"}}, {"gone": {}}, {"from": "x", "to": "y", "new": {"a": "2"}})
    assert (state.exists, state.fields["a"]) == (True, Kept("2", "002"))


def test_what_was_erased_is_compared_with_nothing():
    apart = Apart()
    hidden = apart.hide("Jane")
    state, _found = replayed({"new": {"a": hidden}}, apart=Apart())
    assert differing(state, {"a": "anything"}, {}, same) == []
