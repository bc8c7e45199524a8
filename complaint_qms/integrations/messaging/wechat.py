"""A WeChat service account (公众号): its customers write, the site answers by the customer service message within 48 hours.

developers.weixin.qq.com/doc/offiaccount: “接入指南” (the handshake), “接收普通消息”, “消息加解密说明”, “客服消息”, “获取稳定版接口调用凭据”,
“获取临时素材”. The account has to be in the safe mode: in the plain mode the signature covers no word of the message. The service waits
five seconds for an answer and asks three times; it gets `success` at once, and the reply goes out by a job.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import http
from complaint_qms.integrations.messaging.access_tokens import checked, with_token
from complaint_qms.integrations.messaging.inbound import (
    FILE,
    OTHER,
    PLACE,
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
    id_value,
    moment_of,
    send_parts,
    text_value,
)
from complaint_qms.integrations.messaging.wechat_crypto import decipher, verify, xml_fields

BASE_URL: Final = "https://api.weixin.qq.com"
LARGEST_BODY: Final = 1 << 20
TAKEN: Final = "success"
_FILES: Final = ("image", "voice", "video", "shortvideo", "file")
_LONGEST: Final = 2000
"""Bytes of one text; the service refuses more than 2048."""


def receive_request(account: Account, request: Request) -> Received:
    """Read a request.

    Raises:
        Refused: signature, time, key or receiver are wrong.
        Unreadable: it is signed and no message.
    """
    query = request.query
    if request.method == "GET":
        verify(
            query.get("signature", ""),
            request.at,
            account.token,
            query.get("timestamp", ""),
            query.get("nonce", ""),
        )
        return Received(answer=query.get("echostr", ""))
    fields = opened(account, request)
    return Received(messages_of(fields), raw=raw_text(fields), answer=TAKEN)


def opened(account: Account, request: Request) -> dict[str, str]:
    """The fields of an enciphered message.

    Raises:
        Refused: signature, time, key or receiver are wrong.
        Unreadable: it is signed and no message.
    """
    query = request.query
    try:
        ciphertext = xml_fields(request.body).get("Encrypt", "")
    except Unreadable:
        raise Refused from None  # nobody has signed it
    verify(
        query.get("msg_signature", ""),
        request.at,
        account.token,
        query.get("timestamp", ""),
        query.get("nonce", ""),
        ciphertext,
    )
    return xml_fields(decipher(account.aes_key, ciphertext, account.app_id))


def messages_of(fields: dict[str, str]) -> tuple[Inbound, ...]:
    """The message that fields tell of; none for an event, such as somebody who begins to follow.

    Raises:
        Unreadable: it names no sender or no kind.
    """
    sender = id_value(fields.get("FromUserName"))
    kind = fields.get("MsgType", "")
    if not sender or not kind:
        raise Unreadable(raw_text(fields), sender)
    if kind == "event":
        return ()
    message_id = id_value(fields.get("MsgId"))
    text, media, what = fields.get("Content", ""), (), TEXT
    if kind in _FILES and fields.get("MediaId"):
        # What the service has understood of a spoken message is its text.
        text, what = fields.get("Recognition", ""), FILE
        media = (Media(text_value(fields["MediaId"], 1000), text_value(fields.get("FileName"), 140)),)
    elif kind == "location":
        place = (fields.get("Label"), fields.get("Location_X"), fields.get("Location_Y"))
        text, what = ", ".join(part for part in place if part), PLACE
    elif kind == "link":
        text = "\n".join(
            part for part in (fields.get("Title"), fields.get("Description"), fields.get("Url")) if part
        )
    elif kind != "text":
        what = OTHER
    return (
        Inbound(
            message_id or f"{sender}-{text_value(fields.get('CreateTime'), 20)}",
            sender,
            text=text_value(text),
            media=media,
            at=moment_of(fields.get("CreateTime")),
            kind=what,
        ),
    )


def send_reply(account: Account, reply: Reply, tokens: Tokens) -> str:
    """Send a customer service message; the service gives it no name.

    Raises:
        ServiceError: it refuses: 45015 when the customer has not written for 48 hours.
    """

    def send(text: str) -> str:
        data = {"touser": reply.to, "msgtype": "text", "text": {"content": text}}
        way = f"{account.base_url}/cgi-bin/message/custom/send"
        _with_token(
            account, tokens, lambda token: http.post_json(f"{way}?{urlencode({'access_token': token})}", data)
        )
        return ""

    return send_parts(reply, pieces(reply.text), send)


def fetch_file(account: Account, media: Media, tokens: Tokens, limit: int) -> Fetched:
    """A temporary file, which the service keeps for three days.

    Raises:
        ServiceError: it is gone, too large or refused.
    """
    return temporary_file(account, media, limit, lambda act: _with_token(account, tokens, act))


def temporary_file(account: Account, media: Media, limit: int, with_a_token: Any) -> Fetched:
    """The same for whoever gets its token in another way."""
    found: list[Fetched] = []

    def act(token: str) -> dict[str, Any]:
        query = urlencode({"access_token": token, "media_id": media.id})
        file, mime = http.get_file(f"{account.base_url}/cgi-bin/media/get?{query}", limit)
        if "json" in mime or "text/plain" in mime:
            return http.as_object(file.content)  # an error, or where a video is
        found[:] = [file]
        return {}

    checked(with_a_token(act))
    if not found:
        raise ServiceError(Message("The service gave no file."), passing=False)
    return found[0]


def raw_text(fields: dict[str, str]) -> str:
    """The fields of a message as they are kept, a line each."""
    return "\n".join(f"{name}: {value}" for name, value in fields.items())


def pieces(text: str, longest: int = _LONGEST) -> list[str]:
    """A text in parts of so many bytes, cut between lines or letters."""
    found, rest = [], text
    while len(rest.encode()) > longest:
        cut = rest.encode()[:longest].decode("utf-8", "ignore")
        at = cut.rfind("\n") if "\n" in cut[len(cut) // 2 :] else len(cut)
        found.append(rest[:at])
        rest = rest[at:].lstrip("\n")
    return [*found, rest]


def _with_token(account: Account, tokens: Tokens, act: Any) -> dict[str, Any]:
    def get_token() -> dict[str, Any]:
        asked = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.app_secret}
        return http.post_json(f"{account.base_url}/cgi-bin/stable_token", asked)

    return with_token(
        ("wechat", account.base_url, account.app_id, account.app_secret), tokens, get_token, act
    )
