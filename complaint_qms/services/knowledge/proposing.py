"""Which published articles may answer a complaint, why, and the reply text of each in the customer's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_url

from complaint_qms.constants import knowledge
from complaint_qms.engine.dialog import Answer, as_written
from complaint_qms.services.correspondence.merge_fields import language_of
from complaint_qms.services.correspondence.plain_text import plain_lines
from complaint_qms.services.knowledge import finder
from complaint_qms.services.record.collected import without_names
from complaint_qms.services.record.language import comma_list

_FIELDS = (
    "name", "title", "route", knowledge.LANGUAGE, knowledge.TYPE, knowledge.ITEM, knowledge.TRANSLATION_OF, knowledge.COMPLAINT,
)  # fmt: skip


def proposed(complaint: Document) -> list[dict[str, Any]]:
    """The articles that fit best, the surest first: {article, title, link, score, reasons, language, other_language}.

    `language` is that of the reply text; `other_language` where there is none in the customer's.
    """
    said = f"{complaint.subject or ''}\n{plain_lines(without_names(complaint.description or ''))}"
    theirs = language_of(complaint)
    found: dict[str, Answer] = {}
    for language in dict.fromkeys((_family(theirs), "en", "zh")):
        for answer in finder.published().find(said, language, knowledge.CANDIDATES):
            found.setdefault(answer.article.name, answer)
    rows = _rows(found)
    best: dict[str, dict[str, Any]] = {}
    for name, answer in found.items():
        if not (row := rows.get(name)) or row[knowledge.COMPLAINT] == complaint.name:
            continue
        one = _proposal(complaint, row, answer, said)
        # Of an article and its translations the customer's language counts.
        root = row[knowledge.TRANSLATION_OF] or name
        if one["score"] >= knowledge.LEAST_SCORE and one["score"] > best.get(root, {"score": 0})["score"]:
            best[root] = one
    chosen = sorted(best.items(), key=lambda item: (-item[1]["score"], item[1]["article"]))
    return _translated(dict(chosen[: knowledge.MOST_PROPOSED]), theirs)


def reply_of(article: str) -> dict[str, str]:
    """What a published article would have the customer told: {title, text, language}.

    Raises:
        frappe.DoesNotExistError: there is none of this name that is published.
    """
    fields = ["title", "content", knowledge.REPLY, knowledge.LANGUAGE]
    row = frappe.db.get_value(knowledge.ARTICLE, {"name": article, "published": 1}, fields, as_dict=True)
    if not row:
        frappe.throw(
            _("There is no published Help Article “{0}”. Choose another one.").format(escape_html(article)),
            frappe.DoesNotExistError,
        )
    return {
        "title": row.title,
        "text": row[knowledge.REPLY] or row.content,
        "language": row[knowledge.LANGUAGE] or "",
    }


def _proposal(complaint: Document, row: dict[str, Any], answer: Answer, said: str) -> dict[str, Any]:
    shared = as_written(said, answer.shared[: knowledge.SHOWN_WORDS])
    reasons = [_("words in common: {0}").format(comma_list(shared))] if shared else []
    score = answer.confidence
    if complaint.item_code and row[knowledge.ITEM] == complaint.item_code:
        score, reasons = score + knowledge.SAME_ITEM, [_("the same product"), *reasons]
    if complaint.complaint_type and row[knowledge.TYPE] == complaint.complaint_type:
        score, reasons = score + knowledge.SAME_TYPE, [_("the same complaint type"), *reasons]
    return _told(row) | {"score": round(min(1.0, score), 2), "reasons": reasons}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "article": row.name,
        "title": row.title,
        "link": get_url(f"/{row.route}") if row.route else "",
        "language": row[knowledge.LANGUAGE] or "",
    }


def _translated(best: dict[str, dict[str, Any]], theirs: str) -> list[dict[str, Any]]:
    """Each in the customer's language, where there is a published translation; one query."""
    wanted = [root for root, one in best.items() if _family(one["language"]) != _family(theirs)]
    others: dict[str, dict[str, Any]] = {}
    if wanted:
        article = frappe.qb.DocType(knowledge.ARTICLE)
        rows = (
            frappe.qb.from_(article)
            .select(*(article[field] for field in _FIELDS))
            .where((article.published == 1) & (article[knowledge.TRANSLATION_OF].isin(wanted) | article.name.isin(wanted)))
            .orderby(article.name)
        ).run(as_dict=True)  # fmt: skip
        for row in rows:
            if _family(row[knowledge.LANGUAGE]) == _family(theirs):
                others.setdefault(row[knowledge.TRANSLATION_OF] or row.name, _told(row))
    told = [one | others.get(root, {}) for root, one in best.items()]
    return [one | {"other_language": bool(one["language"]) and _family(one["language"]) != _family(theirs)} for one in told]  # fmt: skip


def _rows(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = {"name": ("in", sorted(names) or [""]), "published": 1}
    return {
        row.name: row for row in frappe.get_all(knowledge.ARTICLE, wanted, list(_FIELDS), order_by="name asc")
    }


def _family(language: str | None) -> str:
    return (language or "").replace("_", "-").split("-")[0].lower()
