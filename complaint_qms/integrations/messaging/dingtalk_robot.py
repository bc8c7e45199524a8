"""A robot of a DingTalk (钉钉) group, with the signature that its security settings ask for.

open.dingtalk.com: “自定义机器人安全设置” (document/orgapp/customize-robot-security-settings): the address with its `access_token`, and
`timestamp` in milliseconds and `sign`, Base64 of the HMAC-SHA256 of `timestamp\\nsecret`; `errcode` tells what became of it (310000: the
signature is wrong, 130101: more than twenty a minute).
"""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import urlencode

from complaint_qms.integrations.messaging import http
from complaint_qms.integrations.messaging.access_tokens import answered
from complaint_qms.integrations.messaging.dingtalk import sign
from complaint_qms.integrations.messaging.inbound import Account, Tokens
from complaint_qms.integrations.messaging.notice import Notice

LONGEST: Final = 16_000
_BUSY: Final = (-1, 130101, 130102)


def send_notice(account: Account, notice: Notice, tokens: Tokens) -> None:
    """Raises:
    ServiceError: the service cannot be reached, or refuses.
    """
    timestamp = str(int(time.time() * 1000))
    query = urlencode({"timestamp": timestamp, "sign": sign(account.app_secret, timestamp)})
    address = f"{account.base_url}{'&' if '?' in account.base_url else '?'}{query}"
    data = {"msgtype": "text", "text": {"content": notice.as_text(LONGEST)}}
    answered(http.post_json(address, data), _BUSY)
