"""Calls to chat services: with time limits, without redirects, and never more of an answer than was asked for. Within
`outside.outside_alone` nothing in the own network is called."""

from __future__ import annotations

import json
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

import requests

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import outside
from complaint_qms.integrations.messaging.inbound import Fetched, ServiceError, text_value

TIMEOUT: Final = (5, 20)
"""Seconds to reach a service, and between two pieces of its answer."""
LONGEST_CALL: Final = 25
"""Seconds of a whole call, however slowly the answer trickles in; shorter than a message is leased to who sends it."""
LONGEST_FETCH: Final = 60
"""The same for a file."""
LONGEST_ANSWER: Final = 1 << 20
TOO_SLOW: Final = Message("The service did not answer in time.")
_PIECE: Final = 1 << 16
_PASSING: Final = (408, 425, 429)
_MAY_PASS: Final = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
"""The last one is an answer that was broken off."""
_DOUBTFUL: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
"""What one reader of addresses ends the name of a computer at, and another does not."""


class HttpAnswer(NamedTuple):
    """What a service says, whatever its status."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def exchange(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    limit: int = LONGEST_ANSWER,
    seconds: float = LONGEST_CALL,
    silence: float | None = None,
) -> HttpAnswer:
    """One call, also where the service refuses.

    Args:
        limit: bytes of an answer.
        seconds: of the whole call.
        silence: between two pieces of the answer; `TIMEOUT` by default.

    Raises:
        ServiceError: it cannot be reached, is too slow, or says too much.
    """
    until, limits = time.monotonic() + seconds, outside.call_limits()

    def ask() -> HttpAnswer:
        with (
            _session(url, limits) as session,
            session.request(
                method,
                url,
                data=body,
                headers=dict(headers or {}),
                timeout=(TIMEOUT[0], silence or TIMEOUT[1]),
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            return HttpAnswer(answer.status_code, answer.headers, _read(answer, limit, until))

    try:
        return _within(seconds, ask)
    except (requests.RequestException, ValueError) as error:
        found = {"host": _host(url), "error": type(error).__name__}
        said = Message("{host} cannot be reached ({error}).", found)
        raise ServiceError(said, passing=isinstance(error, _MAY_PASS)) from None


def is_passing(status: int) -> bool:
    """Whether what a service refuses with this status may succeed later."""
    return status >= 500 or status in _PASSING


def post_json(
    url: str, data: Any, headers: Mapping[str, str] | None = None, seconds: float | None = None
) -> dict[str, Any]:
    """What a service answers to an object; letters are sent as they are: WeChat shows escapes to the reader.

    Args:
        seconds: how long the whole call may last, also where nothing is heard in between; `LONGEST_CALL` by default, in which a
            service that is silent for `TIMEOUT` is given up.

    Raises:
        ServiceError: it cannot be reached, or refuses.
    """
    body = json.dumps(data, ensure_ascii=False).encode()
    sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    times = (seconds, seconds + 1) if seconds else (LONGEST_CALL, None)
    return as_object(_call("POST", url, body, sent, LONGEST_ANSWER, *times)[0])


def post_bytes(url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """The same for a body that is signed as it is."""
    return as_object(_call("POST", url, body, headers, LONGEST_ANSWER)[0])


def call_for_text(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = LONGEST_CALL,
) -> str:
    """What a service answers in its own words.

    Raises:
        ServiceError: it cannot be reached, or refuses.
    """
    return _call(method, url, body, headers or {}, LONGEST_ANSWER, seconds)[0].decode("utf-8", "replace")


def get_json(url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a service answers to a question.

    Raises:
        ServiceError: it cannot be reached, or refuses.
    """
    return as_object(_call("GET", url, None, headers or {}, LONGEST_ANSWER)[0])


def get_file(url: str, limit: int, headers: Mapping[str, str] | None = None) -> tuple[Fetched, str]:
    """A file and its declared type.

    Raises:
        ServiceError: it is larger than `limit` bytes, cannot be reached, or is refused.
    """
    content, said = _call("GET", url, None, headers or {}, limit, LONGEST_FETCH)
    return Fetched(content, _name(said.get("content-disposition", ""))), said.get("content-type", "")


def as_object(content: bytes) -> dict[str, Any]:
    """An answer as the object it is; an empty one says nothing.

    Raises:
        ServiceError: it is no JSON.
    """
    if not content.strip():
        return {}
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise ServiceError(Message("The service gave an answer that is no JSON."), passing=False) from None
    return data if isinstance(data, dict) else {}


