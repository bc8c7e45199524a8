"""Vocabulary of the inbox: by which roads messages come in, who reads them, and what becomes of them."""

from datetime import timedelta
from typing import Final

DOCTYPE: Final = "Complaint Inbox Item"

MAIL: Final = "mail"
REST: Final = "rest"
PAGE: Final = "page"
PORTAL: Final = "portal"
CHAT: Final = "chat"
ROADS: Final[dict[str, str]] = {
    MAIL: "complaint_qms.services.mailbox.inbox_reader.read_item",
    REST: "complaint_qms.services.inbox.rest.read_request",
    PAGE: "complaint_qms.services.visitor.new_complaint.read_filed",
    PORTAL: "complaint_qms.services.portal.new_complaint.read_filed",
    CHAT: "complaint_qms.services.chat.inbox_reader.read_item",
}
"""Road → its reader, a function `read(item) -> Outcome` (`services/inbox/outcomes.py`); empty where people decide alone."""

IN_ORDER: Final[dict[str, str]] = {CHAT: "complaint_qms.services.chat.inbox_reader.read_with_others"}
"""Road on which messages of one sender are read one after the other → what reads an item with those before it, `read(name)`; the
sweep of the inbox leaves them to the road's own."""

FILERS: Final[dict[str, str]] = {
    MAIL: "complaint_qms.services.mailbox.communications.file_on_complaint",
    CHAT: "complaint_qms.services.chat.complaint_chats.file_on_complaint",
}
"""Road → what puts a message of it on the timeline of the complaint it has become, `file(item, complaint, *, founds)`."""

OPENERS: Final[dict[str, str]] = {MAIL: "complaint_qms.services.mailbox.fetching.open_mail"}
"""Road → what reads a message out of the bytes that were kept of it, `open(item)`, before anybody decides what it is."""

AUTHORS: Final[dict[str, str]] = {MAIL: "complaint_qms.services.mailbox.forwards.written_by"}
"""Road → who has written what its sender has only passed on, `written_by(item)`: fields of Complaint, none where the sender wrote it."""

TELLERS: Final[dict[str, str]] = {
    CHAT: "complaint_qms.services.chat.sender_text.talk_of",
    PAGE: "complaint_qms.services.visitor.form.told_of",
    PORTAL: "complaint_qms.services.visitor.form.told_of",
}
"""Road → what more than the message itself tells of a complaint that a person makes of it, `talk_of(item)`: fields of Complaint, and
`text`, which is said instead of the message's; none where it stands alone."""

NEW: Final = "new"
WAITING: Final = "waiting"
REGISTERED: Final = "registered"
ADDED: Final = "added"
DISMISSED: Final = "dismissed"
OPEN: Final = (NEW, WAITING)
TAKEN: Final = (REGISTERED, ADDED)
"""What it says stands on a complaint."""

BACK_OFF: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""How long an item is left alone after a technical fault, each time longer; after the last it waits for a person."""

LONGEST_INLINE: Final = 65_536
"""Bytes of a raw message that stand in the item itself; a larger one is a private file beside it."""

MOST_FILES: Final = 100
"""Files of one message that are kept apart from it; the others stand in the message as it was sent."""
