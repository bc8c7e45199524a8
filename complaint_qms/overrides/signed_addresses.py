"""The addresses that other programs post to, `/complaint-chat/KEY` and `/outside-facts/KEY`: services add their own parameters to an
address, some take none in it, and what is signed is the body as it came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import frappe
from werkzeug.wrappers import Response

from complaint_qms.api import chat, outside_messages
from complaint_qms.constants import connectors
from complaint_qms.constants.chat import ADDRESS

DOORS: Final[dict[str, Callable[[str], Response]]] = {
    ADDRESS: chat.webhook,
    connectors.ADDRESS: outside_messages.receive,
}
"""First part of an address → what answers with the rest of it."""


def before_request() -> None:
    """What is sent is no command of the framework, which runs whatever stands under `cmd` in any request."""
    if frappe.request.path.strip("/ ").split("/")[0] in DOORS:
        frappe.local.form_dict.pop("cmd", None)


class SignedAddress:
    """A page renderer of the framework."""

    def __init__(self, path: str, http_status_code: int | None = None) -> None:
        self.path = (path or "").strip("/ ")

    def can_render(self) -> bool:
        return self.path.split("/")[0] in DOORS and bool(getattr(frappe.local, "request", None))

    def render(self) -> Response:
        first, _slash, key = self.path.partition("/")
        return DOORS[first](key)
