"""Chats in which somebody waits for an answer, for who has them."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce
from frappe.utils import getdate

from complaint_qms.constants import chat, roles, work
from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.constants.inbox import WAITING
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.work.loading import Found
from complaint_qms.services.work.timing import Viewer, date_of


def chat_work(viewer: Viewer) -> Found:
    """A row for each chat that waits for the viewer, who waits longest first; due on the day of the last message. One whose message
    waits in the inbox stands there."""
    if not frappe.has_permission(chat.CHAT, "write"):
        return [], False
    rows = _candidates(viewer)
    allowed = readable(chat.CHAT, (row.name for row in rows))
    mine = [row for row in rows if row.name in allowed]
    return [_row(row, viewer) for row in mine[: work.MOST]], len(mine) > work.MOST


def _candidates(viewer: Viewer) -> list[frappe._dict]:
    """Who has taken it, else who handles its complaint, else everybody with the channel's role; before permissions."""
    talk, complaint, channel, item = (
        frappe.qb.DocType(name) for name in (chat.CHAT, "Complaint", chat.CHANNEL, INBOX)
    )
    mine, gone = viewer.stands_for(roles.MANAGER), ["", *sorted(viewer.cover.orphans)]
    taken, handled = Coalesce(talk.handed_to, ""), Coalesce(complaint.complaint_owner, "")
    is_mine = (
        taken.isin(mine)
        | (taken.isin(gone) & handled.isin(mine))
        | (taken.isin(gone) & handled.isin(gone) & channel.responsible_role.isin(sorted(viewer.roles)))
    )
    return (
        frappe.qb.from_(talk)
        .left_join(complaint)
        .on(complaint.name == talk.complaint)
        .left_join(channel)
        .on(channel.name == talk.channel)
        .left_join(item)
        .on((item.name == talk.inbox_item) & (item.state == WAITING))
        .select(talk.name, talk.title, talk.last_message, talk.last_message_at, talk.complaint, talk.customer)
        .where((talk.waits == 1) & item.name.isnull() & is_mine)
        .orderby(talk.last_message_at, order=Order.asc)
        .orderby(talk.name, order=Order.asc)
        .limit(work.CANDIDATES)
    ).run(as_dict=True)


def _row(row: frappe._dict, viewer: Viewer) -> dict[str, Any]:
    return {
        "kind": work.CHAT,
        "doctype": chat.CHAT,
        "name": row.name,
        "subject": row.last_message,
        "customer": row.customer,
        "customer_name": row.title,
        "complaint": row.complaint,
        "missing": 0,
        "first_missing": None,
        "time": date_of(getdate(row.last_message_at), row.last_message_at, viewer.today),
    }
