"""Chat services, one client a file; plain functions without a site, so that each can be tried by itself.

inbound          what every client reads a request into      http    calls to a service, with limits
signed_webhook   any program that signs what it sends        wechat_crypto  signature and cipher of WeChat and WeCom
wecom, wechat, dingtalk, whatsapp   the services by their names

What staff are told goes out by `staff`: wecom_robot, dingtalk_robot, slack and notice_webhook by an address, WeCom and WhatsApp by their
clients above; `outside` keeps calls out of the own network, `notice` is what is told.

Each client of a chat has `receive_request(account, request)`, which verifies before it reads, `send_reply(account, reply, tokens)` and
`fetch_file(account, media, tokens, limit)`.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from complaint_qms.constants import chat
from complaint_qms.integrations.messaging import dingtalk, signed_webhook, wechat, wecom, whatsapp

CLIENTS: Final[dict[str, ModuleType]] = {
    chat.WECOM: wecom,
    chat.DINGTALK: dingtalk,
    chat.WECHAT: wechat,
    chat.WHATSAPP: whatsapp,
    chat.SIGNED: signed_webhook,
}
