"""Calls to chat services: with time limits, without redirects, and never more of an answer than was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from complaint_qms.integrations.messaging.inbound import Fetched, ServiceError

TIMEOUT: Final = (5, 20)
"""Seconds to reach a service, and between two pieces of its answer."""
LONGEST_ANSWER: Final = 1 << 20
_PIECE: Final = 1 << 16
_PASSING: Final = (408, 425, 429)


def post_json(url: str, data: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a service answers to an object; letters are sent as they are: WeChat shows escapes to the reader.

    Raises:
        ServiceError: it cannot be reached, or refuses.
    """
    body = json.dumps(data, ensure_ascii=False).encode()
    sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return as_object(_call("POST", url, body, sent, LONGEST_ANSWER)[0])


def post_bytes(url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """The same for a body that is signed as it is."""
    return as_object(_call("POST", url, body, headers, LONGEST_ANSWER)[0])


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
    content, said = _call("GET", url, None, headers or {}, limit)
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
        raise ServiceError("the answer is no JSON", passing=False) from None
    return data if isinstance(data, dict) else {}


def is_within(url: str, base_url: str, hosts: Sequence[str] = ()) -> bool:
    """Whether an address that a service has given leads to the service itself, or by HTTPS to one of `hosts` or a host below
    it: what lets the site in is sent nowhere else, and no address within the own network is asked."""
    try:
        asked, base = urlsplit(url), urlsplit(base_url)
        same = (asked.scheme, asked.hostname, asked.port) == (base.scheme, base.hostname, base.port)
    except ValueError:
        return False
    host = asked.hostname or ""
    known = any(host == one or host.endswith(f".{one}") for one in hosts)
    return bool(host) and (same or (asked.scheme == "https" and known and asked.port in (None, 443)))


def _call(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], limit: int
) -> tuple[bytes, Mapping[str, str]]:
    try:
        with requests.request(
            method,
            url,
            data=body,
            headers=dict(headers),
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            content = _read(answer, limit)
            status, said = answer.status_code, answer.headers
    except (requests.ConnectionError, requests.Timeout) as error:
        raise ServiceError(f"{_host(url)}: {type(error).__name__}", passing=True) from None
    except (requests.RequestException, ValueError) as error:
        raise ServiceError(f"{_host(url)}: {type(error).__name__}", passing=False) from None
    if not 200 <= status < 300:
        passing = status >= 500 or status in _PASSING
        raise ServiceError(f"{_host(url)}: {status} {_said(content)}".strip(), passing=passing)
    return content, said


def _read(answer: requests.Response, limit: int) -> bytes:
    found = bytearray()
    for piece in answer.iter_content(_PIECE):
        found += piece
        if len(found) > limit:
            raise ServiceError(f"more than {limit} bytes", passing=False)
    return bytes(found)


def _said(content: bytes) -> str:
    return " ".join(content[:300].decode("utf-8", "replace").split())


def _host(url: str) -> str:
    """Of an address without its parameters, among which secrets stand."""
    return urlsplit(url).hostname or ""


def _name(disposition: str) -> str:
    _kind, found, name = disposition.partition("filename=")
    return name.split(";")[0].strip().strip('"') if found else ""