def is_within(url: str, base_url: str, hosts: Sequence[str] = ()) -> bool:
    """Whether an address that a service has given leads to the service itself, or by HTTPS to one of `hosts` or a host below
    it: what lets the site in is sent nowhere else, and no address within the own network is asked."""
    asked, base = read_address(url), read_address(base_url)
    if not asked:
        return False
    host = asked.hostname or ""
    same = base and (asked.scheme, host, asked.port) == (base.scheme, base.hostname, base.port)
    known = any(host == one or host.endswith(f".{one}") for one in hosts)
    return bool(same) or (asked.scheme == "https" and known and asked.port in (None, 443))


def read_address(url: str) -> SplitResult | None:
    """An address of HTTP as the library that calls it reads it; None for none, for one that two readers may understand in two
    ways (backslashes, blanks, a name before an @), and for one with a link-local number: clouds keep their keys there."""
    if _DOUBTFUL.search(url):
        return None
    try:
        asked = urlsplit(url)
        called = urlsplit(requests.Request("GET", url).prepare().url or "")
        ports = asked.port, called.port
    except (requests.RequestException, ValueError):
        return None
    same = (asked.scheme, asked.hostname, ports[0]) == (called.scheme, called.hostname, ports[1])
    plain = same and asked.scheme in ("http", "https") and "@" not in asked.netloc + called.netloc
    return called if plain and called.hostname and not _is_link_local(called.hostname) else None


def place_of(address: str) -> tuple[str, str | None, int | None]:
    """The computer and port that an address leads to; nothing for one that cannot be read."""
    try:
        parts = urlsplit(address.strip())
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return "", None, None


def _is_link_local(host: str) -> bool:
    number = outside.literal(host)
    mapped = getattr(number, "ipv4_mapped", None)
    return bool(number) and ((mapped or number).is_link_local or (mapped or number) in outside.OF_CLOUDS)


def _call(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    limit: int,
    seconds: float = LONGEST_CALL,
    silence: float | None = None,
) -> tuple[bytes, Mapping[str, str]]:
    status, said, content = exchange(
        method, url, body, headers, limit=limit, seconds=seconds, silence=silence
    )
    if not 200 <= status < 300:
        found = {"host": _host(url), "status": str(status), "said": _said(content)}
        raise ServiceError(
            Message("{host} refused with {status}. {said}", found),
            passing=is_passing(status),
            code=_code(content),
            status=status,
        )
    return content, said


@contextmanager
def _session(url: str, limits: outside.Limits | None) -> Iterator[requests.Session]:
    """What a call is made with.

    Raises:
        ServiceError: it would lead where none may.
    """
    if limits is None:
        made = requests.Session()
    elif address := read_address(url):
        made = outside.session_to(address, limits)
    else:
        raise ServiceError(Message("The address of the service cannot be read."), passing=False)
    with made as session:
        yield session


def _within(seconds: float, ask: Callable[[], HttpAnswer]) -> HttpAnswer:
    """What a call gives. A socket knows how long it waits for the next byte alone, so the call runs in a thread of its own, which is
    left behind when the time is over."""
    given: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run() -> None:
        try:
            given.put((ask(), None))
        except BaseException as error:  # raised again where it was called
            given.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        found, error = given.get(timeout=seconds)
    except queue.Empty:
        raise _too_slow() from None
    if error:
        raise error
    return found


def _too_slow() -> ServiceError:
    return ServiceError(TOO_SLOW, passing=True)


def _read(answer: requests.Response, limit: int, until: float) -> bytes:
    found = bytearray()
    for piece in answer.iter_content(_PIECE):
        found += piece
        if len(found) > limit:
            size = Message("The service sent more than {size} MB.", {"size": limit >> 20})
            raise ServiceError(size, passing=False, status=answer.status_code)
        if time.monotonic() > until:
            raise _too_slow()
    return bytes(found)


def _code(content: bytes) -> str:
    """What the service calls its error; empty where it says it in another way."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return text_value(data.get("code"), 100) if isinstance(data, dict) else ""


def _said(content: bytes) -> str:
    return " ".join(content[:300].decode("utf-8", "replace").split())


def _host(url: str) -> str:
    """Of an address without its parameters, among which secrets stand."""
    return urlsplit(url).hostname or ""


def _name(disposition: str) -> str:
    _kind, found, name = disposition.partition("filename=")
    return name.split(";")[0].strip().strip('"') if found else ""
