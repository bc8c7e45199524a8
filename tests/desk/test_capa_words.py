"""Verdicts, shipped words and checks read in the language of whoever reads them; a new word against a cause has its own reason."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.engine.message import Message
from complaint_qms.engine.sop import Missing
from complaint_qms.exceptions import GateError
from complaint_qms.services.capa import effectiveness
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.story.tell import tell
from scripts.inside import messages
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")


@pytest.mark.parametrize("figures", [(4, 400, 0, 900), (4, 400, 9, 300), (0, 0, 0, 0)])
def test_the_reason_is_told_in_each_readers_language(monkeypatch, figures: tuple[float, ...]) -> None:
    made = iter([figures[:2], figures[2:]])
    monkeypatch.setattr(effectiveness, "observed_in", lambda *_: next(made))
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


def test_shipped_words_are_printed_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    doc = factory.implemented_capa(complaint_type="Leak")
    doc.update({"measured_types": "Leak\nOf the site itself", "risk_level": "Medium"})
    monkeypatch.setattr(frappe.local, "lang", "zh")
    assert doc.get_formatted("measured_types") == "泄漏<br>Of the site itself"
    assert doc.get_formatted("risk_level") == "中"


def test_a_check_that_is_missing_is_told_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frappe.local, "lang", "zh")
    told = {
        check: guard.describe(
            factory.in_triage(), Missing("SOP", "checklist", Message("“{check}”", {"check": check}))
        )
        for check in ("Immediate containment considered", "Of the site itself")
    }
    assert [row["message"] for row in told.values()] == ["“已考虑立即采取遏制措施”", "“Of the site itself”"]


def test_a_cause_that_is_taken_up_again_is_ruled_out_for_a_reason_of_its_own() -> None:
    cause = factory.verified_cause(factory.investigation())
    cause.update({"status": "rejected", "rejection_reason": "Measured again"}).save()
    cause.reload().update({"status": "draft"}).save()
    assert cause.reload().rejection_reason is None
    assert [told.text for told in tell(cause) if "It had been ruled out because: Measured again" in told.text]
    cause.status = "rejected"
    with pytest.raises(GateError, match="why this cause was ruled out"):
        cause.save()
