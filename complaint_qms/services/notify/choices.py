"""Rows that say which messages go by which channel, and hours in which nobody is disturbed: what is wrong with them."""

from __future__ import annotations

import re
from datetime import time
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants import notify
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list

_HOUR: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def check_site_choices(settings: Document) -> None:
    """Raises:
    frappe.ValidationError: naming the row or field.
    """
    if wrong := [*check_choices(settings, "notification_choices"), *check_hours(settings)]:
        refuse(*wrong)


def check_choices(doc: Document, field: str, *, own: bool = False) -> list[str]:
    """What is wrong with rows that say which messages go by which channel.

    Args:
        own: they are a person's; else each names a role, or a channel of a group.
    """
    label, wrong = _(doc.meta.get_label(field)), []
    services = dict(
        frappe.get_all(
            notify.CHANNEL,
            {"name": ("in", [row.channel for row in doc.get(field)])},
            ["name", "service"],
            as_list=True,
            order_by="name asc",
        )
    )
    for row in doc.get(field):
        service = services.get(row.channel)
        if own:
            if service in notify.TO_GROUPS:
                wrong.append(
                    _("{0}, row {1}: “{2}” reaches a group. Choose one that reaches you alone.").format(
                        label, row.idx, row.channel
                    )
                )
        elif service in notify.TO_PERSONS and not row.role:
            wrong.append(
                _("{0}, row {1}: choose the Role whose holders are told by “{2}”.").format(
                    label, row.idx, row.channel
                )
            )
        elif service in notify.TO_GROUPS and row.role:
            wrong.append(
                _("{0}, row {1}: “{2}” reaches a group. Leave Role empty.").format(
                    label, row.idx, row.channel
                )
            )
        if not own and service in notify.TO_GROUPS and row.kind and row.kind not in notify.GROUP_KINDS:
            kinds = comma_list(word(kind) for kind in notify.GROUP_KINDS)
            wrong.append(
                _(
                    "{0}, row {1}: groups are told of {2}. Choose one of them; a Complaint Rule tells a group anything else."
                ).format(label, row.idx, kinds)
            )
    return wrong


def hour_of(text: str | None) -> time | None:
    """A time of the day, as “22:00”."""
    found = _HOUR.fullmatch(text or "")
    return time(int(found[1]), int(found[2])) if found else None


def check_hours(doc: Document) -> list[str]:
    """What is wrong with quiet hours; those that can be read are written alike."""
    wrong = []
    for name in ("quiet_from", "quiet_to"):
        sent = (doc.get(name) or "").strip().replace("：", ":")
        found = hour_of(sent)
        if sent and not found:
            label = _(doc.meta.get_label(name))
            wrong.append(_("{0}: enter a time from 00:00 to 23:59, as 22:00.").format(label))
        else:
            doc.set(name, f"{found:%H:%M}" if found else None)
    if wrong:
        return wrong
    if bool(doc.quiet_from) != bool(doc.quiet_to):
        names = (_(doc.meta.get_label(name)) for name in ("quiet_from", "quiet_to"))
        return [_("{0} and {1}: enter both, or none.").format(*names)]
    if doc.quiet_from and doc.quiet_from == doc.quiet_to:
        names = (_(doc.meta.get_label(name)) for name in ("quiet_from", "quiet_to"))
        return [_("{0} and {1}: enter two different times, or none.").format(*names)]
    return []
