"""From one complaint to every customer who holds that batch: on ERPNext's own documents, against a diary of what was done."""

from __future__ import annotations

from collections import defaultdict

import frappe
import pytest

from complaint_qms.api import trace as door
from complaint_qms.constants import roles
from complaint_qms.engine.trace import Lot
from complaint_qms.engine.trace.movements import OUTWARD
from complaint_qms.services.trace.export import as_csv, lot_rows
from complaint_qms.services.trace.report import BatchGenealogy
from complaint_qms.services.trace.starts import start_of
from complaint_qms.services.trace.tracing import trace
from tests.desk import factory
from tests.desk.stock_chain import Chain, as_before_bundles

REPORT = "Batch Genealogy"


def built() -> Chain:
    """Three supplier lots, two components, a sub-assembly, four finished batches, 60 deliveries to 25 customers; merged, split,
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
    buyers = [ada, bo, cy, di, ed, *(factory.customer().name for _ in range(20))]
    more = ["F4"] * 24 + ["F1"] * 14 + ["F2"] * 5 + ["F3"] * 3
    for number, lot in enumerate(more):
        chain.sell(buyers[number % 25], (lot, 1))
    chain.take_back(first, "F1", 2)
    for customer in buyers[-2:]:
        chain.sell(customer, ("F1", 1))
    chain.take_back(chain.sell(di, ("F3", 1)), "F3", 1)
    assert len({customer for customer, _lot in chain.sold}) == 25
    as_before_bundles(*old)
    nobody = factory.customer().name
    undone = frappe.get_doc("Delivery Note", chain.sell(nobody, ("F1", 1)).name)
    undone.cancel()
    chain.sold.pop((nobody, "F1"))
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
            signed = [-qty if step in OUTWARD else qty for step, qty in said.steps.items()]
            assert sum(signed) == said.total_on_hand == traced.recorded[lot]
            assert said.causes(traced.recorded[lot]) == []
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
    _as_picture(chain)
    _as_reports(chain)
    _from_every_start(chain)


def _as_picture(chain: Chain) -> None:
    """Edges of the picture against the diary, and the path of the complaint."""
    batch = chain.lots["F1"]
    ada = next(customer for (customer, lot) in chain.sold if lot == "F3")
    complaint = factory.complaint(customer=ada, item_code=chain.items["F1"], batch_no=batch)
    picture = door.picture("Complaint", complaint.name)
    nodes = {node["id"]: node for node in picture["nodes"]}
    (start,) = (node for node in picture["nodes"] if node["is_start"])
    assert (start["name"], [mark["kind"] for mark in start["marks"]]) == (batch, ["complained"])
    sold: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for edge in picture["edges"]:
        source, target = nodes[edge["source"]], nodes[edge["target"]]
        (amount,) = edge["quantities"]
        if target["type"] == "customer":
            sold[target["name"]][edge["back"]] += amount["qty"]
            assert edge["on_path"] == (target["name"] == ada)
        if source["type"] == "received":
            assert (
                chain.received[next(lot for lot in chain.lots if chain.lots[lot] == target["name"])][1]
                == source["name"]
            )
            assert amount["qty"] in (100, 80.125, 200)
    assert sold == {who: both for (who, lot), both in chain.sold.items() if lot == "F1"}
    on_path = {node["name"] for node in picture["nodes"] if node["type"] == "lot" and node["on_path"]}
    assert on_path == {chain.lots[lot] for lot in (*chain.above("F1"), "F1")}
    produced = sum(made["F1"] for _taken, made, _name in chain.uses if "F1" in made)
    assert start["equation"].startswith(f"Produced {produced:.15g} = Consumed 1 + Delivered ")
    assert (start["difference"], start["explanation"]) == (0, "")
    written = as_csv(picture).decode("utf-8-sig").splitlines()
    assert len(written) == len(picture["edges"]) + len(lot_rows(picture)) + 3
    door.picture_pdf("Complaint", complaint.name)
    assert frappe.response.filecontent.startswith(b"%PDF")
    with pytest.raises(frappe.ValidationError, match="PNG"):
        door.picture_pdf("Complaint", complaint.name, drawing="data:image/png;base64,PHN2Zz4=")
    with factory.as_user(factory.person(roles.INVESTIGATOR, Customer=ada)):
        seen = door.picture("Batch", batch)
        assert {node["name"] for node in seen["nodes"] if node["type"] == "customer"} == {ada}
        assert sum(node["title"] == "Not shown to you" for node in seen["nodes"]) == 1
    with factory.as_user(factory.person(roles.ACTION_OWNER)), pytest.raises(frappe.PermissionError):
        door.picture_csv("Batch", batch)


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
    holding = {who for (who, lot), (out, gone) in chain.sold.items() if lot == "F1" and out > gone}
    assert next(figure["value"] for figure in figures if "Customers" in figure["label"]) == len(holding)
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
