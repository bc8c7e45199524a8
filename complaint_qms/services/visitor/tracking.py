"""What a complainant does by a secret link: sees how the complaint stands, writes, decides on the solution, rates."""

from __future__ import annotations

from typing import Any

import frappe

from complaint_qms.constants.inbox import PAGE
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.visitor import conversation, links, page, standing
from complaint_qms.services.visitor.conversation import Way


def how_it_stands(token: str) -> dict[str, Any]:
    """How a complaint stands, as of `standing.of_complaint`.

    Raises:
        frappe.DoesNotExistError: the link is not valid.
    """
    link = links.find_link(token)
    links.stamp_opened(link)
    if not link.complaint:
        return standing.of_item(link.inbox_item)
    with acting_as():
        return standing.of_complaint(frappe.get_doc("Complaint", link.complaint))


def take_message(token: str, key: str, text: str, tokens: list[str], *, without_place: bool) -> None:
    """Take in what the complainant writes or sends, as of `conversation.keep_message`.

    Raises:
        frappe.DoesNotExistError: the link is not valid.
        frappe.ValidationError: there is nothing in it, or too much.
    """
    link = links.find_link(token)
    if not link.complaint:
        standing.refuse_message(link.inbox_item)
    conversation.keep_message(link.complaint, _way(link), key, text, tokens, without_place=without_place)


def take_decision(token: str, key: str, *, accepted: bool, text: str) -> None:
    """Take in whether the complainant accepts the solution, as of `conversation.keep_decision`.

    Raises:
        frappe.DoesNotExistError: the link is not valid.
        frappe.ValidationError: no solution waits for an answer, or it is refused without a word.
    """
    link = links.find_link(token)
    conversation.keep_decision(link.complaint, _way(link), key, accepted=accepted, text=text)


def take_rating(token: str, key: str, *, stars: int, text: str) -> None:
    """Take in how the complainant rates the handling, as of `conversation.keep_rating`.

    Raises:
        frappe.DoesNotExistError: the link is not valid.
        frappe.ValidationError: it is not over, was rated, or the stars are none.
    """
    link = links.find_link(token)
    conversation.keep_rating(link.complaint, _way(link), key, stars=stars, text=text)


def _way(link: frappe._dict) -> Way:
    return Way(PAGE, scope=link.name, payload={"link": link.name}, channel=page.channel())
