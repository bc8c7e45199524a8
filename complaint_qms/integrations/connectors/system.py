"""An outside system, and why a call of it was in vain."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging.inbound import ServiceError

NONE: Final = "no_access"
KEY: Final = "api_key"
BASIC: Final = "basic"
OAUTH2: Final = "oauth2"
KINGDEE: Final = "kingdee"
YONYOU: Final = "yonyou"
SIGNATURE: Final = "signature"


@dataclass(frozen=True)
class System:
    """Where a system is, and what lets us in; what its way of access does not use is empty.

    Attributes:
        access: one of the ways above.
        user: who we are there: a login, a client or an application.
        secret: password, key or client secret.
        as_user: Kingdee: the user as whom the application works.
        account: Kingdee: the data centre.
        seconds: how long a call may last.
        own_networks: what of the own network may be called; see `outside.outside_alone`.
    """

    base_url: str
    access: str = NONE
    user: str = ""
    secret: str = field(default="", repr=False)
    key_header: str = ""
    key_prefix: str = ""
    token_url: str = ""
    scope: str = ""
    as_user: str = ""
    account: str = ""
    seconds: int = 20
    own_networks: tuple[str, ...] = ()

    def token_key(self) -> str:
        """What a token belongs to: whoever changes anything of it gets another one."""
        parts = (
            self.access,
            self.base_url,
            self.token_url,
            self.user,
            self.secret,
            self.scope,
            self.as_user,
            self.account,
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class CallFailed(ServiceError):
    """Attributes:
    pause: how long the system asks to be left alone; None where it does not say.
    """

    def __init__(
        self, said: Message, *, passing: bool, status: int = 0, pause: timedelta | None = None
    ) -> None:
        super().__init__(said, passing=passing, status=status)
        self.pause = pause
