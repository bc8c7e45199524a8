"""What a chat service sends, whichever it is: verified, and read into the same few shapes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any, Final, Protocol

from complaint_qms.engine.message import Message

TEXT: Final = "text"
FILE: Final = "file"
PLACE: Final = "place"
OTHER: Final = "other"
KINDS: Final = (TEXT, FILE, PLACE, OTHER)
LONGEST_ID: Final = 200
LONGEST_TEXT: Final = 20_000
MOST_MEDIA: Final = 20


class Refused(Exception):
    """A request is not of the service whose address it came to, or too old."""


class NotTaken(Exception):
    """A signed request of which nothing is kept: its sender is told why, and sends it otherwise."""


class Unreadable(Exception):
    """A signed request that says nothing this client can read; it is kept for a person.

    Attributes:
        raw: the request's body, deciphered where it was enciphered.
    """

    def __init__(self, raw: str, sender: str = "") -> None:
        super().__init__("unreadable")
        self.raw, self.sender = raw, sender


class ServiceError(Exception):
    """A service was called in vain.

    Attributes:
        said: why, for whoever reads it in their own language.
        passing: it may succeed later.
        code: what the service calls the error in the JSON that it sent, where it does.
        status: of the answer in HTTP; 0 where there was none, or it is not what failed.
    """

    def __init__(self, said: Message, *, passing: bool, code: str = "", status: int = 0) -> None:
        super().__init__(str(said))
        self.said, self.passing, self.code, self.status = said, passing, code, status


@dataclass(frozen=True)
class Account:
    """How a channel knows its service and is known by it; what a service does not use is empty."""

    base_url: str = ""
    app_id: str = ""
    agent_id: str = ""
    token: str = ""
    aes_key: str = ""
    app_secret: str = ""
    access_token: str = ""
    template: str = ""


@dataclass(frozen=True)
class Request:
    """One request to a channel's address.

    Attributes:
        query: parameters of the address, each once.
        headers: by their names in small letters.
        at: seconds since 1970, UTC.
    """

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True)
class Media:
    """A file that came with a message: by the service's id or address for it, or with its bytes."""

    id: str = ""
    name: str = ""
    mime: str = ""
    content: bytes | None = None


@dataclass(frozen=True)
class Inbound:
    """One message of one sender.

    Attributes:
        message_id: what the service calls it; empty where it has no name.
        sender_id: what the service calls who wrote it; an answer goes there.
        at: when it was written, UTC with its zone; None where that is not said.
        context: what an answer needs beside the sender, as plain JSON.
        lost_context: more was sent along than can be kept.
    """

    message_id: str
    sender_id: str
    sender_name: str = ""
    phone: str = ""
    text: str = ""
    media: tuple[Media, ...] = ()
    at: datetime | None = None
    kind: str = TEXT
    context: Mapping[str, Any] = field(default_factory=dict)
    lost_context: bool = False

    def to_data(self) -> dict[str, Any]:
        """As plain JSON, without the bytes of its files."""
        return asdict(self) | {
            "at": self.at and self.at.isoformat(),
            "media": [{"id": one.id, "name": one.name, "mime": one.mime} for one in self.media],
            "context": dict(self.context),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Inbound:
        values = dict(data)
        return cls(
            **values
            | {
                "at": datetime.fromisoformat(values["at"]) if values.get("at") else None,
                "media": tuple(Media(**one) for one in values.get("media") or ()),
            }
        )


@dataclass(frozen=True)
class Receipt:
    """What became of a message that was sent, as the service says it later."""

    message_id: str
    failed: bool
    error: str = ""


@dataclass(frozen=True)
class Received:
    """What a request holds.

    Attributes:
        raw: the body as it was signed, deciphered; empty where only `answer` counts.
        unread: what else it holds that says nothing this client can read; it is kept for a person.
        answer: what the service wants to read; most want nothing.
        elsewhere: what it holds for other accounts that share its secret, by what the service calls them.
    """

    messages: tuple[Inbound, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    raw: str = ""
    unread: str = ""
    answer: str = ""
    elsewhere: Mapping[str, Received] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """A message that goes out.

    Attributes:
        id: ours, the same at each attempt; a service that knows such ids sends it once.
        parts_sent: of a text that goes out in parts, how many an earlier attempt has sent.
        keep: is told each time how many parts are sent by now, and what the service calls the last of them.
    """

    id: str
    to: str
    text: str
    context: Mapping[str, Any] = field(default_factory=dict)
    parts_sent: int = 0
    keep: Callable[[int, str], None] = lambda _parts, _name: None


@dataclass(frozen=True)
class Fetched:
    """The bytes of a file, with the name that the service gives it."""

    content: bytes
    name: str = ""


class Tokens(Protocol):
    """Where a client keeps what a service lets it in with, until it expires."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, value: str, seconds: int) -> None: ...


def send_parts(reply: Reply, texts: Sequence[str], send: Callable[[str], str]) -> str:
    """Send the parts of a text that are not sent yet, in their order; what the service calls the last one.

    Raises:
        ServiceError: the service refuses one; those before it are kept as sent.
    """
    name = ""
    for number, text in enumerate(texts[reply.parts_sent :], reply.parts_sent + 1):
        name = send(text) or name
        reply.keep(number, name)
    return name


def text_value(value: Any, longest: int = LONGEST_TEXT) -> str:
    """A value of a message as text; nothing where it is none. What no database stores is taken out."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    plain = str(value).replace("\0", "")[:longest]
    return plain.encode("utf-8", "replace").decode()


def id_value(value: Any) -> str:
    """What a service calls a message or a sender; a long name is told from others by its sum."""
    plain = text_value(value)
    if isinstance(value, str) and len(value) > LONGEST_ID:
        found = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{plain[: LONGEST_ID - len(found) - 1]}-{found}"
    return plain[:LONGEST_ID]


def moment_of(seconds: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, as a service writes them."""
    try:
        number = float(text_value(seconds, 20))
        return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def is_recent(timestamp: str, now: float, window: float, *, unit: float = 1) -> bool:
    """Whether a header or parameter is a time near ours.

    Args:
        window: seconds by which it may differ.
        unit: seconds of one; 0.001 for a time in milliseconds.
    """
    plain = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15
    return plain and abs(now - int(timestamp) * unit) <= window


def object_of(body: bytes) -> dict[str, Any]:
    """A body as a JSON object.

    Raises:
        Unreadable: it is none.
    """
    raw = body.decode("utf-8", "replace")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable(raw) from None
    if not isinstance(data, dict):
        raise Unreadable(raw)
    return data


def dicts_of(value: Any, most: int | None = None) -> list[dict[str, Any]]:
    """The objects of a list, or the first of them; nothing where there is none. A body is bounded, and so are its lists."""
    return [one for one in value if isinstance(one, dict)][:most] if isinstance(value, list) else []


def part(value: Any, *names: str) -> dict[str, Any]:
    """An object within objects; an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def bytes_of(text: str) -> bytes | None:
    """Base64, strictly read; None for what is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
