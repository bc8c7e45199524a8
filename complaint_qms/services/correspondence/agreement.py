"""Whether a complainant accepts the solution, as they say it by their secret link, in the portal or in a chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from frappe.model.document import Document
from pypika.queries import Table
from pypika.terms import Criterion

from complaint_qms.constants.inbox import CHAT, PAGE, PORTAL
from complaint_qms.engine.message import Message
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Text, line

_NOTE: Final = 1000
"""Signs of the field; the whole of what was written stands on the timeline."""


def waits_for_word(complaint: Document) -> bool:
    """Whether the complainant was told a solution and has not answered to it."""
    return (
        complaint.stage == "confirm"
        and bool(complaint.reply_sent_at)
        and complaint.customer_agreement in (None, "", "no_answer")
    )


def waiting(complaint: Table) -> Criterion:
    """Condition: complaints of which `waits_for_word` is so."""
    unanswered = complaint.customer_agreement.isnull() | complaint.customer_agreement.isin(("", "no_answer"))
    return (complaint.stage == "confirm") & complaint.reply_sent_at.isnotnull() & unanswered


def enter_word(complaint: Document, verdict: str, text: str, road: str) -> None:
    """Enter agreed or disagreed on a complaint that waits for it; one that does not keeps what it has."""
    if not waits_for_word(complaint):
        return
    complaint.customer_agreement = verdict
    note = text.strip()
    complaint.agreement_note = (note if len(note) <= _NOTE else f"{note[: _NOTE - 1]}…") or None
    complaint.save()
    timeline.note_on(complaint, _SAID[road, verdict](Text(text.strip())))


_SAID: Final[dict[tuple[str, str], Callable[[Text], Message]]] = {
    (PAGE, "agreed"): lambda text: line("The complainant accepts the solution, by the secret link."),
    (PAGE, "disagreed"): lambda text: line(
        "The complainant does not accept the solution, by the secret link: {0}", text
    ),
    (PORTAL, "agreed"): lambda text: line("The customer accepts the solution, in the portal."),
    (PORTAL, "disagreed"): lambda text: line(
        "The customer does not accept the solution, in the portal: {0}", text
    ),
    (CHAT, "agreed"): lambda text: line("The complainant accepts the solution, in the chat: {0}", text),
    (CHAT, "disagreed"): lambda text: line(
        "The complainant does not accept the solution, in the chat: {0}", text
    ),
}
