"""What units are called where customers read, too."""

from __future__ import annotations

from frappe import _


def unit_word(uom: str | None) -> str:
    """What a unit is called; ERPNext's own catalogues leave its most common one in English."""
    return _("pieces") if uom == "Nos" else _(uom or "")
