"""The tests' own building of look-ups asks what Frappe's asks."""

from __future__ import annotations

from datetime import date

import frappe
import pytest

from tests import quick_queries

pytestmark = pytest.mark.skipif(not quick_queries.plain_values, reason="Frappe 16 has another builder")

FILTERS = [
    "Administrator",
    "it's 100 % `x` \\ 顾客",
    "",
    None,
    3,
    {},
    {"name": "Administrator"},
    frappe._dict(name="Administrator", enabled=1),
    {"name": "Administrator", "enabled": 1},
    {"enabled": True, "name": ("!=", "Guest")},
    {"enabled": 0, "name": ""},
    {"language": None},
    {"language": ("!=", None)},
    {"name": ("like", "%min%")},
    {"name": ("NOT LIKE", "%min%")},
    {"name": ("in", ("Administrator", "Guest"))},
    {"name": ["in", ["Guest", "Administrator", "x"]]},
    {"name": ("not in", ["Guest"])},
    {"name": ("in", [])},
    {"name": ("in", "Guest,Administrator")},
    {"name": ("in", {"Guest"})},
    {"name": ("in", ("Guest", 1))},
    {"idx": (">=", 0), "creation": ("<", date(2020, 2, 29))},
    {"idx": ("<=", 0.5)},
    {"creation": ("between", ("2020-01-01", "2099-01-01"))},
    {"name": ("is", "set")},
    [["name", "=", "Guest"]],
    [["User", "name", "in", ["Guest", "Administrator"]]],
    ["Guest", "Administrator"],
]
FIELDS = [
    "name",
    "*",
    ("name", "enabled"),
    ["name", "owner"],
    "count(name)",
    "name as who",
    ("name", "roles.role"),
    None,
]
OPTIONS = [
    {},
    {"order_by": "name asc"},
    {"order_by": "creation desc, name", "limit": 2},
    {"distinct": True},
    {"for_update": True, "wait": False},
    {"for_update": True, "skip_locked": True},
    {"as_dict": True},
    {"pluck": True},
    {"order_by": None, "limit": 1, "as_dict": True, "update": {"seen": 1}},
]  # fmt: skip
WRONG = [("name", {"a`b": "x"}), ("name; drop", "x"), ("name", {"name": ("likes", "x")}), ("nothing", "x")]


@pytest.fixture
def asked(monkeypatch):
    """Function: what is asked of the database by a look-up of users, with its parameters, and the answer or the error."""

    def ask(values, fields, filters, as_dict=False, **options):
        told, sql = [], frappe.db.sql

        def noted(query, parameters=(), *rest, **more):
            if "`tabUser`" in str(query):  # not what translating a refusal or reading a DocType asks
                # A number of the same worth is another text in a query.
                told.append((str(query), repr(parameters), rest, sorted(more.items())))
            return sql(query, parameters, *rest, **more)

        with monkeypatch.context() as patch:
            patch.setattr(frappe.db, "sql", noted)
            try:
                found = values(frappe.db, fields, filters, "User", as_dict, **options)
            except Exception as error:
                found = (type(error), str(error))
        frappe.clear_messages()
        return told, found

    return ask


def filled(told: list) -> list:
    """The queries with what was left at its default."""
    usual = {"as_dict": False, "debug": False, "update": None, "run": True, "pluck": False}
    return [
        (query, values, rest, sorted({**usual, **dict(more)}.items())) for query, values, rest, more in told
    ]


@pytest.mark.parametrize(
    ("fields", "options"),
    [*((one, {}) for one in FIELDS), *((("name", "enabled"), one) for one in OPTIONS)],
    ids=str,
)
def test_the_same_is_asked(asked, fields, options):
    quick_queries._kept.clear()
    for _time in ("built", "kept"):
        for filters in FILTERS:
            expected, rows = asked(quick_queries.plain_values, fields, filters, **options)
            told, found = asked(quick_queries.quick_values, fields, filters, **options)
            assert filled(told) == filled(expected), filters
            assert found == rows, filters


def test_other_values_of_the_same_shape_are_kept_apart(asked):
    quick_queries._kept.clear()
    for one, other in (("Guest", "Administrator"), (1, 1.0), (1, True), (0, False), (None, "")):
        for value in (one, other, one):
            for filters in ({"name": value}, {"name": ("!=", value)}):
                plain = asked(quick_queries.plain_values, "name", filters)
                quick = asked(quick_queries.quick_values, "name", filters)
                assert (filled(quick[0]), quick[1]) == (filled(plain[0]), plain[1]), filters


@pytest.mark.parametrize(("fields", "filters"), WRONG)
def test_a_mistake_is_refused_alike(asked, fields, filters):
    for _time in range(2):
        expected = asked(quick_queries.plain_values, fields, filters)
        assert isinstance(expected[1], tuple), "it is a mistake"
        told, found = asked(quick_queries.quick_values, fields, filters)
        assert (filled(told), found) == (filled(expected[0]), expected[1])


def test_most_look_ups_are_kept():
    """Else it would be of no use."""
    quick_queries._kept.clear()
    for name in ("Guest", "Administrator"):
        assert frappe.db.get_value("User", name, ["name", "enabled"])[0] == name
        assert frappe.db.get_value("User", {"name": name, "enabled": 1}) == name
    assert len(quick_queries._kept) == 2
    assert all(quick_queries._kept.values())
