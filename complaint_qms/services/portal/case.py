"""One complaint of a customer: how it stands, and what they write, decide and rate."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import get_fullname

from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.constants.inbox import PORTAL
from complaint_qms.permissions.portal import Party, own_complaint
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence.standing import ELSEWHERE, told_stage
from complaint_qms.services.inbox.store import Sender
from complaint_qms.services.portal import access
from complaint_qms.services.visitor import conversation, standing
from complaint_qms.services.visitor.conversation import Way


def how_it_stands(party: Party, name: str) -> dict[str, Any]:
    """How a complaint stands, as of `standing.of_complaint`; `original` where it was merged into another one of theirs. Also of what
    they have sent and nobody could read yet, or somebody has put away.

    Raises:
        frappe.DoesNotExistError: there is none, or it is somebody else's.
    """
    if _is_message(party, name):
        return standing.of_item(name)
    found = own_complaint(_complaint_of(party, name), party)
    with acting_as():
        complaint = frappe.get_doc("Complaint", found)
        told = standing.of_complaint(complaint, party.owns)
        merged = complaint.stage == "duplicate" and complaint.duplicate_of
        known = merged and told_stage(complaint, party.owns) != ELSEWHERE
        return {**told, "original": complaint.duplicate_of if known else None}


def take_message(
    party: Party, name: str, key: str, text: str, tokens: list[str], *, without_place: bool
) -> None:
    """As of `conversation.keep_message`."""
    if _is_message(party, name):
        standing.refuse_message(name)
    found = own_complaint(_complaint_of(party, name), party)
    conversation.keep_message(found, _way(party, found), key, text, tokens, without_place=without_place)


def take_decision(party: Party, name: str, key: str, *, accepted: bool, text: str) -> None:
    """As of `conversation.keep_decision`."""
    found = own_complaint(_complaint_of(party, name), party)
    conversation.keep_decision(found, _way(party, found), key, accepted=accepted, text=text)


def take_rating(party: Party, name: str, key: str, *, stars: int, text: str) -> None:
    """As of `conversation.keep_rating`."""
    found = own_complaint(_complaint_of(party, name), party)
    conversation.keep_rating(found, _way(party, found), key, stars=stars, text=text)


def sender_of(party: Party) -> Sender:
    """Who writes, as their login says."""
    return Sender(get_fullname(party.user), frappe.db.get_value("User", party.user, "email") or "")


def _way(party: Party, complaint: str) -> Way:
    return Way(
        PORTAL,
        scope=complaint,
        payload={"complaint": complaint, "user": party.user},
        channel=access.channel(),
        sender=sender_of(party),
    )


def _is_message(party: Party, name: str) -> bool:
    """Whether it is a message of this login that leads to no complaint of theirs: not read yet, put away, or put on another one's."""
    mine = {"name": name, "road": PORTAL, "scope": party.user}
    item = frappe.db.get_value(INBOX, mine, ["complaint"], as_dict=True)
    if not item or not item.complaint:
        return bool(item)
    owner = frappe.db.get_value("Complaint", item.complaint, ["customer", "contact_person"], as_dict=True)
    return not (owner and party.owns(owner))


def _complaint_of(party: Party, name: str) -> str:
    """What a message of this login has become, by whose number they know it; any other name as it is."""
    mine = {"name": name, "road": PORTAL, "scope": party.user, "complaint": ("is", "set")}
    return frappe.db.get_value(INBOX, mine, "complaint") or name
