"""How a system lets us in: by nothing, a key, a login, a token of OAuth 2, a session of Kingdee, a token of Yonyou, or a signature.

What is got once is kept until it expires, and got anew when the system takes it no longer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import quote, urlencode

from complaint_qms.engine.connectors import retry_after
from complaint_qms.engine.message import Message
from complaint_qms.integrations.connectors.system import (
    BASIC,
    KEY,
    KINGDEE,
    OAUTH2,
    SIGNATURE,
    YONYOU,
    CallFailed,
    System,
)
from complaint_qms.integrations.messaging import http
from complaint_qms.integrations.messaging.inbound import ServiceError, Tokens, part, text_value
from complaint_qms.integrations.messaging.signed_webhook import signing_headers

WITH_TOKEN: Final = (OAUTH2, KINGDEE, YONYOU)
YONYOU_TOKEN_PATH: Final = "/open-auth/selfAppAuth/getAccessToken"
KINGDEE_LOGIN: Final = "/Kingdee.BOS.WebApi.ServicesStub.AuthService.LoginByAppSecret.common.kdsvc"
_KINGDEE_LASTS: Final = 15 * 60
"""Seconds for which a session is used; Kingdee ends one that is idle after twenty minutes unless it is set otherwise there."""
_KINGDEE_LOST: Final = "1"
"""`MsgCode` of a session that is over; a refusal of another kind carries another number."""
_LASTS: Final = 3600
_EARLIER: Final = 60
_LEAST: Final = 30
_ANSWERED: Final = 200
"""What has answered and gives no token for all that."""
_REFUSED: Final = Message("The system does not let us in ({status}). Check user and secret.")
_NO_TOKEN: Final = Message(
    "The system gave no access token. Check user, secret and the address of the token."
)
_BUSY: Final = Message("The system gives no access token at the moment ({status}).")


@dataclass(frozen=True)
class Entry:
    """What a request carries so that it is let in."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def entry(system: System, tokens: Tokens, body: bytes = b"", *, renew: bool = False) -> Entry:
    """Args:
        body: what is sent, for a signature.
        renew: the token that was kept is taken no longer.

    Raises:
        ServiceError: the system gives no token.
    """
    if system.access == KEY:
        return Entry({system.key_header: f"{system.key_prefix} {system.secret}".strip()})
    if system.access == BASIC:
        return Entry({"Authorization": _basic(system.user, system.secret)})
    if system.access == SIGNATURE:
        return Entry(signing_headers(system.secret, body))
    if system.access not in WITH_TOKEN:
        return Entry()
    token = "" if renew else tokens.get(system.token_key()) or ""
    if not token:
        token, seconds = _GET[system.access](system)
        tokens.set(system.token_key(), token, seconds)
    if system.access == OAUTH2:
        return Entry({"Authorization": f"Bearer {token}"})
    if system.access == KINGDEE:
        return Entry({"kdservice-sessionid": token})
    return Entry(query={"access_token": token})


def is_stale(system: System, answer: http.HttpAnswer) -> bool:
    """Whether an answer says that the token is taken no longer."""
    if system.access not in WITH_TOKEN:
        return False
    if answer.status == 401:
        return True
    lost = system.access == KINGDEE and kingdee_error(answer.content).get("MsgCode")
    return text_value(lost, 10) == _KINGDEE_LOST


def kingdee_error(content: bytes) -> dict[str, Any]:
    """What Kingdee says beside the status 200 of an answer that is none: its ResponseStatus; empty where all is well."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    while isinstance(data, list):
        data = data[0] if data else {}
    status = part(data, "Result", "ResponseStatus")
    return status if status.get("IsSuccess") is False else {}


def asked_pause(answer: http.HttpAnswer) -> timedelta | None:
    """How long an answer asks us to wait."""
    return retry_after(answer.headers.get("Retry-After", ""), datetime.now(timezone.utc))


def yonyou_signature(parameters: Mapping[str, str], secret: str) -> str:
    """Base64 of the HMAC-SHA256 of all parameters by name, each name followed by its value (yonyoucloud-open/corp-demo)."""
    said = "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    return base64.b64encode(hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest()).decode()


def _oauth2(system: System) -> tuple[str, int]:
    """RFC 6749, 4.4, with the client's secret as 2.3.1 has it."""
    form = {"grant_type": "client_credentials"} | ({"scope": system.scope} if system.scope else {})
    headers = {
        "Authorization": _basic(quote(system.user, safe=""), quote(system.secret, safe="")),
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    answer = _ask("POST", system.token_url, urlencode(form).encode(), headers, system)
    return _token(answer.get("access_token"), answer.get("expires_in"))


def _kingdee(system: System) -> tuple[str, int]:
    data = {
        "acctID": system.account,
        "username": system.as_user,
        "appId": system.user,
        "appSecret": system.secret,
        "lcid": 2052,
    }
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = _ask("POST", system.base_url + KINGDEE_LOGIN, json.dumps(data).encode(), headers, system)
    if answer.get("LoginResultType") != 1:
        code = text_value(answer.get("LoginResultType"), 20)
        raise CallFailed(_REFUSED.having(status=code), passing=False, status=_ANSWERED)
    return _token(answer.get("KDSVCSessionId"), _KINGDEE_LASTS)


def _yonyou(system: System) -> tuple[str, int]:
    parameters = {"appKey": system.user, "timestamp": str(int(time.time() * 1000))}
    parameters["signature"] = yonyou_signature(parameters, system.secret)
    base = system.token_url or system.base_url + YONYOU_TOKEN_PATH
    answer = _ask("GET", f"{base}?{urlencode(parameters)}", None, {}, system)
    found = part(answer, "data")
    if not found.get("access_token"):
        code = text_value(answer.get("code"), 20)
        raise CallFailed(_REFUSED.having(status=code), passing=False, status=_ANSWERED)
    return _token(found.get("access_token"), found.get("expire"))


_GET: Final = {OAUTH2: _oauth2, KINGDEE: _kingdee, YONYOU: _yonyou}


def _ask(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], system: System
) -> dict[str, Any]:
    answer = http.exchange(method, url, body, headers, seconds=system.seconds)
    if not 200 <= answer.status < 300:
        passing = http.is_passing(answer.status)
        said = _BUSY if passing else _REFUSED
        raise CallFailed(
            said.having(status=str(answer.status)),
            passing=passing,
            status=answer.status,
            pause=asked_pause(answer) if passing else None,
        )
    try:
        return http.as_object(answer.content)
    except ServiceError as error:
        raise CallFailed(error.said, passing=False, status=answer.status) from None


def _token(value: Any, seconds: Any) -> tuple[str, int]:
    token = text_value(value, 8000)
    if not token or not token.isascii() or not token.isprintable():
        raise CallFailed(_NO_TOKEN, passing=False, status=_ANSWERED)
    lasts = int(seconds) if isinstance(seconds, int | float) and 0 < seconds < 10**9 else _LASTS
    return token, max(_LEAST, lasts - _EARLIER)


def _basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
