"""A number of the WhatsApp Business Platform (Cloud API).

developers.facebook.com/docs/whatsapp/cloud-api: “Webhooks, Set Up” (`hub.challenge`), “Webhooks, Payload Examples”, “Media”, “Messages”, “Error
Codes”; developers.facebook.com/docs/graph-api/webhooks/getting-started, “Validating Payloads”: `X-Hub-Signature-256: sha256=<hex>`, the
HMAC-SHA256 of the body with the app secret. A request carries no time of its own: the same message is repeated for days until it
is taken, and is known by its id. Free text may be sent for 24 hours after the customer wrote.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import http
from complaint_qms.integrations.messaging.inbound import (
    FILE,
    LONGEST_ID,
    OTHER,
    PLACE,
    TEXT,
    Account,
    Fetched,
    Inbound,
    Media,
    Receipt,
    Received,
    Refused,
    Reply,
    Request,
    ServiceError,
    Tokens,
    dicts_of,
    id_value,
    moment_of,
    object_of,
    part,
    send_parts,
    text_value,
)

BASE_URL: Final = "https://graph.facebook.com"
VERSION: Final = "v21.0"
LARGEST_BODY: Final = 4 << 20
_HOSTS: Final = ("fbsbx.com", "whatsapp.net", "whatsapp.com", "facebook.com")
_FILES: Final = ("image", "video", "audio", "voice", "document", "sticker")
_SILENT: Final = ("reaction", "system")
"""What a phone sends by itself, or where nothing is said."""
_LONGEST: Final = 4000
_LONGEST_VALUE: Final = 1000
"""Signs of a template's value, which has no line breaks."""
_FURTHEST: Final = 360


def receive_request(account: Account, request: Request) -> Received:
    """Read a request.

    Raises:
        Refused: the signature, or at the handshake the token, is another.
        Unreadable: it is signed and no JSON.
    """
    if request.method == "GET":
        sent = request.query.get("hub.verify_token", "")
        same = hmac.compare_digest(account.token.encode(), sent.encode("utf-8", "replace"))
        if not account.token or not same or request.query.get("hub.mode") != "subscribe":
            raise Refused
        return Received(answer=request.query.get("hub.challenge", ""))
    sent = request.headers.get("x-hub-signature-256", "")
    same = hmac.compare_digest(
        _sign(account.app_secret, request.body).encode(), sent.encode("utf-8", "replace")
    )
    if not account.app_secret or not same:
        raise Refused
    data = object_of(request.body)
    of_numbers: dict[str, list[dict[str, Any]]] = {account.app_id: []}
    for value in _values(data):
        number = text_value(part(value, "metadata").get("phone_number_id"), LONGEST_ID)
        of_numbers.setdefault(number if account.app_id else "", []).append(value)
    own, *others = (
        Received(
            tuple(found for value in values for found in _messages(value)),
            tuple(found for value in values for found in _receipts(value)),
            request.body.decode("utf-8", "replace"),
        )
        for values in of_numbers.values()
    )
    # An app has one address for all its numbers, each of which may be a channel of its own.
    return replace(own, elsewhere=dict(zip(list(of_numbers)[1:], others, strict=True)))


def send_reply(account: Account, reply: Reply, tokens: Tokens) -> str:
    """Send a text; what the service calls it.

    Raises:
        ServiceError: the service refuses: 131047 when the customer has not written for 24 hours.
    """

    def send(text: str) -> str:
        data = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": reply.to,
            "type": "text",
            "text": {"preview_url": False, "body": text},
        }
        answer = http.post_json(f"{_address(account, account.app_id)}/messages", data, _let_in(account))
        sent = dicts_of(answer.get("messages"))
        return id_value(sent[0].get("id")) if sent else ""

    parts = [reply.text[start : start + _LONGEST] for start in range(0, len(reply.text) or 1, _LONGEST)]
    return send_parts(reply, parts, send)


