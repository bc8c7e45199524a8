"""What is said to a customer about a complaint: kinds of messages, ways, and the fields they are kept in."""

from typing import Final

# Choices of Select fields on DocTypes of others, which the framework shows as they are.
ANSWER: Final = "Answer"
QUESTION: Final = "Question"
INFORMATION: Final = "Information"
KINDS: Final = (ANSWER, QUESTION, INFORMATION)

# What the site says to a customer by itself; no person writes one of these.
ACKNOWLEDGEMENT: Final = "Acknowledgement"
STATUS: Final = "Status"
SURVEY: Final = "Survey"
BY_RULE: Final = "Automatic Message"
FIELD_NOTICE: Final = "Field Notice"
FIELD_REMINDER: Final = "Field Notice Reminder"
OF_FIELD_ACTIONS: Final = (FIELD_NOTICE, FIELD_REMINDER)
"""Not about a complaint: what a field action tells the customers in its scope."""
BY_ITSELF: Final = (ACKNOWLEDGEMENT, STATUS, SURVEY, BY_RULE, *OF_FIELD_ACTIONS)

# What comes in and no person wrote.
AUTOMATIC_REPLY: Final = "Automatic Reply"
RETURNED: Final = "Returned Mail"
AUTOMATIC: Final = (AUTOMATIC_REPLY, RETURNED)

KIND_FIELD: Final = "complaint_message"
AUTOMATIC_FIELD: Final = "complaint_automatic"
PROOF_FROM: Final = "complaint_proof_from"
LANGUAGE_FIELD: Final = "complaint_language"
TYPE_FIELD: Final = "complaint_for_type"

# Ways other than mail, of those that Communication knows.
SPOKEN: Final = ("Phone", "Visit", "Meeting", "Chat", "SMS", "Other")

GIVEN_AT_ONCE: Final = ("information", "explanation", "apology")
"""What a customer may be given in the talk that solves a complaint: nothing that moves goods or money, which a settlement does by
its own gates."""

# Stages in which a solution is there to be told: what is written then and says nothing of its kind is the answer.
ANSWERING: Final = ("solve", "confirm")
