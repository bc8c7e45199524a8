"""How staff are told, by service: robots of groups and webhooks by clients of their own, persons by those that chats have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from complaint_qms.constants import notify
from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import (
    dingtalk_robot,
    notice_webhook,
    slack,
    wecom,
    wecom_robot,
    whatsapp,
)
from complaint_qms.integrations.messaging.inbound import Account, Reply, ServiceError, Tokens
from complaint_qms.integrations.messaging.notice import Notice

_WECOM_LONGEST: Final = 2048
_WHATSAPP_LONGEST: Final = 3900
_WHATSAPP_LANGUAGES: Final = {"zh": "zh_CN", "zh-TW": "zh_TW", "pt-BR": "pt_BR", "es-MX": "es_MX"}
"""Languages of templates whose code at the service is another."""

BASE_URLS: Final = {notify.WECOM_APP: wecom.BASE_URL, notify.WHATSAPP: whatsapp.BASE_URL}


def _by_wecom_app(account: Account, notice: Notice, tokens: Tokens) -> None:
    wecom.send_reply(account, Reply(notice.id, notice.to, notice.as_text(_WECOM_LONGEST)), tokens)


def _by_whatsapp(account: Account, notice: Notice, tokens: Tokens) -> None:
    text, to = notice.as_text(_WHATSAPP_LONGEST), "".join(filter(str.isdigit, notice.to))
    if not to:
        raise ServiceError(Message("The telephone number has no digits."), passing=False)
    if account.template:
        language = _WHATSAPP_LANGUAGES.get(notice.language, notice.language)
        whatsapp.send_template(account, to, text, language)
    else:
        whatsapp.send_reply(account, Reply(notice.id, to, text), tokens)


SEND: Final[dict[str, Callable[[Account, Notice, Tokens], None]]] = {
    notify.WECOM_ROBOT: wecom_robot.send_notice,
    notify.DINGTALK_ROBOT: dingtalk_robot.send_notice,
    notify.SLACK: slack.send_notice,
    notify.WEBHOOK: notice_webhook.send_notice,
    notify.WECOM_APP: _by_wecom_app,
    notify.WHATSAPP: _by_whatsapp,
}
"""Raises `ServiceError` where the service cannot be reached, or refuses. SMS go through the site's SMS Settings."""
