"""“My Work Today”: everything that waits for a person, what runs out first on top."""

from datetime import datetime
from typing import Any

from complaint_qms.constants import work
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.work.authority_reports import authority_report_work
from complaint_qms.services.work.chat_answers import chat_work
from complaint_qms.services.work.complaints import complaint_work
from complaint_qms.services.work.disposals import disposal_work
from complaint_qms.services.work.documents import document_work
from complaint_qms.services.work.follow_ups import follow_up_work
from complaint_qms.services.work.inbox import message_work
from complaint_qms.services.work.judgements import assessment_work, cause_work, settlement_work
from complaint_qms.services.work.quality_records import (
    action_work,
    capa_work,
    field_action_work,
    investigation_work,
)
from complaint_qms.services.work.signals import signal_work
from complaint_qms.services.work.timing import group_of, order_of, viewer

SOURCES = {
    work.MESSAGE: message_work,
    work.CHAT: chat_work,
    work.COMPLAINT: complaint_work,
    work.INVESTIGATION: investigation_work,
    work.ROOT_CAUSE: cause_work,
    work.CAPA: capa_work,
    work.CAPA_ACTION: action_work,
    work.FIELD_ACTION: field_action_work,
    work.SIGNAL: signal_work,
    work.ASSESSMENT: assessment_work,
    work.AUTHORITY_REPORT: authority_report_work,
    work.SETTLEMENT: settlement_work,
    work.DISPOSAL: disposal_work,
    work.DOCUMENT: document_work,
    work.FOLLOW_UP: follow_up_work,
}


def my_work(user: str, now: datetime) -> dict[str, Any]:
    """{rows, more} for `user`, who is the session's user: the rows as the page shows them, grouped, then by what runs out
    first, and the kinds of work of which there is more than `most` shown.

    Each row: {kind, doctype, name, group, subject, customer, customer_name, product, action (of the workflow, in
    English), missing (how many things), first_missing, field (where to go), waits_for ({roles} or {text}, when it is
    not the user's turn), time (see services.work.timing)}. Where money waits for somebody's word also {complaint, amount,
    currency, by (who agreed or proposed), since}.
    """
    who = viewer(user, now)
    found = {kind: source(who) for kind, source in SOURCES.items()}
    rows = [row for part, _ in found.values() for row in part]
    for row in rows:
        row["group"] = work.GROUP_WAITING if row.get("waits_for") else group_of(row["time"], who)
    rows.sort(key=lambda row: (work.GROUPS.index(row["group"]), order_of(row["time"], who), row["name"]))
    _name_customers(rows)
    return {"rows": rows, "more": [kind for kind, (_, more) in found.items() if more], "most": work.MOST}


def _name_customers(rows: list[dict[str, Any]]) -> None:
    names = values_of("Customer", (row.get("customer") for row in rows), "customer_name")
    for row in rows:
        if row.get("customer"):
            row["customer_name"] = names.get(row["customer"], row["customer"])
