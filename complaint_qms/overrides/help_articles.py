"""Events of Help Article: who publishes, who wrote, and what the assistant knows."""

import frappe
from frappe.model.document import Document

from complaint_qms.permissions.help_article import is_editor
from complaint_qms.services.knowledge import finder, review, uses

_OF_CATEGORY = ("category_name", "category_description", "published", "route")


def validate(article: Document, method: str | None = None) -> None:
    review.check_article(article)


def on_update(article: Document, method: str | None = None) -> None:
    review.note_writer(article)
    finder.forget()


def after_rename(article: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    uses.renamed(new)
    finder.forget()


def keep_category(category: Document, method: str | None = None) -> None:
    """Help Category, before_validate: for who may write articles of complaints alone, only the count of its articles changes."""
    before = None if category.is_new() else category.get_doc_before_save()
    if before and not is_editor(frappe.session.user):
        category.update({field: before.get(field) for field in _OF_CATEGORY})


def category_changed(category: Document, method: str | None = None, *_renamed: object) -> None:
    """Help Category, on_update, on_trash and after_rename, which says more: the old name, the new one, whether it merges."""
    finder.forget()


def on_trash(article: Document, method: str | None = None) -> None:
    uses.forget_article(article.name)
    finder.forget()
