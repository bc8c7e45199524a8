"""How often an article was proposed, used in an answer, and told by the assistant, and what became of those complaints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe.query_builder.functions import Coalesce, Count, Max, Sum
from frappe.utils import now_datetime
from pypika.queries import QueryBuilder
from pypika.terms import Case, Criterion, ExistsCriterion, Interval, Term

from complaint_qms.constants.chat import ASSISTANT, SENDER
from complaint_qms.constants.knowledge import ANSWERED, PROPOSED, USE, WROTE
from complaint_qms.services import writing
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.reporting.access import can_read, permitted

_MESSAGE: Final = "Complaint Chat Message"
_DISAGREED: Final = "disagreed"
_TALK_DAYS: Final = 7
"""So long after the assistant's answer a complaint of the same sender counts as about the same."""
FIGURES: Final = ("proposed", "answered", "solved", "unsolved", "chat", "chat_solved", "chat_unsolved")


def count(kind: str, articles: Iterable[str], complaint: str = "") -> None:
    """Note that articles were proposed on a complaint, used in an answer to it, or written; each once however often that happens."""
    users = acting() if kind == WROTE else acting()[:1]
    wanted = {_key(kind, article, complaint, user): (article, user) for article in articles for user in users}
    known = frappe.get_all(
        USE, {"use_key": ("in", sorted(wanted) or [""])}, pluck="use_key", order_by="use_key"
    )
    now = now_datetime()
    for key in sorted(set(wanted) - set(known)):
        article, user = wanted[key]
        row = frappe.get_doc(
            {
                "doctype": USE,
                "article": article,
                "complaint": complaint or None,
                "kind": kind,
                "user": user,
                "used_at": now,
                "use_key": key,
            }
        )
        mark = "article_use"
        frappe.db.savepoint(mark)
        try:
            row.insert(ignore_permissions=True)
        except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
            frappe.db.rollback(save_point=mark)  # counted by somebody else at the same moment
            frappe.clear_last_message()


def writers_of(article: str) -> set[str]:
    """Who has written an article, or changed what it says."""
    return set(frappe.get_all(USE, {"article": article, "kind": WROTE}, pluck="user", order_by="user asc"))


def renamed(article: str) -> None:
    """An article has another name, or has taken in another one: its uses are known by it, each once."""
    rows = frappe.get_all(
        USE, {"article": article}, ["name", "kind", "complaint", "user"], order_by="used_at asc, name asc"
    )
    kept: dict[str, str] = {}
    twice = []
    for row in rows:
        if kept.setdefault(_key(row.kind, article, row.complaint or "", row.user), row.name) != row.name:
            twice.append(row.name)
    if twice:
        frappe.db.delete(USE, {"name": ("in", twice)})
    values = {name: {"use_key": key} for key, name in kept.items()}
    writing.set_many(USE, values, "Help Article renamed")


def forget_article(article: str) -> None:
    """An article is deleted: what was counted of it goes along."""
    frappe.db.delete(USE, {"article": article})


def figures_of(articles: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """Article → its figures (`FIGURES` and `last`), of complaints that the user may read; of all articles without a list. Two queries.

    Solved is a complaint that was closed and whose customer did not disagree; in a chat, where no complaint came of it.
    """
    wanted = None if articles is None else sorted(set(articles)) or [""]
    found: dict[str, dict[str, Any]] = {}
    for query in (_of_complaints(wanted), _of_chats(wanted)):
        for row in query.run(as_dict=True) if query else ():
            one = found.setdefault(row.pop("article"), dict.fromkeys(FIGURES, 0) | {"last": None})
            last = max(filter(None, (one["last"], row.pop("last"))), default=None)
            one |= {key: int(number or 0) for key, number in row.items()} | {"last": last}
    return found


def _of_complaints(wanted: list[str] | None) -> QueryBuilder | None:
    if not can_read("Complaint"):
        return None
    use, complaint = frappe.qb.DocType(USE), frappe.qb.DocType("Complaint")
    answered = use.kind == ANSWERED
    refused = Coalesce(complaint.customer_agreement, "") == _DISAGREED
    query = (
        frappe.qb.from_(use)
        .inner_join(complaint)
        .on(complaint.name == use.complaint)
        .select(
            use.article,
            _how_many(use.kind == PROPOSED, "proposed"),
            _how_many(answered, "answered"),
            _how_many(answered & (complaint.stage == "closed") & refused.negate(), "solved"),
            _how_many(answered & refused, "unsolved"),
            Max(Case().when(answered, use.used_at).else_(None)).as_("last"),
        )
        .where(use.kind.isin((PROPOSED, ANSWERED)))
        .groupby(use.article)
    )
    return permitted(query if wanted is None else query.where(use.article.isin(wanted)))


def _of_chats(wanted: list[str] | None) -> QueryBuilder | None:
    if not can_read(_MESSAGE):
        return None
    message = frappe.qb.DocType(_MESSAGE)
    later = frappe.qb.DocType(_MESSAGE).as_("later")
    soon = (later.creation > message.creation) & (
        later.creation < message.creation + Interval(days=_TALK_DAYS)
    )
    theirs = (later.chat == message.chat) & (later.who == SENDER) & (Coalesce(later.complaint, "") != "")
    filed = ExistsCriterion(frappe.qb.from_(later).select(1).where(theirs & soon))
    query = (
        frappe.qb.from_(message)
        .select(
            message.article,
            Count("*").as_("chat"),
            _how_many(filed.negate(), "chat_solved"),
            _how_many(filed, "chat_unsolved"),
            Max(message.at).as_("last"),
        )
        .where((message.who == ASSISTANT) & (Coalesce(message.article, "") != ""))
        .groupby(message.article)
    )
    return permitted(query if wanted is None else query.where(message.article.isin(wanted)), _MESSAGE)


def _how_many(condition: Criterion, name: str) -> Term:
    return Sum(Case().when(condition, 1).else_(0)).as_(name)


def _key(kind: str, article: str, complaint: str, user: str) -> str:
    """A complaint counts once for an article, whoever looks at it; a writer once for each article."""
    parts = (kind, article, complaint, user if kind == WROTE else "")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
