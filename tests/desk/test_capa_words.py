"""Why a CAPA's verdict is what it is reads in the language of whoever reads it, not of whoever computed it."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.services.capa import effectiveness
from scripts.inside import messages
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")


@pytest.mark.parametrize("figures", [(4, 400, 0, 900), (4, 400, 9, 300), (0, 0, 0, 0)])
def test_the_reason_is_told_in_each_readers_language(monkeypatch, figures: tuple[float, ...]) -> None:
    made = iter([figures[:2], figures[2:]])
    monkeypatch.setattr(effectiveness, "_observe", lambda *_: next(made))
    doc = factory.capa_in_effect()
    effectiveness.compute(doc)
    doc.run_method("onload")
    assert doc.get_onload("verdict_reason") == doc.verdict_reason
    monkeypatch.setattr(frappe.local, "lang", "zh")
    doc = frappe.get_doc("CAPA", doc.name)
    doc.run_method("onload")
    assert messages.CHINESE.search(doc.get_onload("verdict_reason"))
    assert not messages.CHINESE.search(doc.verdict_reason)


def test_figures_that_give_another_verdict_by_now_leave_the_words_of_their_time(monkeypatch) -> None:
    doc = factory.capa_in_effect()
    effectiveness.compute(doc)
    frappe.db.set_value("CAPA", doc.name, {"verdict": "effective", "verdict_reason": "As it was."})
    doc = frappe.get_doc("CAPA", doc.name)
    assert effectiveness.reason_in_words(doc) == "As it was."
    frappe.db.set_value("CAPA", doc.name, {"verdict": None, "verdict_reason": None, "computed_at": None})
    assert effectiveness.reason_in_words(frappe.get_doc("CAPA", doc.name)) is None
