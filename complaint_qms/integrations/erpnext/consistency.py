"""Customer, item, batch, serial number, order, delivery and invoice of a complaint must tell one story."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.integrations.erpnext.batches_and_serials import lots_of
from complaint_qms.integrations.erpnext.source_facts import SOURCES

_WATCHED = (
    "customer",
    "company",
    "item_code",
    "batch_no",
    "serial_no",
    "contact_person",
    "customer_address",
    *SOURCES.values(),
)


def check_consistency(doc: Document) -> None:
    """Compare the linked records of a complaint with each other; asks nothing while none of them changed.

    Raises:
        frappe.ValidationError: two of them contradict each other; every contradiction is listed with its remedy.
    """
    if not doc.is_new() and not any(doc.has_value_changed(name) for name in _WATCHED):
        return
    problems: list[str] = []
    say = problems.append
    _check_lot(doc, say)
    for doctype, field in SOURCES.items():
        if doc.get(field):
            _check_sale(doc, field, doctype, say)
    if doc.customer:
        _check_party(doc, "contact_person", "Contact", say)
        _check_party(doc, "customer_address", "Address", say)
    if problems:
        frappe.throw(
            problems if len(problems) > 1 else problems[0],
            title=_("These records contradict each other"),
            as_list=len(problems) > 1,
        )


def _check_lot(doc: Document, say: Callable[[str], None]) -> None:
    if doc.batch_no and doc.item_code:
        item = frappe.db.get_value("Batch", doc.batch_no, "item")
        if item != doc.item_code:
            say(
                _("Batch {0} belongs to item {1}, not to {2}. Correct Batch or Item.").format(
                    escape_html(doc.batch_no), escape_html(item), escape_html(doc.item_code)
                )
            )
    if not doc.serial_no:
        return
    serial = frappe.db.get_value("Serial No", doc.serial_no, ("item_code", "batch_no"), as_dict=True)
    if not serial:
        return
    if doc.item_code and serial.item_code != doc.item_code:
        say(
            _("Serial No {0} belongs to item {1}, not to {2}. Correct Serial No or Item.").format(
                escape_html(doc.serial_no), escape_html(serial.item_code), escape_html(doc.item_code)
            )
        )
    if doc.batch_no and serial.batch_no and serial.batch_no != doc.batch_no:
        say(
            _("Serial No {0} is of batch {1}, not of {2}. Correct Serial No or Batch.").format(
                escape_html(doc.serial_no), escape_html(serial.batch_no), escape_html(doc.batch_no)
            )
        )


def _check_sale(doc: Document, field: str, doctype: str, say: Callable[[str], None]) -> None:
    name = doc.get(field)
    sale = frappe.db.get_value(doctype, name, ("customer", "company", "docstatus"), as_dict=True)
    if not sale:
        return
    where = {"kind": _(doctype), "name": escape_html(name)}
    if sale.docstatus != 1:
        say(_("{kind} {name} is not submitted. Choose a submitted one.").format(**where))
    if doc.customer and sale.customer != doc.customer:
        say(
            _(
                "{kind} {name} belongs to customer {owner}, not to {customer}. Correct {kind} or Customer."
            ).format(**where, owner=escape_html(sale.customer), customer=escape_html(doc.customer))
        )
    if doc.company and sale.company != doc.company:
        say(
            _(
                "{kind} {name} belongs to company {owner}, not to {company}. Correct {kind} or Company."
            ).format(**where, owner=escape_html(sale.company), company=escape_html(doc.company))
        )
    if doc.item_code:
        _check_contents(doc, doctype, name, say)


def _check_contents(doc: Document, doctype: str, name: str, say: Callable[[str], None]) -> None:
    has_lots = doctype != "Sales Order"
    fields = ["name", *(("batch_no", "serial_no", "serial_and_batch_bundle") if has_lots else ())]
    rows = frappe.get_all(
        f"{doctype} Item",
        filters={"parent": name, "item_code": doc.item_code},
        fields=fields,
        order_by="idx asc",
    ) + _packed(doc, name, doctype, fields)
    if not rows:
        say(
            _(
                "{0} {1} does not contain item {2}. Correct Item, or choose the document it was sold with."
            ).format(_(doctype), escape_html(name), escape_html(doc.item_code))
        )
        return
    if not has_lots or not (doc.batch_no or doc.serial_no):
        return
    lots = lots_of(rows)
    for field, word in (("batch_no", _("Batch")), ("serial_no", _("Serial No"))):
        if doc.get(field) and lots[field] and doc.get(field) not in lots[field]:
            say(
                _(
                    "{0} {1} was not delivered with {2} {3}. Correct {0}, or choose the right document."
                ).format(escape_html(word), escape_html(doc.get(field)), _(doctype), escape_html(name))
            )


def _packed(doc: Document, name: str, doctype: str, fields: list[str]) -> list:
    """Rows of product bundles, in which the item may have been sold."""
    return frappe.get_all(
        "Packed Item",
        filters={"parent": name, "parenttype": doctype, "item_code": doc.item_code},
        fields=fields,
        order_by="idx asc",
    )


def _check_party(doc: Document, field: str, doctype: str, say: Callable[[str], None]) -> None:
    name = doc.get(field)
    if not name or not (doc.has_value_changed(field) or doc.has_value_changed("customer")):
        return
    links = frappe.get_all(
        "Dynamic Link",
        filters={"parenttype": doctype, "parent": name, "link_doctype": "Customer"},
        pluck="link_name",
        order_by="idx asc",
    )
    if links and doc.customer not in links:
        say(
            _("{0} {1} belongs to customer {2}, not to {3}. Correct {0} or Customer.").format(
                _(doc.meta.get_label(field)),
                escape_html(name),
                escape_html(links[0]),
                escape_html(doc.customer),
            )
        )
