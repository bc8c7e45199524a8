"""What complained-about units have in common, on ERPNext's own documents; what of it a reader may not see is left out and said."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import add_days, nowdate

from complaint_qms.api import common_factors as door
from complaint_qms.api import unit_facts as facts
from complaint_qms.complaint_qms.report.common_factors.common_factors import execute
from complaint_qms.constants import roles
from complaint_qms.services.record.language import speaking
from complaint_qms.services.trace import common_factors_prepared as prepared
from complaint_qms.services.trace.common_factors import CommonFactorsReport
from tests.desk import factory
from tests.desk.asked import queries
from tests.desk.stock_chain import Chain, sold_at_the_till

SOLD = 20
CASES = (5, 4, 4)


def built(batches: int = 11) -> tuple[Chain, str]:
    """Two lots of a part, and batches of twenty, the first three of the one lot, each sold to a customer in one delivery."""
    chain = Chain()
    chain.new_item("part", stock_uom="Nos")
    chain.new_item("good", stock_uom="Nos")
    supplier = factory.supplier().name
    for lot in ("bad", "fine"):
        chain.new_lot(lot, "part")
        chain.buy(lot, 1000, supplier)
    customer = factory.customer().name
    for place in range(batches):
        batch = chain.new_lot(f"G{place}", "good")
        chain.make({"bad" if place < 3 else "fine": SOLD}, {f"G{place}": SOLD})
        note = chain.sell(customer, (f"G{place}", SOLD))
        for case in range(CASES[place] if place < len(CASES) else 0):
            # One is known by its delivery alone.
            named = {"delivery_note": note.name} if case == 0 else {"batch_no": batch}
            factory.complaint(
                customer=customer, item_code=chain.items["good"], qty=3, complaint_type="Early Wear", **named
            )
    return chain, customer


def asked(chain: Chain, **more: object) -> dict:
    return {"item_code": chain.items["good"], "complaint_type": "Early Wear", **more}


def found(**scope: str) -> dict:
    return door.find(add_days(nowdate(), -365), nowdate(), **scope)


def test_the_lot_behind_the_complaints_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    chain, customer = built()
    factory.complaint(customer=customer, item_code=chain.items["good"], complaint_type="Early Wear")
    factory.complaint(
        customer=customer,
        item_code=chain.items["good"],
        complaint_type="Broken or Damaged",
        batch_no=chain.lots["G5"],
    )
    report = CommonFactorsReport(asked(chain))
    columns, rows, message, _chart, figures, _total = report.run()
    first = rows[0]
    assert (first["value"], first["state"]) == (chain.lots["bad"], "likely")
    # One piece for each complaint, however many it names; the other type and the one without a batch count for nothing.
    assert (first["cases"], first["units"], first["other_cases"], first["other_units"]) == (13, 60, 0, 160)
    assert (first["times"], first["batches"]) == ("only with it", "3 / 3")
    assert "Most likely source" in message
    assert chain.lots["bad"] in message
    assert "1 lead to no batch or serial number" in message
    assert [figure["value"] for figure in figures[:3]] == [13, 220, 11]
    assert {"with_it", "times", "verdict"} <= {column["fieldname"] for column in columns}
    units = CommonFactorsReport(asked(chain, show="units", factor=first["key"])).unit_rows()
    assert {row["lot"]: (row["cases"], row["units"]) for row in units} == {
        chain.lots[f"G{place}"]: (CASES[place], SOLD) for place in range(3)
    }
    assert len(units[0]["complaints"].split(", ")) == 5
    answer = found(item_code=chain.items["good"], complaint_type="Early Wear")
    assert json.loads(json.dumps(answer, default=str))["findings"][0]["key"] == first["key"]
    assert (answer["cases"], answer["units"]) == (13, 220)
    _by_hand(chain)
    _not_in_the_period(chain)
    _as_others(chain, customer)
    _facts_around(chain)
    _by_a_job(chain, answer, monkeypatch)
    chain.make({"fine": 3}, {"G4": 3})
    sold_at_the_till(chain, customer, "G4", 2)
    assert any(note.startswith("2 units that points of sale sold") for note in found(item_code=chain.items["good"])["notes"])  # fmt: skip


def _by_hand(chain: Chain) -> None:
    """A factor that no line has is refused, whatever stands in it: it neither names anything nor breaks anything."""
    person = factory.supplier().name
    for wrong in ("[1", '=[[],"x"]', '=[["nonsense"],"x"]', '=[["weekday",""],"x"]', "=7", ["x"], f'=[["supplier","x"],"{person}"]'):  # fmt: skip
        with pytest.raises(frappe.ValidationError, match="None of these units has the factor"):
            CommonFactorsReport(asked(chain, show="units", factor=wrong)).run()


def _not_in_the_period(chain: Chain) -> None:
    early = {"from_date": add_days(nowdate(), -300), "to_date": add_days(nowdate(), -200)}
    assert CommonFactorsReport(asked(chain, **early)).found.units == 0
    with pytest.raises(frappe.ValidationError, match="must not be after Delivered To"):
        CommonFactorsReport({"from_date": nowdate(), "to_date": add_days(nowdate(), -1)})
    nothing = CommonFactorsReport({"item_code": "No such item", "factor": "[1", "show": []})
    assert nothing.rows() == []
    assert "No complaints match" in nothing.message()


def _as_others(chain: Chain, customer: str) -> None:
    """An investigator has no right to employees; whoever is kept to another item sees none of these units; others may not ask."""
    with factory.as_user(factory.person(roles.INVESTIGATOR)):
        told = found(item_code=chain.items["good"])
        assert told["findings"][0]["value"] == chain.lots["bad"]
        assert any("who may read employees" in note for note in told["notes"])
        assert frappe.has_permission("Job Card", "read")
        assert frappe.has_permission("Quality Inspection", "read")
        assert not frappe.has_permission("Job Card", "write")
    with factory.as_user(factory.person(roles.INVESTIGATOR, Item=chain.items["part"])):
        assert found(item_code=chain.items["good"])["units"] == 0
    # Whoever is kept to one customer is told of that one's units, among them, and accused nobody.
    chain.make({"fine": 5}, {"G4": 5})
    chain.sell(factory.customer().name, ("G4", 5))
    with factory.as_user(factory.person(roles.INVESTIGATOR, Customer=customer)):
        told = found(item_code=chain.items["good"], complaint_type="Early Wear")
        assert told["units"] == 220
        assert told["headline"][0].startswith("Incomplete")
        assert not {"likely", "one_cluster"} & {one["state"] for one in told["findings"]}
    for role in (roles.ACTION_OWNER, roles.ACCOUNTS_USER):
        with factory.as_user(factory.person(role)), pytest.raises(frappe.PermissionError):
            found(item_code=chain.items["good"])


def _by_a_job(chain: Chain, answer: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is much to compare the report begins a job once, and shows what it has found for a day, to who may see as much still."""
    monkeypatch.setattr(prepared, "MOST_AT_ONCE", 0)
    waiting, begun, queue = {}, [], frappe.enqueue

    def enqueue(method: object, **how: object) -> None:
        if method != prepared._METHOD:
            return queue(method, **how)
        begun.append(waiting.setdefault(how["job_id"], (method, how["asked"], how["name"])))
        return None

    monkeypatch.setattr(frappe, "enqueue", enqueue)
    monkeypatch.setattr(prepared, "is_job_enqueued", waiting.__contains__)
    filters = {"item_code": chain.items["good"], "complaint_type": "Early Wear"}
    _columns, rows, message, *_rest = execute(filters)
    assert rows == []
    assert 'data-common-factors-job=""' in message
    for wrong, said in (
        *((sent, "filters") for sent in ("{", 5, None, "null", "[]")),
        *(({"company": value}, "Company") for value in ({"a": 1}, ["like", "%"], "x" * 100_000, 5.5e400)),
        ({"from_date": {"a": 1}}, "Delivered From"),
    ):
        with pytest.raises(frappe.ValidationError, match=said):
            door.begin(wrong)
    job = door.begin(filters)["name"]
    assert door.begin(filters)["name"] == job
    assert len(begun) == 1
    assert f'data-common-factors-job="{job}"' in execute(filters)[2]
    assert door.progress(job) == {"status": "Queued", "percent": 0}
    with speaking("zh"):
        assert door.begin(filters)["name"] != job, "one for each language"
    _run(waiting, job)
    assert door.progress(job) == {"status": "Completed", "percent": 100}
    _columns, rows, message, _chart, figures, _total = execute(filters)
    assert rows[0]["key"] == answer["findings"][0]["key"]
    assert "Worked out by a job on" in message
    assert "Most likely source" in message
    assert figures[0]["value"] == 13
    assert execute({**filters, "show": "units"})[1], "units are told at once"
    assert not frappe.db.exists("Prepared Report", {"report_name": "Common Factors"})
    assert not frappe.db.get_value("Report", "Common Factors", "prepared_report")
    assert door.begin(filters)["name"] == job
    waiting.clear()  # whoever was at it is gone
    assert door.progress(job)["status"] == "Error"
    assert "could not be worked out" in execute(filters)[2]
    person = factory.person(roles.INVESTIGATOR)
    with factory.as_user(person):
        with pytest.raises(frappe.PermissionError):
            door.progress(job)
        own = door.begin(filters)["name"]
        _run(waiting, own)
        assert "Worked out by a job on" in execute(filters)[2]
    kept_to = frappe.get_doc(
        {"doctype": "User Permission", "user": person, "allow": "Warehouse", "for_value": factory.store()}
    ).insert(ignore_permissions=True)
    with factory.as_user(person):
        assert 'data-common-factors-job=""' in execute(filters)[2], "asked anew by who is kept from something"
    kept_to.delete(ignore_permissions=True)


