"""Who hears of a signal: holders of the role that the settings name, of a trend by Art. 88 Regulatory Affairs, if they may see it."""

from __future__ import annotations

import frappe

from complaint_qms.constants import roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.signals import ART_88
from complaint_qms.services.events import Event
from complaint_qms.services.notify import digest
from complaint_qms.services.notify.outbox import GroupNotice, Notice, send, send_to_groups
from complaint_qms.services.sop.recipients import Directory


def of_raised(events: list[Event]) -> None:
    """Tell them of signals that are new or raised again, and the groups that chose to hear of such."""
    directory = Directory()
    role = frappe.db.get_single_value(SETTINGS, "signal_role") or roles.QUALITY_MANAGER
    people = {
        preset: list(directory.with_roles([who]))
        for preset, who in ((None, role), (ART_88, roles.REGULATORY))
    }
    moment = events[0].at
    send_to_groups(
        [GroupNotice(one.kind, one.doctype, one.name, one.data, one.data["company"]) for one in events], moment
    )  # fmt: skip
    messages = [
        Notice(one.kind, person, one.doctype, one.name, one.data, one.by)
        for one in events
        for person in people[one.data.get("preset") or None]
    ]  # fmt: skip
    if send(messages, moment):
        digest.enqueue_at_once()
