"""What no-code rules are made of: when they are asked, what conditions are about, what they do. A kind is one row here."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from complaint_qms.constants import events, roles

RULE: Final = "Complaint Rule"
LOG: Final = "Complaint Rule Log"
ACTION: Final = "Complaint Rule Action"

# When a rule is asked
REGISTRATION: Final = "on_registration"
CHANGE: Final = "on_change"
DAILY: Final = "daily"
CALLED: Final = "when_called"

# Kind → event of `constants/events.py` after which rules of it are asked; none for those that no event starts
WHEN: Final[dict[str, str]] = {
    REGISTRATION: events.REGISTERED,
    CHANGE: events.CHANGED,
    "on_move": events.MOVED,
    "on_answer": events.ANSWERED,
    "on_customer_word": events.CUSTOMER_WROTE,
    "on_survey": events.SURVEYED,
    "on_warning": events.AT_RISK,
    "on_overdue": events.OVERDUE,
    "on_hold_end": events.HOLD_OVER,
    DAILY: "",
    CALLED: events.RULE_CALLED,
}


class Subject(NamedTuple):
    """A field that conditions are about.

    Attributes:
        field: of the complaint, or of what its field `through` names.
        through: a link field of the complaint.
    """

    field: str
    through: str = ""

    @property
    def key(self) -> str:
        """As conditions name it."""
        return f"{self.through}.{self.field}" if self.through else self.field


_OWN: Final = (
    "complaint_type", "severity", "urgency", "stage", "subject", "description", "expectation", "channel", "company",
    "customer", "country", "territory", "language", "contact_email", "item_code", "item_group", "product_model", "batch_no",
    "serial_no", "supplier", "qty", "currency", "claimed_amount", "received_at", "incident_date", "expiry_date",
    "warranty_until", "is_complaint", "occurrence", "risk_level", "risk_acceptability", "action_priority", "harm_level",
    "reportable", "complaint_owner", "department", "sop", "sla_status", "first_response_at", "customer_agreement",
    "customer_rating", "remedy_required", "settlement_status", "settled_amount", "closing_decision", "capa_required",
    "reopen_count", "duplicate_of",
)  # fmt: skip
SUBJECTS: Final[tuple[Subject, ...]] = (
    *map(Subject, _OWN),
    Subject("customer_group", "customer"),
    Subject("customer_type", "customer"),
    Subject("territory", "customer"),
    Subject("account_manager", "customer"),
    Subject("brand", "item_code"),
    Subject("is_stock_item", "item_code"),
    Subject("has_batch_no", "item_code"),
    Subject("has_serial_no", "item_code"),
    Subject("supplier_group", "supplier"),
)

COUNT: Final = "complaint_count"
"""The fact that a condition may ask of other complaints: how many, this one among them, in the last days."""
COUNTED_BY: Final = ("customer", "contact_email", "item_code", "item_group", "batch_no", "serial_no", "supplier", "complaint_type")  # fmt: skip
COUNTED_TOGETHER: Final = "complaint_type"
"""What counted complaints may have to have in common besides."""
NOT_COUNTED: Final = ("duplicate", "void", "rejected")
"""Stages of complaints that are none, or are told twice."""
LONGEST_HISTORY: Final = 3650

# Kind of a field → operators of the engine that fit it, as they are offered
OPERATORS: Final[dict[str, tuple[str, ...]]] = {
    "choice": ("=", "!=", "in", "not in", "is set", "is not set"),
    "link": ("=", "!=", "in", "not in", "is set", "is not set"),
    "text": ("contains", "not contains", "=", "!=", "is set", "is not set"),
    "number": ("=", "!=", ">", ">=", "<", "<=", "between"),
    "date": ("within last days", "<", ">", "is set", "is not set"),
    "check": ("=",),
    "count": (">", ">=", "=", "<", "<="),
}
OPERATOR_NAMES: Final[dict[str, str]] = {
    "=": "is",
    "!=": "is not",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
    "in": "is one of",
    "not in": "is none of",
    "contains": "contains",
    "not contains": "does not contain",
    "matches": "matches the pattern",
    "is set": "is filled in",
    "is not set": "is empty",
    "between": "is between",
    "within last days": "lies within the last days",
}
"""As they stand between a field and a value; within the app's own context."""
AND: Final = "{0} and {1}"
OR: Final = "{0} or {1}"
KINDS: Final[dict[str, str]] = {
    "Select": "choice",
    "Link": "link",
    "Data": "text",
    "Small Text": "text",
    "Text": "text",
    "Text Editor": "text",
    "Int": "number",
    "Float": "number",
    "Currency": "number",
    "Percent": "number",
    "Date": "date",
    "Datetime": "date",
    "Check": "check",
}

