"""Goods in stock, held and released, for tests."""

from __future__ import annotations

from collections.abc import Callable

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.api import containment as door
from complaint_qms.constants import roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.containment.gate import HeldError
from tests.desk import factory
from tests.desk.stock_chain import Chain

REASON = "Handles break off"


def warehouse(name: str) -> str:
    made = factory.make("Warehouse", warehouse_name=factory.unique(name), company=factory.company()).name
    # ERPNext keeps it for a request, and on 16 under test as well.
    frappe.flags.pop("warehouse_account_map", None)
    return made


def hold(*lots: str, **more: object) -> Document:
    made = door.hold(REASON, batches=[lot for lot in lots if frappe.db.exists("Batch", lot)], serials=[lot for lot in lots if frappe.db.exists("Serial No", lot)], **more)  # fmt: skip
    return frappe.get_doc("Quality Hold", made["name"])


def release(held: Document, **more: object) -> dict:
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)):
        return door.release(held.name, "Sorted and found good", **more)


def a_chain() -> Chain:
    """A lot of a part and a lot of what is made of it, in stock."""
    made = Chain()
    made.new_item("part")
    made.new_item("goods")
    made.new_lot("lot", "part")
    made.new_lot("made", "goods")
    made.buy("lot", 100, factory.supplier().name)
    made.make({"lot": 20}, {"made": 20})
    return made


def kept_apart() -> tuple[str, str]:
    """Quarantine and scrap of the company."""
    places = warehouse("Quarantine"), warehouse("Scrap")
    settings = frappe.get_doc(SETTINGS)
    row = {"company": factory.company(), "quarantine_warehouse": places[0], "scrap_warehouse": places[1]}
    settings.set("quarantine_warehouses", [row])
    settings.save()
    return places


def transfer(chain: Chain, lot: str, source: str, target: str, **more: object) -> Document:
    row = chain.row(lot, 1, s_warehouse=source, t_warehouse=target)
    values = {"stock_entry_type": "Material Transfer", "purpose": "Material Transfer", "items": [row], **more}
    return chain.post("Stock Entry", **values)


def refused(act: Callable[[], object]) -> str:
    frappe.db.savepoint("tried")
    with pytest.raises(HeldError) as told:
        act()
    frappe.db.rollback(save_point="tried")
    return str(told.value)
