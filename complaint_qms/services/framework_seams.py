"""The framework's own functions stood in for, for a block of code and in one place: where a bar cannot be held without.

Nothing here outlives its block, errors included. `tests/desk/test_framework_seams.py` tries each of them, and that what it
stands in for is still there, on every version the app runs on.

without_work_list  registering a complaint: some twenty queries less
asked_once         importing: a batch asks what is the same for each of its rows once
remembering        importing: the meta's fields of a kind are looked for once instead of a dozen times a record
inserts_told       the demo: taken back to the last row, also the records that ERPNext makes by the way
lists_changed      exports and mailed reports: the framework reads their rows past the controllers, and encrypted fields are told in clear
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import frappe
from frappe.model.base_document import BaseDocument
from frappe.model.db_query import DatabaseQuery
from frappe.model.document import Document
from frappe.model.workflow import get_workflow_name

_WORK_LIST = "frappe.workflow.doctype.workflow_action.workflow_action.process_workflow_actions"
_OF_OTHERS = "complaint_qms.services.framework_seams.work_list_of_others"
# Arguments of `frappe.db.get_value` that leave its answer a plain value; with others the question is not remembered.
_PLAIN = {"doctype", "filters", "fieldname", "as_dict", "order_by", "cache", "pluck"}
_POSITIONAL = 5


@contextmanager
def without_work_list(doctype: str) -> Iterator[None]:
    """Within this block Frappe writes no Workflow Actions of this DocType: for a record that is just being made.

    It would work out who may take which next step and write that down for every role, some twenty queries that cost
    twice as much as the record itself; whose turn it is says the SOP here. The first change of the record writes
    them. A site that lets its workflow mail the next approvers gets them at once, for they go with the mail.
    """
    workflow = get_workflow_name(doctype)
    if workflow and frappe.get_cached_value("Workflow", workflow, "send_email_alert"):
        yield
        return
    events, muted = frappe.get_doc_hooks(), frappe.flags.qms_without_work_list or ()
    general = events.get("*", {})
    ours = [_OF_OTHERS if handler == _WORK_LIST else handler for handler in general.get("on_update", [])]
    frappe.local.doc_events_hooks = {**events, "*": {**general, "on_update": ours}}
    frappe.flags.qms_without_work_list = (*muted, doctype)
    try:
        yield
    finally:
        frappe.local.doc_events_hooks = events
        frappe.flags.qms_without_work_list = muted


def work_list_of_others(doc: Document, method: str | None = None) -> None:
    """What stands in Frappe's place meanwhile: records of other DocTypes that are saved by the way have their list."""
    if doc.doctype not in frappe.flags.qms_without_work_list:
        frappe.get_attr(_WORK_LIST)(doc, method)


@contextmanager
def asked_once() -> Iterator[Answers]:
    """Within this block, on this connection, the same question is put to the database once."""
    answers = Answers(frappe.db.get_value)
    frappe.local.db.get_value = answers.get_value
    try:
        yield answers
    finally:
        del frappe.local.db.get_value


def remembering(meta: Any) -> Any:
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


@contextmanager
def inserts_told(tell: Callable[[BaseDocument], None]) -> Iterator[None]:
    """Within this block, on this process, `tell` hears of every document that is written to the database."""
    insert = BaseDocument.db_insert

    def noted(doc: BaseDocument, *args: Any, **kwargs: Any) -> Any:
        result = insert(doc, *args, **kwargs)
        tell(doc)
        return result

    BaseDocument.db_insert = noted
    try:
        yield
    finally:
        BaseDocument.db_insert = insert


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


_LISTING: dict[str, Any] = {"inside": 0}
_LISTING_LOCK = Lock()


@contextmanager
def lists_changed(change: Callable[[str, Any, Any], Any]) -> Iterator[None]:
    """Within this block, on this process, lists of the framework are told as `change` of DocType, fields and rows makes them.

    Requests that are answered at the same time may be told so as well, as their rows may be read by who asks; the last one puts it back.
    """
    with _LISTING_LOCK:
        if not _LISTING["inside"]:
            plain = _LISTING["plain"] = DatabaseQuery.execute

            def told(query: DatabaseQuery, *args: Any, **kwargs: Any) -> Any:
                rows = plain(query, *args, **kwargs)
                return change(query.doctype, query.fields, rows)

            DatabaseQuery.execute = told
        _LISTING["inside"] += 1
    try:
        yield
    finally:
        with _LISTING_LOCK:
            _LISTING["inside"] -= 1
            if not _LISTING["inside"]:
                DatabaseQuery.execute = _LISTING.pop("plain")
