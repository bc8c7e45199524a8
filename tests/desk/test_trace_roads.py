"""Ways that goods go in ERPNext beside manufacture and delivery, each made of its own documents, and chains as chance has them."""

from __future__ import annotations

import random

import frappe
import pytest

from complaint_qms.api import trace as door
from complaint_qms.services.trace.starts import start_of
from complaint_qms.services.trace.tracing import Traced, trace
from tests.desk import factory
from tests.desk.held import warehouse
from tests.desk.stock_chain import Chain

UNIT = 10**9
CHAINS = 20


def traced_of(chain: Chain, lot: str, way: str = "both") -> Traced:
    return trace(start_of("Batch", chain.lots[lot]), way)


def balance_of(traced: Traced, chain: Chain, lot: str) -> tuple[dict[str, float], dict[str, float], list]:
    """(steps that took place, where it lies, why it does not agree)."""
    (key,) = (one for one in traced.lots if one.batch == chain.lots[lot])
    (said,) = traced.balances([key])
    steps = {step: qty / UNIT for step, qty in said.steps.items() if qty}
    lying = {place: qty / UNIT for place, qty in said.on_hand.items()}
    return steps, lying, said.causes(traced.recorded[key])


@pytest.fixture
def chain() -> Chain:
    """A lot of a part, and what is made of it."""
    made = Chain()
    made.new_item("part")
    made.new_item("goods", is_sub_contracted_item=1)
    made.new_lot("lot", "part")
    made.new_lot("made", "goods")
    made.buy("lot", 100, factory.supplier().name, "OURS-1")
    return made


def test_a_subcontractor_makes_goods_of_our_part_and_takes_some_back(chain: Chain) -> None:
    from erpnext.buying.doctype.purchase_order.purchase_order import make_subcontracting_order
    from erpnext.controllers.subcontracting_controller import make_rm_stock_entry
    from erpnext.subcontracting.doctype.subcontracting_order.subcontracting_order import (
        make_subcontracting_receipt,
    )
    from erpnext.subcontracting.doctype.subcontracting_receipt.subcontracting_receipt import (
        make_subcontract_return,
    )

    maker, store = factory.supplier().name, factory.store()
    outside = warehouse("Maker")
    service = factory.item(is_stock_item=0, item_defaults=[]).name
    bill = chain.bill("goods", {"part": 2})
    frappe.db.set_value("BOM", bill, {"is_default": 1, "is_active": 1})
    line = {
        "item_code": service,
        "qty": 10,
        "rate": 3,
        "fg_item": chain.items["goods"],
        "fg_item_qty": 10,
        "bom": bill,
        "warehouse": store,
    }
    order = factory.make(
        "Purchase Order", supplier=maker, company=factory.company(), is_subcontracted=1, supplier_warehouse=outside,
        schedule_date=frappe.utils.add_days(frappe.utils.today(), 5), items=[line],
    )  # fmt: skip
    order.submit()
    made_to = make_subcontracting_order(order.name)
    made_to.update({"supplier_warehouse": outside, "set_reserve_warehouse": store})
    for row in made_to.items:
        row.update({"warehouse": store, "bom": bill})
    made_to.insert(ignore_permissions=True).submit()
    sent = frappe.get_doc(make_rm_stock_entry(made_to.name))
    for row in sent.items:
        row.update(
            {
                "s_warehouse": store,
                "t_warehouse": outside,
                "use_serial_batch_fields": 1,
                "batch_no": chain.lots["lot"],
            }
        )
    sent.insert(ignore_permissions=True).submit()
    came = make_subcontracting_receipt(made_to.name)
    for row in came.items:
        row.update({"warehouse": store, "use_serial_batch_fields": 1, "batch_no": chain.lots["made"]})
    came.insert(ignore_permissions=True).submit()
    traced = traced_of(chain, "made")
    (edge,) = traced.genealogy.edges_up(traced.genealogy.starts[0])
    assert (edge.source.batch, edge.consumed / UNIT, edge.produced / UNIT) == (chain.lots["lot"], 20, 10)
    assert edge.process == ("Subcontracting Receipt", came.name)
    assert balance_of(traced, chain, "lot") == ({"received": 100, "consumed": 20}, {store: 80}, [])
    assert balance_of(traced, chain, "made") == ({"produced": 10}, {store: 10}, [])
    back = make_subcontract_return(came.name)
    for row in back.items:
        row.update(
            {
                "qty": -4,
                "received_qty": -4,
                "use_serial_batch_fields": 1,
                "batch_no": chain.lots["made"],
                "serial_and_batch_bundle": None,
            }
        )
    back.insert(ignore_permissions=True).submit()
    traced = traced_of(chain, "lot")
    steps, lying, causes = balance_of(traced, chain, "made")
    assert (steps, lying, causes) == ({"produced": 6}, {store: 6}, [])
    steps, lying, causes = balance_of(traced, chain, "lot")
    assert steps["consumed"] == 100 - sum(lying.values())
    assert causes == []


