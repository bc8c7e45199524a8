"""What WeChat, WeCom and DingTalk let a program in with: got once, kept until it expires, got anew when it is refused before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging.inbound import ServiceError, Tokens, text_value

EXPIRED: Final = (40001, 40014, 42001)
_BUSY: Final = (-1, 45009, 45011, 50002)
_EARLIER: Final = 300
"""Seconds before its end from which a token is not used any more."""
_LEAST: Final = 60


class TokenRefused(ServiceError):
    """What a service was told to be let in by is taken no longer."""


def with_token(
    key: tuple[str, ...],
    tokens: Tokens,
    get_token: Callable[[], dict[str, Any]],
    act: Callable[[str], dict[str, Any]],
) -> dict[str, Any]:
    """Do something with a token; once more with a new one where the service takes it no longer.

    Args:
        key: what the token belongs to, its secret among it: whoever changes that gets another token.
        get_token: asks the service for one, {access_token, expires_in}.
        act: what is done; may raise `TokenRefused` where the service says so in another way than by `errcode`.

    Raises:
        ServiceError: the service refuses.
    """
    place = hashlib.sha256("\0".join(key).encode()).hexdigest()
    if token := tokens.get(place):
        try:
            return checked(act(token))
        except TokenRefused:
            pass
    found = checked(get_token())
    token = text_value(found.get("access_token"), 2000)
    if not token:
        said = Message("The service gave no access token. Check the ID and the secret of the channel.")
        raise ServiceError(said, passing=False)
    seconds = found.get("expires_in")
    lasts = seconds if isinstance(seconds, int) else 7200
    tokens.set(place, token, max(_LEAST, lasts - _EARLIER))
    return checked(act(token))


def answered(answer: dict[str, Any], busy: tuple[int, ...] = _BUSY) -> dict[str, Any]:
    """The same check of an answer that has to say that all is well.

    Raises:
        ServiceError: it tells of an error, or of nothing.
    """
    if "errcode" not in answer:
        raise ServiceError(Message("The service did not say that it took the message."), passing=False)
    return checked(answer, busy)


def checked(answer: dict[str, Any], busy: tuple[int, ...] = _BUSY) -> dict[str, Any]:
    """Args:
        busy: error codes that may pass.

    Raises:
        ServiceError: the answer tells of an error.
    """
    code = answer.get("errcode") or 0
    if code:
        found = {"code": text_value(code, 20), "said": text_value(answer.get("errmsg"), 300)}
        kind = TokenRefused if code in EXPIRED else ServiceError
        raise kind(Message("The service refused with {code}. {said}", found), passing=code in busy)
    return answer
