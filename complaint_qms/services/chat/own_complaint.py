"""What a sender says about their own complaint in its chat: their word on a solution, and the question how it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import frappe
from frappe.model.document import Document
from frappe.utils import format_date, getdate

from complaint_qms.constants.chat import WITH_PERSON
from complaint_qms.constants.inbox import CHAT
from complaint_qms.engine.dialog import Reply, asks_standing, verdict_of
from complaint_qms.services.chat import assistant, channels, complaint_chats, conversation, sender_text
from complaint_qms.services.correspondence import promise, standing
from complaint_qms.services.correspondence.agreement import enter_word, waits_for_word
from complaint_qms.services.inbox.origin import told_by_sender
from complaint_qms.services.inbox.outcomes import Added
from complaint_qms.services.record.language import speaking

_ASKED: Final = "solution"
_COMPLAINT: Final = "Complaint"


def hear_own(
    chat: Document, channel: Document, turn: Document, item: Document, complaint: Document
) -> Added | None:
    """Take in a clear word on a solution that waits for it, ask once where it may be one, answer how the complaint stands; None
    where a turn is neither."""
    if not complaint_chats.is_own(chat, complaint):
        return None
    return _word(chat, channel, turn, item, complaint) or _question(chat, channel, turn, item, complaint)


def _word(
    chat: Document, channel: Document, turn: Document, item: Document, complaint: Document
) -> Added | None:
    if not waits_for_word(complaint):
        return None
    state = assistant.state_of(chat, channel)
    asked = state.asked == _ASKED
    elsewhere = not asked and conversation.was_told_since(chat, complaint.reply_sent_at)
    verdict = verdict_of(sender_text.own_text(chat, item.text or ""), asked=asked, elsewhere=elsewhere)
    if verdict in ("agreed", "disagreed"):
        told_by_sender(item, complaint)
        enter_word(complaint, verdict, item.text or "", CHAT)
        assistant.keep_state(chat, replace(state, asked=""))
        _say(chat, channel, [Reply("solution_agreed" if verdict == "agreed" else "solution_refused")])
        complaint = frappe.get_doc(_COMPLAINT, complaint.name, for_update=True)
        return complaint_chats.go_on(chat, turn, item, complaint, verdict)
    if verdict == "doubt" and not asked:
        assistant.keep_state(chat, replace(state, asked=_ASKED))
        _say(chat, channel, [Reply("ask_solution", choices=["choice_yes", "choice_no"])])
        return complaint_chats.go_on(chat, turn, item, complaint)
    if asked:
        # A second doubt is a person's.
        assistant.keep_state(chat, replace(state, asked=""))
    return None


def _question(
    chat: Document, channel: Document, turn: Document, item: Document, complaint: Document
) -> Added | None:
    if chat.mode == WITH_PERSON or not channels.has_assistant(channel):
        return None
    asks, number = asks_standing(sender_text.own_text(chat, item.text or ""))
    if not asks or (number and number != complaint.name):
        return None
    language = chat.language or channel.language or "en"
    with speaking(language):
        replies = [Reply("standing", {"number": complaint.name, "sentence": standing.sentence(complaint)})]
        if promise.is_owed(complaint) and getdate(complaint.promised_on) >= getdate():
            replies.append(Reply("promised", {"day": format_date(complaint.promised_on, "long")}))
    _say(chat, channel, replies)
    return complaint_chats.go_on(chat, turn, item, complaint)


def _say(chat: Document, channel: Document, replies: list[Reply]) -> None:
    if channels.has_assistant(channel):
        assistant.say(chat, channel, replies, chat.language or channel.language or "en")
