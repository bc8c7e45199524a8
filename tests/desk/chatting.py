"""Chats for the tests: a channel, requests to its address through the framework's own website, and the jobs that read and send."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe
import frappe.app
from frappe.model.document import Document
from frappe.utils import CallbackManager
from frappe.utils.password import get_decrypted_password
from frappe.website.serve import get_response
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from complaint_qms.constants.chat import ADDRESS, CHANNEL, CHAT, MESSAGE
from complaint_qms.constants.connectors import CONNECTOR
from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.integrations.messaging import signed_webhook
from complaint_qms.services.chat import inbox_reader, sending
from tests.conftest import fresh_request
from tests.desk import factory

SECRET = "a-long-secret-of-both-sides"
SENDER = "visitor-7"


@dataclass(frozen=True)
class Told:
    status: int
    text: str


def own_secret() -> str:
    """What a new record may sign with: the known one, unless another has it."""
    return SECRET if SECRET not in _used() else f"{SECRET}-{frappe.generate_hash(length=8)}"


def a_channel(provider: str = "signed_webhook", **values: Any) -> Document:
    title = f"Chat {frappe.generate_hash(length=8)}"
    return frappe.get_doc(
        {
            "doctype": CHANNEL,
            "title": title,
            "provider": provider,
            "company": factory.company(),
            "app_secret": own_secret(),
            "service_address": "http://127.0.0.1:9/replies",
            "language": "en",
            **values,
        }
    ).insert()


def knock(
    channel: Document | str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
    query: Mapping[str, str] | None = None,
    first: str = ADDRESS,
    came_from: str = "198.51.100.9",
) -> Told:
    """A request of a stranger to a channel's address, as the framework takes it.

    Args:
        first: part of the address.
        came_from: address in the network.
    """
    key = channel if isinstance(channel, str) else channel.webhook_key
    builder = EnvironBuilder(
        f"/{first}/{key}",
        method=method,
        data=body,
        headers=dict(headers or {}),
        query_string=dict(query or {}),
    )
    request = Request(builder.get_environ())
    user = frappe.session.user
    fresh_request()
    frappe.local.request = request
    request.after_response = CallbackManager()
    frappe.local.is_ajax = False
    frappe.local.request_ip = came_from
    frappe.set_user("Guest")
    try:
        frappe.app.make_form_dict(request)
        response = get_response()
        return Told(response.status_code, response.get_data(as_text=True))
    finally:
        frappe.set_user(user)
        fresh_request()


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    timestamp = str(int(at or time.time()))
    return {
        "X-Timestamp": timestamp,
        "X-Signature": signed_webhook.sign(secret, timestamp, body),
        "Content-Type": "text/plain",
    }


def message(text: str, sender: str = SENDER, **more: Any) -> dict[str, Any]:
    return {
        "id": frappe.generate_hash(length=16),
        "sender": {"id": sender, "name": "Ann Lee"},
        "text": text,
        **more,
    }


def a_file(content: bytes, name: str = "leak.png") -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(content).decode()}


def sends(channel: Document, data: Any, read: bool = True) -> Told:
    """A signed message, which is read at once."""
    body = json.dumps(data).encode()
    told = knock(channel, body, signed(body, channel.get_password("app_secret")))
    if read and told.status == 200:
        sender = data.get("sender", {})
        inbox_reader.read_chat(channel.name, sender.get("phone") or sender.get("id"))
    return told


def says(channel: Document, text: str, sender: str = SENDER, **more: Any) -> Document:
    """The chat after somebody wrote."""
    assert sends(channel, message(text, sender, **more)).status == 200
    return chat_of(channel, sender)


def chat_of(channel: Document, sender: str = SENDER) -> Document:
    return frappe.get_last_doc(CHAT, {"channel": channel.name, "sender_id": sender})


def turns(chat: Document, who: str = "") -> list[frappe._dict]:
    where = {"chat": chat.name} | ({"who": who} if who else {})
    return frappe.get_all(MESSAGE, where, ["*"], order_by="creation asc, name asc")


def said(chat: Document) -> str:
    """What the assistant said last."""
    return (turns(chat, "assistant") or [frappe._dict(text="")])[-1].text


def items(channel: Document) -> list[Document]:
    names = frappe.get_all(DOCTYPE, {"scope": channel.name}, pluck="name", order_by="creation asc, name asc")
    return [frappe.get_doc(DOCTYPE, name) for name in names]


def send_all() -> int:
    return sending.send_due()


def _used() -> list[str]:
    return [
        get_decrypted_password(doctype, name, field, raise_exception=False)
        for doctype, field in ((CHANNEL, "app_secret"), (CONNECTOR, "secret"))
        for name in frappe.get_all(doctype, pluck="name")
    ]
