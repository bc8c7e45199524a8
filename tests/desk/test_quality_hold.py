"""Goods on quality hold do not leave, by whichever document, field or way, until another person releases them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.api import containment as door
from complaint_qms.constants import roles
from complaint_qms.engine.trace import Lot
from complaint_qms.exceptions import GateError
from complaint_qms.integrations.erpnext.lots import known_lots
from complaint_qms.services.containment import gate
from complaint_qms.services.containment.gate import HeldError
from complaint_qms.services.containment.standing import held_of
from tests.desk import factory
from tests.desk.held import REASON, a_chain, hold, kept_apart, refused, release, transfer, warehouse
from tests.desk.stock_chain import Chain, sold_at_the_till


@pytest.fixture
def chain() -> Chain:
    return a_chain()


@pytest.fixture
def apart() -> tuple[str, str]:
    return kept_apart()


def test_a_held_batch_leaves_by_no_document(chain: Chain) -> None:
    buyer, bill = factory.customer().name, chain.bill("goods", {"part": 1})
    store = factory.store()
    before = chain.sell(buyer, ("made", 2))
    order = chain.order(bill, "made", 1)
    batch, part = chain.lots["made"], chain.lots["lot"]
    held = hold(batch, part)
    ways: dict[str, Callable[[], object]] = {
        "delivery": lambda: chain.sell(buyer, ("made", 1)),
        "invoice": lambda: chain.sell(buyer, ("made", 1), by_invoice=True),
        "issue": lambda: chain.scrap("made", 1),
        "repack": lambda: chain.make({"made": 1}, {"made": 1}),
        "manufacture": lambda: chain.entry("Manufacture", order, bill, {"lot": 1}, {"made": 1}, 1),
        "consumption": lambda: chain.entry("Material Consumption for Manufacture", order, bill, {"lot": 1}, {}, 1),
        "to the line": lambda: chain.post(
            "Stock Entry", stock_entry_type="Material Transfer for Manufacture", purpose="Material Transfer for Manufacture",
            items=[chain.row("lot", 1, s_warehouse=store, t_warehouse=warehouse("Line"))],
        ),
        "count": lambda: chain.count("made", 10, 18),
    }  # fmt: skip
    for way, act in ways.items():
        said = refused(act)
        assert REASON in said, way
        assert held.name in said, way
    # Stock stays where it was; nothing of a refused document is left.
    assert frappe.db.get_value("Batch", batch, "batch_qty") == 18
    # What came before is not touched: it may come back, and be undone.
    chain.take_back(before, "made", 1)
    frappe.get_doc("Delivery Note", before.name).reload()
    release(held, rows=[row.name for row in held.lots if row.batch_no == batch])
    chain.sell(buyer, ("made", 1))
    refused(lambda: chain.make({"lot": 1}, {"made": 1}))


def test_a_held_unit_is_held_however_a_document_names_it() -> None:
    line = factory.stocked(4, with_serials=True)
    units = frappe.get_all("Serial No", {"item_code": line.item}, pluck="name", order_by="name")
    buyer = factory.customer().name
    hold(units[0])
    in_text = replace(line, qty=2, serials=units[:2])
    assert units[0] in refused(lambda: factory.delivery(buyer, in_text))
    factory.delivery(buyer, replace(line, qty=1, serials=[units[1]]))
    # Nobody named a unit: ERPNext takes the oldest, which is the held one.
    refused(lambda: factory.delivery(buyer, replace(line, qty=1, serials=[])))
    # A bundle made ahead.
    bundle = frappe.get_doc({
        "doctype": "Serial and Batch Bundle", "item_code": line.item, "warehouse": factory.store(), "company": factory.company(),
        "type_of_transaction": "Outward", "voucher_type": "Delivery Note", "posting_date": frappe.utils.nowdate(), "posting_time": "10:00:00",
        "entries": [{"serial_no": units[0], "qty": -1, "warehouse": factory.store()}],
    }).insert()  # fmt: skip
    plain = replace(line, qty=1, serials=[])

    def by_bundle() -> None:
        values = {"items": [plain.row(serial_and_batch_bundle=bundle.name)]}
        factory.delivery(buyer, plain, **values)

    assert units[0] in refused(by_bundle)


@pytest.mark.smoke
def test_a_unit_leaves_a_held_batch_by_no_change_of_its_record() -> None:
    line = factory.stocked(2, with_batch=True, with_serials=True)
    other = factory.batch(line.item, batch_id=factory.unique("B").upper()).name
    factory.receive(replace(line, batch=other, serials=factory.serials(1)))
    (unit,) = line.serials
    frappe.db.set_value("Serial No", unit, "batch_no", other)
    hold(line.batch)
    assert line.batch in refused(
        lambda: factory.delivery(factory.customer().name, replace(line, batch=other))
    )


def test_a_name_is_held_however_the_database_finds_it() -> None:
    """É is E to it, a wide letter a narrow one; a text field of serial numbers keeps what somebody typed."""
    item = factory.item(batch=True, price=None).name
    batch = factory.make("Batch", batch_id=factory.unique("École"), item=item).name
    made = door.hold(REASON, batches=[batch, batch.upper()])
    assert [row.batch_no for row in frappe.get_doc("Quality Hold", made["name"]).lots] == [batch]
    spelled = [batch.replace("É", "E"), batch.upper(), batch.replace("c", "\uff43"), f"{batch} "]
    lots = [Lot(item, name) for name in spelled]
    assert set(held_of(lots)) == set(held_of(lots, locked=True)) == set(lots)
    assert {known_lots([name], ())[("Batch", name)].batch for name in spelled} == {batch}
    assert held_of([Lot(item, f"{batch}x")]) == known_lots([f"{batch}x"], ()) == {}
    with factory.as_user(factory.person("System Manager")):
        assert not frappe.has_permission("Quality Hold", "create")


def test_quarantine_takes_goods_in_and_lets_them_out_to_scrap_and_supplier_alone(
    chain: Chain, apart: tuple[str, str]
) -> None:
    quarantine, scrap = apart
    store, elsewhere = factory.store(), warehouse("Shelf")
    receipt = frappe.get_doc("Purchase Receipt", chain.received["lot"][1])
    held = hold(chain.lots["lot"])
    transfer(chain, "lot", store, elsewhere)
    for _ in range(3):
        transfer(chain, "lot", store, quarantine)
    refused(lambda: transfer(chain, "lot", quarantine, store))
    refused(lambda: transfer(chain, "lot", quarantine, elsewhere))
    transfer(chain, "lot", quarantine, scrap)
    refused(lambda: transfer(chain, "lot", scrap, store))
    row = chain.row("lot", 1, s_warehouse=scrap)
    chain.post("Stock Entry", stock_entry_type="Material Issue", purpose="Material Issue", items=[row])

    def back_to_supplier(place: str) -> Document:
        from erpnext.stock.doctype.purchase_receipt.purchase_receipt import make_purchase_return

        back = make_purchase_return(receipt.name)
        back.update(chain.next_moment())
        back.items[0].update({"qty": -1, "received_qty": -1, "warehouse": place, "use_serial_batch_fields": 1, "batch_no": chain.lots["lot"], "serial_and_batch_bundle": None})  # fmt: skip
        back.insert(ignore_permissions=True)
        back.submit()
        return back

    refused(lambda: back_to_supplier(store))
    back_to_supplier(quarantine)
    release(held)
    transfer(chain, "lot", quarantine, store)


def test_what_was_done_after_the_hold_is_undone_after_the_release_alone(
    chain: Chain, apart: tuple[str, str]
) -> None:
    quarantine, scrap = apart
    store = factory.store()
    sold = chain.sell(factory.customer().name, ("made", 4))
    before = transfer(chain, "made", store, quarantine)
    held = hold(chain.lots["made"])
    after = [
        transfer(chain, "made", store, quarantine),
        transfer(chain, "made", store, scrap),
        chain.take_back(sold, "made", 1),
    ]
    for one in after:
        said = refused(frappe.get_doc(one.doctype, one.name).cancel)
        assert held.name in said
        assert "release" in said
        assert frappe.db.get_value(one.doctype, one.name, "docstatus") == 1
    # From shelf to shelf it may be undone, and so may what was there before the hold, posted for whatever day.
    shelf = transfer(chain, "made", store, warehouse("Shelf"))
    for one in (shelf, before):
        frappe.get_doc(one.doctype, one.name).cancel()
    found = chain.count("made", 20, 15)
    refused(frappe.get_doc(found.doctype, found.name).cancel)
    release(held)
    for one in (found, *reversed(after)):
        frappe.get_doc(one.doctype, one.name).cancel()


def test_one_holds_and_another_releases_with_a_reason(chain: Chain) -> None:
    batch = chain.lots["made"]
    quality, investigator = factory.person(roles.QUALITY_MANAGER), factory.person(roles.INVESTIGATOR)
    about = factory.complaint(batch_no=batch, item_code=chain.items["made"])
    with factory.as_user(quality):
        held = hold(batch, complaint=about.name)
        assert (held.held_by, held.status, held.company) == (quality, "held", about.company)
        with pytest.raises(GateError, match="somebody else"):
            door.release(held.name, "Fine again")
        held.status, held.released_by, held.held_by = "released", "Administrator", "Administrator"
        held.lots[0].is_held = 0
        held.save()
        assert (held.status, held.held_by, held.lots[0].is_held) == ("held", quality, 1)
        held.reason = "Nothing"
        with pytest.raises(GateError):
            held.save()
        held.reload()
        held.append("lots", {"batch_no": chain.lots["lot"]})
        with pytest.raises(GateError, match="Batches and Serial Numbers stays as it was"):
            held.save()
        held.reload()
        held.lots[0].batch_no = chain.lots["lot"]
        with pytest.raises(GateError, match="Batches and Serial Numbers stays as it was"):
            held.save()
    with factory.as_user(investigator), pytest.raises(frappe.PermissionError, match="Quality Manager"):
        door.release(held.name, "Fine again")
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)), pytest.raises(GateError, match="Reason"):
        door.release(held.name, "  ")
    with factory.as_user(factory.person(roles.AGENT)), pytest.raises(frappe.PermissionError):
        hold(batch)
    assert release(held)["status"] == "released"
    held.reload()
    assert held.release_reason == held.lots[0].release_reason == "Sorted and found good"
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)), pytest.raises(GateError, match="already"):
        door.release(held.name, "Again")
    lines = frappe.get_all("Comment", {"reference_name": about.name, "comment_type": "Info"}, pluck="content", order_by="creation")  # fmt: skip
    assert [word for word in ("holds", "releases") if not any(word in one for one in lines)] == []
    with pytest.raises(GateError):
        frappe.delete_doc("Quality Hold", held.name)


def test_bad_input_is_told_with_its_place(chain: Chain) -> None:
    batch = chain.lots["made"]
    for wrong, said in (
        ({"batches": [batch], "reason": " "}, "Reason"),
        ({"batches": [batch], "reason": "x" * 1001}, "at most 1000 characters, and these are 1001"),
        ({"batches": [], "reason": REASON}, "batches"),
        ({"batches": ["No such"], "reason": REASON}, "No such"),
        ({"batches": {"a": 1}, "reason": REASON}, "list"),
    ):
        with pytest.raises(frappe.ValidationError, match=said):
            door.hold(**wrong)
    with pytest.raises(frappe.ValidationError, match="twice"):
        factory.make(
            "Quality Hold",
            reason=REASON,
            company=factory.company(),
            lots=[{"batch_no": batch}, {"batch_no": batch}],
        )
    with pytest.raises(frappe.ValidationError, match="row 1: choose a batch"):
        factory.make(
            "Quality Hold",
            reason=REASON,
            company=factory.company(),
            lots=[{"item_code": chain.items["made"]}],
        )


def test_what_is_told_depends_on_who_reads(chain: Chain) -> None:
    held = hold(chain.lots["made"])
    seller = factory.person("Sales User", "Stock User")
    with factory.as_user(seller):
        said = refused(lambda: chain.sell(factory.customer().name, ("made", 1)))
    assert held.name in said
    assert REASON not in said
    assert "Administrator" not in said
    frappe.clear_messages()
    draft = factory.trade._selling_document(
        "Delivery Note", factory.customer().name, [factory.Line(chain.items["made"], batch=chain.lots["made"])], None, {}
    )  # fmt: skip
    draft.insert(ignore_permissions=True)
    assert any("quality hold" in str(message) for message in frappe.get_message_log())
    with factory.as_user(factory.person("Customer")), pytest.raises(frappe.PermissionError):
        frappe.get_doc("Quality Hold", held.name).check_permission("read")


def test_what_is_set_aside_or_sold_at_the_till_is_asked_as_well(chain: Chain) -> None:
    from erpnext.accounts.doctype.pos_invoice_merge_log.pos_invoice_merge_log import consolidate_pos_invoices

    buyer = factory.customer().name
    sale = sold_at_the_till(chain, buyer, "made", 3)
    sold_before_hold = sold_at_the_till(chain, buyer, "made", 2)
    hold(chain.lots["made"])
    refused(lambda: sold_at_the_till(chain, buyer, "made", 1))
    # What the till handed out before is only booked now.
    consolidate_pos_invoices(pos_invoices=[frappe._dict(sale.as_dict(), pos_invoice=sale.name)])
    booked = frappe.db.get_value("POS Invoice", sale.name, "consolidated_invoice")
    assert frappe.db.get_value("Sales Invoice", booked, "docstatus") == 1
    refused(lambda: chain.sell(buyer, ("made", 1), by_invoice=True))
    # Nor by calling an invoice so, for a sale that waits to be booked.
    waiting = sold_before_hold.name
    line = factory.Line(chain.items["made"], qty=2, batch=chain.lots["made"])
    sums = dict.fromkeys(("amount", "base_amount", "net_amount", "base_net_amount"), 20.0)
    forged = [line.row(pos_invoice=waiting, pos_invoice_item=sold_before_hold.items[0].name, **sums)]
    for more in ({"is_consolidated": 1}, {}):
        refused(lambda more=more: factory.invoice(buyer, line, update_stock=True, items=forged, **more))
    consolidate_pos_invoices(pos_invoices=[frappe._dict(sold_before_hold.as_dict(), pos_invoice=waiting)])
    assert frappe.db.get_value("POS Invoice", waiting, "consolidated_invoice")
    order = factory.sales_order(buyer, factory.Line(chain.items["made"], qty=2))
    wanted = {"item_code": chain.items["made"], "qty": 1, "stock_qty": 1, "warehouse": factory.store(), "sales_order": order.name, "sales_order_item": order.items[0].name, "use_serial_batch_fields": 1, "batch_no": chain.lots["made"], "conversion_factor": 1, "uom": "Nos", "stock_uom": "Nos"}  # fmt: skip
    refused(
        lambda: chain.post(
            "Pick List", purpose="Delivery", customer=buyer, pick_manually=1, locations=[wanted]
        )
    )
    frappe.db.set_single_value("Stock Settings", "enable_stock_reservation", 1)
    reserved = {
        "item_code": chain.items["made"], "warehouse": factory.store(), "voucher_type": "Sales Order", "voucher_no": order.name,
        "voucher_detail_no": order.items[0].name, "stock_uom": "Nos", "voucher_qty": 2, "available_qty": 15, "reserved_qty": 1,
        "has_batch_no": 1, "reservation_based_on": "Serial and Batch",
        "sb_entries": [{"batch_no": chain.lots["made"], "qty": 1, "warehouse": factory.store()}],
    }  # fmt: skip
    refused(lambda: chain.post("Stock Reservation Entry", **reserved))


def test_a_row_of_the_ledger_and_a_bundle_are_gates_of_their_own(chain: Chain) -> None:
    """For documents of other apps, and for who edits a bundle behind a submitted document."""
    batch = chain.lots["made"]
    note = chain.sell(factory.customer().name, ("lot", 1))
    hold(batch)
    entry = frappe.get_doc({
        "doctype": "Stock Ledger Entry", "item_code": chain.items["made"], "warehouse": factory.store(), "company": factory.company(),
        "voucher_type": "Some Document", "voucher_no": "1", "actual_qty": -1, "batch_no": batch, "is_cancelled": 0,
    })  # fmt: skip
    with pytest.raises(HeldError):
        gate.check_entry(entry)
    entry.actual_qty = 1
    gate.check_entry(entry)
    bundle = frappe.get_doc("Serial and Batch Bundle", note.items[0].serial_and_batch_bundle or frappe.db.get_value("Delivery Note Item", note.items[0].name, "serial_and_batch_bundle"))  # fmt: skip
    bundle.load_doc_before_save()
    bundle.append("entries", {"batch_no": batch, "qty": -1, "warehouse": factory.store()})
    with pytest.raises(HeldError):
        gate.check_bundle(bundle)
