"""What the print of a field action tells beside its fields: scope, customers, mass balance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_datetime, format_duration

from complaint_qms.constants.field_action import BY_LINK, CUSTOMER, SENT
from complaint_qms.engine.field_action import counted_twice
from complaint_qms.services.field_action import customers, mass_balance
from complaint_qms.services.field_action.notice_text import amount_text
from complaint_qms.services.field_action.notices import notices_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.text_cleaning import as_typed
from complaint_qms.services.record.unit_words import unit_word

_BALANCE = (
    "came_in",
    "consumed",
    "delivered",
    "returned",
    "sent_back",
    "issued",
    "adjusted",
    "on_hand",
    "difference",
)


def sections(doc: Document) -> Iterator[dict[str, Any]]:
    """Parts of the page, as `services.paper.sheet` lays them out; text is markup."""
    if doc.is_mock and (balance := mass_balance.stored_balance(doc)):
        yield from _mock(doc, balance)
    docs = customers.all_of(doc.name)
    seen = set(
        frappe.get_list(CUSTOMER, {"field_action": doc.name}, pluck="name", order_by="name asc", limit=0)
    )
    if not docs:
        return
    figures = customers.figures_of(docs)
    facts = [
        (_("Customers", context="Field Action"), str(figures["customers"])),
        (_("Told"), str(figures["told"])),
        (_("Acknowledged"), f"{figures['acknowledged']} ({amount_text(figures['acknowledged_share'])} %)"),
    ]
    for unit in figures["units"]:
        amounts = ("share", "recovered", "destroyed", "used", "open", "at_risk")
        told = _("{0} %: recovered {1}, destroyed {2}, used or passed on {3}, open {4} of {5}")
        facts += [
            (
                _("Accounted For ({0})").format(unit_word(unit["uom"])),
                told.format(*(amount_text(unit[name]) for name in amounts)),
            ),
            (
                _("Recovered or Destroyed ({0})").format(unit_word(unit["uom"])),
                _("{0} %, without what was used or passed on").format(amount_text(unit["removed_share"])),
            ),
        ]
    shown = [one for one in docs if one.name in seen]
    if doc.is_mock:
        heads = [_("Customer"), _("Has"), _("Contact")]
        rows = [[_named(one), _sum(one, "at_risk"), _contact(one)] for one in shown]
    else:
        yield _section(_("Effectiveness"), facts=facts, texts=[(_("Accounted For"), definition())])
        heads = [_("Customer"), _("Status"), _("Told"), _("Acknowledged"), _("Has"), _("Recovered"), _("Destroyed"), _("Used or Passed On"), _("Still Held")]  # fmt: skip
        services = _services(doc.name)
        rows = [_customer(one, services.get(one.name, ())) for one in shown]
    tables = [(_("Customers", context="Field Action"), heads, rows)]
    if remarks := [[one.customer_name or one.customer, one.remark] for one in shown if one.remark]:
        tables.append((_("Remarks of Customers"), [_("Customer"), _("Remark")], remarks))
    yield _section(_("Customers", context="Field Action"), tables=tables)


def definition() -> str:
    """What the quantities of effectiveness count."""
    return _(
        "Accounted for is what was recovered, destroyed, used or passed on, of what customers held when the scope was approved. What was used or passed on may still do harm."
    )


def _mock(doc: Document, balance: dict[str, Any]) -> Iterator[dict[str, Any]]:
    facts = [
        (_("Stopwatch Started At"), format_datetime(doc.started_at)),
        (_("Time to the Complete List"), format_duration(doc.time_to_list) or "0s"),
        (_("Quantity Traced"), f"{amount_text(doc.traced_share)} %"),
    ]
    heads = [_("Batch or Serial No"), _("Came In"), _("Consumed"), _("Delivered"), _("Returned by Customer"), _("Returned to Supplier"), _("Issued"), _("Adjusted"), _("On Hand"), _("Difference in Quantity")]  # fmt: skip
    rows = [
        [row["lot"], *("–" if row[name] is None else amount_text(row[name]) for name in _BALANCE)]
        for row in balance["lots"]
    ]
    near_heads = [_("Name"), _("What"), _("Quantity"), _("Document")]
    tables = [(_("Mass Balance"), heads, rows)]
    for title, key in ((_("One Step Up"), "up"), (_("One Step Down"), "down")):
        near = [[one["name"], one["what"], _amount(one), one["document"]] for one in balance[key]]
        if near:
            tables.append((title, near_heads, near))
    yield _section(_("Mock Recall"), facts=facts, tables=tables)


def _amount(one: dict[str, Any]) -> str:
    return f"{amount_text(one['qty'])} {unit_word(one['uom'])}"


def _services(action: str) -> dict[str, list[str]]:
    """Customer → by which services notices have left, in words."""
    found: dict[str, dict[str, None]] = {}
    for notice in reversed(notices_of(action)):
        if notice["state"] == SENT:
            found.setdefault(notice["field_action_customer"], {})[word(notice["service"])] = None
    return {name: [*services] for name, services in found.items()}


def _customer(one: Document, services: Sequence[str]) -> list[str]:
    state = word(one.state) + (f": {one.left_out_reason}" if one.is_left_out else "")
    over = comma_list(
        f"{amount_text(counted_twice(row))} {unit_word(row.uom)}"
        for row in one.quantities
        if counted_twice(row)
    )
    if over:
        state += ". " + _("More accounted for than was there: {0}. Correct the quantities.").format(over)
    answered = " ".join(filter(None, (_moment(one.acknowledged_at), one.answered_by_name)))
    sums = [_sum(one, name) for name in ("at_risk", "recovered", "destroyed", "used", "still_held")]
    return [one.customer_name or one.customer, state, _told(one, services), answered, *sums]


def _told(one: Document, services: Sequence[str]) -> str:
    """When a customer was told, and how; a link may be opened, and somebody phoned, without a notice that has left."""
    ways = [*services] or ([word(BY_LINK)] if one.opened_at else [word(one.road)] if one.road else [])
    at = one.sent_at or one.opened_at or one.acknowledged_at
    return ". ".join(filter(None, (_moment(at), comma_list(ways)))) if at else ""


def _sum(one: Document, name: str) -> str:
    return comma_list(
        f"{amount_text(row.get(name))} {unit_word(row.uom)}" for row in one.quantities if row.get(name)
    )


def _named(one: Document) -> str:
    name = one.customer_name or one.customer
    return f"{name}. {word(one.state)}: {one.left_out_reason}" if one.is_left_out else name


def _contact(one: Document) -> str:
    return comma_list(filter(None, (one.contact_name, one.email, one.phone)))


def _moment(value: Any) -> str:
    return format_datetime(value) if value else ""


def _section(title: str, facts: Any = (), texts: Any = (), tables: Any = ()) -> dict[str, Any]:
    def pairs(given: Any) -> list[dict[str, str]]:
        return [{"label": label, "value": escape_html(as_typed(value))} for label, value in given]

    return {
        "title": title,
        "facts": pairs(facts),
        "texts": pairs(texts),
        "tables": [
            {
                "title": name,
                "heads": heads,
                "rows": [[escape_html(as_typed(str(cell))) for cell in row] for row in rows],
            }
            for name, heads, rows in tables
        ],
    }
