"""QR codes that lead to the public page with a product filled in.

A code names item, batch and serial number and carries a signature of the site, so that nobody learns names of products by trying
numbers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import json
from typing import Any, Final

import frappe
import pyqrcode
from frappe import _
from frappe.utils import get_url
from frappe.utils.password import get_encryption_key

from complaint_qms.services.record.input_validation import refuse

FIELDS: Final = ("item_code", "batch_no", "serial_no")
_SIGNED: Final = 12
LONGEST: Final = 700
"""Characters of a code: with the address before it a QR code of some 115 modules a side, as much as a small label can show."""


def code_of(product: dict[str, str]) -> str:
    """The signed name of a product: {item_code, batch_no, serial_no}, as far as they are known.

    Raises:
        frappe.ValidationError: they are too long to be read again.
    """
    body = json.dumps([product.get(field) or "" for field in FIELDS], ensure_ascii=False).encode()
    code = base64.urlsafe_b64encode(_signature(body) + body).decode().rstrip("=")
    if len(code) > LONGEST:
        refuse(
            _(
                "Item code, batch and serial number are too long together for a QR code: {0} characters, {1} at most; a Chinese one counts as four. Shorten one of them."
            ).format(len(code), LONGEST)
        )
    return code


def product_of(code: str) -> dict[str, str] | None:
    """What a code of this site names; None for anything else."""
    if not code or len(code) > LONGEST:
        return None
    try:
        raw = base64.urlsafe_b64decode(code.encode("ascii") + b"=" * (-len(code) % 4))
        signature, body = raw[:_SIGNED], raw[_SIGNED:]
        if not hmac.compare_digest(signature, _signature(body)):
            return None
        return {field: value for field, value in zip(FIELDS, json.loads(body), strict=True) if value}
    except (ValueError, binascii.Error):
        return None


def address_of(product: dict[str, str]) -> str:
    """Address of the page with this product filled in."""
    return get_url(f"/complaint?p={code_of(product)}")


def picture_of(address: str) -> str:
    """A QR code as SVG, with error correction for a label that is scratched (ISO/IEC 18004, level Q)."""
    into = io.BytesIO()
    pyqrcode.create(address, error="Q").svg(into, scale=4, xmldecl=False, svgns=True, omithw=True)
    return into.getvalue().decode()


def product_named(doctype: str, name: str) -> dict[str, str]:
    """The product behind an Item, a Batch or a Serial No."""
    if doctype == "Item":
        return {"item_code": name}
    field = {"Batch": "item", "Serial No": "item_code"}[doctype]
    own = {"Batch": "batch_no", "Serial No": "serial_no"}[doctype]
    values = {"item_code": frappe.db.get_value(doctype, name, field), own: name}
    if doctype == "Serial No":
        values["batch_no"] = frappe.db.get_value(doctype, name, "batch_no")
    return {key: value for key, value in values.items() if value}


def shown(product: dict[str, str]) -> dict[str, Any]:
    """What the page shows of a product: its name and numbers."""
    name = product.get("item_code") and frappe.db.get_value("Item", product["item_code"], "item_name")
    return {"name": name or product.get("item_code") or "", **product}


def _signature(body: bytes) -> bytes:
    key = f"complaint product code:{get_encryption_key()}".encode()
    return hmac.new(key, body, hashlib.sha256).digest()[:_SIGNED]
