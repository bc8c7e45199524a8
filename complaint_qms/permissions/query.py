"""What restricts somebody's list of a DocType, as a condition that other queries take up.

The condition is the framework's own: roles, user permissions, shares and the hooks of every app. It is empty where
nothing restricts the list, so that nobody pays for restrictions that they do not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

import frappe
from frappe.model.db_query import DatabaseQuery
from frappe.permissions import get_role_permissions, get_user_permissions
from frappe.query_builder import Criterion
from pypika.terms import ExistsCriterion, Field

from complaint_qms.message_log import messages_dropped_on

NOTHING: Final = "1=0"
_QUOTED: Final = re.compile(r"`[^`]*`|'(?:[^'\\]|\\.|'')*'" r'|"(?:[^"\\]|\\.|"")*"', re.DOTALL)
_ESCAPED: Final = re.compile(r"""\\(.)|(['"])\2""", re.DOTALL)
_ESCAPES: Final = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": r"\%", "_": r"\_"}


class MatchCondition(Criterion):
    """What the framework itself adds to a list query for the user, as a term of the query builder.

    The text names its DocType's table in full (`tabComplaint`): the table must stand in the query without an alias.
    """

    def __init__(self, sql: str) -> None:
        super().__init__()
        self.sql = sql

    def nodes_(self) -> Iterator[Criterion]:
        yield self

    def get_sql(self, param_wrapper: object = None, **kwargs: object) -> str:
        # A query that is run hands its values over apart from its text, in which a % then has to be doubled.
        return f"({self.sql.replace('%', '%%') if param_wrapper else self.sql})"


def list_condition(doctype: str, user: str) -> str:
    """What restricts the user's own list of `doctype`; empty when nothing does, `NOTHING` when they have none."""
    if user == "Administrator":
        return ""
    if frappe.get_meta(doctype).issingle:
        return "" if frappe.has_permission(doctype, "read", user=user) else NOTHING
    if _by_share_alone(doctype, user) and doctype not in _shared_kinds(user):
        return NOTHING
    listing = DatabaseQuery(doctype, user=user)
    try:
        # Nobody was refused anything: what the framework says to that is taken back.
        with messages_dropped_on(frappe.PermissionError):
            condition = listing.build_match_conditions()
    except frappe.PermissionError:
        return NOTHING
    # Somebody without the right, to whom single records were shared, has them here.
    return _without_percent(" and ".join(part for part in (condition, *listing.conditions) if part))


def restrictions(
    doctype: str, user: str, reference_doctype: str | None = None, apart_from: Iterable[str] = ()
) -> str:
    """What keeps a user to some records of `doctype`, whose roles give no right to it: user permissions on it and on what
    its link fields name, and what other apps ask; empty when nothing does.

    Args:
        reference_doctype: of the form in which they choose; user permissions may apply to that one alone.
        apart_from: DocTypes to which they may be kept without being restricted in this.
    """
    if user == "Administrator":
        return ""
    listing = DatabaseQuery(doctype, user=user)
    listing.reference_doctype, listing.match_conditions, listing.match_filters = reference_doctype, [], []
    kept_to = {name: some for name, some in get_user_permissions(user).items() if name not in apart_from}
    listing.add_user_permissions(kept_to)
    asked = (*listing.match_conditions, listing.get_permission_query_conditions())
    return " and ".join(f"({part})" for part in asked if part)


def what_restricts(doctype: str) -> set[str]:
    """DocTypes by whose user permissions somebody may be kept from some records of `doctype`: itself, and what its link fields name."""
    links = frappe.get_meta(doctype).get_link_fields()
    return {doctype} | {field.options for field in links if not field.ignore_user_permissions}


def in_list(doctype: str, name: Field, user: str) -> Criterion | None:
    """`name`, a column of another table, names a record of the user's list of `doctype`; None when any is."""
    condition = list_condition(doctype, user)
    if not condition:
        return None
    table = frappe.qb.DocType(doctype)
    found = frappe.qb.from_(table).select(1).where((table.name == name) & MatchCondition(condition))
    return ExistsCriterion(found)


def hidden(doctype: str, names: Iterable[str | None], user: str) -> set[str]:
    """Those of `names` that the user's list of `doctype` would not hold; one query, none where nothing restricts it."""
    wanted = {name for name in names if name}
    condition = list_condition(doctype, user) if wanted else ""
    if not condition:
        return set()
    table = frappe.qb.DocType(doctype)
    query = frappe.qb.from_(table).select(table.name).where(table.name.isin(sorted(wanted)))
    return wanted - set(query.where(MatchCondition(condition)).run(pluck=True))


def forget_shares() -> None:
    """What is known of shares in this request holds no more."""
    frappe.local.complaint_qms_shared_kinds = {}


def as_text(criterion: Criterion) -> str:
    """The text of a condition, as the framework's hooks give it back."""
    return _without_percent(criterion.get_sql(quote_char="`", with_namespace=True, subquery=True))


def _without_percent(condition: str) -> str:
    """The same condition with no % in its texts: Frappe 16 hands a query's values over apart from what the hooks give back,
    where the sign has to be doubled; Frappe 15 and the reports that take the condition up do not, where it must not be."""
    return _QUOTED.sub(_in_bytes, condition) if "%" in condition else condition


def _in_bytes(found: re.Match[str]) -> str:
    """A quoted text of SQL as its bytes, if it holds a %; a name stays as it is."""
    quoted = found[0]
    if "%" not in quoted or quoted[0] == "`":
        return quoted
    text = _ESCAPED.sub(partial(_sign, quoted[0]), quoted[1:-1])
    return f"_utf8mb4 x'{text.encode().hex()}'"


def _sign(quote: str, found: re.Match[str]) -> str:
    """What stands for a sign after a backslash, or for the quote that is written twice."""
    if found[1]:
        return _ESCAPES.get(found[1], found[1])
    return quote if found[2] == quote else found[0]


def _by_share_alone(doctype: str, user: str) -> bool:
    """Whether nothing but a share opens a record of the DocType to the user; the framework asks in this order."""
    rights = get_role_permissions(frappe.get_meta(doctype), user=user)
    return not (rights.get("select") or rights.get("read") or get_user_permissions(user).get(doctype))


def _shared_kinds(user: str) -> set[str]:
    """DocTypes of which something is shared with the user. One query a request; the framework asks for each DocType."""
    known = getattr(frappe.local, "complaint_qms_shared_kinds", None)
    if known is None:
        known = frappe.local.complaint_qms_shared_kinds = {}
    if user not in known:
        share = frappe.qb.DocType("DocShare")
        query = frappe.qb.from_(share).select(share.share_doctype).distinct()
        known[user] = set(query.where((share.user == user) | (share.everyone == 1)).run(pluck=True))
    return known[user]
