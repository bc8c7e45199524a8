"""Says something to the customer of a complaint by the road that they came on: in their chat, else by mail."""

from __future__ import annotations

import re
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import get_url

from complaint_qms.constants.chat import FAILED, MESSAGE
from complaint_qms.constants.correspondence import SURVEY
from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.constants.inbox import PORTAL
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import writing
from complaint_qms.services.chat import site_words
from complaint_qms.services.correspondence import by_itself
from complaint_qms.services.correspondence.composing import why_no_mail
from complaint_qms.services.visitor import links, page

_CUT_LINK: Final = re.compile(r"https?://\S+/complaint/track(?:\?_lang=[\w-]+)?(?![\w?#/=&-])")
"""The address of a complaint's page without the secret that it went out with."""


def say(complaint: Document, kind: str, more: dict[str, Any] | None = None) -> str | None:
    """Say what the site's template of this kind says; by which road, None where there is none or nobody to be told.

    Raises:
        frappe.ValidationError: the template cannot be read.
    """
    if by_itself.wrote_by_machine(complaint):
        return None
    in_chat = tells_in_chat(complaint, kind)
    address = "" if in_chat else by_itself.reachable_at(complaint)
    if not in_chat and (not address or why_no_mail() or by_itself.is_flooded(kind, address)):
        return None
    if not by_itself.template_of(complaint, kind):
        return None  # before a secret address is made that nobody gets
    said = by_itself.said_by_template(complaint, kind, {"tracking_link": _link(complaint), **(more or {})})
    if not said:
        return None
    if in_chat:
        return "chat" if site_words.tell_in_chat(complaint, kind, said) else None
    return "mail" if by_itself.mail(complaint, kind, said, address) else None


def renew_link(name: str) -> None:
    """A message of a chat that was given up after its secret address had gone out gets a new one: what was kept of it leads to no record."""
    turn = frappe.db.get_value(MESSAGE, name, ["complaint", "text", "state"], as_dict=True, for_update=True)
    if not turn or turn.state != FAILED or not turn.complaint or not _CUT_LINK.search(turn.text or ""):
        return
    link = _link(frappe.get_doc("Complaint", turn.complaint))
    text = _CUT_LINK.sub(lambda _found: link, turn.text)
    writing.set_values(MESSAGE, name, {"text": text}, "a new link, to be sent again")


def why_not_told(complaint: Document, kind: str) -> str:
    """What the site lacks for a mail to somebody who would get one, in a sentence; empty where it lacks nothing."""
    if tells_in_chat(complaint, kind) or not by_itself.reachable_at(complaint):
        return ""
    return why_no_mail() or ""


def tells_in_chat(complaint: Document, kind: str) -> bool:
    """Whether something is said in the customer's chat. Chat services take no message long after the customer's last one, so that a
    survey goes there only where no mail can."""
    if not site_words.can_tell(complaint):
        return False
    return kind != SURVEY or not by_itself.reachable_at(complaint)


def _link(complaint: Document) -> str:
    """Where the customer follows the complaint: the portal for who came by it, else a secret address; none where links were
    made invalid."""
    if _came_by_portal(complaint):
        return get_url(f"/complaints/{complaint.name}")
    if not page.is_open() or links.links_of(complaint.name, revoked=1):
        return ""
    return links.make_link(complaint=complaint.name, language=complaint.language)


def _came_by_portal(complaint: Document) -> bool:
    if complaint.source_doctype != INBOX or not frappe.get_cached_doc(SETTINGS).portal_enabled:
        return False
    return frappe.db.get_value(INBOX, complaint.source_name, "road") == PORTAL