def test_what_another_company_of_ours_gets_is_moved_and_not_sold(chain: Chain) -> None:
    from erpnext.stock.doctype.delivery_note.delivery_note import make_inter_company_purchase_receipt

    ours, theirs = factory.company(), factory.other_company()
    there = frappe.get_all("Warehouse", {"company": theirs, "is_group": 0}, pluck="name", order_by="name")[0]
    buyer = factory.customer(
        is_internal_customer=1, represents_company=theirs, companies=[{"company": ours}]
    ).name
    seller = factory.supplier(
        is_internal_supplier=1, represents_company=ours, companies=[{"company": theirs}]
    ).name
    line = factory.Line(chain.items["lot"], qty=30, rate=5, batch=chain.lots["lot"])
    frappe.db.set_value("Price List", "Standard Selling", "buying", 1)
    note = factory.delivery(buyer, line, **chain.next_moment())
    assert note.is_internal_customer
    steps, lying, (cause,) = balance_of(traced_of(chain, "lot"), chain, "lot")
    assert (steps, lying) == ({"received": 100, "moved": -30}, {factory.store(): 70})
    assert (cause.kind, cause.qty) == ("one_way", -30 * UNIT)
    (start,) = (node for node in door.picture("Batch", chain.lots["lot"])["nodes"] if node["is_start"])
    assert start["explanation"].startswith("Transfers do not add up to nothing (-30 ")
    receipt = make_inter_company_purchase_receipt(note.name)
    receipt.update({"supplier": seller, "company": theirs})
    for row in receipt.items:
        row.update(
            {
                "warehouse": there,
                "use_serial_batch_fields": 1,
                "batch_no": chain.lots["lot"],
                "serial_and_batch_bundle": None,
            }
        )
    receipt.insert(ignore_permissions=True).submit()
    traced = traced_of(chain, "lot")
    assert balance_of(traced, chain, "lot") == ({"received": 100}, {factory.store(): 70, there: 30}, [])
    assert traced.holdings() == []
    elsewhere = factory.person("Quality Investigator", Company=ours)
    with factory.as_user(elsewhere):
        seen = traced_of(chain, "lot")
        assert balance_of(seen, chain, "lot")[1] == {factory.store(): 70}
        assert seen.withheld == {("Purchase Receipt", receipt.name)}


def test_what_is_taken_apart_leads_back_to_what_it_was_made_of(chain: Chain) -> None:
    from erpnext.manufacturing.doctype.work_order.work_order import make_stock_entry

    order = chain.manufacture(chain.bill("goods", {"part": 2}), {"lot": 20}, "made", 10)
    apart = frappe.get_doc(make_stock_entry(order.name, "Disassemble", 4))
    lots = {chain.items["made"]: chain.lots["made"], chain.items["lot"]: chain.lots["lot"]}
    for row in apart.items:
        row.update({"use_serial_batch_fields": 1, "batch_no": lots[row.item_code]})
    apart.insert(ignore_permissions=True).submit()
    traced = traced_of(chain, "made")
    assert balance_of(traced, chain, "made") == ({"produced": 10, "consumed": 4}, {factory.store(): 6}, [])
    assert balance_of(traced, chain, "lot") == (
        {"received": 100, "consumed": 20, "produced": 8},
        {factory.store(): 88},
        [],
    )
    start = traced.genealogy.starts[0]
    (there,) = traced.genealogy.edges_up(start)
    (back,) = traced.genealogy.edges_down(start)
    assert (there.consumed / UNIT, there.produced / UNIT) == (20, 10)
    assert (back.process, back.consumed / UNIT, back.produced / UNIT) == (("Stock Entry", apart.name), 4, 8)
    # A circle ends, and its picture has each document once.
    picture = door.picture("Batch", chain.lots["made"])
    made = [node["name"] for node in picture["nodes"] if node["type"] == "process"]
    assert sorted(made) == sorted({apart.name, there.process[1]})


