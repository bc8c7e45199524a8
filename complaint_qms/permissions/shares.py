"""What sharing one record with somebody may give.

A share opens a record to a colleague whom their own restrictions (customer, territory, item) keep from it, and to one who
has no role of the app. It stays within four bounds: it goes to people of the desk by name; a confidential complaint and what rests on it go to
nobody whom the complaint does not name; it never leaves the companies
a person is kept to, for that separation is an agreement of the whole group and not a colleague's to lift; and what a role
does not let somebody change, no share does, least of all an auditor.
"""

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import (
    get_allowed_docs_for_doctype,
    get_role_permissions,
    get_user_permissions,
    is_system_user,
)
from frappe.utils import escape_html

from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions import confidential
from complaint_qms.permissions.auditor import is_auditor

# Rights of a share that change something.
CHANGING: Final = ("write", "submit", "share")


def check_share(doc: Document, share: Document) -> None:
    """A new or changed share of `doc` stays within the bounds.

    Raises:
        frappe.PermissionError: it does not.
    """
    if share.everyone:
        frappe.throw(
            _("{0} is confidential: share it with people by name, not with everyone.").format(_(doc.doctype)),
            frappe.PermissionError,
        )
    if not share.user:
        frappe.throw(_("Choose the colleague to share the {0} with.").format(_(doc.doctype)))
    if not is_system_user(share.user):
        frappe.throw(
            _("{0} does not work at this desk; records are shared with colleagues only.").format(
                escape_html(share.user)
            ),
            frappe.PermissionError,
        )
    if not within_companies(doc.doctype, doc.get("company"), share.user):
        frappe.throw(
            _("{0} is kept to other companies than {1}. A share does not lift that.").format(
                escape_html(share.user), escape_html(doc.company)
            ),
            frappe.PermissionError,
        )
    if confidential.is_closed(doc.doctype, doc.name, share.user):
        frappe.throw(
            _("{0} is confidential, or belongs to a complaint that is: name {1} on the complaint, under Confidentiality, instead of sharing.").format(
                escape_html(doc.name), escape_html(share.user)
            ),
            frappe.PermissionError,
        )  # fmt: skip
    too_much = beyond_role(doc.doctype, share.user, share)
    if too_much:
        frappe.throw(
            _("No role of {0} may change {1}. Share it for reading.").format(
                escape_html(share.user), _(doc.doctype)
            ),
            frappe.PermissionError,
        )


def within_companies(doctype: str, company: str | None, user: str) -> bool:
    """Whether the companies that a user is kept to include this one."""
    kept_to = get_allowed_docs_for_doctype(get_user_permissions(user).get("Company", []), doctype)
    return not kept_to or not company or company in kept_to


def beyond_role(doctype: str, user: str, share: Any) -> list[str]:
    """Rights that a share gives to change a record and that no role of the user's gives."""
    held = {} if is_auditor(user) else get_role_permissions(frappe.get_meta(doctype), user=user)
    return [right for right in CHANGING if share.get(right) and not held.get(right)]


def changes_by_share(doc: Document) -> bool:
    """Whether the session's user is about to change a stored record that no role of theirs may change."""
    if doc.is_new() or doc.flags.ignore_permissions:
        return False
    right = "submit" if doc.get("_action") == "submit" else "write"
    return not get_role_permissions(doc.meta).get(right)


def take_back(**which: str) -> None:
    """Withdraw what shares of confidential records give beyond the bounds, after roles, restrictions or companies changed.

    Args:
        which: fields of DocShare that choose the shares to look at.
    """
    shares = frappe.get_all(
        "DocShare",
        filters={"share_doctype": ("in", QUALITY_RECORDS), **which},
        fields=["name", "user", "everyone", "share_doctype", "share_name", *CHANGING],
        order_by="name asc",
    )
    companies, behind = _companies(shares), _confidential(shares)
    for share in shares:
        company = companies.get((share.share_doctype, share.share_name))
        outside = share.everyone or not is_system_user(share.user)
        closed = behind.get((share.share_doctype, share.share_name), set()) & confidential.closed_to(
            share.user
        )
        outside = outside or bool(closed)
        if outside or not within_companies(share.share_doctype, company, share.user):
            flags = {"ignore_share_permission": True}
            frappe.delete_doc("DocShare", share.name, ignore_permissions=True, flags=flags)
        elif too_much := beyond_role(share.share_doctype, share.user, share):
            frappe.db.set_value("DocShare", share.name, dict.fromkeys(too_much, 0))


def _companies(shares: list[Any]) -> dict[tuple[str, str], str]:
    found = {}
    for doctype in {share.share_doctype for share in shares}:
        names = [share.share_name for share in shares if share.share_doctype == doctype]
        rows = frappe.get_all(doctype, {"name": ("in", names)}, ["name", "company"], order_by="name asc")
        found.update({(doctype, row.name): row.company for row in rows})
    return found


def _confidential(shares: list[Any]) -> dict[tuple[str, str], set[str]]:
    """(DocType, name) → confidential complaints that the record is or rests on."""
    found = {}
    for doctype in {share.share_doctype for share in shares}:
        names = {share.share_name for share in shares if share.share_doctype == doctype}
        found |= {(doctype, name): behind for name, behind in confidential.resting_on(doctype, names).items()}
    return found
