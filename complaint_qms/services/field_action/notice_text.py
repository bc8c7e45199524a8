"""What a notice of a field action says: by the site's templates, in the customer's language."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money, format_date

from complaint_qms.constants.correspondence import FIELD_NOTICE, FIELD_REMINDER, KIND_FIELD, LANGUAGE_FIELD
from complaint_qms.constants.field_action import CUSTOMER, DOCTYPE
from complaint_qms.services.correspondence.templates import filled, template_for
from complaint_qms.services.field_action import classes, texts
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list, speaking
from complaint_qms.services.record.text_cleaning import as_typed
from complaint_qms.services.record.unit_words import unit_word

EXAMPLE_LINK = "/field-notice"
_LONGEST_SAID: Final = 300
_MOST_LOTS: Final = 3


def notice_said(
    action: Document,
    customer: Document,
    language: str,
    link: str,
    *,
    contact: str = "",
    is_reminder: bool = False,
) -> dict[str, str]:
    """{subject, content, template, language} of a notice.

    Raises:
        frappe.ValidationError: the site has no template for it, or it cannot be read.
    """
    kind = FIELD_REMINDER if is_reminder else FIELD_NOTICE
    for tried in dict.fromkeys((language or "en", "en")):
        if template := template_for(kind, tried):
            text = filled(template, tried, lambda: fields(action, customer, link, contact, language))
            return {**text, "template": template, "language": tried}
    refuse(
        _("There is no Email Template for “{0}”. Make one: “For Messages on Complaints” {0}, in the customer's language or English.").format(_(kind))
    )  # fmt: skip


def short_text(action: Document, customer: Document, language: str, *, is_reminder: bool = False) -> str:
    """What a text message says before its link, plain: who writes, what about, and what to do; cut where it is long, the page has all."""
    said = texts.texts_for(action, language)["instruction"]
    with speaking(language):
        text = _("{0}, {1}: {2}. What you have to do: {3} Please read all of it and answer here:").format(
            as_typed(action.company or ""),
            word(action.action_type),
            _goods(action, customer) or as_typed(action.title or ""),
            _cut(" ".join(as_typed(said).split())),
        )
        return _("Reminder. {0}").format(text) if is_reminder else text


def preview_of_template(template: Document, name: str = "") -> dict[str, Any]:
    """{record, subject, content} of a template, saved or not, as a customer of the newest field action reads it."""
    name = name or next(iter(frappe.get_list(DOCTYPE, pluck="name", order_by="creation desc", limit=1)), "")
    if not name:
        refuse(_("There is no field action to show it with. Start one first."))
    action = frappe.get_doc(DOCTYPE, name)
    action.check_permission("read")
    language = template.get(LANGUAGE_FIELD) or "en"
    text = filled(
        template,
        language,
        lambda: fields(action, example_customer(action), frappe.utils.get_url(EXAMPLE_LINK), "", language),
    )
    return {"record": name, **text}


def example_customer(action: Document, language: str = "") -> Document:
    """A customer of an action whose notice can be looked at; one made up where it has none yet."""
    about = {"field_action": action.name, "is_left_out": 0}
    named = [{**about, "language": language}] if language else []
    for filters in (*named, about):
        if found := frappe.get_list(
            CUSTOMER, filters, pluck="name", order_by="creation asc, name asc", limit=1
        ):
            return frappe.get_doc(CUSTOMER, found[0])
    return frappe.get_doc(
        {"doctype": CUSTOMER, "field_action": action.name, "customer_name": _("Customer"), "quantities": []}
    )


def fields(action: Document, customer: Document, link: str, contact: str, language: str) -> dict[str, str]:
    """Merge fields, safe as markup, in the language that is spoken; see `constants.field_action.NOTICE_FIELDS`."""
    lots = _lots(action, customer)
    products = [row.item_name or row.item_code for row in customer.quantities]
    return {
        "name": _safe(action.name or ""),
        "title": _safe(action.title or ""),
        "company": _safe(action.company or ""),
        "action_type": _safe(word(action.action_type)),
        "action_class": _safe(classes.class_text(action.action_class)),
        **{name: _lines(text) for name, text in texts.texts_for(action, language).items()},
        "customer_name": _safe(customer.customer_name or ""),
        "contact_name": _safe(contact or customer.contact_name or customer.customer_name or ""),
        "product": _safe(comma_list(filter(None, dict.fromkeys(products)))),
        "lots": _safe(comma_list(dict.fromkeys(lots))),
        "quantities": _listed(quantity_line(action, row) for row in customer.quantities),
        "deliveries": _listed(_delivery(one) for one in deliveries_of(customer)),
        "notice_link": link,
        "sender_name": _safe(action.company or ""),
    }


def deliveries_of(customer: Document) -> list[dict[str, Any]]:
    return [one for one in frappe.parse_json(customer.deliveries or "[]") if one["qty"] > 0]


def quantity_line(action: Document, row: Document) -> str:
    """“Kettle 2 l, batch B-7: 12 Nos”, as plain text."""
    return _("{0}: {1} {2}").format(goods_line(action, row), amount_text(row.at_risk), unit_word(row.uom))


def goods_line(action: Document, row: Document) -> str:
    """“Kettle 2 l, batch B-7”, as plain text. Of a customer whom the genealogy does not name, the action says which."""
    lots, told = row.lots, _("batch or serial number {0}")
    if not lots and row.item_code == action.item_code:
        lots = action.batch_no or action.serial_no
        if not lots and action.supplier_lot:
            lots, told = action.supplier_lot, _("supplier lot {0}")
    return comma_list(filter(None, (row.item_name or row.item_code, lots and told.format(lots))))


def amount_text(value: Any) -> str:
    """A quantity without needless places."""
    amount = flt(value)
    return fmt_money(amount, precision=0) if amount == int(amount) else f"{amount:g}"


def is_for_field_actions(template: Document) -> bool:
    return template.get(KIND_FIELD) in (FIELD_NOTICE, FIELD_REMINDER)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SAID else f"{text[:_LONGEST_SAID].rstrip()} …"


def _lots(action: Document, customer: Document) -> list[str]:
    """Lots that a customer has; where no delivery says which, those that the action is about."""
    lots = [lot for row in customer.quantities for lot in (row.lots or "").split(", ") if lot]
    return lots or [*filter(None, (action.batch_no or action.serial_no or action.supplier_lot,))]


def _goods(action: Document, customer: Document) -> str:
    """What a customer has, in few words."""
    lots = _lots(action, customer)
    more = ["…"] if len(lots) > _MOST_LOTS else []
    names = dict.fromkeys(row.item_name or row.item_code for row in customer.quantities)
    return as_typed(comma_list(filter(None, (*names, *dict.fromkeys(lots[:_MOST_LOTS]), *more))))


def _delivery(one: dict[str, Any]) -> str:
    told = f"{amount_text(one['qty'])} {unit_word(one['uom'])}"
    return comma_list((one["document"], format_date(one["date"], "long"), one["lot"], told))


def _safe(text: str | None) -> str:
    return escape_html(as_typed(text or ""))


def _lines(text: str | None) -> str:
    return _safe(text).replace("\r\n", "\n").replace("\n", "<br>")


def _listed(lines: Any) -> str:
    rows = "".join(f"<li>{_safe(text)}</li>" for text in lines)
    return f"<ul>{rows}</ul>" if rows else ""
