"""From one complaint to every customer who holds that batch: on ERPNext's own documents, against a diary of what was done."""

from __future__ import annotations

from collections import defaultdict

import frappe
import pytest

from complaint_qms.api import trace as door
from complaint_qms.engine.trace import Lot
from complaint_qms.services.trace.report import BatchGenealogy
from complaint_qms.services.trace.starts import start_of
from complaint_qms.services.trace.tracing import trace
from tests.desk import factory
from tests.desk.stock_chain import Chain, as_before_bundles

REPORT = "Batch Genealogy"


def built() -> Chain:
    """Three supplier lots, two components, a sub-assembly, four finished batches, twelve deliveries to five customers; merged, split,
    packed again into a batch that was there, reworked, moved, scrapped, counted, returned, cancelled, and rows from before bundles."""
    chain = Chain()
    for item in ("C1", "C2", "SA", "FG"):
        chain.new_item(item, stock_uom="Kg" if item.startswith("C") else "Nos")
    for lot, item in {
        "L1": "C1",
        "L2": "C1",
        "M": "C1",
        "L3": "C2",
        "A1": "SA",
        "A2": "SA",
        "A3": "SA",
    }.items():
        chain.new_lot(lot, item)
    for lot in ("F1", "F2", "F3", "F4"):
        chain.new_lot(lot, "FG")
    mill, foundry = factory.supplier().name, factory.supplier().name
    old = [chain.buy("L1", 100, mill, "MILL-77").name]
    old.append(chain.buy("L2", 80.125, mill).name)
    chain.buy("L3", 200, foundry)
    old.append(chain.make({"L1": 10, "L2": 5.1}, {"M": 15.1}).name)
    chain.manufacture(
        chain.bill("SA", {"C1": 2, "C2": 1}), {"L1": 59.9, "M": 15.1, "L2": 25, "L3": 50}, "A1", 50
    )
    chain.make({"A1": 20}, {"A2": 12, "A3": 8})
    chain.make({"A1": 20, "L3": 10}, {"F1": 20})
    chain.make({"A2": 12, "L3": 5}, {"F2": 12})
    old.append(chain.make({"A3": 8}, {"F3": 8}).name)
    chain.make({"L3": 30}, {"F4": 30})
    chain.make({"F3": 3}, {"F1": 3})
    chain.make({"F1": 1, "L3": 0.3}, {"F1": 1})
    chain.move("F2", 4, f"Finished Goods - {factory.company_value('abbr')}")
    chain.scrap("F1", 1)
    chain.count("F4", 28, 30)
    ada, bo, cy, di, ed = (factory.customer().name for _ in range(5))
    first = chain.sell(ada, ("F1", 3))
    old.append(chain.sell(bo, ("F1", 2), ("F2", 1)).name)
    chain.sell(cy, ("F2", 2), by_invoice=True)
    for customer, lot in (
        (ada, "F3"),
        (bo, "F4"),
        (di, "F4"),
        (di, "F1"),
        (ed, "F4"),
        (ada, "F1"),
        (cy, "F4"),
    ):
        chain.sell(customer, (lot, 1))
    chain.sell(ed, ("A1", 2), ("L1", 4))
    chain.take_back(first, "F1", 2)
    chain.take_back(chain.sell(di, ("F3", 1)), "F3", 1)
    as_before_bundles(*old)
    undone = frappe.get_doc("Delivery Note", chain.sell(ed, ("F1", 1)).name)
    undone.cancel()
    chain.sold.pop((ed, "F1"))
    chain.moved.pop()
    return chain


