"""The doors of the public page, open to everybody: each says how often one address may knock, and takes nothing on trust. Those by which
a secret link is followed stay open while the page takes no complaints."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked, read_names, read_piece
from complaint_qms.api.rate_limits import counted_when_done, limited
from complaint_qms.services.record.input_validation import read_object, refuse
from complaint_qms.services.visitor import links, new_complaint, page, proof_of_work, tracking, uploads

_LONGEST_TOKEN = 200
MOST_FILED = 20
"""Complaints that one address sends in an hour; what is refused is counted by the door alone."""


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(60)
@checked
def begin_upload(file_name: str, size: int, token: str = "") -> dict[str, Any]:
    """Announce a file: {upload, chunk, received}.

    Args:
        token: of the secret link by which it will be sent; that is open also while the page takes no complaints.
    """
    if token:
        links.find_link(_token(token))
    else:
        page.settings()
    if not page.most_files():
        refuse(_("Files are not taken on this page. Send your complaint without them."))
    return uploads.begin_upload(file_name, size, uploads.Room.of_visitor(frappe.local.request_ip or ""))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(3000)
@checked
def send_piece(upload: str, offset: int) -> dict[str, Any]:
    """Take in a piece of a file, sent as the `piece` of a form: {received, size, complete}."""
    return uploads.append_piece(_token(upload), offset, read_piece(offset))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(600)
@checked
def upload_state(upload: str) -> dict[str, Any]:
    """How far a file has come: {received, size, complete}."""
    return uploads.upload_state(_token(upload))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(200)
@checked
def file_complaint(
    key: str,
    data: Any = None,
    files: Any = None,
    without_place: bool = False,
    website: str = "",
    challenge: str = "",
    answer: str = "",
) -> dict[str, Any]:
    """Take a complaint in: {number, link}. Sent again with the same key it is the same complaint.

    Args:
        data: what was filled in, as `services.visitor.new_complaint.file_complaint` says.
        files: secrets of files that have arrived.
        website: a field that people do not see; whoever fills it in is a machine.
        challenge, answer: of `services.visitor.proof_of_work`, where the settings ask for it.
    """
    settings = page.settings()
    if website:
        refuse(_("This form was filled in by a machine. Load the page again and fill it in by hand."))
    if settings.page_proof_of_work and not proof_of_work.is_answered(challenge, answer, key):
        refuse(
            _(
                "Your browser’s calculation was not accepted. Send the form once more; what you have typed stays."
            )
        )
    sent = read_object(data, _("Send the fields of the complaint as an object in “data”."))
    tokens = [_token(token) for token in read_names("files", files or [])]
    with counted_when_done("filed", MOST_FILED):
        return new_complaint.file_complaint(sent, key, tokens, without_place=without_place)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(120)
def new_challenge() -> dict[str, Any]:
    """A challenge for the browser: {challenge, bits}."""
    page.settings()
    return {"challenge": proof_of_work.challenge(), "bits": proof_of_work.BITS}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(300)
@checked
def look(token: str) -> dict[str, Any]:
    """How the complaint of a secret link stands."""
    return tracking.how_it_stands(_token(token))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(60)
@checked
def answer(
    token: str, key: str, text: str = "", files: Any = None, without_place: bool = False
) -> dict[str, Any]:
    """Take in what the complainant writes or sends by a secret link; how the complaint stands then."""
    tokens = [_token(one) for one in read_names("files", files or [])]
    tracking.take_message(_token(token), key, text, tokens, without_place=without_place)
    return tracking.how_it_stands(_token(token))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(60)
@checked
def decide(token: str, key: str, accepted: bool, text: str = "") -> dict[str, Any]:
    """Take in whether the complainant accepts the solution; how the complaint stands then."""
    tracking.take_decision(_token(token), key, accepted=accepted, text=text)
    return tracking.how_it_stands(_token(token))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(60)
@checked
def rate(token: str, key: str, stars: int, text: str = "") -> dict[str, Any]:
    """Take in how the complainant rates the handling, one to five, once; how the complaint stands then."""
    tracking.take_rating(_token(token), key, stars=stars, text=text)
    return tracking.how_it_stands(_token(token))


def _token(sent: str) -> str:
    if not 0 < len(sent) <= _LONGEST_TOKEN:
        refuse(_("This link is not complete. Open it as it was given to you."))
    return sent
