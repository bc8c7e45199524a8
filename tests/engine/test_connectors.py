"""Connectors, reckoned: paths into an answer, merge fields that nothing breaks out of, pauses, the breaker, changes."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from complaint_qms.engine.connectors import (
    Breaker,
    Unusable,
    compared,
    facts_of,
    masked,
    pause_after,
    read_message,
    read_path,
    rendered,
    retry_after,
    template_of,
    the_text,
    values_at,
    without_secrets,
)

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=timezone.utc)
PARTS = {"path": "Path", "query": "Parameters", "headers": "Headers", "body": "Body"}
KNOWN = ("item_code", "subject", "qty")


def made(path="/x", query="", headers="", body="", method="POST"):
    return template_of(method, path, query, headers, body, KNOWN, PARTS)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [{"a": {"b": [1, {"c": "x"}, {"c": None}]}, "d e": 2}]),
        ("$.a.b[0]", [1]),
        ("$.a.b[-1].c", [None]),
        ("$.a.b[*].c", ["x", None]),
        ("$['d e']", [2]),
        ("$.a.b[7]", []),
        ("$.a.missing.c", []),
        ("$.a.*[1].c", ["x"]),
    ],
)
def test_a_path_finds_what_stands_there(path, found):
    assert values_at(read_path(path), {"a": {"b": [1, {"c": "x"}, {"c": None}]}, "d e": 2}) == found


@pytest.mark.parametrize(
    "path", ["", "a.b", "$..a", "$.a[?(@.b)]", "$.a[0:2]", "$.", "$[", "$.a b", "$" + ".a" * 40]
)
def test_a_path_of_the_rest_of_the_language_is_refused(path):
    with pytest.raises(Unusable, match="no path"):
        read_path(path)


def test_a_wildcard_is_bounded():
    assert len(values_at(read_path("$[*][*]"), [[1] * 1000] * 1000)) == 200


@example("..")
@example("%2e%2e/../?a=b&c#d\r\nX: y")
@given(st.text(max_size=60))
def test_what_is_filled_in_stays_where_it_was_meant_for(value):
    """Whatever somebody types in a record: no second parameter, no step in the path, no second header, no other JSON."""
    template = made(
        "/parts/{{ item_code }}/documents",
        '{"batch": "{{ item_code }}", "fixed": "1"}',
        '{"X-About": "item {{ item_code }}"}',
        '{"text": "see {{ item_code }}", "whole": "{{ item_code }}"}',
    )
    if value in (".", ".."):
        with pytest.raises(Unusable):
            rendered(template, {"item_code": value})
        return
    request = rendered(template, {"item_code": value})
    parts = urlsplit(f"https://plm.example{request.target}")
    steps = parts.path.split("/")
    sent = value.encode("utf-8", "replace").decode()
    assert (parts.netloc, steps[:2], steps[3:]) == ("plm.example", ["", "parts"], ["documents"])
    assert unquote(steps[2]) == sent
    assert parse_qsl(parts.query, keep_blank_values=True, separator="&") == [("batch", sent), ("fixed", "1")]
    assert "\n" not in request.headers["X-About"]
    assert "\r" not in request.headers["X-About"]
    assert json.loads(request.body) == {"text": f"see {sent}", "whole": sent}


def test_a_merge_field_is_a_name_and_nothing_else():
    for body in (
        '"{{ item_code.__class__ }}"',
        '"{{ frappe.conf.db_password }}"',
        '"{% for x in y %}"',
        '"{{ 7*7 }}"',
        '"{{item_code"',
    ):
        with pytest.raises(Unusable):
            made(body=body)
    with pytest.raises(Unusable, match="There are item_code, qty, subject"):
        made(body='"{{ secret }}"')
    for path in ("parts", "//evil.example/x", "/a/../b", "/x?y=1", "/x y", "https://evil.example"):
        with pytest.raises(Unusable, match="begin with a slash"):
            made(path)
    for headers in (
        '{"Authorization": "Bearer x"}',
        '{"X-Api-Key": "x"}',
        '{"Host": "x"}',
        '{"A b": "x"}',
        '["x"]',
    ):
        with pytest.raises(Unusable):
            made(headers=headers)
    with pytest.raises(Unusable, match="looks like a secret"):
        made(query='{"apikey": "x"}')
    assert json.loads(rendered(made(body='{"n": "{{ qty }}"}'), {"qty": 2.5}).body) == {"n": 2.5}


def test_what_is_kept_tells_no_secret_and_nobody():
    values = masked({"item_code": "A-1", "subject": "Anna is hurt", "customer": ""}, ("subject", "customer"))
    assert values == {"item_code": "A-1", "subject": "•••", "customer": ""}
    shown = without_secrets(
        {"login": {"apiKey": "k", "api_key": "k", "password": "p", "name": "n"}, "rows": [{"token": 1}]}
    )
    assert shown == {
        "login": {"apiKey": "•••", "api_key": "•••", "password": "•••", "name": "n"},
        "rows": [{"token": "•••"}],
    }


def test_facts_are_compared_with_those_seen_last():
    mapping = [
        ("Revision", read_path("$.rev")),
        ("Drawing", read_path("$.docs[*].no")),
        ("Odd", read_path("$.odd")),
    ]
    seen = facts_of(mapping, {"rev": 3, "docs": [{"no": "D1"}, {"no": "D2"}, {}], "odd": {"a": True}})
    assert seen == {"Revision": "3", "Drawing": "D1\nD2", "Odd": '{"a": true}'}
    again = compared({"Revision": "4", "Drawing": "D1\nD2", "New": "x"}, seen)
    assert [(one.name, one.is_changed, one.before) for one in again] == [
        ("Revision", True, "3"),
        ("Drawing", False, "D1\nD2"),
        ("New", False, None),
    ]
    assert not any(one.is_changed for one in compared(seen, None))


def test_pauses_grow_and_the_system_may_ask_for_longer_ones():
    pauses = [pause_after(attempt) for attempt in range(1, 9)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert pause_after(1, timedelta(seconds=5)) == timedelta(minutes=1)
    assert pause_after(1, timedelta(hours=3)) == timedelta(hours=3)
    assert pause_after(1, timedelta(days=400)) == timedelta(hours=24)
    assert retry_after("120", NOW) == timedelta(minutes=2)
    assert retry_after("Sun, 29 Nov 2026 12:05:00 GMT", NOW) == timedelta(minutes=5)
    assert retry_after("Sun, 29 Nov 2020 12:05:00 GMT", NOW) == timedelta(0)
    assert [retry_after(header, NOW) for header in ("", "soon", "-3", "٣")] == [None] * 4


def test_a_system_that_fails_is_left_alone_and_then_tried_by_one_call():
    breaker = Breaker(3, timedelta(minutes=10))
    for _time in range(2):
        breaker = breaker.after_failure(NOW)
        assert not breaker.is_open(NOW)
    breaker = breaker.after_failure(NOW)
    assert breaker.is_open(NOW)
    later = NOW + timedelta(minutes=10)
    assert not breaker.is_open(later)
    assert breaker.is_trial(later)
    assert breaker.after_failure(later).is_open(later + timedelta(minutes=9))


def test_messages_are_read_strictly():
    assert read_message('{"id": "é", "rows": [{"a": 1}, {"a": 2}]}'.encode()) == {"id": "é", "rows": [{"a": 1}, {"a": 2}]}  # fmt: skip
    for body in (b"", b"null", b"[1]", b'"x"', b"{", b"\xff", b'{"a": 1, "a": 2}', b'{"r": [{"a": 1, "a": 1}]}', b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}', b'{"a": [-2.5E+4000]}', b'{"a": "\n"}', b"[" * 100_000, b'{"a":' * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}"):  # fmt: skip
        with pytest.raises(Unusable):
            read_message(body)
    twice = [f'"{number}": 0' for number in (*range(40_000), 39_999)]  # how soon: `bench_hostile`
    with pytest.raises(Unusable):
        read_message(f"{{{', '.join(twice)}}}".encode())


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_whatever_comes_is_an_object_or_refused(body):
    with suppress(Unusable):
        assert isinstance(read_message(body), dict)


def test_the_text_of_a_path_is_one_short_line():
    path = read_path("$.rows[*].id")
    assert the_text(path, {"rows": [{"id": " A-1 "}]}, "$") == "A-1"
    assert the_text(path, {"rows": [{"id": 7}]}, "$") == "7"
    for rows in ([], [{"id": "a"}, {"id": "b"}], [{"id": None}], [{"id": True}], [{"id": 1.5}], [{"id": "a\nb"}], [{"id": "\ud800"}], [{"id": "x" * 141}], [{"id": {}}]):  # fmt: skip
        with pytest.raises(Unusable):
            the_text(path, {"rows": rows}, "$")
