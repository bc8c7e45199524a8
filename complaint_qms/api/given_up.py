"""Messages and events that were given up, for an administrator who has mended why: tried once more."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from complaint_qms.api.arguments import checked, read_names
from complaint_qms.services import events
from complaint_qms.services.notify import delivery
from complaint_qms.services.record.source_defaults import check_role

_MOST = 1000


@frappe.whitelist(methods=["POST"])
@checked
def send_messages(names: Any) -> dict[str, int]:
    """Queue mails and messages by channels once more; `names` of QMS Message, those not given up are passed over. {again: number}."""
    return {"again": delivery.send_again(_named(names), now_datetime())}


@frappe.whitelist(methods=["POST"])
@checked
def tell_listeners(names: Any) -> dict[str, int]:
    """Ask listeners once more; `names` of QMS Event, those not given up are passed over. {again: number}."""
    return {"again": events.tell_again(_named(names))}


def _named(names: Any) -> list[str]:
    """The names, which a request sends as JSON text."""
    check_role(_("try again what was given up"), "System Manager")
    wanted = read_names("names", names)
    if len(wanted) > _MOST:
        frappe.throw(_("Choose {0} at most.").format(_MOST))
    return wanted
