"""One mail address in a field that holds one; the framework takes several with commas between them."""

from __future__ import annotations

import re
from typing import Final

from frappe import _
from frappe.model.document import Document

from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.scalars import shown

_ADDRESS: Final = re.compile(r"[^\s,;<>\"'()]+@[^\s,;<>\"'()]+")
_TWO: Final = re.compile(r"[^@]@[^@]+@[^@]")
FIELD: Final = "contact_email"


def addresses_in(text: str | None) -> list[str]:
    """Each address once, as it is written first."""
    found = {address.lower(): address for address in reversed(_ADDRESS.findall(text or ""))}
    return list(reversed(found.values()))


def is_several(text: str | None) -> bool:
    found = addresses_in(text)
    return len(found) > 1 or any(_TWO.search(address) for address in found)


def several(label: str, text: str) -> str:
    """The sentence that refuses them."""
    return _("{0}: enter one address; “{1}” holds several. Name the others in the description.").format(
        label, shown(text)
    )


def check_one(doc: Document) -> None:
    """A complaint is answered at one address; what an import brings along stays as it is.

    Raises:
        frappe.ValidationError: this save enters several.
    """
    if doc.flags.by_import or not doc.has_value_changed(FIELD) or not is_several(doc.get(FIELD)):
        return
    refuse(several(_(doc.meta.get_label(FIELD), context=doc.doctype), doc.get(FIELD)))
