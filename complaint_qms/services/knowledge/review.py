"""An article about complaints is published by somebody who has not written it, whichever way it is saved."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants import knowledge, roles
from complaint_qms.permissions.help_article import is_editor
from complaint_qms.services.knowledge import addresses, drafting, uses
from complaint_qms.services.people.session_users import acting, may
from complaint_qms.services.record.language import comma_list

# What the framework leaves in the text of an article, and no text needs: a page of ours with it could ask for a password.
_ACTING: Final = re.compile(
    r"<\s*(form|input|button|textarea|select|style|iframe|object|embed|link|meta|base)\b", re.IGNORECASE
)
_REVIEWERS: Final = (roles.MANAGER, roles.QUALITY_MANAGER)


def is_ours(article: Document | dict[str, Any] | None) -> bool:
    """Whether an article is about complaints: written of one, or in the category for them."""
    return bool(article) and bool(
        article.get(knowledge.COMPLAINT) or article.get("category") == knowledge.CATEGORY
    )


def check_article(article: Document) -> None:
    """Help Article, validate.

    Raises:
        frappe.ValidationError: it is published by who wrote it, together with a change, or changed while it is published.
        frappe.PermissionError: it is published or withdrawn by somebody who reviews nothing.
    """
    before = None if article.is_new() else article.get_doc_before_save()
    _keep(article, before)
    if not (is_ours(article) or is_ours(before)):
        return
    changed = before is None or _differs(before, article, knowledge.REVIEWED)
    if changed and (acts := _ACTING.search(article.content or "")):
        frappe.throw(
            _("Content: it holds HTML that asks for input or draws over the page ({0}). Take it out.").format(
                acts[1]
            )
        )
    was_out = bool(before and before.published and is_ours(before))
    if not (was_out and article.published) and not is_editor(frappe.session.user):
        article.route = addresses.below_category(article)
    if was_out and not article.published and not is_editor(frappe.session.user):
        _check_reviewer()
    if not article.published:
        article.update({knowledge.REVIEWED_BY: None, knowledge.REVIEWED_AT: None})
    elif not was_out:
        _check_publisher(article, changed)
        article.update({knowledge.REVIEWED_BY: frappe.session.user, knowledge.REVIEWED_AT: now_datetime()})
    elif _differs(before, article, knowledge.STILL):
        frappe.throw(
            _(
                "A published article stands still. Somebody who may publish it unticks Published and saves; then change it, and somebody else publishes it again."
            )
        )
    article.flags.written_now = changed
    if changed and (left := drafting.personal_in(article)):
        told = comma_list(one["text"] for one in left)
        frappe.msgprint(
            _("The article still seems to tell who somebody is: {0}. Take it out before it is published.").format(
                frappe.utils.escape_html(told)
            ),
            indicator="orange",
            alert=True,
        )  # fmt: skip


def note_writer(article: Document) -> None:
    """Help Article, on_update: who has changed what it says is one of its writers."""
    if article.flags.pop("written_now", False):
        uses.count(knowledge.WROTE, [article.name])


def _check_publisher(article: Document, changed: bool) -> None:
    _check_reviewer()
    if changed:
        frappe.throw(
            _(
                "Published: save the text as a draft first. Somebody who has not written it reads and publishes it."
            )
        )
    if uses.writers_of(article.name) & set(acting()):
        frappe.throw(
            _("Published: you have written on this article. Ask somebody else to read and publish it.")
        )


def _check_reviewer() -> None:
    if not may(*_REVIEWERS):
        frappe.throw(
            _(
                "Published: only somebody with the role {0} publishes an article about complaints, or withdraws one."
            ).format(_(" or ").join(_(role) for role in _REVIEWERS)),
            frappe.PermissionError,
        )


def _keep(article: Document, before: Document | None) -> None:
    """What only the server writes is put back from the stored article."""
    if article.flags.of_complaint:
        return
    article.update({field: before.get(field) if before else None for field in knowledge.KEPT})


def _differs(before: Document, article: Document, fields: Iterable[str]) -> bool:
    return any((before.get(field) or "") != (article.get(field) or "") for field in fields)
