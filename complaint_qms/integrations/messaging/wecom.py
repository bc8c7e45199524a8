"""A self-built WeCom (企业微信) application: who may use it writes, the site answers by an application message.

developer.work.weixin.qq.com: “回调配置” (document/path/90930), “加解密方案说明” (90968), “接收消息” (90239), “获取access_token” (91039),
“发送应用消息” (90236), “获取临时素材” (90254).
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import http, wechat
from complaint_qms.integrations.messaging.access_tokens import with_token
from complaint_qms.integrations.messaging.inbound import (
    LONGEST_ID,
    Account,
    Fetched,
    Media,
    Received,
    Refused,
    Reply,
    Request,
    ServiceError,
    Tokens,
    send_parts,
    text_value,
)
from complaint_qms.integrations.messaging.wechat_crypto import decipher, verify

BASE_URL: Final = "https://qyapi.weixin.qq.com"
LARGEST_BODY: Final = 1 << 20


def receive_request(account: Account, request: Request) -> Received:
    """Read a request; its answer is empty, and the reply goes out by a job: the service waits five seconds.

    Raises:
        Refused: signature, time, key or receiver are wrong, or it is for another application.
        Unreadable: it is signed and no message.
    """
    query = request.query
    if request.method == "GET":
        ciphertext = query.get("echostr", "")
        verify(
            query.get("msg_signature", ""),
            request.at,
            account.token,
            query.get("timestamp", ""),
            query.get("nonce", ""),
            ciphertext,
        )
        return Received(answer=decipher(account.aes_key, ciphertext, account.app_id))
    fields = wechat.opened(account, request)
    if account.agent_id and fields.get("AgentID") not in (None, "", account.agent_id):
        raise Refused
    return Received(wechat.messages_of(fields), raw=wechat.raw_text(fields))


def send_reply(account: Account, reply: Reply, tokens: Tokens) -> str:
    """Send an application message; what the service calls it.

    Raises:
        ServiceError: it refuses, or the receiver may not use the application.
    """

    def send(text: str) -> str:
        data = {
            "touser": reply.to,
            "msgtype": "text",
            "agentid": _number(account.agent_id),
            "text": {"content": text},
        }
        way = f"{account.base_url}/cgi-bin/message/send"
        answer = _with_token(
            account, tokens, lambda token: http.post_json(f"{way}?{urlencode({'access_token': token})}", data)
        )
        if answer.get("invaliduser"):
            raise ServiceError(Message("The receiver may not use the application."), passing=False)
        return text_value(answer.get("msgid"), LONGEST_ID)

    return send_parts(reply, wechat.pieces(reply.text), send)


def fetch_file(account: Account, media: Media, tokens: Tokens, limit: int) -> Fetched:
    """A temporary file, which the service keeps for three days.

    Raises:
        ServiceError: it is gone, too large or refused.
    """
    return wechat.temporary_file(account, media, limit, lambda act: _with_token(account, tokens, act))


def _with_token(account: Account, tokens: Tokens, act: Any) -> dict[str, Any]:
    def get_token() -> dict[str, Any]:
        query = urlencode({"corpid": account.app_id, "corpsecret": account.app_secret})
        return http.get_json(f"{account.base_url}/cgi-bin/gettoken?{query}")

    return with_token(("wecom", account.base_url, account.app_id, account.app_secret), tokens, get_token, act)


def _number(agent_id: str) -> int | str:
    return int(agent_id) if agent_id.isascii() and agent_id.isdigit() else agent_id
