"""A DingTalk (钉钉) robot of an organisation: who talks to it is answered by the robot, alone and never in a group.

open.dingtalk.com: “接收消息” (document/isvapp/receive-message): the headers `timestamp` in milliseconds and `sign`, Base64 of the
HMAC-SHA256 of `timestamp\\nsecret` with the secret, within an hour; “批量发送人与机器人会话中机器人消息” (v1.0/robot/oToMessages/batchSend),
“下载机器人接收消息的文件内容” (v1.0/robot/messageFiles/download), “获取企业内部应用的accessToken” (v1.0/oauth2/accessToken).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, Final

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import http
from complaint_qms.integrations.messaging.access_tokens import TokenRefused, checked, with_token
from complaint_qms.integrations.messaging.inbound import (
    FILE,
    LONGEST_ID,
    MOST_MEDIA,
    OTHER,
    TEXT,
    Account,
    Fetched,
    Inbound,
    Media,
    Received,
    Refused,
    Reply,
    Request,
    ServiceError,
    Tokens,
    Unreadable,
    dicts_of,
    id_value,
    is_recent,
    moment_of,
    object_of,
    part,
    text_value,
)

BASE_URL: Final = "https://api.dingtalk.com"
LARGEST_BODY: Final = 1 << 20
WINDOW: Final = 3600
_HOSTS: Final = ("dingtalk.com", "aliyuncs.com")
"""Where the service keeps files: what it gives as an address leads nowhere else."""
_TALKS: Final = ("dingtalk.com",)
"""Where it keeps talks. Its signature does not cover the message, in which their address stands; among the others anybody rents one."""
_ALONE: Final = "1"
_NOT_LET_IN: Final = "InvalidAuthentication"
"""What the service answers to an access token that it takes no longer."""
_BUSY: Final = (-1, 130101)


def sign(secret: str, timestamp: str) -> str:
    """The value of the header `sign`."""
    said = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()


def receive_request(account: Account, request: Request) -> Received:
    """Read a request.

    Raises:
        Refused: signature or time are wrong.
        Unreadable: it is signed and no message.
    """
    timestamp = request.headers.get("timestamp", "")
    if (
        request.method != "POST"
        or not account.app_secret
        or not is_recent(timestamp, request.at, WINDOW, unit=0.001)
    ):
        raise Refused
    expected, sent = sign(account.app_secret, timestamp), request.headers.get("sign", "")
    if not hmac.compare_digest(expected.encode(), sent.encode("utf-8", "replace")):
        raise Refused
    data = object_of(request.body)
    robot = text_value(data.get("robotCode"), LONGEST_ID)
    if account.app_id and robot and robot != account.app_id:
        raise Refused
    sender = id_value(data.get("senderStaffId")) or id_value(data.get("senderId"))
    message_id, raw = id_value(data.get("msgId")), request.body.decode("utf-8", "replace")
    if not sender or not message_id:
        raise Unreadable(raw, sender)
    text, media, kind = _content(data)
    return Received(
        (
            Inbound(
                message_id,
                sender,
                text_value(data.get("senderNick"), 140),
                text=text.strip(),
                media=media,
                at=moment_of(data.get("createAt")),
                kind=kind,
                context=_context(data),
            ),
        ),
        raw=raw,
    )


def send_reply(account: Account, reply: Reply, tokens: Tokens) -> str:
    """Send a text to a person, by the robot where they are known to the organisation, else in the talk they have opened.

    Raises:
        ServiceError: the service refuses, or the talk has ended.
    """
    if reply.context.get("staff"):
        data = {
            "robotCode": account.app_id,
            "userIds": [reply.to],
            "msgKey": "sampleText",
            "msgParam": json.dumps({"content": reply.text}, ensure_ascii=False),
        }
        answer = _call(account, tokens, "/v1.0/robot/oToMessages/batchSend", data)
        if answer.get("invalidStaffIdList"):
            raise ServiceError(Message("The receiver does not belong to the organisation."), passing=False)
        return text_value(answer.get("processQueryKey"), LONGEST_ID)
    webhook = text_value(reply.context.get("webhook"), 1000)
    if not webhook or not http.is_within(webhook, account.base_url, _TALKS):
        said = Message("The receiver can be answered only in a chat of their own with the robot.")
        raise ServiceError(said, passing=False)
    checked(http.post_json(webhook, {"msgtype": "text", "text": {"content": reply.text}}), _BUSY)
    return ""


def fetch_file(account: Account, media: Media, tokens: Tokens, limit: int) -> Fetched:
    """A file that was sent to the robot.

    Raises:
        ServiceError: it is gone, too large, refused, or lies where no file of the service does.
    """
    asked = {"downloadCode": media.id, "robotCode": account.app_id}
    url = text_value(
        _call(account, tokens, "/v1.0/robot/messageFiles/download", asked).get("downloadUrl"), 4000
    )
    if url.startswith("http://") and not http.is_within(url, account.base_url):
        url = f"https{url[4:]}"
    if not http.is_within(url, account.base_url, _HOSTS):
        raise ServiceError(Message("The file is at an address that is not the service's."), passing=False)
    return http.get_file(url, limit)[0]


def _content(data: dict[str, Any]) -> tuple[str, tuple[Media, ...], str]:
    """Text, files and kind of a message."""
    kind, content = text_value(data.get("msgtype"), 40), part(data, "content")
    if kind == "text":
        return text_value(part(data, "text").get("content")), (), TEXT
    if kind == "richText":
        rows = dicts_of(content.get("richText"))
        text = "\n".join(found for row in rows if (found := text_value(row.get("text"))))
        return text, tuple(one for row in rows if (one := _media(row)))[:MOST_MEDIA], TEXT
    if media := _media(content):
        return text_value(content.get("recognition")), (media,), FILE
    return "", (), OTHER


def _media(content: dict[str, Any]) -> Media | None:
    code = text_value(content.get("downloadCode"), 4000)
    return Media(code, text_value(content.get("fileName"), 140)) if code else None


def _context(data: dict[str, Any]) -> dict[str, Any]:
    staff = bool(data.get("senderStaffId"))
    webhook = text_value(data.get("sessionWebhook"), 1000)
    alone = text_value(data.get("conversationType"), 4) == _ALONE
    return {"staff": staff} | ({"webhook": webhook} if webhook and alone else {})


def _call(account: Account, tokens: Tokens, path: str, data: dict[str, Any]) -> dict[str, Any]:
    def get_token() -> dict[str, Any]:
        found = http.post_json(
            f"{account.base_url}/v1.0/oauth2/accessToken",
            {"appKey": account.app_id, "appSecret": account.app_secret},
        )
        return {"access_token": found.get("accessToken"), "expires_in": found.get("expireIn")}

    def act(token: str) -> dict[str, Any]:
        try:
            return http.post_json(account.base_url + path, data, {"x-acs-dingtalk-access-token": token})
        except ServiceError as error:
            if error.code != _NOT_LET_IN:
                raise
            raise TokenRefused(error.said, passing=False, code=error.code) from None

    key = ("dingtalk", account.base_url, account.app_id, account.app_secret)
    return with_token(key, tokens, get_token, act)
