"""Ways that goods go in ERPNext beside manufacture and delivery, and what of it somebody may see."""

from __future__ import annotations

import csv
from itertools import pairwise

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api import trace as door
from complaint_qms.constants import roles
from complaint_qms.engine.trace import Lot, Movement, Voucher, trace_lots
from complaint_qms.engine.trace.movements import CONVERSION
from complaint_qms.services.trace import labels
from complaint_qms.services.trace.export import as_csv, asked_lines, flow_rows
from complaint_qms.services.trace.report import BatchGenealogy
from complaint_qms.services.trace.starts import Start, start_of
from complaint_qms.services.trace.tracing import Traced, trace
from complaint_qms.services.trace.tree import tree_rows
from tests.desk import factory
from tests.desk.stock_chain import Chain, as_before_bundles, sold_at_the_till

UNIT = 10**9


def traced_from(kind: str, name: str, way: str = "both") -> Traced:
    return trace(start_of(kind, name), way)


def held(traced: Traced) -> dict[tuple[str, str], int]:
    return {(one.customer, one.lot.batch or one.lot.serial): one.held // UNIT for one in traced.holdings()}


@pytest.fixture
def chain() -> Chain:
    """A lot of a part, and what is made of it."""
    made = Chain()
    made.new_item("part")
    made.new_item("goods")
    made.new_lot("lot", "part")
    made.buy("lot", 100, factory.supplier().name, "OURS-1")
    return made


def test_items_of_one_delivery_are_not_added_up(chain: Chain) -> None:
    """Goods and the part they are made of, with one paper: the picture, its rows and the CSV keep them apart."""
    for lot in ("first", "second"):
        chain.new_lot(lot, "goods")
        chain.make({"lot": 20}, {lot: 10})
    customer = factory.customer().name
    chain.sell(customer, ("lot", 7), ("first", 3), ("second", 2))
    picture = door.picture("Batch", chain.lots["lot"])
    (bought,) = (node["id"] for node in picture["nodes"] if node["type"] == "customer")
    (edge,) = (edge for edge in picture["edges"] if edge["target"] == bought)
    sold = {("lot", 7), ("first", 3), ("second", 2)}
    expected = {(chain.items[lot], chain.lots[lot], qty) for lot, qty in sold}
    assert {(one["item_code"], one["lot"], one["qty"]) for one in edge["quantities"]} == expected
    flows = [row for row in flow_rows(picture) if row["to"] == customer]
    assert {(row["item_code"], row["lot"], row["qty"]) for row in flows} == expected
    head, *written = csv.reader(as_csv(picture).decode("utf-8-sig").splitlines())
    assert all(head)
    of_customer = [dict(zip(head, row, strict=True)) for row in written if customer in row]
    assert {
        (row["Item"], row["Batch or Serial No"], float(row["Quantity"])) for row in of_customer
    } == expected
    # Where nobody else has any, the report says where the rest is.
    complaint = factory.complaint(
        customer=customer, item_code=chain.items["first"], batch_no=chain.lots["first"]
    )
    asked = {"start": "Complaint", "complaint": complaint.name, "show": "holders", "others": 1}
    _columns, rows, message, *_rest = BatchGenealogy(asked).run()
    assert rows == []
    assert "all of it went to the customer who complains" in message
    assert f"In stock: 7 Nos {chain.items['first']}." in message
    assert asked_lines("Complaint", complaint.name, "family", "") == [
        "Direction: All with the Same Components",
        f"Company: {complaint.company}",
    ]
    assert [labels.quantity_text(qty) for qty in (12000, 105.0, 0.125, 1234567.5)] == [
        "12,000",
        "105",
        "0.125",
        "1,234,567.5",
    ]


def test_material_consumed_for_a_work_order_by_itself_is_in_all_that_was_made_for_it(chain: Chain) -> None:
    frappe.db.set_single_value("Manufacturing Settings", "material_consumption", 1)
    for lot in ("first", "second"):
        chain.new_lot(lot, "goods")
    bill = chain.bill("goods", {"part": 2})
    order = chain.order(bill, "first", 10)
    chain.entry("Material Consumption for Manufacture", order, bill, {"lot": 20}, {}, 10)
    for lot, qty in (("first", 6), ("second", 4)):
        chain.entry("Manufacture", order, bill, {}, {lot: qty}, qty)
    found = traced_from("Batch", chain.lots["lot"], "down").genealogy
    edges = {edge.target.batch: edge for edge in found.edges_down(found.starts[0])}
    assert {batch: (edge.attributed // UNIT, edge.basis) for batch, edge in edges.items()} == {
        chain.lots["first"]: (12, "shared"),
        chain.lots["second"]: (8, "shared"),
    }
    assert {edge.process for edge in edges.values()} == {("Work Order", order.name)}
    answer = door.genealogy("Work Order", order.name, "up")
    assert sorted(answer["starts"]) == sorted(f"Batch {chain.lots[lot]}" for lot in ("first", "second"))


def test_serial_numbers_are_followed_one_by_one_also_in_rows_from_before_bundles(chain: Chain) -> None:
    numbers = factory.serials(4)
    goods = factory.item(serial=True, price=None).name
    rows = [
        chain.row("lot", 8, s_warehouse=factory.store()),
        {"item_code": goods, "qty": 4, "t_warehouse": factory.store(), "is_finished_item": 1, "serial_no": "\n".join(numbers), "use_serial_batch_fields": 1},
    ]  # fmt: skip
    made = chain.post("Stock Entry", stock_entry_type="Repack", purpose="Repack", items=rows)
    ada, bo = factory.customer().name, factory.customer().name
    sold = [chain.post_sale(ada, goods, numbers[:2]), chain.post_sale(bo, goods, numbers[2:3])]
    for old in ((), (made.name, sold[0].name)):
        as_before_bundles(*old)
        unit = traced_from("Serial No", numbers[0])
        (edge,) = unit.genealogy.edges_up(Lot(goods, serial=numbers[0]))
        assert (edge.source.batch, edge.attributed // UNIT, edge.basis) == (chain.lots["lot"], 2, "shared")
        assert held(unit) == {(ada, numbers[0]): 1}
        whole = traced_from("Batch", chain.lots["lot"], "down")
        assert held(whole) == {(ada, numbers[0]): 1, (ada, numbers[1]): 1, (bo, numbers[2]): 1}
        (lying,) = whole.balances([Lot(goods, serial=numbers[3])])
        assert lying.on_hand == {factory.store(): UNIT}
        balances = BatchGenealogy({"start": "Batch", "batch_no": chain.lots["lot"], "show": "balance"}).rows()
        assert {row["difference"] for row in balances} == {0}
    complaint = factory.complaint(customer=ada, item_code=goods, serial_no=numbers[0])
    family = door.holders(complaint.name, others=True, way="family")
    assert {row["customer"] for row in family["holders"]} == {bo}


def test_a_sale_at_the_till_counts_once_before_and_after_it_is_consolidated(chain: Chain) -> None:
    from erpnext.accounts.doctype.pos_invoice_merge_log.pos_invoice_merge_log import consolidate_pos_invoices

    buyer = factory.customer().name
    sale = sold_at_the_till(chain, buyer, "lot", 3)
    before = traced_from("Batch", chain.lots["lot"])
    (said,) = before.balances(before.lots)
    assert (said.pending, said.total_on_hand, held(before)) == (
        3 * UNIT,
        97 * UNIT,
        {(buyer, chain.lots["lot"]): 3},
    )
    (row,) = BatchGenealogy({"start": "Batch", "batch_no": chain.lots["lot"], "show": "balance"}).rows()
    assert row["difference"] == 3
    assert "not consolidated" in row["explanation"]
    asked = {"start": "Batch", "batch_no": chain.lots["lot"], "show": "holders"}
    assert [row["note"] for row in BatchGenealogy(asked).rows()] == ["Not in the stock ledger yet"] * 2
    consolidate_pos_invoices(pos_invoices=[frappe._dict(sale.as_dict(), pos_invoice=sale.name)])
    assert frappe.db.get_value("POS Invoice", sale.name, "consolidated_invoice")
    after = traced_from("Batch", chain.lots["lot"])
    (said,) = after.balances(after.lots)
    assert (said.pending, said.total_on_hand, held(after)) == (0, 97 * UNIT, held(before))


def test_what_somebody_may_not_see_is_counted_and_not_told(chain: Chain) -> None:
    chain.new_lot("made", "goods")
    chain.make({"lot": 10}, {"made": 10})
    ada, bo = factory.customer().name, factory.customer().name
    notes = {customer: chain.sell(customer, ("made", 2)).name for customer in (ada, bo)}
    complaint = factory.complaint(customer=ada, item_code=chain.items["made"], batch_no=chain.lots["made"])
    batch = chain.lots["made"]
    asked = {"start": "Batch", "batch_no": batch}
    with factory.as_user(factory.person(roles.INVESTIGATOR)):
        assert held(traced_from("Batch", batch)) == {(ada, batch): 2, (bo, batch): 2}
        assert [row["customer"] for row in door.holders(complaint.name)["holders"]] == [bo]
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)):
        assert set(held(traced_from("Batch", batch))) == {(ada, batch), (bo, batch)}
    kept = factory.person(roles.INVESTIGATOR, Customer=ada)
    with factory.as_user(kept):
        told = traced_from("Batch", batch)
        assert held(told) == {(ada, batch): 2, ("", batch): 2}
        assert len(told.withheld) == 1
        # What left the store is no secret: how much lies there is.
        assert told.balances([Lot(chain.items["made"], batch)])[0].total_on_hand == 6 * UNIT
        for show in ("tree", "holders", "stock", "balance"):
            shown = frappe.as_json(BatchGenealogy(asked | {"show": show}).run())
            assert bo not in shown
            assert notes[bo] not in shown
        assert "Documents not shown to you: 1." in BatchGenealogy(asked).message()
        answer = door.genealogy("Batch", batch)
        assert answer["not_shown"] == 1
    elsewhere = factory.person(roles.INVESTIGATOR, Company=factory.other_company())
    with factory.as_user(elsewhere):
        told = traced_from("Batch", batch)
        assert held(told) == {}
        assert told.genealogy.lots == {Lot(chain.items["made"], batch)}
        assert told.withheld
        (row,) = BatchGenealogy(asked | {"show": "balance"}).rows()
        assert (row["produced"], row["recorded"]) == (0, None)
        assert "not shown to you" in row["explanation"]
        with pytest.raises(frappe.PermissionError):
            door.holders(complaint.name)
        with pytest.raises(frappe.PermissionError, match="this leads to"):
            door.genealogy("Purchase Receipt", chain.received["lot"][1])
    with factory.as_user(factory.person(roles.INVESTIGATOR, Item=chain.items["lot"])):
        with pytest.raises(frappe.PermissionError, match="this leads to"):
            door.genealogy("Batch", batch)
        (said,) = door.genealogy("Batch", chain.lots["lot"])["lots"]
        assert said["steps"] == {"received": 100, "consumed": 10}
    for role in (roles.ACTION_OWNER, roles.ACCOUNTS_MANAGER, "Sales User"):
        with factory.as_user(factory.person(role)), pytest.raises(frappe.PermissionError):
            door.genealogy("Batch", batch)


def test_what_came_out_unseen_makes_no_share_exact(chain: Chain) -> None:
    for lot in ("seen", "unseen"):
        chain.new_lot(lot, "goods")
    place = f"Finished Goods - {factory.company_value('abbr')}"
    rows = [
        chain.row("lot", 100, s_warehouse=factory.store()),
        chain.row("seen", 60, t_warehouse=factory.store(), is_finished_item=1),
        chain.row("unseen", 40, t_warehouse=place),
    ]
    chain.post("Stock Entry", stock_entry_type="Repack", purpose="Repack", items=rows)
    # The database finds a batch in other letters as well.
    name = chain.lots["lot"].lower()
    known = {}
    for user in ("Administrator", factory.person(roles.INVESTIGATOR, Warehouse=factory.store())):
        with factory.as_user(user):
            found = traced_from("Batch", name, "down").genealogy
            edges = found.edges_down(Lot(chain.items["lot"], chain.lots["lot"]))
            known[user] = {edge.target.batch: (edge.attributed // UNIT, edge.basis) for edge in edges}
    assert list(known.values()) == [
        {chain.lots["seen"]: (60, "shared"), chain.lots["unseen"]: (40, "shared")},
        {chain.lots["seen"]: (100, "at_most")},
    ]


def test_documents_without_a_name_are_one_row_with_all_that_was_made_by_them() -> None:
    lot = Lot("part", "P")
    ledger = _Ledger()
    for number, made in enumerate(("first", "second")):
        voucher = Voucher("V", made, CONVERSION, now_datetime(), ("V", made), is_anonymous=True)
        for one, qty in ((lot, -2), (Lot("goods", made), 1)):
            ledger.moved.append(Movement(f"{number} {one}", voucher, one, "Store", qty * UNIT))
    traced = Traced(Start("Batch", "P", (lot,)), trace_lots([lot], "down", ledger), frozenset())
    told = [row["label"] for row in tree_rows(traced) if row["indent"] in (2, 3)]
    assert told[:3] == ["Consumed", "first", "second"]


def test_a_lot_that_several_starts_lead_to_is_told_once() -> None:
    lots = [Lot("part", f"P{number:02}") for number in range(30)]
    ledger = _Ledger()
    for number, (one, other) in enumerate(pairwise(lots)):
        voucher = Voucher("V", str(number), CONVERSION, now_datetime(), ("V", str(number)))
        for lot, qty in ((one, -2), (other, 2)):
            ledger.moved.append(Movement(f"{number} {lot}", voucher, lot, "Store", qty * UNIT))
    traced = Traced(Start("Work Order", "W", tuple(lots)), trace_lots(lots, "down", ledger), frozenset())
    rows = tree_rows(traced)
    assert [row["label"] for row in rows].count("Consumed") == 29
    assert [row["label"] for row in rows if row.get("step") == "Shown above"] == [
        one.batch for one in lots[1:]
    ]


def test_others_are_not_the_own_customer_unseen_and_a_bundle_leads_to_what_is_packed_in_it(
    chain: Chain,
) -> None:
    sold_as = factory.item(is_stock_item=0, item_defaults=[])
    parts = [{"item_code": chain.items["lot"], "qty": 2}]
    factory.make("Product Bundle", new_item_code=sold_as.name, items=parts)
    chain.new_lot("other", "part")
    chain.buy("other", 5, factory.supplier().name)
    ada, bo = factory.customer().name, factory.customer().name
    note = factory.delivery(
        ada,
        factory.Line(sold_as.name, qty=3, rate=10),
        factory.Line(chain.items["other"], qty=1, rate=10, batch=chain.lots["other"]),
        packed_items=[],
    )
    chain.sell(bo, ("lot", 4))
    complaint = factory.complaint(customer=ada, item_code=sold_as.name, delivery_note=note.name)
    assert start_of("Complaint", complaint.name).lots == (Lot(chain.items["lot"], chain.lots["lot"]),)
    agent = factory.person(roles.INVESTIGATOR)
    only = {"allow": "Customer", "for_value": bo, "applicable_for": "Customer"}
    factory.make("User Permission", user=agent, apply_to_all_doctypes=0, **only)
    with factory.as_user(agent):
        rows = door.holders(complaint.name, others=False)["holders"]
        assert {row["customer"]: row["held"] for row in rows} == {"": 6, bo: 4}
        assert [row["customer"] for row in door.holders(complaint.name)["holders"]] == [bo]


class _Ledger:
    def __init__(self) -> None:
        self.moved: list[Movement] = []

    def of_lots(self, lots: set[Lot]) -> list[Movement]:
        return [one for one in self.moved if one.lot in lots]

    def of_processes(self, keys: set[tuple[str, str]]) -> list[Movement]:
        return [one for one in self.moved if one.voucher.process in keys]
