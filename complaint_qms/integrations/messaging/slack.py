"""An incoming webhook of Slack: whoever knows its address writes into its channel.

docs.slack.dev: “Sending messages using incoming webhooks” (the answer is the text “ok”, errors are a status with a word such as
`invalid_payload` or `no_service`), “Formatting message text” (&, < and > are escaped).
"""

from __future__ import annotations

import json
from typing import Final

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import http
from complaint_qms.integrations.messaging.inbound import Account, ServiceError, Tokens, text_value
from complaint_qms.integrations.messaging.notice import Notice

LONGEST: Final = 3000


def send_notice(account: Account, notice: Notice, tokens: Tokens) -> None:
    """Raises:
    ServiceError: the service cannot be reached, or refuses.
    """
    text = notice.as_text(LONGEST).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    body = json.dumps({"text": text}, ensure_ascii=False).encode()
    said = http.call_for_text("POST", account.base_url, body, {"Content-Type": "application/json"}).strip()
    if said != "ok":
        found = {"said": text_value(said, 300)}
        raise ServiceError(
            Message("The service did not take the message. It says: {said}", found), passing=False
        )
