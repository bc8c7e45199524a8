"""Vocabulary of connectors to outside systems: what they are asked about, merge fields, limits."""

from datetime import timedelta
from typing import Final

CONNECTOR: Final = "QMS Connector"
CALL: Final = "QMS Connector Call"
FACT: Final = "QMS Outside Fact"
FACT_VALUE: Final = "QMS Outside Fact Value"
ISSUE: Final = "QMS Outside Issue"

ASK_FACTS: Final = "ask_facts"
OPEN_ISSUE: Final = "open_issue"
RECEIVE_FACTS: Final = "receive_facts"
SEND_EVENTS: Final = "send_events"
SIGNED: Final = (RECEIVE_FACTS, SEND_EVENTS)
"""What comes or goes without being asked for, and is signed."""

ITEM: Final = "item_code"
BATCH: Final = "batch_no"
COMPLAINT: Final = "complaint"
INVESTIGATION: Final = "investigation"
ACTION: Final = "capa_action"
ABOUT: Final[dict[str, str]] = {
    ITEM: "Item",
    BATCH: "Batch",
    COMPLAINT: "Complaint",
    INVESTIGATION: "Investigation",
    ACTION: "CAPA Action",
}
"""Key of what a system is asked about, which is the field that names it as well → DocType."""
FORMS: Final[dict[str, str]] = {"Complaint": COMPLAINT, "Investigation": INVESTIGATION}
"""DocType on whose form facts are shown → key of the record itself; its item and batch stand in fields of their keys' names."""

ISSUES_OF: Final = (INVESTIGATION, ACTION)
"""What issues are opened for."""

OUTSIDE_FACTS: Final = "outside_facts"
ISSUE_OPENED: Final = "issue_opened"
TEST: Final = "connection_test"
FACTS_RECEIVED: Final = "facts_received"
EVENT_SENT: Final = "event_sent"

SENT_EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "event_registered": ("channel",),
    "event_moved": ("origin", "target"),
    "event_decided": ("decision",),
    "event_answered": ("at",),
    "event_overdue": (),
    "event_grave": ("severity", "harm_level"),
    "event_settled": ("complaint",),
    "event_settlement_done": ("complaint",),
    "event_held": ("lots",),
    "event_released": ("lots", "is_over"),
}
"""Key of a kind of event that systems are told of → what of its data they are told: nothing that says who somebody is."""
EVENT_KEY: Final = "event_"
"""Begins the key of a kind of event: what the records call `moved` has other names elsewhere."""
EVENT_TEST: Final = "event_test"

WAITING: Final = "waiting"
DONE: Final = "done"
FAILED: Final = "failed"

_OF_COMPLAINT: Final = (
    "complaint",
    "subject",
    "description",
    "item_code",
    "batch_no",
    "serial_no",
    "complaint_type",
    "severity",
    "customer",
    "customer_reference",
    "received_at",
    "link",
)
MERGE_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    ITEM: ("item_code",),
    BATCH: ("batch_no", "item_code"),
    COMPLAINT: _OF_COMPLAINT,
    INVESTIGATION: (
        "investigation",
        "title",
        "problem",
        "complaint",
        "item_code",
        "batch_no",
        "serial_no",
        "supplier",
        "link",
        "key",
    ),
    ACTION: ("capa", "title", "action", "action_type", "due_date", "item_code", "batch_no", "link", "key"),
}
"""Key of what is asked about → merge fields of its requests."""
PERSONAL: Final = ("subject", "description", "customer", "customer_reference", "title", "problem", "action")
"""Merge fields that may tell who somebody is, or what they said: masked in every log."""

LIMITS: Final[dict[str, tuple[int, int, int]]] = {
    "time_limit": (1, 25, 20),
    "attempts": (1, 6, 5),
    "breaker_limit": (1, 50, 5),
    "breaker_minutes": (1, 1440, 10),
    "overlap_hours": (0, 720, 24),
}
"""Field → the least, the most, and what it is by itself."""
MOST_FACTS: Final = 40
"""Facts of one connector."""
LEASE: Final = timedelta(minutes=5)
"""How long a call belongs to who makes it: longer than it may last with its tokens."""
AT_ONCE: Final = 200
"""Calls of one job."""
POLL_AGAIN: Final = timedelta(minutes=50)
"""How long the status of an issue is left alone; it is looked at by an hourly job."""
POLLED_AT_ONCE: Final = 200
JOB_SECONDS: Final = 240.0
"""How long one job calls systems; what is left is the next one's."""
CALLS_AN_HOUR: Final = 120
"""Times that one login may have systems asked, or tried."""
LONGEST_SHOWN: Final = 4_000
"""Characters of an answer that a test shows."""
ADDRESS: Final = "outside-facts"
"""First part of the address that a system sends facts to; the second is the connector's own."""
LARGEST_MESSAGE: Final = 1 << 20
"""Bytes of a message that a system sends."""
RECEIVED_A_MINUTE: Final = 600
"""Messages that one address may send to one connector."""
REFUSED_AN_HOUR: Final = 60
"""Messages without a valid signature that one address may send to one connector."""
SHORTEST_SECRET: Final = 16
"""Characters of the secret of a signature."""
METHODS: Final[dict[str, str]] = {"by_get": "GET", "by_post": "POST"}
"""How a request is made → its method in HTTP."""
LABELS: Final[dict[str, str]] = {
    "generic_rest": "Generic REST",
    "plm": "PLM (Drawings and Revisions)",
    "mes": "MES (Production Record)",
    "kingdee": "Kingdee K3 Cloud",
    "yonyou": "Yonyou YonBIP",
    "no_access": "Nothing",
    "api_key": "Key",
    "basic": "User and Password",
    "oauth2": "OAuth 2 (Client Credentials)",
    "outside_facts": "Facts Asked For",
    "ask_facts": "Ask for Facts",
    "open_issue": "Open Issues",
    "issue_opened": "Issue Opened",
    "capa_action": "Action of a CAPA",
    "jira": "Jira Cloud",
    "receive_facts": "Receive Facts",
    "send_events": "Send Events",
    "facts_received": "Facts Received",
    "event_sent": "Event Sent",
    "signature": "Signature (HMAC-SHA256)",
    "event_registered": "Complaint Registered",
    "event_moved": "Stage Moved",
    "event_decided": "Decision Made",
    "event_answered": "First Response Given",
    "event_overdue": "Clock Run Out",
    "event_grave": "Severity or Harm Known",
    "event_settled": "Settlement Submitted",
    "event_settlement_done": "Settlement Carried Out",
    "event_held": "Goods Held",
    "event_released": "Goods Released",
    "event_test": "Test",
    "by_get": "Ask with Parameters (GET)",
    "by_post": "Send a Body (POST)",
}
"""Names of keys, for `constants/labels.py`."""
