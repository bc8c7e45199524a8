"""Who may put somebody else in the place of the one who is answerable for a record."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants import roles
from complaint_qms.constants.contributing import ANSWERABLE_FIELD
from complaint_qms.services.people.absence import acts_for
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Label, Text, line

_MAY_HAND_OVER = (roles.MANAGER, roles.QUALITY_MANAGER)


def check_hand_over(doc: Document, holder: str) -> None:
    """A manager hands a record over, its holder, or the superior of one who is absent.

    Raises:
        frappe.PermissionError: the session's user is neither.
    """
    user = frappe.session.user
    if user in ("Administrator", holder) or set(_MAY_HAND_OVER) & set(frappe.get_roles()):
        return
    if not acts_for(user, holder):
        frappe.throw(
            _("{0}: only {1}, or somebody with the role {2}, hands this over to another person.").format(
                _(doc.meta.get_label(ANSWERABLE_FIELD[doc.doctype])),
                escape_html(holder),
                _(" or ").join(_(role) for role in _MAY_HAND_OVER),
            ),
            frappe.PermissionError,
        )


def tell_hand_over(doc: Document, holder: str | None, new: str | None) -> None:
    """After such a change: the timeline says who made it. Nothing where nobody was answerable before."""
    if holder and holder != new:
        label = Label(doc.doctype, ANSWERABLE_FIELD[doc.doctype])
        timeline.note_on(doc, line("changed {0} from {1} to {2}", label, Text(holder), Text(new or "-")))
