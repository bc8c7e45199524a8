"""A robot of a WeCom (企业微信) group: whoever knows its address writes into the group.

developer.work.weixin.qq.com: “消息推送配置说明” (document/path/91770): POST to the address with its `key`, text of 2,048 bytes at most, twenty
messages a minute; `errcode` tells what became of it (93000: the address is none, 45009: too many).
"""

from __future__ import annotations

from typing import Final

from complaint_qms.integrations.messaging import http
from complaint_qms.integrations.messaging.access_tokens import answered
from complaint_qms.integrations.messaging.inbound import Account, Tokens
from complaint_qms.integrations.messaging.notice import Notice

LONGEST: Final = 2048


def send_notice(account: Account, notice: Notice, tokens: Tokens) -> None:
    """Raises:
    ServiceError: the service cannot be reached, or refuses.
    """
    answered(
        http.post_json(account.base_url, {"msgtype": "text", "text": {"content": notice.as_text(LONGEST)}})
    )
