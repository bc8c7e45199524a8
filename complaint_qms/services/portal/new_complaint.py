"""A complaint that a customer files in the portal: about a line that was sold to them, or about something else. Checked, kept in the
inbox as it was sent, and registered at once where it can be."""

from __future__ import annotations

import json
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.inbox import PORTAL
from complaint_qms.constants.visitor import LONGEST_LINE
from complaint_qms.integrations.erpnext import customer_lines, portal_users
from complaint_qms.integrations.erpnext.customer_lines import SoldLine
from complaint_qms.permissions.portal import Party
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.inbox import store
from complaint_qms.services.inbox.outcomes import Added, Registered, Waits
from complaint_qms.services.inbox.store import InboundMessage
from complaint_qms.services.intake.register import register
from complaint_qms.services.portal import access, case
from complaint_qms.services.record import collected
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import labelled
from complaint_qms.services.record.subjects import subject_of
from complaint_qms.services.record.unit_words import unit_word
from complaint_qms.services.visitor import conversation, form, page, submissions

LINES: Final = 6
_FURTHEST: Final = 2000
_NUMBERS: Final = ("batch_no", "serial_no")


def find_lines(party: Party, text: str, start: int) -> dict[str, Any]:
    """Lines that were sold to the party, newest first: {rows, more}, of rows as of `customer_lines.find_lines`."""
    if len(text) > LONGEST_LINE:
        refuse(
            _("{0}: at most {1} characters, and these are {2}. Shorten it.").format(
                _("Search"), LONGEST_LINE, len(text)
            )
        )
    at = min(max(start, 0), _FURTHEST)
    rows = customer_lines.find_lines(party.customers, text, at, LINES + 1)
    names = portal_users.titles_of(party.customers) if len(party.customers) > 1 else {}
    told = [
        {
            **row,
            "date": row["date"].isoformat(),
            "uom": unit_word(row["uom"]),
            "customer_name": names.get(row["customer"]),
        }
        for row in rows[:LINES]
    ]
    return {"rows": told, "more": len(rows) > LINES and at + LINES <= _FURTHEST}


def chosen_line(party: Party, doctype: str, row: str) -> dict[str, Any]:
    """What the form shows of a line that was chosen: {doctype, row, document, item_name, batches, serials}.

    Raises:
        frappe.DoesNotExistError: it is none of theirs.
    """
    line = customer_lines.line_of(party.customers, doctype, row)
    if not line:
        frappe.throw(_gone(), frappe.DoesNotExistError)
    return {
        "doctype": line.doctype,
        "row": line.row,
        "document": line.document,
        "item_name": line.item_name,
        "batches": line.batches,
        "serials": line.serials,
    }


def file_complaint(
    party: Party, sent: dict[str, Any], key: str, tokens: list[str], *, without_place: bool
) -> dict[str, Any]:
    """Take a complaint in: {number}, by which it is followed. The same key again is the same complaint; what says more than it did
    is added to it.

    Args:
        sent: description, phone, happened_on and wishes; doctype and row of a line with batch_no and serial_no, or else customer
            (where there are several), product, number and order.
        key: what the customer's browser calls this one complaint.
        tokens: of files that have arrived.
        without_place: remove the place from photos and videos.

    Raises:
        frappe.ValidationError: naming what is missing or wrong.
    """
    sender = case.sender_of(party)
    values = form.checked({**sent, "name": sender.name[:LONGEST_LINE], "email": sender.address, "code": ""})
    line = _line(party, sent)
    customer = line.customer if line else _customer(party, sent)
    values |= {"customer": customer, "user": party.user, "without_place": without_place}
    if line:
        values |= {"line": {"doctype": line.doctype, "row": line.row, **_numbers(line, sent)}}
    language = frappe.local.lang
    text = _told(values, line)
    with acting_as():
        message = InboundMessage(
            road=PORTAL,
            sender=sender,
            subject=subject_of(values["description"]),
            text=text,
            payload=json.dumps(values, ensure_ascii=False),
            channel=access.channel(),
            company=line.company if line else page.company(),
            customer=customer,
            language=language,
        )
        item = submissions.keep_with_files(message, key, party.user, tokens, without_place=without_place)
        return {"number": submissions.own_complaint(item) or item}