def send_template(account: Account, to: str, text: str, language: str) -> str:
    """Send a text as the one value of the body of an approved template, which reaches also who has not written; what the
    service calls it.

    Raises:
        ServiceError: the service refuses.
    """
    value = {"type": "text", "text": " ".join(text.split())[:_LONGEST_VALUE]}
    data = {
        "messaging_product": "whatsapp",
        "to": to,
        "type": "template",
        "template": {
            "name": account.template,
            "language": {"code": language},
            "components": [{"type": "body", "parameters": [value]}],
        },
    }
    answer = http.post_json(f"{_address(account, account.app_id)}/messages", data, _let_in(account))
    sent = dicts_of(answer.get("messages"))
    return id_value(sent[0].get("id")) if sent else ""


def fetch_file(account: Account, media: Media, tokens: Tokens, limit: int) -> Fetched:
    """A file, by the address that its id is given for five minutes.

    Raises:
        ServiceError: it is gone, too large, refused, or lies where no file of the service does.
    """
    found = http.get_json(_address(account, media.id), _let_in(account))
    size = found.get("file_size")
    if isinstance(size, int) and size > limit:
        said = Message("The service sent more than {size} MB.", {"size": limit >> 20})
        raise ServiceError(said, passing=False)
    url = text_value(found.get("url"), 4000)
    if not http.is_within(url, account.base_url, _HOSTS):
        raise ServiceError(Message("The file is at an address that is not the service's."), passing=False)
    return http.get_file(url, limit, _let_in(account))[0]


def _values(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in dicts_of(data.get("entry")):
        for change in dicts_of(entry.get("changes")):
            if change.get("field") == "messages":
                yield part(change, "value")


def _messages(value: dict[str, Any]) -> Iterator[Inbound]:
    names = {
        id_value(one.get("wa_id")): text_value(part(one, "profile").get("name"), 140)
        for one in dicts_of(value.get("contacts"))
    }
    for row in dicts_of(value.get("messages")):
        sender, name = id_value(row.get("from")), id_value(row.get("id"))
        kind = text_value(row.get("type"), 40)
        if not sender or not name or kind in _SILENT:
            continue
        text, media, what = _content(row, kind)
        yield Inbound(
            name, sender, names.get(sender, ""), f"+{sender}" if sender.isdigit() else "", text, media, moment_of(row.get("timestamp")), what
        )  # fmt: skip


def _content(row: dict[str, Any], kind: str) -> tuple[str, tuple[Media, ...], str]:
    """Text, files and kind of a message."""
    body = part(row, kind)
    if kind == "text":
        return text_value(body.get("body")), (), TEXT
    if kind in _FILES and (media := text_value(body.get("id"), LONGEST_ID)):
        name, mime = text_value(body.get("filename"), 140), text_value(body.get("mime_type"), 140)
        return text_value(body.get("caption")), (Media(media, name, mime),), FILE
    if kind == "interactive":
        chosen = part(body, "button_reply") or part(body, "list_reply")
        return text_value(chosen.get("title")), (), TEXT
    if kind == "button":
        return text_value(body.get("text")), (), TEXT
    if kind == "location":
        place = (
            text_value(body.get("name")),
            text_value(body.get("address")),
            _number(body, "latitude"),
            _number(body, "longitude"),
        )
        return ", ".join(said for said in place if said), (), PLACE
    return "", (), OTHER


def _number(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    # No place lies further; JSON has numbers that are none, and some that no other number holds.
    return f"{value:.6f}" if -_FURTHEST <= value <= _FURTHEST else ""


def _receipts(value: dict[str, Any]) -> Iterator[Receipt]:
    for row in dicts_of(value.get("statuses")):
        name, status = id_value(row.get("id")), text_value(row.get("status"), 40)
        if name and status:
            errors = dicts_of(row.get("errors"))
            said = (
                f"{text_value(errors[0].get('code'), 20)} {text_value(errors[0].get('title'), 200)}"
                if errors
                else ""
            )
            yield Receipt(name, status == "failed", said.strip())


def _address(account: Account, name: str) -> str:
    return f"{account.base_url}/{VERSION}/{quote(name, safe='')}"


def _let_in(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.access_token}"}


def _sign(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
