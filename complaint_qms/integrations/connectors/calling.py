"""One call of an outside system: within its time, outside the own network unless the server's configuration names it, no redirect followed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from complaint_qms.engine.connectors import Request
from complaint_qms.engine.message import Message
from complaint_qms.integrations.connectors import access
from complaint_qms.integrations.connectors.system import KINGDEE, CallFailed, System
from complaint_qms.integrations.messaging import http, outside
from complaint_qms.integrations.messaging.inbound import Tokens, text_value

LONGEST_ANSWER: Final = http.LONGEST_ANSWER
_NO_ACCESS: Final = Message("The system does not let us in ({status}). Check user and secret.")
_NOT_ALLOWED: Final = Message(
    "The system does not allow this request (403). Check the rights of our user there."
)
_NOT_THERE: Final = Message(
    "The system knows nothing at this address (404). Check the path, and whether it has this record."
)
_TOO_MANY: Final = Message("The system takes no more requests for now (429).")
_SENT_ON: Final = Message(
    "The system sends us on to another address ({status}), which is not followed. Enter the address it is really at."
)
_REFUSED: Final = Message("The system refused with {status}.")
_FAULT: Final = Message("The system has a fault ({status}).")
_NO_JSON: Final = Message("The system gave an answer that is no JSON.")
_KINGDEE: Final = Message("Kingdee refused the request ({status}). Check the form ID and the fields.")
_BY_STATUS: Final = {401: _NO_ACCESS, 403: _NOT_ALLOWED, 404: _NOT_THERE, 429: _TOO_MANY}


@dataclass(frozen=True)
class Answered:
    """Attributes:
    data: the answer as JSON; None where none was asked for, or nothing was said.
    """

    status: int
    data: Any
    content: bytes


def call(system: System, request: Request, tokens: Tokens, *, reads: bool = True) -> Answered:
    """Args:
        reads: the answer is to say something; else its status is enough.

    Raises:
        ServiceError: the system cannot be reached, refuses, is too slow, says too much, or no JSON. With the status of its answer, where
            there is one.
    """
    with outside.outside_alone(system.own_networks, is_encrypted=True):
        answer = _exchange(system, request, tokens, renew=False)
        if access.is_stale(system, answer):
            answer = _exchange(system, request, tokens, renew=True)
    _check(system, answer)
    return Answered(answer.status, _read(answer) if reads else None, answer.content)


def source_address(system: System, request: Request) -> str:
    """Where a request goes, without parameters."""
    return system.base_url + request.target.partition("?")[0]


def _exchange(system: System, request: Request, tokens: Tokens, *, renew: bool) -> http.HttpAnswer:
    entry = access.entry(system, tokens, request.body, renew=renew)
    url = system.base_url + request.target
    if entry.query:
        parts = urlsplit(url)
        url = urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(entry.query))))))
    headers = {**request.headers, **entry.headers}
    return http.exchange(
        request.method,
        url,
        request.body or None,
        headers,
        limit=LONGEST_ANSWER,
        seconds=system.seconds,
        silence=system.seconds + 1,
    )


def _check(system: System, answer: http.HttpAnswer) -> None:
    status = str(answer.status)
    if 200 <= answer.status < 300:
        if system.access == KINGDEE and (said := access.kingdee_error(answer.content)):
            code = text_value(said.get("ErrorCode"), 20)
            raise CallFailed(_KINGDEE.having(status=code), passing=False, status=answer.status)
        return
    passing = http.is_passing(answer.status)
    said = _BY_STATUS.get(answer.status) or (_FAULT if passing else _REFUSED)
    if 300 <= answer.status < 400:
        said = _SENT_ON
    pause = access.asked_pause(answer) if passing else None
    raise CallFailed(said.having(status=status), passing=passing, status=answer.status, pause=pause)


def _read(answer: http.HttpAnswer) -> Any:
    if not answer.content.strip():
        return None
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        raise CallFailed(_NO_JSON, passing=False, status=answer.status) from None
