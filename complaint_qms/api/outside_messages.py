"""Facts that outside systems send by themselves, each to an address of its own."""

from __future__ import annotations

import json
import time
from ipaddress import ip_address
from typing import Final

import frappe
from frappe.model.document import Document
from werkzeug.wrappers import Response

from complaint_qms.api.signed_doors import answer_signed
from complaint_qms.constants.connectors import LARGEST_MESSAGE, RECEIVED_A_MINUTE, REFUSED_AN_HOUR
from complaint_qms.integrations.messaging.inbound import Refused
from complaint_qms.services.connectors import receiving, signed_settings
from complaint_qms.services.connectors.receiving import FactsAnswer, Received

_DOOR: Final = f"{__name__}.receive"


def receive(key: str) -> Response:
    """Take a message. Who cannot sign hears nothing but 403, whatever there is at the address.

    No whitelisted method: `overrides/signed_addresses.py` leads here, with the body as it was signed.
    """
    connector = signed_settings.by_key(key)
    return answer_signed(
        _DOOR,
        connector.name if connector else "",
        lambda: _take(connector),
        (RECEIVED_A_MINUTE, REFUSED_AN_HOUR),
        "Facts of an outside system not taken",
        lambda: receiving.note_refused(connector, _came_from(), _is_large()) if connector else None,
    )


def _take(connector: Document | None) -> Response:
    request = frappe.request
    # Of what is too large no sum is made: whoever cannot sign would have the server at work for nothing.
    if not connector or request.method != "POST" or _is_large() or len(request.get_data()) > LARGEST_MESSAGE:
        raise Refused
    headers = {name.lower(): value for name, value in request.headers.items()}
    message = Received(headers, request.get_data(), _came_from(), time.time())
    return _answer(receiving.receive(connector, message))


def _is_large() -> bool:
    """By what is said of the body; whoever says nothing is read as far as the framework reads."""
    return (frappe.request.content_length or 0) > LARGEST_MESSAGE


def _came_from() -> str:
    """The address, as a proxy passes it on: what is none is not kept."""
    try:
        return str(ip_address((frappe.local.request_ip or "").strip()))
    except ValueError:
        return ""


def _answer(told: FactsAnswer) -> Response:
    said = {"error": told.error} if told.error else {"id": told.message_id} if told.message_id else {}
    return Response(json.dumps(said), status=told.status, content_type="application/json")