SETTABLE: Final = ("urgency", "severity", "complaint_type", "department", "territory", "expectation", "sop")
"""Fields that a rule may set: none of them is a judgement that has to carry a person's name."""

# Who is meant by an action
HANDLER: Final = "handler"
HANDLER_SUPERIOR: Final = "handler_superior"
ACCOUNT_MANAGER: Final = "account_manager"
USER: Final = "named_user"
ROLE: Final = "with_role"
GROUP: Final = "group_of_channel"
WHO: Final = (HANDLER, HANDLER_SUPERIOR, ACCOUNT_MANAGER, USER, ROLE)


class Act(NamedTuple):
    """Something a rule does.

    Attributes:
        needs: fields of its row that have to be filled in.
        takes: those that may be.
        who: who it may be for; empty where it is for nobody.
    """

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    who: tuple[str, ...] = ()


ACTS: Final[dict[str, Act]] = {
    "set": Act(needs=("field", "value")),
    "add_tag": Act(needs=("tag",)),
    "assign": Act(needs=("who",), who=(ACCOUNT_MANAGER, USER, HANDLER_SUPERIOR)),
    "notify": Act(needs=("who", "text"), takes=("notification_channel",), who=(*WHO, GROUP)),
    "create_task": Act(needs=("who", "text"), takes=("due_days",), who=WHO),
    "add_check": Act(needs=("text",), takes=("mandatory",)),
    "message_customer": Act(needs=("email_template",)),
    "start_investigation": Act(),
    "hold_goods": Act(),
    "open_capa": Act(),
    "call_webhook": Act(needs=("webhook",)),
}
ROW_FIELDS: Final = ("field", "value", "tag", "who", "user", "role", "text", "due_days", "mandatory", "email_template", "webhook", "notification_channel")  # fmt: skip

# How a firing ended
DONE: Final = "done"
PARTLY: Final = "partly_done"
FAILED: Final = "failed"
WAITING: Final = "waiting"

DEEPEST: Final = 3
"""How often rules follow on what rules did, within one transaction."""
MOST_ACTIONS: Final = 100
"""Actions within one transaction; those beyond are left to a job."""
MOST_ATTEMPTS: Final = 5
MOST_ACTS: Final = 20
"""Actions of one rule."""
MOST_DAYS_TRIED: Final = 1096
MOST_TRIED: Final = 100_000
"""Moments of the past that one trial looks at; a web worker holds all of them at once."""
MOST_SHOWN: Final = 100

SHIPPED: Final[tuple[dict[str, Any], ...]] = (
    {
        "title": "More than 3 complaints of one customer in 30 days",
        "run_order": 10,
        "when_event": REGISTRATION,
        "once_per": "customer",
        "quiet_days": 30,
        "conditions": {
            "all": [{"fact": COUNT, "args": {"by": "customer", "days": 30}, "op": ">", "value": 3}]
        },
        "actions": (
            {"do": "add_tag", "tag": "high attention"},
            {
                "do": "create_task",
                "who": ACCOUNT_MANAGER,
                "text": "More than 3 complaints in 30 days: call the customer.",
                "due_days": 2,
            },
        ),
    },
    {
        "title": "Several complaints about one batch",
        "run_order": 20,
        "when_event": REGISTRATION,
        "once_per": "batch_no",
        "quiet_days": 7,
        "only_on_rise": 1,
        "conditions": {
            "all": [{"fact": COUNT, "args": {"by": "batch_no", "days": 90}, "op": ">=", "value": 3}]
        },
        "actions": ({"do": "start_investigation"},),
    },
    {
        "title": "A refused solution gets a second look",
        "run_order": 30,
        "when_event": CHANGE,
        "once_per": "complaint",
        "quiet_days": 7,
        "conditions": {"all": [{"field": "customer_agreement", "op": "=", "value": "disagreed"}]},
        "actions": (
            {
                "do": "create_task",
                "who": ROLE,
                "role": roles.MANAGER,
                "text": "The customer refuses the solution: look at the case once more.",
                "due_days": 1,
            },
        ),
    },
    {
        "title": "Priority for customers with an account manager",
        "run_order": 40,
        "when_event": REGISTRATION,
        "conditions": {"all": [{"field": "customer.account_manager", "op": "is set"}]},
        "actions": (
            {"do": "set", "field": "urgency", "value": "high"},
            {"do": "notify", "who": ACCOUNT_MANAGER, "text": "A customer of yours complains."},
        ),
    },
)
SHIPPED_TAGS: Final = tuple(
    act["tag"] for rule in SHIPPED for act in rule["actions"] if act["do"] == "add_tag"
)
"""Words of ours, that a site sets and reads in its own language; the tags of a site's own rules are its words."""
"""Rules a site starts with, all of them off: whoever switches one on has tried it on the past first."""
