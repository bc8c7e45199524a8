"""Spares a batch of complaints what is the same for each of them: questions to the database, to the meta, defaults."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import frappe
from frappe.model.create_new import get_new_doc
from frappe.model.document import Document

# Arguments of `frappe.db.get_value` that leave its answer a plain value; with others the question is not remembered.
_PLAIN = {"doctype", "filters", "fieldname", "as_dict", "order_by", "cache", "pluck"}
_POSITIONAL = 5


class Answers:
    """What `frappe.db.get_value` said since something was last written.

    Within a transaction that writes nothing a question has one answer (both databases read repeatably), so asking it
    for every row of a batch tells nothing new. ERPNext and the checks of links ask some for every record.
    """

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask, self._known, self._writes = ask, {}, -1

    def get_value(self, *args: Any, **options: Any) -> Any:
        """As `frappe.db.get_value`."""
        if len(args) > _POSITIONAL or not options.keys() <= _PLAIN:
            return self._ask(*args, **options)
        if self._writes != frappe.db.transaction_writes:
            self.forget()
        question = repr((args, options))
        if question not in self._known:
            self._known[question] = self._ask(*args, **options)
        found = self._known[question]
        return found.copy() if isinstance(found, dict | list) else found

    def forget(self) -> None:
        """Ask anew: something was written or taken back."""
        self._known.clear()
        self._writes = frappe.db.transaction_writes


@contextmanager
def asked_once() -> Iterator[Answers]:
    """Within this block, on this connection, the same question is put to the database once."""
    answers = Answers(frappe.db.get_value)
    frappe.local.db.get_value = answers.get_value
    try:
        yield answers
    finally:
        del frappe.local.db.get_value


class Blank:
    """An empty record of the session's user, from which many are made.

    Args:
        doctype: of what; it has no rows of tables among its defaults.
        now: moment of registration in the site's time zone.
    """

    def __init__(self, doctype: str, now: datetime) -> None:
        self.now = now
        self._defaults = get_new_doc(doctype, as_dict=True)
        self._meta = _remembering(frappe.get_meta(doctype))

    def filled(self, values: dict[str, Any]) -> Document:
        """A new document with the defaults and `values`, as `frappe.new_doc` and `update` would make it."""
        doc = frappe.get_doc({**self._defaults, **values})
        doc.meta = self._meta
        return doc


def _remembering(meta: Any) -> Any:
    """A copy of a meta that looks for fields of a kind once: checking a record asks a dozen times."""
    ours = copy.copy(meta)
    known: dict[str, list] = {}

    def once(question: str, look: Callable[[], list]) -> list:
        if question not in known:
            known[question] = look()
        return list(known[question])

    def get(key: Any, filters: Any = None, limit: int | None = None, default: Any = None) -> Any:
        if filters and isinstance(filters, dict):
            return once(repr((key, filters, limit)), lambda: meta.get(key, filters, limit))
        return meta.get(key, filters, limit, default)

    ours.get = get
    ours.get_fields_to_fetch = lambda link=None: once(f"fetch {link}", lambda: meta.get_fields_to_fetch(link))
    return ours
