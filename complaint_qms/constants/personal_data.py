"""Personal data in records: which fields hold it, of what class, and who reads which class where a site says nothing.

A class is a permission level of the framework. `tests/desk/test_personal_data.py` holds the DocTypes against this table.
"""

from typing import Final

from complaint_qms.constants import roles

IDENTITY: Final = "identity"
HEALTH: Final = "health"
NARRATIVE: Final = "narrative"
LEVELS: Final = {IDENTITY: 1, HEALTH: 2, NARRATIVE: 3}
"""Class → permission level of its fields."""

FIELDS: Final = {
    "Complaint": {
        "complainant_name": IDENTITY,
        "contact_person": IDENTITY,
        "contact_email": IDENTITY,
        "contact_phone": IDENTITY,
        "customer_reference": IDENTITY,
        "customer_address": IDENTITY,
        "address_text": IDENTITY,
        "incident_place": IDENTITY,
        "harm_description": HEALTH,
        "description": NARRATIVE,
        "expectation_note": NARRATIVE,
        "proposals": NARRATIVE,
        "learned_proposals": NARRATIVE,
        "reply": NARRATIVE,
        "agreement_note": NARRATIVE,
        "rating_comment": NARRATIVE,
    },
    "Complaint Survey": {"sent_to": IDENTITY, "comment": NARRATIVE, "follow_up_note": NARRATIVE},
    "Field Action Customer": {
        "contact_name": IDENTITY,
        "email": IDENTITY,
        "phone": IDENTITY,
        "answered_by_name": IDENTITY,
        "remark": NARRATIVE,
    },
    "Reportability Assessment": {"relation_to_event": HEALTH},
}
"""DocType → field → class."""

MADE_OF: Final = {
    "Complaint Chat": (IDENTITY, NARRATIVE),
    "Complaint Chat Message": (IDENTITY, NARRATIVE),
    "Complaint Inbox Item": (IDENTITY, NARRATIVE),
    "Field Action Notice": (IDENTITY,),
    "Regulatory Report": (IDENTITY, HEALTH, NARRATIVE),
}
"""Records that are nothing else: seen by those alone who read these classes of a complaint."""
TALK_IS: Final = (IDENTITY, NARRATIVE)
"""Classes of a mail about a record."""

NOT_SHOWN_TO: Final = (roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER)
"""Roles that read a complaint and, as shipped, none of its personal data: whoever pays needs customer, goods and amounts."""

ACCESS: Final = "Personal Data Access"
TABLE: Final = "personal_data_access"

MEDIA_YEARS: Final = "keep_media_years"
RAW_YEARS: Final = "keep_raw_years"
"""Settings: how long photos and videos, and messages as they came in, are kept after their complaint has ended; 0: as long as it."""
RAW_FIELDS: Final = ("payload", "set_apart")
"""Of a message, what holds it as it came in; what was read of it stays."""

EXPORT: Final = "person_export"
ERASURE: Final = "person_erasure"
LABELS: Final = {
    "person_request": {EXPORT: "Export of a Person's Data", ERASURE: "Erasure of a Person"},
    "encrypted_field": {
        "harm_description": "What Harm (Complaint)",
        "address_text": "Address as Given (Complaint)",
        "relation_to_event": "Relation of the Product to the Event (Reportability Assessment)",
    },
    "data_class": {IDENTITY: "Identity", HEALTH: "Health Facts", NARRATIVE: "What People Wrote"},
}