def test_what_goes_back_to_its_supplier_is_neither_sold_nor_here(chain: Chain) -> None:
    from erpnext.stock.doctype.purchase_receipt.purchase_receipt import make_purchase_return

    back = make_purchase_return(chain.received["lot"][1])
    for row in back.items:
        row.update(
            {
                "qty": -15,
                "received_qty": -15,
                "use_serial_batch_fields": 1,
                "batch_no": chain.lots["lot"],
                "serial_and_batch_bundle": None,
            }
        )
    back.insert(ignore_permissions=True).submit()
    traced = traced_of(chain, "lot")
    assert balance_of(traced, chain, "lot") == ({"received": 100, "sent_back": 15}, {factory.store(): 85}, [])
    assert traced.holdings() == []
    picture = door.picture("Batch", chain.lots["lot"])
    nodes = {node["id"]: node for node in picture["nodes"]}
    told = {
        (
            nodes[edge["source"]]["type"],
            nodes[edge["target"]]["type"],
            edge["back"],
            edge["quantities"][0]["qty"],
        )
        for edge in picture["edges"]
    }
    assert told == {
        ("supplier", "received", False, 100),
        ("received", "lot", False, 100),
        ("supplier", "sent_back", True, 15),
        ("sent_back", "lot", True, 15),
    }
    (start,) = (node for node in picture["nodes"] if node["is_start"])
    assert start["equation"] == "Received 100 = Returned to Supplier 15 + On Hand 85 Nos"


def test_chains_as_chance_has_them_are_what_their_diaries_say() -> None:
    """Both ways from every lot, to the unit: who is above and below, what lies where, who has how much."""
    first = Chain()
    for item in ("raw", "half", "whole"):
        first.new_item(item)
    supplier = factory.supplier().name
    customers = [factory.customer().name for _ in range(3)]
    place = f"Finished Goods - {factory.company_value('abbr')}"
    chain = first
    for seed in range(CHAINS):
        # What is booked before other rows of an item has ERPNext value those anew.
        chain = Chain(items=dict(first.items), minutes=chain.minutes)
        _by_chance(chain, random.Random(seed), supplier, customers, place)
        name_of = {batch: lot for lot, batch in chain.lots.items()}
        for lot in chain.lots:
            traced = traced_of(chain, lot)
            found = traced.genealogy
            assert {name_of[one.batch] for one in found.reached_up} == chain.above(lot) | {lot}, seed
            assert {name_of[one.batch] for one in found.reached_down} == chain.below(lot) | {lot}, seed
            assert balance_of(traced, chain, lot)[1:] == (pytest.approx(chain.on_hand(lot)), []), seed
            holding = {
                (one.customer, name_of[one.lot.batch]): [one.delivered / UNIT, one.returned / UNIT]
                for one in traced.holdings()
            }
            reached = chain.below(lot) | {lot}
            assert holding == {key: both for key, both in chain.sold.items() if key[1] in reached}, seed


def _by_chance(chain: Chain, draw: random.Random, supplier: str, customers: list[str], place: str) -> None:
    """One or two lots are bought, and four things happen to what is there."""

    def some() -> tuple[str, float]:
        there = {lot: chain.on_hand(lot).get(factory.store(), 0) for lot in chain.lots}
        lot = draw.choice(sorted(one for one, qty in there.items() if qty >= 1))
        return lot, float(draw.randint(1, int(there[lot])))

    for number in range(draw.randint(1, 2)):
        chain.new_lot(f"R{number}", "raw")
        chain.buy(f"R{number}", draw.randint(5, 40), supplier)
    sold = []
    for deed in draw.choices(("make", "sell", "back", "move", "scrap"), weights=(5, 3, 2, 1, 1), k=4):
        if not any(chain.on_hand(lot).get(factory.store(), 0) >= 1 for lot in chain.lots):
            return
        lot, qty = some()
        if deed == "make":
            taken = dict((some(), (lot, qty)))
            targets = [f"M{len(chain.lots) + number}" for number in range(draw.randint(1, 2))]
            for target in targets:
                chain.new_lot(target, draw.choice(("half", "whole")))
            if draw.random() < 0.3:
                # Into a batch that is there already.
                targets[0] = draw.choice(sorted(set(chain.lots) - set(taken)))
            chain.make(taken, {target: float(draw.randint(1, 20)) for target in dict.fromkeys(targets)})
        elif deed == "sell":
            sold.append((chain.sell(draw.choice(customers), (lot, qty)), lot, qty))
        elif deed == "back" and sold:
            note, lot, qty = sold.pop()
            chain.take_back(note, lot, float(draw.randint(1, int(qty))))
        elif deed == "move":
            chain.move(lot, qty, place)
        elif deed == "scrap":
            chain.scrap(lot, qty)
