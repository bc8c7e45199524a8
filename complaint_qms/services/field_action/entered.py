"""What people enter for a field action: how long and how much it may be."""

from __future__ import annotations

from typing import Final

from frappe import _

from complaint_qms.integrations.erpnext.units import is_counted_whole
from complaint_qms.services.record.unit_words import unit_word

MOST: Final = 10**9
"""Of anything, in its unit."""


def is_split(amount: float, uom: str | None) -> bool:
    """Whether an amount has a part of what is counted whole."""
    return amount != int(amount) and is_counted_whole(uom)


def whole_numbers_wanted(label: str, uom: str) -> str:
    """The sentence that says so of a field or an item."""
    return _("{0}: enter whole numbers, because it is counted in {1}.").format(label, unit_word(uom))
