"""Any program that signs what it sends: a shop's own chat window, a service without a client here, a gateway.

It posts JSON: `{"id", "sender": {"id", "name", "phone"}, "text", "sent_at" (ISO 8601), "files": [{"name", "content" (base64)}],
"context"}`, or a list of such under `messages`, with two headers: `X-Timestamp`, seconds since 1970, and
`X-Signature: sha256=<hex>`, the HMAC-SHA256 (RFC 2104) of `timestamp.body` with the channel's secret. Replies are posted to
the service address in the same way.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, Final

from complaint_qms.engine.connectors import depth_of
from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import http
from complaint_qms.integrations.messaging.inbound import (
    FILE,
    LONGEST_ID,
    MOST_MEDIA,
    TEXT,
    Account,
    Fetched,
    Inbound,
    Media,
    NotTaken,
    Received,
    Refused,
    Reply,
    Request,
    ServiceError,
    Tokens,
    Unreadable,
    bytes_of,
    dicts_of,
    id_value,
    is_recent,
    object_of,
    part,
    text_value,
)

WINDOW: Final = 300
"""Seconds by which a request's time may differ from ours."""
BASE_URL: Final = ""
LARGEST_BODY: Final = 30 << 20
"""A file of the largest size that a channel takes, in Base64, and what stands around it."""
MOST_MESSAGES: Final = 200
"""Messages of one request."""
_LONGEST_CONTEXT: Final = 16_000
_DEEPEST: Final = 20


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `X-Signature`."""
    said = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def is_signed(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether a request was signed with one of these secrets, a moment ago.

    Args:
        headers: by their names in small letters.
        now: seconds since 1970.
    """
    timestamp, sent = (
        headers.get("x-timestamp", ""),
        headers.get("x-signature", "").encode("utf-8", "replace"),
    )
    if not is_recent(timestamp, now, WINDOW):
        return False
    signed = [hmac.compare_digest(sign(one, timestamp, body).encode(), sent) for one in secrets if one]
    return any(signed)


def signing_headers(secret: str, body: bytes) -> dict[str, str]:
    """What a request of ours carries so that its receiver knows us."""
    timestamp = str(int(datetime.now(timezone.utc).timestamp()))
    return {"X-Timestamp": timestamp, "X-Signature": sign(secret, timestamp, body)}


def receive_request(account: Account, request: Request) -> Received:
    """Read a request.

    Raises:
        Refused: signature or time are wrong.
        NotTaken: it holds more than one request may.
        Unreadable: it holds no message.
    """
    signed = is_signed((account.app_secret,), request.headers, request.body, request.at)
    if request.method != "POST" or not signed:
        raise Refused
    data = object_of(request.body)
    sent = data["messages"] if isinstance(data.get("messages"), list) else [data]
    if len(sent) > MOST_MESSAGES:
        raise NotTaken(f"{len(sent)} messages in one request; send at most {MOST_MESSAGES}")
    rows = [(row, _message(row) if isinstance(row, dict) else None) for row in sent]
    messages = tuple(found for _row, found in rows if found)
    if not messages:
        raise Unreadable(request.body.decode("utf-8", "replace"))
    unread = [row for row, found in rows if not found]
    return Received(
        messages,
        raw=_as_text(_without_content([row for row, found in rows if found])),
        unread=_as_text(unread) if unread else "",
    )


def send_reply(account: Account, reply: Reply, tokens: Tokens) -> str:
    """Post a reply to the service address; what the program calls it, if it says so.

    Raises:
        ServiceError: it cannot be reached, or refuses.
    """
    if not account.base_url:
        raise ServiceError(
            Message("The chat channel has no service address to post replies to."), passing=False
        )
    body = json.dumps(
        {"id": reply.id, "to": reply.to, "text": reply.text, "context": dict(reply.context)},
        ensure_ascii=False,
    ).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        **signing_headers(account.app_secret, body),
    }
    return text_value(http.post_bytes(account.base_url, body, headers).get("message_id"), LONGEST_ID)


def fetch_file(account: Account, media: Media, tokens: Tokens, limit: int) -> Fetched:
    """Raises:
    ServiceError: always; files come with their message.
    """
    raise ServiceError(Message("The file did not come with its message."), passing=False)


def _message(row: dict[str, Any]) -> Inbound | None:
    sender = part(row, "sender")
    sender_id, message_id = id_value(sender.get("id")), id_value(row.get("id"))
    if not sender_id or not message_id:
        return None
    files, context = dicts_of(row.get("files")), part(row, "context")
    if len(files) > MOST_MEDIA:
        raise NotTaken(f"{len(files)} files in one message; send at most {MOST_MEDIA}")
    usable = _is_plain(context)
    media = tuple(
        Media(
            name=text_value(one.get("name"), 140),
            content=bytes_of(one["content"]) if isinstance(one.get("content"), str) else None,
        )
        for one in files
    )
    return Inbound(
        message_id,
        sender_id,
        text_value(sender.get("name"), 140),
        text_value(sender.get("phone"), 40),
        text_value(row.get("text")),
        media,
        _moment(row.get("sent_at")),
        FILE if media else TEXT,
        context if usable else {},
        not usable,
    )


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text_value(value, 40).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _is_plain(context: dict[str, Any]) -> bool:
    """Whether it can be kept and sent back as it came: what JSON writes, and every database."""
    try:
        said = json.dumps(context, ensure_ascii=False, allow_nan=False)
        return (
            len(said.encode()) <= _LONGEST_CONTEXT and depth_of(context) <= _DEEPEST and "\\u0000" not in said
        )
    except (ValueError, RecursionError):
        return False


def _as_text(rows: list[Any]) -> str:
    try:
        return json.dumps(rows, ensure_ascii=False)
    except RecursionError:
        return ""  # deeper than any program means it; what was said stands in the message itself


def _without_content(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages as they were sent; files stand beside them, and are named here by their sums."""
    return [
        row
        | {
            "files": [
                {name: value for name, value in one.items() if name != "content"}
                | {"sha256": hashlib.sha256(str(one.get("content")).encode("utf-8", "replace")).hexdigest()}
                for one in dicts_of(row.get("files"))
            ]
        }
        for row in rows
    ]
