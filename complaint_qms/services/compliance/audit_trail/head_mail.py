"""The head of the chain by mail each day, to where nobody who can write the server can write: whoever has it tells an end that was cut off."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, formatdate, nowdate, validate_email_address

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.compliance.audit_trail import sealing, time_stamps

FIELD: Final = "audit_head_recipients"


def mail_head() -> int:
    """Link what was written, and mail the last link; to how many addresses. None where the site has no account to send from. Commits."""
    recipients = _addresses(frappe.get_cached_doc(SETTINGS).get(FIELD))
    if not recipients:
        return 0
    sealing.seal()
    head = sealing.last_link()
    try:
        frappe.sendmail(
            recipients=recipients,
            subject=_("Audit trail of {0}: entry {1} on {2}").format(frappe.local.site, head.sequence, formatdate(nowdate())),
            message=_message(head),
            add_unsubscribe_link=0,
            attachments=_stamps(),
        )  # fmt: skip
    except frappe.OutgoingEmailError:
        frappe.clear_last_message()
        return 0
    frappe.db.commit()
    return len(recipients)


def check_recipients(settings: Document) -> None:
    """Addresses, one a line.

    Raises:
        frappe.ValidationError: one of them is no e-mail address.
    """
    for address in _addresses(settings.get(FIELD)):
        if not validate_email_address(address):
            label = _(settings.meta.get_label(FIELD))
            frappe.throw(_("{0}: {1} is no mail address. Correct it.").format(label, escape_html(address)))


def _addresses(text: str | None) -> list[str]:
    return [address for line in (text or "").replace(",", "\n").splitlines() if (address := line.strip())]


def _stamps() -> list[dict[str, Any]]:
    """The newest time stamp, which proves more in other hands than in the chain."""
    found = time_stamps.last_token()
    return [{"fname": f"entry-{found[0].sequence}.tsr", "fcontent": found[1]}] if found else []


def _message(head: sealing.Head) -> str:
    command = f"bench --site {frappe.local.site} complaint-qms verify-audit --head {head}"
    parts = (
        _("The chain of the audit trail ends with this entry and hash:"),
        f"<code>{head}</code>",
        _("Keep this mail where nobody who administers the server can change it. This command finds later whether the chain still contains the entry:"),
        f"<code>{escape_html(command)}</code>",
    )  # fmt: skip
    if found := time_stamps.last_token():
        parts += (_("The file entry-{0}.tsr is the time stamp (RFC 3161) of this text:").format(found[0].sequence), f"<code>{found[0]}</code>")  # fmt: skip
    return "".join(f"<p>{part}</p>" for part in parts)
