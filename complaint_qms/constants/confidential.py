"""Confidential complaints: fields, and who has a say in them."""

from typing import Final

from complaint_qms.constants import roles

FLAG: Final = "confidential"
PEOPLE: Final = "confidants"
"""Table of a complaint with those who alone see it."""
PERSON: Final = "Complaint Confidant"
REASON: Final = "confidential_reason"
LIFTING: Final = "lifting_reason"
KEEPERS: Final = (roles.MANAGER, roles.QUALITY_MANAGER, roles.REGULATORY, "System Manager")
"""Whoever holds one of these says of a stored complaint whether it is confidential and who sees it; one of those who see it always does."""
