"""What is missing leads to the records it names, for whoever may open them."""

import frappe

from complaint_qms.engine.message import Message
from complaint_qms.engine.sop import Missing
from complaint_qms.services.lifecycle import overview
from complaint_qms.services.lifecycle.named_records import named_records
from tests.desk import factory


def told(names: str) -> list[dict[str, str]]:
    return named_records(
        Missing("G2", "", Message("Complete investigation {names} first.", {"names": names}))
    )


def test_numbers_of_every_kind_are_found_and_nothing_else() -> None:
    study, doc = factory.investigation(), factory.complaint()
    assert told(f"{study.name}, {doc.name}") == [
        {"doctype": "Investigation", "name": study.name},
        {"doctype": "Complaint", "name": doc.name},
    ]
    assert told("SINV-2026-00001, X-CMP-2026-00001, CMP-26") == []


def test_words_of_people_lead_nowhere() -> None:
    row = Missing(
        "G5", "actions", Message("Action “{action}” is not done yet.", {"action": "see CMP-2026-00001"})
    )
    assert named_records(row) == []


def test_who_may_not_open_a_kind_of_record_gets_no_link() -> None:
    study = factory.investigation()
    with factory.as_user(factory.user("Accounts User")):
        may = frappe.has_permission("Investigation", "read")
        assert bool(told(study.name)) == may
    with factory.as_user(factory.user("Employee")):
        assert told(study.name) == []


def test_the_stage_bar_carries_them() -> None:
    study = factory.investigation()
    doc = frappe.get_doc("Complaint", study.complaint)
    missing = [row for step in overview.overview(doc)["next"] for row in step["missing"]]
    assert {"doctype": "Investigation", "name": study.name} in [
        one for row in missing for one in row.get("records", ())
    ]
