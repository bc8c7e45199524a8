"""Keys of settlements: remedies, what a drafted document is for, and where it stands."""

from typing import Final

CREDIT: Final = "credit"  # money back, the customer keeps the goods
RETURN_CREDIT: Final = "return_credit"  # goods back and money back
REPLACEMENT: Final = "replacement"  # new goods, free of charge
REPAIR: Final = "repair"  # the customer's goods are mended and stay theirs
GOODWILL: Final = "goodwill"  # an amount, not bound to a quantity

# Remedies that use up what was sold: the same unit is not credited and replaced as well.
CONSUMING: Final = (CREDIT, RETURN_CREDIT, REPLACEMENT)

# What the customer asked for, and the remedy that is proposed first.
REMEDY_OF_EXPECTATION: Final = {
    "refund": RETURN_CREDIT,
    "exchange": REPLACEMENT,
    "repair": REPAIR,
    "credit": CREDIT,
}

# Purposes of drafted documents.
CREDIT_NOTE: Final = "credit_note"
RETURN_WITH_CREDIT: Final = "return_with_credit"
GOODS_RETURN: Final = "goods_return"

# States of drafted documents; open and closed are those of a Warranty Claim, which is not submitted.
DRAFT: Final = "draft"
SUBMITTED: Final = "submitted"
CANCELLED: Final = "cancelled"
DELETED: Final = "deleted"
OPEN: Final = "open"
CLOSED: Final = "closed"
LIVE: Final = (DRAFT, SUBMITTED, OPEN, CLOSED)

# How far a settlement is, as its own status and as that of its complaint. Drafted: documents wait for accounts; in repair: a
# Warranty Claim, which accounts have no part in, is open still.
PROPOSED: Final = "proposed"
REJECTED: Final = "approval_rejected"
DRAFTED: Final = "drafted"
IN_REPAIR: Final = "in_repair"
SETTLED: Final = "settled"
INCOMPLETE: Final = "incomplete"

DOCTYPE: Final = "Complaint Settlement"
SUBMITTABLE: Final = ("Sales Invoice", "Delivery Note", "Sales Order")
DOCUMENT_TYPES: Final = (*SUBMITTABLE, "Warranty Claim")
# Documents that give money back, and their field in which finance says why it is more than was granted.
CORRECTED: Final = ("Sales Invoice", "Delivery Note")
CORRECTION_FIELD: Final = "complaint_correction_reason"
# Fields of a drafted document that say whose it is. A Warranty Claim's `complaint` is a text of its own.
LINK_FIELDS: Final = dict.fromkeys(SUBMITTABLE, ("complaint_settlement", "complaint")) | {
    "Warranty Claim": ("complaint_settlement",)
}
