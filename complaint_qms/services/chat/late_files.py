"""Files that a service could not hand over when their message was read: asked for again while services keep them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import frappe
from frappe.utils import now_datetime

from complaint_qms.constants.chat import MESSAGE, RECEIVED
from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.integrations.messaging.inbound import Media
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.chat import channels, complaint_chats, conversation, media
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Text, line

_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 360, 720, 1440, 1440, 2880))
"""Six days and a half: WeChat and WeCom keep a file for three days, WhatsApp for a month."""
_LEASE: Final = timedelta(minutes=5)
_AT_ONCE: Final = 50
_JOB: Final = f"{__name__}.fetch_due"


def kept_for_later(late: Iterable[Media], now: datetime | None = None) -> dict[str, Any]:
    """Fields of a turn whose files are asked for later; none where all are there."""
    wanted = [{"id": one.id, "name": one.name, "mime": one.mime} for one in late]
    if not wanted:
        return {}
    return {"files_late": json.dumps(wanted), "next_attempt": (now or now_datetime()) + _PAUSES[0]}


def enqueue_late(now: datetime) -> None:
    """Have files asked for that are due."""
    if _due(now, 1):
        frappe.enqueue(_JOB, queue="short", job_id="complaint_qms_chat_late_files", deduplicate=True)


def fetch_due(now: datetime | None = None) -> int:
    """Ask for files that are due; how many turns have all of theirs now. Commits after each; an attempt is counted before it is made."""
    moment, done = now or now_datetime(), 0
    with acting_as():
        for name in _due(moment, _AT_ONCE):
            done += _fetch(name, moment)
            frappe.db.commit()
    return done


def _due(now: datetime, most: int) -> list[str]:
    waiting = {"state": RECEIVED, "files_late": ("is", "set"), "next_attempt": ("<=", now)}
    return frappe.get_all(MESSAGE, waiting, pluck="name", order_by="next_attempt asc, name asc", limit=most)


def _fetch(name: str, now: datetime) -> bool:
    fields = ["chat", "inbox_item", "files_late", "attempts", "next_attempt"]
    turn = frappe.db.get_value(MESSAGE, name, fields, as_dict=True, for_update=True)
    if not turn.files_late or turn.next_attempt > now:
        return False
    attempts = turn.attempts + 1
    leased = {"attempts": attempts, "next_attempt": now + _LEASE}
    writing.set_values(MESSAGE, name, leased, "files of a chat asked for")
    frappe.db.commit()
    item = frappe.get_doc(DOCTYPE, turn.inbox_item)
    wanted = [Media(**one) for one in json.loads(turn.files_late)]
    channel = channels.channel_named(item.scope)
    late = media.keep_fetched(channel, wanted, item).late if channel else tuple(wanted)
    if late and attempts < len(_PAUSES):
        values = kept_for_later(late) | {"next_attempt": now + _PAUSES[attempts]}
        writing.set_values(MESSAGE, name, values, "files of a chat are late")
    else:
        for one in late:
            named = Text(one.name or "file")
            timeline.note_on(
                item, line("The file {0} could not be fetched for days and was given up.", named)
            )
        ended = {"files_late": None, "next_attempt": None}
        writing.set_values(MESSAGE, name, ended, "files of a chat have come or were given up")
    if len(late) < len(wanted):
        complaint_chats.add_files_later(name)
    conversation.show(turn.chat)
    return not late
