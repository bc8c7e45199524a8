"""Vocabulary of holds: what goods on hold may still do, who holds and who releases them."""

from typing import Final

from complaint_qms.constants import roles

HOLD: Final = "Quality Hold"
LOTS: Final = "Quality Hold Lot"
WAREHOUSES: Final = "Quarantine Warehouse"
HELD: Final = "held"
RELEASED: Final = "released"

HOLDERS: Final = (roles.QUALITY_MANAGER, roles.INVESTIGATOR, roles.MANAGER)
RELEASERS: Final = (roles.QUALITY_MANAGER,)

MOST_LOTS: Final = 500
LONGEST_REASON: Final = 1000
"""Characters of why goods are held or released."""
"""Batches and serial numbers of one hold."""

LEDGER: Final = (
    "Delivery Note", "Sales Invoice", "Stock Entry", "Purchase Receipt", "Purchase Invoice", "Subcontracting Receipt",
    "Stock Reconciliation", "Asset Capitalization",
)  # fmt: skip
"""Documents whose submission writes the stock ledger: asked once for all that they moved."""
NO_LEDGER: Final = ("POS Invoice", "Pick List", "Stock Reservation Entry")
"""Documents that set goods aside, or hand them out before the ledger knows: asked by what they name."""
DRAFTED: Final = ("Delivery Note", "Sales Invoice", "Stock Entry", "POS Invoice", "Pick List", "Purchase Receipt", "Purchase Invoice")  # fmt: skip
"""Whoever saves a draft of these is warned."""
CHECKED: Final = (*LEDGER, *NO_LEDGER)

STOCK_ENTRY: Final = "Stock Entry"
HOLD_FIELD: Final = "quality_hold"
"""On a Stock Entry: the hold for which it was drafted."""
CUSTOM_FIELDS: Final = {
    STOCK_ENTRY: [
        {
            "fieldname": HOLD_FIELD,
            "fieldtype": "Link",
            "label": "Quality Hold",
            "options": HOLD,
            "insert_after": "remarks",
            "read_only": 1,
            "no_copy": 1,
            "print_hide": 1,
            "search_index": 1,
            "depends_on": HOLD_FIELD,
            "module": "Complaint QMS",
            "translatable": 0,
        }
    ]
}
"""Fields of ours on ERPNext's records, as `setup/custom_fields.py` makes them."""