def test_a_chain_is_what_the_diary_says(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = built()
    name_of = {batch: lot for lot, batch in chain.lots.items()}
    for start in ("L1", "L2", "L3", "A1", "F1", "F4"):
        traced = trace(start_of("Batch", chain.lots[start]), "both")
        found = traced.genealogy
        assert {name_of[lot.batch] for lot in found.reached_up} == chain.above(start) | {start}
        assert {name_of[lot.batch] for lot in found.reached_down} == chain.below(start) | {start}
        for lot in traced.lots:
            short = name_of[lot.batch]
            (said,) = traced.balances([lot])
            assert {place: qty / 10**9 for place, qty in said.on_hand.items()} == pytest.approx(
                chain.on_hand(short)
            )
            if short in chain.received:
                assert said.steps["received"] / 10**9 == next(
                    qty for one, _place, qty in chain.moved if one == short
                )
            assert said.steps["issued"] == (10**9 if short == "F1" else 0)
            assert said.steps["adjusted"] == (-2 * 10**9 if short == "F4" else 0)
        reached = chain.below(start) | {start}
        assert {
            (one.customer, name_of[one.lot.batch]): [one.delivered / 10**9, one.returned / 10**9]
            for one in traced.holdings()
        } == {key: both for key, both in chain.sold.items() if key[1] in reached}
        edges = {
            (name_of[edge.source.batch], name_of[edge.target.batch], edge.process[1]): (
                edge.consumed,
                edge.produced,
            )
            for lot in found.lots
            for edge in found.edges_down(lot)
        }
        for taken, made, document in chain.uses:
            for one in taken:
                for other in made:
                    if one != other and {one, other} & (reached - {start}) and one in reached:
                        assert edges[one, other, document] == (
                            round(taken[one] * 10**9),
                            round(made[other] * 10**9),
                        )
    family = trace(start_of("Batch", chain.lots["F4"]), "family")
    assert {name_of[lot.batch] for lot in family.genealogy.reached_down} == chain.below("L3") | {"L3"}
    _as_reports(chain)
    _from_every_start(chain)


def _as_reports(chain: Chain) -> None:
    """The views of the report, on the same chain."""
    batch, asked = chain.lots["F1"], {"start": "Batch", "batch_no": chain.lots["F1"]}
    columns, tree, message, _chart, figures, _no_total = BatchGenealogy(asked).run()
    assert [row["indent"] for row in tree[:2]] == [0, 1]
    assert "Where It Came From" in {row["label"] for row in tree}
    assert {column["fieldname"] for column in columns} >= {"label", "quantity", "document", "party_name"}
    split = next(row for row in tree if row["label"] == chain.lots["A3"])
    assert (split["quantity"], split["attributed"], split["basis"]) == (8, 8, "Exact")
    assert any(row.get("step") == "Shown above" for row in tree)
    assert "certain" in message
    assert next(figure["value"] for figure in figures if "Customers" in figure["label"]) == 3
    _columns, held, *_rest = BatchGenealogy(asked | {"show": "holders"}).run()
    sums: dict[str, float] = defaultdict(float)
    for row in held:
        if row["indent"]:
            sums["rows"] += row.get("delivered", 0) - row.get("returned", 0)
        else:
            sums["lines"] += row["held"]
    assert (
        sums["rows"]
        == sums["lines"]
        == sum(out - back for (_who, lot), (out, back) in chain.sold.items() if lot == "F1")
    )
    lying = BatchGenealogy(asked | {"show": "stock", "way": "down"}).rows()
    assert {row["warehouse"]: row["on_hand"] for row in lying if row["lot"] == batch} == chain.on_hand("F1")
    agreed = {
        row["lot"]: row
        for row in BatchGenealogy({"start": "Batch", "batch_no": chain.lots["L3"], "show": "balance"}).rows()
    }
    assert {row["difference"] for row in agreed.values()} == {0}
    frappe.db.set_value("Batch", chain.lots["F4"], "batch_qty", 99)
    wrong = next(
        row
        for row in BatchGenealogy(asked | {"batch_no": chain.lots["F4"], "show": "balance"}).rows()
        if row["lot"] == chain.lots["F4"]
    )
    assert wrong["difference"] == 99 - sum(chain.on_hand("F4").values())
    assert "differs" in wrong["explanation"]


def _from_every_start(chain: Chain) -> None:
    order = frappe.get_all(
        "Work Order", {"production_item": chain.items["A1"]}, pluck="name", order_by="name"
    )[0]
    item = chain.items["L1"]
    assert start_of("Work Order", order).lots == (Lot(chain.items["A1"], chain.lots["A1"]),)
    assert start_of("Purchase Receipt", chain.received["L1"][1]).lots == (Lot(item, chain.lots["L1"]),)
    for number in ("MILL-77", chain.lots["L1"]):
        assert start_of("Supplier Lot", number, chain.received["L1"][0]).lots == (
            Lot(item, chain.lots["L1"]),
        )
    ada = next(customer for (customer, lot) in chain.sold if lot == "F3")
    note = frappe.get_all(
        "Delivery Note",
        {"customer": ada, "is_return": 0},
        pluck="name",
        order_by="posting_date, posting_time",
    )[0]
    by_batch = factory.complaint(customer=ada, item_code=chain.items["F1"], batch_no=chain.lots["F1"])
    by_delivery = factory.complaint(customer=ada, item_code=chain.items["F1"], delivery_note=note)
    for complaint in (by_batch, by_delivery):
        assert start_of("Complaint", complaint.name).lots == (Lot(chain.items["F1"], chain.lots["F1"]),)
    told = door.holders(by_batch.name)
    assert {row["customer"] for row in told["holders"]} == {who for who, lot in chain.sold if lot == "F1"} - {
        ada
    }
    answer = door.genealogy("Complaint", by_batch.name)
    assert len(answer["lots"]) == len(chain.above("F1")) + 1
    assert answer["not_shown"] == 0
    with pytest.raises(frappe.ValidationError, match="Fill in Batch or Serial No"):
        start_of("Complaint", factory.complaint().name)
    with pytest.raises(frappe.ValidationError, match="no Batch “nothing”"):
        door.genealogy("Batch", "nothing")
    with pytest.raises(frappe.ValidationError, match="way"):
        door.genealogy("Batch", chain.lots["F1"], "sideways")
    with pytest.raises(frappe.ValidationError, match="one of down, family, not “up”"):
        door.holders(by_batch.name, way="up")
