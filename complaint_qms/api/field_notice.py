"""The doors of a notice's link: open to whoever has it."""

from functools import partial
from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked, nothing_else, read_parts
from complaint_qms.api.rate_limits import limited
from complaint_qms.services.field_action import answering
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.transactions import once_others_are_done


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(120)
@nothing_else
@checked
def look(token: str) -> dict[str, Any]:
    """What the page of a notice's link shows."""
    return once_others_are_done(partial(answering.shown_by, token))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(60)
@nothing_else
@checked
def answer(token: str, name: str, quantities: Any = None, remark: str = "") -> dict[str, bool]:
    """Acknowledge a notice and say what became of the product.

    Args:
        quantities: [{row, still_held, to_return, destroyed, used}] or its JSON text; they take the place of what was said before.
    """
    rows = read_parts("quantities", quantities)
    if rows is not None and not isinstance(rows, list):
        refuse(_("“{0}” has to be a list, or its JSON text.").format("quantities"))
    once_others_are_done(partial(answering.take_answer, token, name=name, quantities=rows, remark=remark))
    return {"taken": True}
