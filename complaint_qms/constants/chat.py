"""Vocabulary of chats: services, who has the word, and the terms of sending."""

from datetime import timedelta
from typing import Final

CHANNEL: Final = "Complaint Chat Channel"
CHAT: Final = "Complaint Chat"
MESSAGE: Final = "Complaint Chat Message"

WECOM: Final = "wecom"
DINGTALK: Final = "dingtalk"
WECHAT: Final = "wechat"
WHATSAPP: Final = "whatsapp"
SIGNED: Final = "signed_webhook"

CHANNEL_KEYS: Final = {
    WECOM: "wecom",
    DINGTALK: "dingtalk",
    WECHAT: "wechat",
    WHATSAPP: "whatsapp",
    SIGNED: "chat",
}
"""Service → key of the Complaint Channel of complaints that are told there, unless the chat channel names another."""
SHORTEST_SECRET: Final = 16
"""Characters of a secret or token that the site chooses itself; WeChat and WeCom take 32 at most."""

OPEN: Final = "open"
COLLECTING: Final = "collecting"
CONFIRMING: Final = "confirming"
WITH_PERSON: Final = "with_person"
DONE: Final = "done"
UNFINISHED: Final = (COLLECTING, CONFIRMING)
"""What the assistant has begun and the sender has not ended."""
LEFT_AFTER: Final = timedelta(hours=12)
"""How long a sender may be silent in the middle of it; a person looks at it then."""

RECEIVED: Final = "received"
QUEUED: Final = "queued"
SENT: Final = "sent"
FAILED: Final = "not_sent"

SENDER: Final = "sender"
ASSISTANT: Final = "assistant"
PERSON: Final = "person"

BACK_OFF: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""How long a message that could not be sent is left alone, each time longer; after the last it has failed."""
LEASE: Final = timedelta(minutes=3)
"""How long a part of a message belongs to who sends it: longer than its calls to the service may last together."""

WRITING_FOR: Final = 30
"""Seconds for which others are told that somebody writes in a chat; their program says so again while they do."""
LONGEST_REPLY: Final = 4000
"""Signs of one message of a person."""
LARGEST_FILE: Final = 20 << 20
"""Bytes of a file that a channel takes at most, whatever it is set to."""

REFUSED_AN_HOUR: Final = 120
"""Requests without a valid signature that one address may send to one channel."""
REQUESTS_A_MINUTE: Final = 1200
"""Requests that one address may send to one channel."""
ADDRESS: Final = "complaint-chat"
"""First part of the address that a service posts to; the second is the channel's own."""
