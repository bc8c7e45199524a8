"""Secret links and QR codes, made by staff for customers."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.constants.personal_data import TALK_IS
from complaint_qms.permissions.personal_data import check_sees
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.visitor import links, page, product_codes

_PRODUCTS = ("Item", "Batch", "Serial No")


@frappe.whitelist(methods=["POST"])
@checked
def give_link(complaint: str) -> dict[str, str]:
    """A new secret link by which the complainant follows their complaint: {link}. It is told this once."""
    doc = frappe.get_doc("Complaint", complaint)
    doc.check_permission("write")
    check_sees(TALK_IS)
    page.settings()
    return {"link": links.make_link(complaint=doc.name, language=doc.language)}


@frappe.whitelist(methods=["POST"])
@checked
def revoke_links(complaint: str) -> dict[str, int]:
    """Make every secret link of a complaint invalid: {revoked}."""
    doc = frappe.get_doc("Complaint", complaint)
    doc.check_permission("write")
    return {"revoked": links.revoke_links(doc.name)}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def product_code(doctype: str, name: str) -> dict[str, Any]:
    """The QR code of a product: {address, picture (SVG), title, numbers}."""
    if doctype not in _PRODUCTS:
        refuse(_("QR codes are made for {0}.").format(comma_list(_(kind) for kind in _PRODUCTS)))
    frappe.has_permission("Complaint", "create", throw=True)
    frappe.has_permission(doctype, "read", doc=name, throw=True)
    page.settings()
    product = product_codes.product_named(doctype, name)
    address = product_codes.address_of(product)
    shown = product_codes.shown(product)
    numbers = [shown[field] for field in product_codes.FIELDS if shown.get(field)]
    return {
        "address": address,
        "picture": product_codes.picture_of(address),
        "title": shown["name"],
        "numbers": numbers,
    }
