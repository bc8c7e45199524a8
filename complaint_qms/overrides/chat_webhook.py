"""The addresses that chat services post to, `/complaint-chat/KEY`: services add their own parameters to an address, and some
take none in it."""

from __future__ import annotations

import frappe
from werkzeug.wrappers import Response

from complaint_qms.api import chat
from complaint_qms.constants.chat import ADDRESS


def before_request() -> None:
    """What a service sends is no command of the framework, which runs whatever stands under `cmd` in any request."""
    if frappe.request.path.strip("/ ").split("/")[0] == ADDRESS:
        frappe.local.form_dict.pop("cmd", None)


class ChatWebhook:
    """A page renderer of the framework."""

    def __init__(self, path: str, http_status_code: int | None = None) -> None:
        self.path = (path or "").strip("/ ")

    def can_render(self) -> bool:
        return self.path.split("/")[0] == ADDRESS and bool(getattr(frappe.local, "request", None))

    def render(self) -> Response:
        return chat.webhook(self.path.partition("/")[2])
