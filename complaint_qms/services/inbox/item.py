"""One item: taken under a lock, and written by the server alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.services.record import deletion_refusal

RAW: Final = "payload_file"
"""Field of an item to which its raw message is attached; one that was replaced since keeps that mark."""


def locked(name: str, *, skip: bool = False) -> Document | None:
    """The item as it is at this moment, locked until the transaction ends.

    Args:
        skip: None for one that somebody else is working on, instead of waiting for them.

    Raises:
        frappe.DoesNotExistError: there is none, unless `skip`.
    """
    if skip:
        table = frappe.qb.DocType(DOCTYPE)
        query = frappe.qb.from_(table).select(table.name).where(table.name == name)
        if not query.for_update(skip_locked=True).run():
            return None
    return frappe.get_doc(DOCTYPE, name, for_update=True)


def write(item: Document, **values: Any) -> None:
    """Store what became of an item, with a version of it; who has it open sees the change. One that stands on a complaint is of that
    complaint's company and customer."""
    if complaint := values.get("complaint"):
        of_complaint = frappe.db.get_value("Complaint", complaint, ["company", "customer"], as_dict=True)
        values = (of_complaint or {}) | values
    item.flags.by_server = True
    # A complaint that another process made of the same key a moment ago is not in this transaction's snapshot yet; and a channel
    # that is gone since keeps nobody from deciding.
    item.flags.ignore_links = True
    item.update(values)
    item.save(ignore_permissions=True, ignore_version=False)


def is_raw(file: Mapping[str, Any], payload_file: str | None) -> bool:
    """Whether a file of an item (its name, attached_to_field) is the message itself, now or before, and came not with it."""
    return file["name"] == payload_file or file["attached_to_field"] == RAW


def refuse_from_outside(item: Document) -> None:
    """An item is made of a message and changed by decisions alone.

    Raises:
        frappe.ValidationError: a request inserts or changes one.
    """
    if not item.flags.by_server:
        frappe.throw(
            _("{0} is written when a message comes in. Decide on it with the buttons of its form.").format(
                _(DOCTYPE)
            )
        )


def refuse_deletion(item: Document) -> None:
    """Raises:
    GateError: always.
    """
    deletion_refusal.refuse_for_good(
        item,
        _("{0} {1} is kept as it came in and is never deleted. Decide that it is no complaint instead."),
    )