def _run(waiting: dict[str, tuple], name: str) -> None:
    """What a worker does."""
    method, asked, named = waiting.pop(f"complaint_qms_common_factors_{name}")
    frappe.get_attr(method)(asked=asked, name=named)


def _facts_around(chain: Chain) -> None:
    """Of one of the bad batches: how it was made, what else was complained about with it, and its supplier's record."""
    rejected = factory.complaint(item_code=chain.items["good"], batch_no=chain.lots["G0"]).name
    frappe.db.set_value("Complaint", rejected, "stage", "rejected")
    told = facts.read("Batch", chain.lots["G0"])
    assert [one["lot"] for one in told["about"]] == [chain.lots["G0"]]
    assert [one["document"] for one in told["made"]] == [
        next(document for _taken, made, document in chain.uses if "G0" in made)
    ]
    counts = {(one["relation"], one["of"]): one["count"] for one in told["complaints"]}
    # One of the batch's five names its delivery alone; of all batches with the lot, one of each.
    assert counts == {("lot", chain.lots["G0"]): 4, ("component", chain.lots["bad"]): 10}
    (supplier,) = told["suppliers"]
    assert {row["lot"]: (row["qty"], row["complaints"], row["is_own"]) for row in supplier["lots"]} == {
        chain.lots["bad"]: (1000, 10, True),
        # What was complained about in another way counts for the supplier's record as well.
        chain.lots["fine"]: (1000, 1, False),
    }
    with factory.as_user(factory.person(roles.ACTION_OWNER)), pytest.raises(frappe.PermissionError):
        facts.read("Batch", chain.lots["G0"])
    with pytest.raises(frappe.ValidationError, match="There is no Batch"):
        facts.read("Batch", "no such batch")


def test_queries_do_not_grow_with_the_units() -> None:
    few, _customer = built(4)
    many, _customer = built(10)
    CommonFactorsReport(asked(few)).answer()
    facts.read("Batch", few.lots["G0"])
    counts = []
    for chain in (few, many):
        with queries() as made:
            CommonFactorsReport(asked(chain)).answer()
            facts.read("Batch", chain.lots["G0"])
        counts.append(len(made))
    assert counts[0] == counts[1]
