"""Any program that takes messages to staff: a gateway, a wall board, a service without a client here.

It is posted JSON: `{"id", "sent_at", "text", "messages": [{"kind", "text", "doctype", "name", "url"}]}`, with the headers of
`signed_webhook`: `X-Timestamp`, seconds since 1970, and `X-Signature: sha256=<hex>`, the HMAC-SHA256 of `timestamp.body`. Any answer from 200
to 299 says that it was taken; a message that is sent again has the same `id`.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Final

from complaint_qms.integrations.messaging import http
from complaint_qms.integrations.messaging.inbound import Account, Tokens
from complaint_qms.integrations.messaging.notice import Notice
from complaint_qms.integrations.messaging.signed_webhook import signing_headers

LONGEST: Final = 20_000


def send_notice(account: Account, notice: Notice, tokens: Tokens) -> None:
    """Raises:
    ServiceError: the program cannot be reached, or refuses.
    """
    now = datetime.now(timezone.utc)
    rows = [
        {"kind": one.kind, "text": one.text, "doctype": one.doctype, "name": one.name, "url": one.url}
        for one in notice.lines
    ]
    data = {"id": notice.id, "sent_at": now.isoformat(), "text": notice.as_text(LONGEST), "messages": rows}
    body = json.dumps(data, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        **signing_headers(account.app_secret, body),
    }
    http.call_for_text("POST", account.base_url, body, headers)
