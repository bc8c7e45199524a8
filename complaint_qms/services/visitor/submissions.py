"""What a complainant sends by a form, kept in the inbox with its files and read at once: each thing once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.synchronization import filelock
from pypika.terms import Criterion

from complaint_qms.constants.inbox import ADDED, DISMISSED, DOCTYPE, PAGE, PORTAL, REGISTERED
from complaint_qms.engine.message import Message
from complaint_qms.services.inbox import store, understanding
from complaint_qms.services.inbox.outcomes import Waits
from complaint_qms.services.inbox.same_form import BETWEEN
from complaint_qms.services.inbox.store import InboundMessage
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.visitor import page, uploads

_KEY: Final = re.compile(r"[A-Za-z0-9-]{20,100}")
_PATIENCE: Final = 60
"""Seconds."""


def keep_with_files(
    message: InboundMessage, key: str, scope: str, tokens: list[str], *, without_place: bool
) -> str:
    """Keep a message of a visitor and its files in the inbox, and have it read at once; the item.

    Args:
        key: what the visitor's browser calls this message; the same words and files with it again are the same one. Other words
            are a message of their own: whose answer was lost may have written on.
        scope: within what the key counts.

    Raises:
        frappe.ValidationError: the key is none, or a file has not arrived.
    """
    _check_key(key)
    if len(tokens) > page.most_files():
        refuse(_("At most {0} files can be sent with a complaint.").format(page.most_files()))
    told = hashlib.sha256("\n".join((str(message.payload), *sorted(tokens))).encode("utf-8", "replace"))
    name = f"{key}{BETWEEN}{told.hexdigest()[:16]}"
    with one_at_a_time("form", scope, key):
        kept = store.keep_message(replace(message, message_id=name, scope=scope), read_by_caller=True)
        if kept.is_new:
            uploads.take_files(tokens, DOCTYPE, kept.name, without_place=without_place)
        frappe.db.commit()  # nothing that was said is lost, whatever becomes of reading it
        understanding.understand_due([kept.name])
    return kept.name


@contextmanager
def one_at_a_time(kind: str, *names: str) -> Iterator[None]:
    """What is sent under these names waits while another one of them is read. What others have stored until now is seen within."""
    told = hashlib.sha256(BETWEEN.join(names).encode("utf-8", "replace"))
    # A lock is a file, which stays: a few of them for all names.
    with filelock(f"complaint_{kind}_{told.digest()[0]}", timeout=_PATIENCE):
        frappe.db.commit()  # a transaction sees what was stored when it began to read
        yield


def was_taken(road: str, scope: str, key: str) -> bool:
    """Whether a message of this key was kept already, whatever it said.

    Raises:
        frappe.ValidationError: the key is none.
    """
    _check_key(key)
    return bool(frappe.db.exists(DOCTYPE, _of_key(road, scope, key)))


def sent_before(item: Document) -> str | Waits | None:
    """What became of the same form when its answer was lost and its sender wrote on: the complaint that it was registered as or that
    somebody has put it on, or that somebody has put it away. One that still waits follows this one, once it is registered
    (`services/inbox/same_form.py`)."""
    if taken := _first_of_form(item, REGISTERED) or _first_of_form(item, ADDED):
        return taken.complaint
    if (put_away := _first_of_form(item, DISMISSED)) and put_away.decided_by:
        # Whoever put the form away has not seen these words; the decision is theirs all the same.
        return Waits(Message("The same form was put away before: {item}.", {"item": put_away.name}))
    return None


def added_by_forms(sources: list[str]) -> dict[str, str]:
    """Communication → item, of what was written on in the forms that complaints were made of, by the items of those forms; two queries."""
    fields = ["name", "road", "scope", "message_id"]
    about = {"name": ("in", sources), "road": ("in", (PAGE, PORTAL)), "message_id": ("is", "set")}
    forms = frappe.get_all(DOCTYPE, about, fields, order_by="name asc") if sources else []
    if not forms:
        return {}
    keys = {(form.road, form.scope, form.message_id.partition(BETWEEN)[0]): form.name for form in forms}
    table = frappe.qb.DocType(DOCTYPE)
    same = [
        (table.road == road) & (table.scope == scope) & table.message_id.like(f"{key}{BETWEEN}%")
        for road, scope, key in keys
    ]
    rows = (
        frappe.qb.from_(table)
        .select(table.communication, table.road, table.scope, table.message_id)
        .where(Criterion.any(same) & table.communication.isnotnull() & (table.communication != ""))
        .orderby(table.name)
    ).run(as_dict=True)
    found = {
        row.communication: keys.get((row.road, row.scope, row.message_id.partition(BETWEEN)[0]))
        for row in rows
    }
    return {communication: item for communication, item in found.items() if item}


def own_complaint(name: str) -> str | None:
    """The complaint that a message became, or went on with by its key; not one that somebody else has put it on."""
    fields = ["name", "state", "complaint", "decided_by", "road", "scope", "message_id"]
    item = frappe.db.get_value(DOCTYPE, name, fields, as_dict=True)
    if item.state == REGISTERED:
        return item.complaint
    # What goes on with a form that somebody has put on a complaint of others opens nothing of it.
    first = _first_of_form(item, REGISTERED) if item.state == ADDED and not item.decided_by else None
    return item.complaint if first and first.complaint == item.complaint else None


def _first_of_form(item: Document | frappe._dict, state: str) -> frappe._dict | None:
    key = item.message_id.partition(BETWEEN)[0]
    same = _of_key(item.road, item.scope, key) | {"state": state, "name": ("!=", item.name)}
    fields = ["name", "complaint", "decided_by"]
    return frappe.db.get_value(DOCTYPE, same, fields, order_by="creation asc", as_dict=True)


def _of_key(road: str, scope: str, key: str) -> dict[str, object]:
    return {"road": road, "scope": scope, "message_id": ("like", f"{key}{BETWEEN}%")}


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        refuse(_("This form is too old. Load the page again; what you have typed stays."))
