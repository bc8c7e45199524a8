"""What the classifier learns from: closed complaints that a person judged, with what they chose."""

from __future__ import annotations

import subprocess
import sys

import frappe

from complaint_qms.constants import roles
from complaint_qms.services.classifier import examples
from complaint_qms.services.intake import proposals
from tests.desk.factory import as_user, complaint, person


class TestExamples:
    def test_only_what_a_person_judged_and_closed_is_learned_from(self, monkeypatch):
        before = examples.number_of_examples()
        open_one, closed, imported = complaint(), complaint(), complaint()
        for doc, values in (
            (open_one, {}),
            (
                closed,
                {
                    "stage": "closed",
                    "is_complaint": "yes",
                    "triage_decided_by": "Administrator",
                    "closed_at": "2026-02-01",
                },
            ),
            (imported, {"stage": "closed", "is_complaint": "yes", "closed_at": "2026-02-01"}),
        ):
            frappe.db.set_value("Complaint", doc.name, values)
        assert examples.number_of_examples() == before + 1
        assert any(one.text.startswith(closed.subject) for one in examples.read_examples())

    def test_a_correction_is_counted_and_its_answer_is_what_was_chosen(self):
        doc = complaint(description="I want my money back.", expectation=None)
        with as_user(person(roles.AGENT)):
            mine = frappe.get_doc("Complaint", doc.name)
            proposals.refresh(mine)
            mine.expectation = "repair"
            mine.save()
        frappe.db.set_value(
            "Complaint",
            doc.name,
            {
                "stage": "closed",
                "is_complaint": "yes",
                "triage_decided_by": "Administrator",
                "closed_at": "2099-02-01",
                "received_at": "2098-01-01",
            },
        )
        last = examples.read_examples()[-1]
        assert last.corrected
        assert last.answers["expectation"] == "repair"


def test_reading_complaints_of_a_young_site_loads_no_arrays() -> None:
    code = "import sys; import complaint_qms.services.classifier.scoring; sys.exit(any(name in sys.modules for name in ('numpy', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
