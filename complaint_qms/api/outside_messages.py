"""Facts that outside systems send by themselves, each to an address of its own."""

from __future__ import annotations

import json
import time
from typing import Final

import frappe
from frappe.model.document import Document
from werkzeug.wrappers import Response

from complaint_qms.api.signed_doors import answer_signed
from complaint_qms.constants.connectors import RECEIVED_A_MINUTE, REFUSED_AN_HOUR
from complaint_qms.integrations.messaging.inbound import Refused
from complaint_qms.services.connectors import receiving, signed_settings
from complaint_qms.services.connectors.receiving import FactsAnswer, Received

_DOOR: Final = f"{__name__}.receive"


def receive(key: str) -> Response:
    """Take a message. Who cannot sign hears nothing but 403, whatever there is at the address.

    No whitelisted method: `overrides/signed_addresses.py` leads here, with the body as it was signed.
    """
    connector, message = signed_settings.by_key(key), _message()
    return answer_signed(
        _DOOR,
        connector.name if connector else "",
        lambda: _take(connector, message),
        (RECEIVED_A_MINUTE, REFUSED_AN_HOUR),
        "Facts of an outside system not taken",
        lambda: receiving.note_refused(connector, message) if connector else None,
    )


def _message() -> Received:
    request = frappe.request
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Received(headers, request.get_data(), frappe.local.request_ip or "", time.time())


def _take(connector: Document | None, message: Received) -> Response:
    if not connector or frappe.request.method != "POST":
        raise Refused
    return _answer(receiving.receive(connector, message))


def _answer(told: FactsAnswer) -> Response:
    said = {"error": told.error} if told.error else {"id": told.message_id} if told.message_id else {}
    return Response(json.dumps(said), status=told.status, content_type="application/json")
