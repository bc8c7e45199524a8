"""How staff are told: a channel that is tried out, and one's own preference."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.constants.notify import CHANNEL, PREFERENCE
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services.notify import channels, preferences


@frappe.whitelist(methods=["POST"])
@checked
def send_test(channel: str) -> dict[str, Any]:
    """Have a channel tell its group, or the user who asks, that it works. {ok, said: what the service says}."""
    doc = frappe.get_doc(CHANNEL, channel)
    doc.check_permission("write")
    try:
        return {"ok": True, "said": channels.send_test(doc, frappe.session.user)}
    except ServiceError as error:
        return {"ok": False, "said": error.said.render(_)}


@frappe.whitelist(methods=["POST"])
@checked
def open_own() -> str:
    """Name of the user's own preference, which is made where there is none."""
    frappe.has_permission(PREFERENCE, "create", throw=True)
    return preferences.own_preference(frappe.session.user)
