"""Vocabulary of field actions: recalls, corrections at the customer's, safety notices (ISO 13485 8.3.3, 21 CFR 7, Reg. (EC) 178/2002)."""

import json
from typing import Final

from complaint_qms.constants.notify import CHANNEL, SMS, WHATSAPP

DOCTYPE: Final = "Field Action"
CUSTOMER: Final = "Field Action Customer"
NOTICE: Final = "Field Action Notice"
QUANTITY: Final = "Field Action Quantity"

RECALL: Final = "recall"
CORRECTION: Final = "field_correction"
SAFETY_NOTICE: Final = "safety_notice"
CLASSES: Final = ("Class I", "Class II", "Class III")
"""Classes of 21 CFR 7.3(m), where the site has no list of its own."""

GOODS_FIELDS: Final = ("batch_no", "serial_no", "supplier_lot", "work_order")
"""What a scope starts from, the first before the others."""
START_FIELDS: Final = (*GOODS_FIELDS, "supplier", "complaint", "way")
APPROVED_FIELDS: Final = (
    "title", "company", "action_type", "action_class", "is_mock", "item_code", *START_FIELDS, "reason", "hazard", "instruction",
    "target_acknowledged", "target_accounted",
)  # fmt: skip
"""What a signature is given for: it stands still from then on."""
FIXED_STAGES: Final = ("under_way", "ended")
SCOPE_STAGES: Final = ("scope", "under_way")
"""Where the scope may be computed anew."""

# States of a customer
TO_BE_TOLD: Final = "to_be_told"
NO_CONTACT: Final = "no_contact"
NOTICE_SENT: Final = "notice_sent"
NOTICE_FAILED: Final = "notice_failed"
NOTICE_OPENED: Final = "notice_opened"
ACKNOWLEDGED: Final = "acknowledged"
LEFT_OUT: Final = "left_out"
BY_LINK: Final = "by_link"
BY_PHONE: Final = "by_phone"

# Ways of a notice
BY_MAIL: Final = "email"
TEXT_SERVICES: Final = (SMS, WHATSAPP)
"""Services that reach somebody by a telephone number, with a text and a link."""
CHANNEL_FIELD: Final = "field_notice_channel"
"""Field of a Customer: by which notification channel they are told, in place of mail."""
CUSTOM_FIELDS: Final = {
    "Customer": [
        {
            "fieldname": CHANNEL_FIELD,
            "fieldtype": "Link",
            "label": "Field Action Notices By",
            "options": CHANNEL,
            "insert_after": "language",
            "description": "SMS or WhatsApp: contacts with a mobile number get notices of field actions by it. Empty: by mail.",
            "link_filters": json.dumps([[CHANNEL, "service", "in", [*TEXT_SERVICES]]]),
            "module": "Complaint QMS",
            "translatable": 0,
        }
    ]
}
"""Fields of ours on ERPNext's records, as `setup/custom_fields.py` makes them."""
MESSAGE_KIND: Final = "field_notice"
"""Of a notice in the outbox."""

# States of a notice
WAITING: Final = "waiting"
QUEUED: Final = "queued"
SENT: Final = "sent"
FAILED: Final = "failed"
NOT_NEEDED: Final = "not_needed"
"""It waited while the customer acknowledged or was left out."""
TAKEN_BACK: Final = "taken_back"
"""It had not left when the action ended or was cancelled."""

QUANTITIES: Final = ("still_held", "to_return", "recovered", "destroyed", "used")
TOLD_BY_CUSTOMER: Final = ("still_held", "to_return", "destroyed", "used")
SAID: Final = {name: f"said_{name}" for name in TOLD_BY_CUSTOMER}
"""Field → where what the customer said of it by the link last is kept, beside what staff entered."""
ACCOUNTED: Final = ("recovered", "destroyed", "used")
REMOVED: Final = ("recovered", "destroyed")
"""What is accounted for and can harm nobody any more; what was used or passed on may."""

LONGEST_NAME: Final = 140
LONGEST_REMARK: Final = 1000

NOTICE_FIELDS: Final = (
    "name", "title", "company", "action_type", "action_class", "reason", "hazard", "instruction", "customer_name", "contact_name", "product", "lots",
    "quantities", "deliveries", "notice_link", "sender_name",
)  # fmt: skip
"""Merge fields of a notice."""

LABELS: Final[dict[str, dict[str, str]]] = {
    "field_action_stage": {
        "draft": "Draft",
        "scope": "Scope",
        "approval": "Approval",
        "under_way": "Under Way",
        "ended": "Ended",
        "cancelled": "Cancelled",
    },
    "field_action_type": {
        "recall": "Recall",
        "field_correction": "Field Correction",
        "safety_notice": "Safety Notice",
    },
    "field_action_way": {"down": "What Holds It", "family": "Same Components"},
    "field_action_customer": {
        "to_be_told": "To Be Told",
        "no_contact": "No Contact",
        "notice_sent": "Notice Sent",
        "notice_failed": "Notice Failed",
        "notice_opened": "Notice Opened",
        "acknowledged": "Acknowledged",
        "left_out": "Left Out",
        "by_link": "By Link",
        "by_phone": "By Phone",
    },
    "field_action_notice": {"not_needed": "Not Needed", "taken_back": "Withdrawn Before It Left"},
}
"""English names of keys, as `constants/labels.py` has them of all kinds."""
