"""What is done about goods on hold: moved to quarantine, taken out of open documents; and what holds them or looks into them by itself."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.api import containment as door
from complaint_qms.api import rules as rules_door
from complaint_qms.constants import roles, rules
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import marks
from complaint_qms.services.rules import thresholds
from tests.desk import factory, ruled
from tests.desk.held import a_chain, hold, kept_apart, transfer, warehouse
from tests.desk.stock_chain import Chain, sold_at_the_till


@pytest.fixture
def chain() -> Chain:
    return a_chain()


@pytest.fixture
def apart() -> tuple[str, str]:
    return kept_apart()


def test_held_goods_are_moved_to_quarantine_by_drafts_of_stock_staff(
    chain: Chain, apart: tuple[str, str]
) -> None:
    shelf = warehouse("Shelf")
    for _ in range(2):
        transfer(chain, "made", factory.store(), shelf)
    # Over the counter already, in no ledger yet.
    sold_at_the_till(chain, factory.customer().name, "made", 3)
    held = hold(chain.lots["made"])
    investigator = factory.person(roles.INVESTIGATOR)
    with factory.as_user(investigator):
        answer = door.move_to_quarantine(held.name)
        again = door.move_to_quarantine(held.name)
    (draft,) = answer["drafts"]
    assert [draft["is_new"], again["drafts"][0]["is_new"]] == [True, False]
    assert again["drafts"][0]["name"] == draft["name"]
    entry = frappe.get_doc("Stock Entry", draft["name"])
    assert {(row.s_warehouse, row.t_warehouse, row.qty, row.batch_no) for row in entry.items} == {
        (factory.store(), apart[0], 15, chain.lots["made"]),
        (shelf, apart[0], 2, chain.lots["made"]),
    }
    assert entry.quality_hold == held.name
    assert door.users(held.name)["documents"] == []
    with factory.as_user(investigator):
        (move,) = door.users(held.name)["moves"]["transfers"]
        assert (move["name"], move["is_open"], move["is_submitted"]) == (entry.name, False, False)
        assert {(row["source"], row["target"], row["qty"]) for row in move["goods"]} == {
            (factory.store(), apart[0], 15),
            (shelf, apart[0], 2),
        }
    with factory.as_user(factory.person(roles.INVESTIGATOR, Warehouse=apart[1])):
        moves = door.users(held.name)["moves"]
        assert (moves["transfers"], moves["not_shown"]) == ([], 1)
    entry.submit()
    assert frappe.db.get_value("Batch", chain.lots["made"], "batch_qty") == 20
    with pytest.raises(frappe.ValidationError, match="Nothing of it lies"):
        door.move_to_quarantine(held.name)
    frappe.get_doc(SETTINGS).update({"quarantine_warehouses": []}).save()
    with pytest.raises(frappe.ValidationError, match="has no quarantine warehouse"):
        door.move_to_quarantine(held.name)


def _back_and_consumed(chain: Chain, order: Document, bill: str, wip: str) -> None:
    """Two more of one lot are brought to the line of an order; of three, one goes back, one is consumed."""
    own = {"work_order": order.name, "bom_no": bill, "from_bom": 1, "fg_completed_qty": 1}
    purpose = "Material Transfer for Manufacture"
    for qty, where in ((2, (factory.store(), wip)), (1, (wip, factory.store()))):
        rows = [chain.row("second", qty, s_warehouse=where[0], t_warehouse=where[1])]
        chain.post(
            "Stock Entry",
            stock_entry_type=purpose,
            purpose=purpose,
            items=rows,
            **own,
            is_return=int(qty == 1),
        )
    used = {
        "stock_entry_type": "Material Consumption for Manufacture",
        "purpose": "Material Consumption for Manufacture",
    }
    chain.post("Stock Entry", items=[chain.row("second", 1, s_warehouse=wip)], **used, **own)


def test_open_documents_are_listed_and_treated_by_who_may(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer, batch = factory.customer().name, chain.lots["made"]
    line = factory.Line(chain.items["made"], batch=batch)
    other = factory.stocked(2)
    draft = factory.trade._selling_document("Delivery Note", buyer, [line, other], None, {})
    draft.insert(ignore_permissions=True)
    alone = factory.trade._selling_document("Delivery Note", buyer, [line], None, {})
    alone.insert(ignore_permissions=True)
    chain.new_lot("second", "part")
    chain.buy("second", 5, factory.supplier().name)
    bill = chain.bill("goods", {"part": 1})
    order = chain.order(bill, "made", 4)
    wip = warehouse("Line")
    chain.post(
        "Stock Entry", stock_entry_type="Material Transfer for Manufacture", purpose="Material Transfer for Manufacture",
        work_order=order.name, bom_no=bill, from_bom=1, fg_completed_qty=1,
        items=[chain.row(lot, 1, s_warehouse=factory.store(), t_warehouse=wip) for lot in ("lot", "second")],
    )  # fmt: skip
    _back_and_consumed(chain, order, bill, wip)
    held = hold(batch, chain.lots["lot"], chain.lots["second"])
    found = door.users(held.name)
    assert {(row["doctype"], row["name"], *row["lots"]) for row in found["documents"]} == {
        ("Delivery Note", draft.name, batch),
        ("Delivery Note", alone.name, batch),
        ("Work Order", order.name, *sorted([chain.lots["lot"], chain.lots["second"]])),
    }
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)):
        # Without a right to it: which document takes how much to whom, who can act, and its owner is told.
        told = {row["name"]: row for row in door.users(held.name)["documents"]}
        assert {*told} == {draft.name, alone.name, order.name}
        assert not any(row["is_open"] for row in told.values())
        assert (told[draft.name]["party"], told[draft.name]["deeds"]) == (buyer, ["tell"])
        assert [(row["lot"], row["qty"], row["warehouse"]) for row in told[draft.name]["goods"]] == [(batch, 1, factory.store())]  # fmt: skip
        assert {(row["lot"], row["qty"]) for row in told[order.name]["goods"]} == {(chain.lots["lot"], 1), (chain.lots["second"], 2)}  # fmt: skip
        assert "Stock User" in door.users(held.name)["actors"]["Delivery Note"]
        with pytest.raises(frappe.PermissionError):
            frappe.get_doc("Delivery Note", draft.name).check_permission("read")
        with pytest.raises(frappe.PermissionError):
            door.act(held.name, "Delivery Note", draft.name, "take_out")
    with factory.as_user(factory.person(roles.QUALITY_MANAGER, Customer=factory.customer().name)):
        # Kept to another customer: neither name nor number, and how much it is.
        kept = door.users(held.name)
        assert {row["name"] for row in kept["documents"]} == {order.name}
        (sums,) = kept["nameless"]
        assert (sums["doctype"], sums["number"], sums["party_type"], sums["goods"][0]["qty"]) == ("Delivery Note", 2, "Customer", 2)  # fmt: skip
        assert buyer not in frappe.as_json(kept)
        assert draft.name not in frappe.as_json(kept)
        with pytest.raises(frappe.ValidationError, match="names nothing"):
            door.act(held.name, "Delivery Note", draft.name, "tell")
    with factory.as_user(factory.person(roles.AUDITOR, Company=factory.company())):
        # Who holds nothing is told of what is theirs to read.
        assert {row["name"] for row in door.users(held.name)["documents"]} == {draft.name, alone.name}
        assert door.users(held.name)["not_shown"] == 1
    with pytest.raises(frappe.ValidationError, match="names nothing"):
        door.act(held.name, "Delivery Note", "No such", "tell")
    owner = factory.person("Stock User")
    frappe.db.set_value("Delivery Note", draft.name, "owner", owner)
    with monkeypatch.context() as now:
        now.setattr(
            frappe, "in_test", True, raising=False
        )  # by which 16 sees that nobody works its queue off
        door.act(held.name, "Delivery Note", draft.name, "tell")
    told = {"for_user": owner, "document_name": draft.name, "type": "Mention"}
    assert frappe.db.count("Notification Log", told) == 1
    # Once for the same goods and hold; and a name that is none is not sent back whole.
    with pytest.raises(frappe.ValidationError, match="was told of this hold on"):
        door.act(held.name, "Delivery Note", draft.name, "tell")
    for kind, name in (("x" * 200_000, draft.name), ("Delivery Note", "x" * 200_000)):
        with pytest.raises((frappe.DoesNotExistError, frappe.ValidationError)) as answer:
            door.act(held.name, kind, name, "tell")
        assert len(str(answer.value)) < 300
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)):
        # ERPNext opens no batch to them, and the hold of it is theirs.
        assert not frappe.has_permission("Batch", "read")
        assert [row["hold"] for row in door.standing("Batch", batch)] == [held.name]
        with pytest.raises(frappe.DoesNotExistError):
            door.standing("Batch", "no such batch")
    door.act(held.name, "Delivery Note", draft.name, "take_out")
    with factory.as_user(factory.person(roles.QUALITY_MANAGER, "Manufacturing User")):
        # Whoever may change Work Orders, and not this one.
        frappe.get_doc("Work Order", order.name)
        other_item = factory.item().name
        factory_restricted = {"user": frappe.session.user, "allow": "Item", "for_value": other_item}
        frappe.get_doc({"doctype": "User Permission", **factory_restricted}).insert(ignore_permissions=True)
        frappe.share.add_docshare(
            "Work Order", order.name, frappe.session.user, read=1, flags={"ignore_share_permission": True}
        )
        with pytest.raises(frappe.PermissionError):
            door.act(held.name, "Work Order", order.name, "stop")
    assert frappe.db.get_value("Work Order", order.name, "status") != "Stopped"
    door.act(held.name, "Work Order", order.name, "stop")
    draft.reload()
    assert [row.item_code for row in draft.items] == [other.item]
    with pytest.raises(frappe.ValidationError, match="Nothing would be left"):
        door.act(held.name, "Delivery Note", alone.name, "take_out")
    # A bundle that was made ahead for a draft whose rows do not name it.
    frappe.get_doc({
        "doctype": "Serial and Batch Bundle", "item_code": line.item, "warehouse": factory.store(), "company": factory.company(),
        "type_of_transaction": "Outward", "voucher_type": "Delivery Note", "voucher_no": draft.name, "posting_date": frappe.utils.nowdate(),
        "posting_time": "10:00:00", "entries": [{"batch_no": batch, "qty": -1, "warehouse": factory.store()}],
    }).insert()  # fmt: skip
    with pytest.raises(frappe.ValidationError, match="No row of"):
        door.act(held.name, "Delivery Note", draft.name, "take_out")
    frappe.db.delete("Serial and Batch Bundle", {"voucher_no": draft.name, "docstatus": 0})
    frappe.delete_doc("Delivery Note", alone.name)
    assert frappe.db.get_value("Work Order", order.name, "status") == "Stopped"
    assert door.users(held.name)["documents"] == []
    comments = frappe.get_all("Comment", {"reference_name": draft.name, "comment_type": "Comment"}, pluck="content", order_by="creation")  # fmt: skip
    assert len(comments) == 2
    assert batch in comments[0]


def test_a_rule_holds_and_opens_an_investigation_with_the_genealogy_once_for_each_rise(chain: Chain) -> None:
    buyer, batch = factory.customer().name, chain.lots["made"]
    chain.sell(buyer, ("made", 1))
    twice = {"all": [{"fact": rules.COUNT, "args": {"by": "batch_no", "days": 30}, "op": ">=", "value": 2}]}
    more = {"once_per": "batch_no", "quiet_days": 1, "only_on_rise": 1, "conditions": twice}
    mine = ruled.rule({"do": "hold_goods"}, {"do": "start_investigation"}, **more)

    def complain() -> int:
        frappe.db.set_value(
            rules.LOG, {"rule": mine.name}, "fired_at", frappe.utils.add_days(frappe.utils.now_datetime(), -2)
        )
        about.append(factory.complaint(batch_no=batch, item_code=chain.items["made"], customer=buyer).name)
        return len(ruled.log_of(mine))

    about: list[str] = []
    assert [complain() for _ in range(3)] == [0, 1, 1], ruled.log_of(mine)
    for name in about[:2]:
        frappe.db.set_value("Complaint", name, "stage", "void")
    assert [complain() for _ in range(2)] == [2, 2], "a new rise"
    assert [row["state"] for row in ruled.log_of(mine)] == [rules.DONE] * 2
    (held,) = frappe.get_all("Quality Hold Lot", {"batch_no": batch}, pluck="parent", order_by="name")
    assert frappe.db.get_value("Quality Hold", held, ["by_rule", "complaint"]) == (mine.name, about[1])
    (study,) = frappe.get_all("Investigation", {"batch_no": batch}, pluck="name", order_by="name")
    (file,) = frappe.get_all("File", {"attached_to_name": study}, ["name", "is_private"], order_by="name")
    table = frappe.get_doc("File", file.name).get_content()
    table = table if isinstance(table, str) else table.decode("utf-8-sig")
    assert file.is_private
    assert chain.lots["lot"] in table
    assert buyer not in table
    assert frappe.db.get_value("Customer", buyer, "customer_name") not in table


def test_thresholds_open_an_investigation_once_for_each_rise(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer, supplier_lot = factory.customer().name, chain.lots["lot"]
    chain.new_lot("also", "goods")
    chain.make({"lot": 10}, {"also": 10})
    chain.sell(buyer, ("made", 10))
    chain.sell(buyer, ("also", 10))
    settings = frappe.get_doc(SETTINGS)
    lot = {"by": "supplier_lot", "measure": "complaints", "at_least": 3, "days": 30}
    rate = {"by": "batch_no", "measure": "per_thousand", "at_least": 200, "fewest": 2, "days": 30}
    settings.set("thresholds", [lot, rate])
    settings.save()
    assert thresholds.any_set()
    marks.set_mark("complaint_qms_thresholds_seen", str(frappe.utils.now_datetime()))

    def complain(short: str) -> list[str]:
        made = factory.complaint(
            batch_no=chain.lots[short], item_code=chain.items[short], customer=buyer
        ).name
        thresholds.ask_new_complaints()
        thresholds.ask_new_complaints()
        lines = frappe.get_all("Comment", {"reference_name": made, "comment_type": "Info"}, pluck="content", order_by="creation")  # fmt: skip
        return [one for one in lines if "Threshold" in one]

    # One of ten delivered is 100 for each 1,000, and a rate out of one says nothing; two are 200.
    assert complain("made") == []
    (by_rate,) = complain("made")
    assert chain.lots["made"] in by_rate
    # The third with the supplier's lot in it is about another batch.
    (by_lot,) = complain("also")
    assert supplier_lot in by_lot
    assert complain("made") == []
    # The second of ten of its batch.
    assert len(complain("also")) == 1
    # Asked of the past, the same rises, by the same complaints.
    for row, what, complaints in (
        (rate, {chain.lots["made"], chain.lots["also"]}, 2),
        (lot, {supplier_lot}, 1),
        ({**lot, "measure": "per_thousand", "at_least": 150}, {supplier_lot}, 1),
        ({**lot, "at_least": 6}, set(), 0),
    ):
        past = rules_door.try_threshold_on_past({**row, "company": factory.company()}, 30)
        assert {one["name"] for one in past["rows"]} == what, row
        assert past["risen"] == complaints
        assert {one["doctype"] for one in past["rows"]} <= {"Batch"}
        assert (past["days"], past["is_cut"], past["is_part"]) == (30, False, False)
    with monkeypatch.context() as few:
        few.setattr(rules, "MOST_TRIED", 2)
        # The rise was earlier: of the two that are looked at no day has a whole window before it.
        past = rules_door.try_threshold_on_past({**rate, "company": factory.company()}, 30)
        assert (past["is_cut"], past["days"], past["asked"], past["risen"]) == (True, 0, 0, 0)
    with pytest.raises(frappe.ValidationError, match="At Least"):
        rules_door.try_threshold_on_past({**lot, "at_least": 0}, 30)
    for wrong, said in (
        *(({"at_least": value}, "At Least") for value in ("NaN", "Infinity", float("inf"), -5, 10**400, {"a": 1})),
        *(({"days": value}, "Days") for value in (2.7, "NaN", {"a": 1}, -5)),
        *(({"fewest": value}, "Complaints at Least") for value in (-5, 2.7)),
        ({"at_least": 2.5}, "whole number where complaints are counted"),
        ({"company": "No such"}, "Company"), ({"company": {"a": 1}}, "Company"), ({"by": {"a": 1}}, "Of One"),
    ):  # fmt: skip
        with pytest.raises(frappe.ValidationError, match=said):
            rules_door.try_threshold_on_past({**lot, **wrong}, 30)
    with factory.as_user(factory.user(roles.INVESTIGATOR)), pytest.raises(frappe.PermissionError):
        rules_door.try_threshold_on_past(lot, 30)
    assert (
        frappe.db.count("Investigation", {"batch_no": ("in", [chain.lots["made"], chain.lots["also"]])}) == 2
    )
    settings.thresholds[0].at_least, settings.thresholds[1].days = 0, 0
    with pytest.raises(frappe.ValidationError, match="At Least"):
        settings.save()
    settings.reload()
    settings.thresholds[0].at_least = 2.5
    with pytest.raises(frappe.ValidationError, match="row 1: At Least has to be a whole number"):
        settings.save()
