"""The doors of the customer portal: each asks first for whom the login speaks, and says how often it may knock."""

from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.api.arguments import checked, read_names, read_piece
from complaint_qms.api.rate_limits import count_call
from complaint_qms.permissions.portal import Party
from complaint_qms.services.portal import access, case, new_complaint
from complaint_qms.services.record.input_validation import read_object, refuse
from complaint_qms.services.visitor import page, uploads

_LONGEST: Final = 140


@frappe.whitelist(methods=["POST"])
@checked
def lines(text: str = "", start: int = 0) -> dict[str, Any]:
    """Lines of the customer's own deliveries, invoices and orders, newest first: {rows, more}."""
    return new_complaint.find_lines(_enter("lines", 1200), text, start)


@frappe.whitelist(methods=["POST"])
@checked
def line(doctype: str, row: str) -> dict[str, Any]:
    """One of them, with the batches and serial numbers that were delivered."""
    return new_complaint.chosen_line(_enter("line", 600), _name(doctype), _name(row))


@frappe.whitelist(methods=["POST"])
@checked
def begin_upload(file_name: str, size: int) -> dict[str, Any]:
    """Announce a file: {upload, chunk, received}."""
    party = _enter("begin_upload", 120)
    if not page.most_files():
        refuse(_("Files are not taken on this page. Send your complaint without them."))
    return uploads.begin_upload(file_name, size, uploads.Room.of_login(party.user))


@frappe.whitelist(methods=["POST"])
@checked
def send_piece(upload: str, offset: int) -> dict[str, Any]:
    """Take in a piece of a file, sent as the `piece` of a form: {received, size, complete}."""
    _enter("send_piece", 6000)
    return uploads.append_piece(_name(upload), offset, read_piece(offset))


@frappe.whitelist(methods=["POST"])
@checked
def upload_state(upload: str) -> dict[str, Any]:
    """How far a file has come: {received, size, complete}."""
    _enter("upload_state", 600)
    return uploads.upload_state(_name(upload))


@frappe.whitelist(methods=["POST"])
@checked
def file_complaint(
    key: str, data: Any = None, files: Any = None, without_place: bool = False
) -> dict[str, Any]:
    """Take a complaint in: {number}. Sent again with the same key it is the same complaint.

    Args:
        data: what was filled in, as `services.portal.new_complaint.file_complaint` says.
        files: secrets of files that have arrived.
    """
    party = _enter("file_complaint", 60)
    sent = read_object(data, _("Send the fields of the complaint as an object in “data”."))
    return new_complaint.file_complaint(party, sent, key, _tokens(files), without_place=without_place)


@frappe.whitelist(methods=["POST"])
@checked
def look(complaint: str) -> dict[str, Any]:
    """How one of the customer's complaints stands."""
    return case.how_it_stands(_enter("look", 1200), _name(complaint))


@frappe.whitelist(methods=["POST"])
@checked
def answer(
    complaint: str, key: str, text: str = "", files: Any = None, without_place: bool = False
) -> dict[str, Any]:
    """Take in what the customer writes or sends; how the complaint stands then."""
    party = _enter("answer", 120)
    case.take_message(party, _name(complaint), key, text, _tokens(files), without_place=without_place)
    return case.how_it_stands(party, complaint)


@frappe.whitelist(methods=["POST"])
@checked
def decide(complaint: str, key: str, accepted: bool, text: str = "") -> dict[str, Any]:
    """Take in whether the customer accepts the solution; how the complaint stands then."""
    party = _enter("decide", 120)
    case.take_decision(party, _name(complaint), key, accepted=accepted, text=text)
    return case.how_it_stands(party, complaint)


@frappe.whitelist(methods=["POST"])
@checked
def rate(complaint: str, key: str, stars: int, text: str = "") -> dict[str, Any]:
    """Take in how the customer rates the handling, one to five, once; how the complaint stands then."""
    party = _enter("rate", 120)
    case.take_rating(party, _name(complaint), key, stars=stars, text=text)
    return case.how_it_stands(party, complaint)


def _enter(door: str, limit: int) -> Party:
    """For whom the session's user speaks, who calls this door at most so often within the hour.

    Raises:
        frappe.PermissionError: the portal is closed, or they are no customer.
        frappe.RateLimitExceededError: they call too often.
    """
    party = access.enter()
    count_call(f"portal.{door}", party.user, limit)
    return party


def _tokens(files: Any) -> list[str]:
    return [_name(token) for token in read_names("files", files or [])]


def _name(sent: str) -> str:
    if not 0 < len(sent) <= _LONGEST:
        refuse(_("“{0}” is no name.").format(sent[:_LONGEST]))
    return sent
