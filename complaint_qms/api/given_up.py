"""Messages and events that were given up, for an administrator who has mended why: tried once more."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from complaint_qms.api.arguments import checked
from complaint_qms.services import events
from complaint_qms.services.notify import digest
from complaint_qms.services.record.source_defaults import check_role

_MOST = 1000


@frappe.whitelist(methods=["POST"])
@checked
def send_messages(names: list[str]) -> dict[str, int]:
    """Queue mails once more; `names` of QMS Message, those not given up are passed over. {again: number}."""
    _check(names)
    return {"again": digest.send_again(names, now_datetime())}


@frappe.whitelist(methods=["POST"])
@checked
def tell_listeners(names: list[str]) -> dict[str, int]:
    """Ask listeners once more; `names` of QMS Event, those not given up are passed over. {again: number}."""
    _check(names)
    return {"again": events.tell_again(names)}


def _check(names: list[str]) -> None:
    check_role(_("try again what was given up"), "System Manager")
    if len(names) > _MOST:
        frappe.throw(_("Choose {0} at most.").format(_MOST))