def read_filed(item: Document) -> Registered | Added | Waits:
    """The reader of this road (`constants/inbox.ROADS`): a new complaint, or what goes on with one."""
    values = json.loads(store.raw_of(item))
    if complaint := values.get("complaint"):
        return conversation.added(item, complaint, values)
    earlier = submissions.sent_before(item)
    if isinstance(earlier, Waits):
        return earlier
    if earlier:
        return conversation.added(item, earlier, values)
    return Registered(_registered(item, values))


def known_phone(user: str) -> str:
    """A telephone number that the login carries."""
    found = frappe.db.get_value("User", user, ["mobile_no", "phone"]) or ()
    return next(filter(None, found), "") or ""


def _registered(item: Document, values: dict[str, Any]) -> str:
    facts: dict[str, Any] = {"customer": values["customer"]}
    if chosen := values.get("line"):
        line = customer_lines.line_of([values["customer"]], chosen["doctype"], chosen["row"])
        if not line:
            # Taken back since it was chosen: a person says what it is about.
            refuse(_gone())
        facts |= line.facts | {field: chosen[field] for field in _NUMBERS if chosen.get(field)}
    contact = portal_users.contact_of(values["user"], values["customer"])
    facts |= {"contact_person": contact} if contact else {}
    return register(form.fields_of(item, values) | facts).name


def _line(party: Party, sent: dict[str, Any]) -> SoldLine | None:
    doctype, row = sent.get("doctype"), sent.get("row")
    if not doctype and not row:
        return None
    known = isinstance(doctype, str) and isinstance(row, str)
    line = customer_lines.line_of(party.customers, doctype, row) if known else None
    if not line:
        refuse(_gone())
    return line


def _numbers(line: SoldLine, sent: dict[str, Any]) -> dict[str, str]:
    """Batch and serial number that were chosen of a line, or the only ones it has."""
    found, wrong = {}, []
    labels = {"batch_no": _("Batch"), "serial_no": _("Serial number")}
    for field, numbers in zip(_NUMBERS, (line.batches, line.serials), strict=True):
        number = sent.get(field)
        if not number:
            # Of a line with more numbers than are read, nobody knows the others.
            only = len(numbers) == 1 and len(line.serials) < customer_lines.MOST_NUMBERS
            found |= {field: numbers[0]} if only else {}
        elif isinstance(number, str) and customer_lines.has_number(line, field, number):
            found[field] = number
        else:
            wrong.append(_("{0}: choose one of those that were delivered.").format(labels[field]))
    if wrong:
        refuse(*wrong)
    return found


def _customer(party: Party, sent: dict[str, Any]) -> str:
    chosen = sent.get("customer")
    if not chosen and len(party.customers) == 1:
        return party.customers[0]
    if not isinstance(chosen, str) or chosen not in party.customers:
        refuse(_("Choose for which of your companies you complain."))
    return chosen


def _told(values: dict[str, Any], line: SoldLine | None) -> str:
    """What was written, and below it what it is about."""
    text = form.told(values)
    if not line:
        return text
    chosen = values["line"]
    about = [line.item_name, collected.DOCUMENTS[line.doctype]().format(line.document)]
    about += [
        labelled(label, chosen[field])
        for field, label in (("batch_no", _("Batch")), ("serial_no", _("Serial number")))
        if chosen.get(field)
    ]
    return "\n".join([text, *about])


def _gone() -> str:
    return _(
        "This line is not among what was sold to you, or was taken back. Choose another one, or “Something Else”."
    )
