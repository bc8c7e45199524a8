"""Thresholds where the figure moves by something else than a new complaint, and where looking fails."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import add_days, add_to_date, now_datetime

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import marks
from complaint_qms.services.rules import thresholds
from tests.desk import factory
from tests.desk.held import a_chain
from tests.desk.stock_chain import Chain


def watch(*rows: dict) -> Document:
    settings = frappe.get_doc(SETTINGS)
    settings.set("thresholds", [])
    settings.save()
    settings.set("thresholds", [{"days": 30, "measure": "complaints", **row} for row in rows])
    settings.save()
    marks.set_mark(thresholds._SEEN, str(now_datetime()))
    return settings


def risen(*names: str) -> list[str]:
    """Of these, the complaints that a threshold has said something about; the job looks twice."""
    thresholds.ask_new_complaints()
    thresholds.ask_new_complaints()
    said = {"reference_name": ("in", names), "comment_type": "Info", "content": ("like", "%Threshold%")}
    return frappe.get_all("Comment", said, pluck="reference_name", order_by="creation")


def complain(chain: Chain, lot: str, **more: object) -> str:
    values = {"batch_no": chain.lots[lot], "item_code": chain.items[lot], **more}
    return factory.complaint(**values).name


@pytest.mark.commits
def test_a_batch_filled_in_later_a_long_pause_and_an_error_lose_no_rise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain = a_chain()
    for lot in ("paused", "failing", "busy"):
        chain.new_lot(lot, "goods")
    settings = watch({"by": "batch_no", "at_least": 2})

    # Filled in at triage: of neither it was known when they came in.
    bare = [complain(chain, "made", batch_no=None) for _ in range(2)]
    assert risen(*bare) == []
    for name in bare:
        doc = frappe.get_doc("Complaint", name)
        doc.batch_no = chain.lots["made"]
        doc.save()
    assert risen(*bare) == [bare[1]]
    doc.reload()
    doc.description = "Looked at more closely: both handles are broken off at the weld"
    doc.save()
    assert risen(*bare, complain(chain, "made")) == [bare[1]], "it stands above, and rises no more"

    # The scheduler stood still for three days.
    paused = [complain(chain, "paused") for _ in range(3)]
    for name in paused:
        frappe.db.set_value("Complaint", name, "creation", add_days(now_datetime(), -2))
    marks.set_mark(thresholds._SEEN, str(add_days(now_datetime(), -3)))
    assert risen(*paused) == [sorted(paused)[1]]

    # The database gives it up once, which is done again at once; a mistake is looked at again by the next job.
    start, failures = thresholds.start_for, [frappe.QueryDeadlockError("1213"), KeyError("not ready")]

    def fail_first(*args: object) -> object:
        if failures:
            raise failures.pop(0)
        return start(*args)

    frappe.db.commit()
    monkeypatch.setattr(thresholds, "start_for", fail_first)
    failing = [complain(chain, "failing") for _ in range(2)]
    frappe.db.commit()
    thresholds.ask_new_complaints()
    assert failures == []
    logged = frappe.get_all("Error Log", {"method": "Threshold could not be looked at"}, pluck="error", order_by="creation desc")  # fmt: skip
    assert failing[1] in logged[0]
    assert [note.defvalue for note in marks.notes_of(thresholds._AGAIN)] == [failing[1]]
    assert risen(*failing) == [failing[1]]
    assert marks.notes_of(thresholds._AGAIN) == []

    # What falls below may rise again; without thresholds nothing is kept.
    for name in failing:
        frappe.db.set_value("Complaint", name, "stage", "void")
    assert risen(*failing) == [failing[1]]
    anew = [complain(chain, "failing") for _ in range(2)]
    assert risen(*anew) == [anew[1]]
    settings.set("thresholds", [])
    settings.save()
    assert [marks.mark_of(thresholds._SEEN), marks.notes_of(thresholds._ABOVE)] == [None, []]


def test_both_sides_of_a_rate_are_of_one_company_and_net_of_returns() -> None:
    chain, buyer, elsewhere = a_chain(), factory.customer().name, factory.other_company()
    sale = chain.sell(buyer, ("made", 10))
    for by in ("batch_no", "item_code", "supplier_lot"):
        watch({"by": by, "measure": "per_thousand", "at_least": 250, "fewest": 1})
        doc = frappe.get_doc("Complaint", complain(chain, "made", customer=buyer))
        (row,) = thresholds._rows()
        about = frappe._dict(doc.as_dict(), moment=now_datetime())
        ask = (
            thresholds._supplier_lots
            if by == "supplier_lot"
            else lambda one, row=row: thresholds._named(one, row)
        )
        (subject,) = ask(about)
        assert subject.delivered == 10, by
        others = list(ask(frappe._dict(about, company=elsewhere)))
        assert [one.delivered for one in others] == [0], by
        frappe.db.savepoint("whole")
        chain.take_back(sale, "made", 6)
        (subject,) = ask(about)
        assert subject.delivered == 4, by
        frappe.db.rollback(save_point="whole")
        doc.db_set("stage", "void")
    # 100 and 200 for each 1,000 of ten; six come back, and the next is above although it was before as well.
    watch({"by": "batch_no", "measure": "per_thousand", "at_least": 250, "fewest": 1})
    about = [complain(chain, "made", customer=buyer) for _ in range(2)]
    assert risen(*about) == []
    for name in about:  # Longer ago than what is looked at twice
        frappe.db.set_value("Complaint", name, "creation", add_to_date(now_datetime(), minutes=-10))
    chain.take_back(sale, "made", 6)
    about.append(complain(chain, "made", customer=buyer))
    assert risen(*about) == [about[2]]
    watch()
