"""Vocabulary of the language model that a site may connect."""

from datetime import timedelta
from typing import Final

SETTINGS: Final = "Complaint Language Model"
CALL: Final = "Complaint Model Call"

SUMMARY: Final = "summary"
DRAFT: Final = "draft"
TEST: Final = "connection_test"
PURPOSES: Final = (SUMMARY, DRAFT)

WAITING: Final = "waiting"
DONE: Final = "done"
FAILED: Final = "failed"

SECONDS: Final = (5, 300)
USUAL_SECONDS: Final = 60
LONGEST_TEST: Final = 20
"""Seconds that a test may last, for which its request holds a process of the site."""
KEPT_FOR: Final = timedelta(hours=1)
"""How long a text is kept for who asked for it."""
CALLS_AN_HOUR: Final = 40
"""Texts that one user may ask for."""
LONGEST_TEXT: Final = 24_000
"""Signs of the messages and of the story that are sent, each."""
LONGEST_MESSAGE: Final = 3_000
MOST_MESSAGES: Final = 60
LONGEST_WISH: Final = 1_000
"""Signs of what a user wishes an answer to say."""
WORDS: Final = {SUMMARY: 200, DRAFT: 250}
"""Words that a text is to have at most."""
MARK: Final = "| "
"""What each line out of a complaint begins with, whatever it says itself."""
FACTS: Final = (
    "subject",
    "complaint_type",
    "severity",
    "urgency",
    "stage",
    "received_at",
    "complainant_name",
    "customer",
    "expectation",
    "expectation_note",
    "item_code",
    "item_name",
    "product_model",
    "batch_no",
    "serial_no",
    "reported_lot",
    "qty",
    "incident_date",
    "incident_place",
    "harm_level",
    "harm_description",
    "promised_on",
    "customer_agreement",
    "agreement_note",
    "remedy_required",
    "settlement_status",
)
"""Fields of a complaint that a model is told, where they are filled in; beside them description and reply."""
KEPT: Final = (
    "name",
    "item_code",
    "batch_no",
    "serial_no",
    "reported_lot",
    "udi",
    "upc",
    "sales_order",
    "delivery_note",
    "sales_invoice",
)
"""Those whose values are no personal data although they may look so."""
