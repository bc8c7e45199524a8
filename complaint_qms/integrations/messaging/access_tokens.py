"""What WeChat and WeCom let a program in with: got once, kept until it expires, got anew when it is refused before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from complaint_qms.integrations.messaging.inbound import ServiceError, Tokens, text_value

EXPIRED: Final = (40001, 40014, 42001)
_BUSY: Final = (-1, 45009, 45011, 50002)
_EARLIER: Final = 300
"""Seconds before its end from which a token is not used any more."""
_LEAST: Final = 60


def with_token(
    key: tuple[str, ...],
    tokens: Tokens,
    get_token: Callable[[], dict[str, Any]],
    act: Callable[[str], dict[str, Any]],
) -> dict[str, Any]:
    """Do something with a token; once more with a new one where the service takes it no longer.

    Args:
        key: what the token belongs to, its secret among it: whoever changes that gets another token.

    Raises:
        ServiceError: the service refuses.
    """
    place = hashlib.sha256("\0".join(key).encode()).hexdigest()
    if token := tokens.get(place):
        answer = act(token)
        if answer.get("errcode") not in EXPIRED:
            return checked(answer)
    found = checked(get_token())
    token = text_value(found.get("access_token"), 2000)
    if not token:
        raise ServiceError("no access token was given", passing=False)
    seconds = found.get("expires_in")
    lasts = seconds if isinstance(seconds, int) else 7200
    tokens.set(place, token, max(_LEAST, lasts - _EARLIER))
    return checked(act(token))


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    """Raises:
    ServiceError: the answer tells of an error.
    """
    code = answer.get("errcode") or 0
    if code:
        said = f"{text_value(code, 20)} {text_value(answer.get('errmsg'), 300)}"
        raise ServiceError(said.strip(), passing=code in _BUSY)
    return answer
