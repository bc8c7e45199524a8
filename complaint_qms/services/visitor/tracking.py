"""What a complainant sees by the secret link, and what they answer: in plain words, of their own complaint alone.

Nothing that was written inside the company is shown: no reasons, no names of colleagues, no other complaint it was merged into.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, split_emails

from complaint_qms.constants.correspondence import ANSWER, AUTOMATIC_FIELD, KIND_FIELD, QUESTION
from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.constants.inbox import PAGE
from complaint_qms.constants.visitor import LONGEST_TEXT, STEP_OF_STAGE, STEPS
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence.addresses import addresses_of_complainant, bare
from complaint_qms.services.correspondence.words import words
from complaint_qms.services.inbox.item import is_raw
from complaint_qms.services.inbox.store import InboundMessage, Sender
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.site_time import aware, site_zone
from complaint_qms.services.visitor import filing, links, page
from complaint_qms.services.visitor.agreement import waits_for_word

_MOST: Final = 100

STEP_NAMES: Final[dict[str, Callable[[], str]]] = {
    "received": lambda: _("Received"),
    "checked": lambda: _("Being checked"),
    "investigated": lambda: _("Looking for the cause"),
    "solution": lambda: _("Solution"),
    "done": lambda: _("Finished"),
}
_SENTENCES: Final[dict[str, Callable[[], str]]] = {
    "intake": lambda: _("We have received your complaint."),
    "triage": lambda: _("We are checking what you have told us."),
    "investigate": lambda: _("We are looking for the cause."),
    "solve": lambda: _("We are working on a solution."),
    "confirm": lambda: _("We have told you our solution and wait for your answer."),
    "execute": lambda: _("The solution is being carried out."),
    "review": lambda: _("The solution has been carried out. We look at everything once more."),
    "closed": lambda: _("Your complaint is finished."),
    "rejected": lambda: _(
        "We have checked it, and cannot treat it as a complaint about our product or service."
    ),
    "void": lambda: _("This entry was taken back, because it was made twice or by mistake."),
    "on_hold": lambda: _(
        "It waits at the moment. You need not do anything unless we have asked you something."
    ),
}


def how_it_stands(token: str) -> dict[str, Any]:
    """How a complaint stands: {number, received, step, steps, sentence, told, messages, question, solution, can_write}.

    Raises:
        frappe.DoesNotExistError: the link is not valid.
    """
    link = links.find_link(token)
    links.stamp_opened(link)
    steps = [{"key": key, "name": STEP_NAMES[key]()} for key in STEPS]
    if not link.complaint:
        return {**_of_item(link.inbox_item), "steps": steps}
    with acting_as():
        return {**_of_complaint(frappe.get_doc("Complaint", link.complaint)), "steps": steps}


def take_message(token: str, key: str, text: str, tokens: list[str], *, without_place: bool) -> None:
    """Take in what the complainant writes or sends, by way of the inbox; who handles the complaint hears of it. The same key again
    is the same message.

    Raises:
        frappe.DoesNotExistError: the link is not valid.
        frappe.ValidationError: there is nothing in it, or too much.
    """
    link = links.find_link(token)
    if not link.complaint:
        refuse(_("We have not read your complaint yet. Try again in a while."))
    if blank(text) and not tokens:
        refuse(_("Write something, or add a file."))
    if len(text) > LONGEST_TEXT:
        refuse(_("{0}: at most {1} characters.").format(_("Your message"), LONGEST_TEXT))
    _keep(link, key, text.strip() or _("Files"), {"text": text}, tokens, without_place=without_place)


def take_decision(token: str, key: str, *, accepted: bool, text: str) -> None:
    """Take in whether the complainant accepts the solution, by way of the inbox: where it cannot be entered it waits there.

    Raises:
        frappe.DoesNotExistError: the link is not valid.
        frappe.ValidationError: no solution waits for an answer, or it is refused without a word.
    """
    link = links.find_link(token)
    if not accepted and blank(text):
        refuse(_("Tell us why the solution does not help you, so that we can find another one."))
    if len(text) > LONGEST_TEXT:
        refuse(_("{0}: at most {1} characters.").format(_("Your message"), LONGEST_TEXT))
    with acting_as():
        complaint = frappe.get_doc("Complaint", link.complaint) if link.complaint else None
    if not complaint or not waits_for_word(complaint):
        refuse(
            _("No solution waits for your answer at the moment. Load the page again to see how it stands.")
        )
    said = text.strip() or _("I accept the solution.")
    verdict = "agreed" if accepted else "disagreed"
    _keep(link, key, said, {"text": text, "verdict": verdict}, [], without_place=False)


def _keep(
    link: frappe._dict, key: str, said: str, values: dict[str, Any], tokens: list[str], *, without_place: bool
) -> None:
    language = frappe.local.lang
    with acting_as():
        complaint = frappe.get_doc("Complaint", link.complaint)
        message = InboundMessage(
            road=PAGE,
            sender=Sender(
                complaint.complainant_name or "", complaint.contact_email or complaint.contact_phone or ""
            ),
            subject=complaint.subject or "",
            text=said,
            payload=json.dumps({"link": link.name, **values}, ensure_ascii=False),
            channel=page.channel(),
            company=complaint.company,
            customer=complaint.customer,
            language=language,
        )
        filing.keep_with_files(message, key, link.name, tokens, without_place=without_place)


def _of_item(name: str) -> dict[str, Any]:
    item = frappe.db.get_value(INBOX, name, ["received_at", "text"], as_dict=True)
    return {
        "number": name,
        "received": _instant(item.received_at),
        "step": STEPS[0],
        "sentence": _SENTENCES["intake"](),
        "told": item.text or "",
        "messages": [],
        "question": None,
        "solution": None,
        "can_write": False,
    }


def _of_complaint(complaint: Document) -> dict[str, Any]:
    stage = _stage(complaint)
    messages = _messages(complaint)
    return {
        "number": complaint.name,
        "received": _instant(complaint.received_at),
        "step": STEP_OF_STAGE.get(_way(complaint, stage), STEPS[0]),
        "sentence": _sentence(complaint, stage),
        "told": _told(complaint),
        "messages": [
            {
                "mine": row["mine"],
                "at": _instant(row["at"]),
                "text": row["text"],
                "files": row["files"],
            }
            for row in messages
        ],
        "question": _open_question(messages),
        "solution": _solution(complaint),
        "can_write": True,
    }


def _sentence(complaint: Document, stage: str) -> str:
    if stage == "confirm" and complaint.stage == stage and not waits_for_word(complaint):
        return _("We have your answer and go on with it.")
    return _SENTENCES[stage]()


def _told(complaint: Document) -> str:
    """What the complainant wrote themselves; what staff entered for them is in the words of staff."""
    if complaint.source_doctype != INBOX or not complaint.source_name:
        return ""
    return frappe.db.get_value(INBOX, complaint.source_name, "text") or ""


def _stage(complaint: Document) -> str:
    """The stage that is told: that of the original for a complaint that was merged into another one."""
    if complaint.stage == "duplicate" and complaint.duplicate_of:
        stage = frappe.db.get_value("Complaint", complaint.duplicate_of, "stage")
        return stage if stage in _SENTENCES else "triage"
    return complaint.stage if complaint.stage in _SENTENCES else "triage"


def _way(complaint: Document, stage: str) -> str:
    return (complaint.held_stage or "triage") if stage == "on_hold" else stage


def _solution(complaint: Document) -> dict[str, Any] | None:
    """{text, waits, answer} of a solution that the complainant was told."""
    if not complaint.reply_sent_at or blank(complaint.reply):
        return None
    return {
        "text": _lines(complaint.reply),
        "waits": waits_for_word(complaint),
        "answer": complaint.customer_agreement
        if complaint.customer_agreement in ("agreed", "disagreed")
        else None,
    }


def _messages(complaint: Document) -> list[dict[str, Any]]:
    """What went to the complainant and what came from them, oldest first; of all that was said about the complaint nothing else."""
    own = _sent_by_link(complaint)
    fields = ["name", "sent_or_received", "sender", "content", "communication_date", "recipients", "cc", "communication_medium", KIND_FIELD]  # fmt: skip
    about = {
        "reference_doctype": complaint.doctype,
        "reference_name": complaint.name,
        "communication_type": "Communication",
        AUTOMATIC_FIELD: ("is", "not set"),
    }
    newest = {"order_by": "communication_date desc, creation desc", "limit": _MOST}
    rows = frappe.get_all("Communication", about, fields, **newest)
    addresses = addresses_of_complainant(complaint)
    rows = [row for row in rows if row.name not in own and _is_between_us(row, addresses)]
    if own:
        rows += frappe.get_all("Communication", {"name": ("in", sorted(own))}, fields, **newest)
    files = _files([row.name for row in rows if row.sent_or_received == "Received"])
    return [
        {
            "mine": row.sent_or_received == "Received",
            "at": get_datetime(row.communication_date),
            "text": _lines(row.content),
            "kind": row.get(KIND_FIELD),
            "files": files.get(row.name, []),
        }
        for row in sorted(rows, key=lambda row: get_datetime(row.communication_date))
        # The solution stands by itself.
        if row.get(KIND_FIELD) != ANSWER
    ]


def _sent_by_link(complaint: Document) -> set[str]:
    """Communications of what was written by the links of this complaint, wherever they stand since a merge."""
    names = links.links_of(complaint.name) + links.links_of(complaint.name, revoked=1)
    if not names:
        return set()
    about = {"road": PAGE, "scope": ("in", names), "communication": ("is", "set")}
    return set(frappe.get_all(INBOX, about, pluck="communication", order_by="name asc"))


def _is_between_us(row: frappe._dict, addresses: set[str]) -> bool:
    """Whether a mail went between the company and the complainant; suppliers and colleagues write about complaints as well."""
    if row.communication_medium != "Email":
        return False
    if row.sent_or_received == "Received":
        return bare(row.sender) in addresses
    written = {bare(address) for text in (row.recipients, row.cc) for address in split_emails(text or "")}
    return bool(written & addresses)


def _open_question(messages: list[dict[str, Any]]) -> str | None:
    """The last question, while nothing was answered to it."""
    for row in reversed(messages):
        if row["mine"]:
            return None
        if row["kind"] == QUESTION:
            return row["text"]
    return None


def _files(names: Iterable[str]) -> dict[str, list[str]]:
    """Communication → names of the files that came with it, through the inbox."""
    items = frappe.get_all(
        INBOX,
        {"communication": ("in", list(names))},
        ["name", "communication", "payload_file"],
        order_by="name asc",
    )
    of_item = {item.name: item for item in items}
    about = {"attached_to_doctype": INBOX, "attached_to_name": ("in", list(of_item))}
    rows = frappe.get_all(
        "File",
        about,
        ["name", "attached_to_name", "attached_to_field", "file_name"],
        order_by="creation asc, name asc",
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        item = of_item[row.attached_to_name]
        if not is_raw(row, item.payload_file):
            found.setdefault(item.communication, []).append(row.file_name)
    return found


def _instant(moment: Any) -> str:
    """A time of the site for a browser, which tells it in the visitor's own zone and form."""
    return aware(moment, site_zone()).isoformat()


def _lines(content: str | None) -> str:
    """Markup as lines of plain text."""
    broken = content or ""
    for end in ("</p>", "</div>", "</li>", "<br>", "<br/>", "<br />"):
        broken = broken.replace(end, f"{end}\n")
    return "\n".join(part.strip() for part in words(broken).splitlines() if part.strip())
