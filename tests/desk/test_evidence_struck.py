"""Files that actions and checks name stay with their record: one is given up for another with a reason, and told."""

from __future__ import annotations

import re

import frappe
import pytest
from frappe.utils import get_fullname

from complaint_qms.constants.evidence import NAMED_IN
from complaint_qms.exceptions import GateError
from complaint_qms.services.capa.actions import complete
from tests.desk import factory
from tests.desk.test_evidence_intake import upload


def study():
    doc = factory.investigation()
    doc.append("checks", {"check": "Leak test", "evidence": upload().file_url})
    doc.save()
    return doc, "checks"


def plan():
    doc = factory.capa()
    doc.actions[0].evidence = upload().file_url
    doc.save()
    return doc, "actions"


@pytest.mark.parametrize("made", [study, plan])
class TestRows:
    def test_a_file_is_given_up_with_a_reason_of_its_own(self, made):
        doc, table = made()
        first, second = doc.get(table)[-1].evidence, upload().file_url
        for other in (second, None):
            for reason in (None, "  "):
                doc.get(table)[-1].update({"evidence": other, "strike_reason": reason})
                with pytest.raises(GateError, match="Reason for Striking Out"):
                    doc.save()
                doc.reload()
        doc.get(table)[-1].update({"evidence": second, "strike_reason": "Photo of another pump"})
        doc.save()
        doc.reload()
        row = doc.get(table)[-1]
        assert first in row.struck_evidence
        assert "Photo of another pump" in row.struck_evidence
        who, when = f"{get_fullname()}, {frappe.session.user}", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
        assert re.search(rf"\({re.escape(who)}, {when}\)$", row.struck_evidence)
        assert (row.strike_reason, bool(row.evidence_sha256)) == (None, True)
        row.evidence = None
        with pytest.raises(GateError, match="Reason for Striking Out"):
            doc.save()

    def test_the_file_stays_evidence_of_the_record(self, made):
        doc, table = made()
        first = doc.get(table)[-1].evidence
        sum_before = doc.get(table)[-1].evidence_sha256
        doc.get(table)[-1].update({"evidence": None, "strike_reason": "Photo of another pump"})
        doc.save()
        file = frappe.get_doc("File", {"file_url": first, "attached_to_name": doc.name})
        assert (file.evidence_sha256, file.attached_to_doctype) == (sum_before, doc.doctype)
        assert sum_before in doc.get(table)[-1].struck_evidence
        with pytest.raises(frappe.ValidationError):
            file.delete()

    def test_what_was_struck_out_is_the_servers_and_its_row_stays(self, made):
        doc, table = made()
        doc.get(table)[-1].update({"evidence": None, "strike_reason": "Photo of another pump"})
        doc.save()
        told = doc.get(table)[-1].struck_evidence
        doc.get(table)[-1].struck_evidence = "Nothing"
        doc.save()
        assert doc.get(table)[-1].struck_evidence == told
        doc.set(table, doc.get(table)[:-1])
        with pytest.raises(GateError, match=r"it has evidence, and stays|cannot be added or removed"):
            doc.save()

    def test_a_row_with_a_file_is_not_removed(self, made):
        doc, table = made()
        doc.set(table, doc.get(table)[:-1])
        with pytest.raises(GateError, match="it has evidence, and stays"):
            doc.save()

    def test_a_first_file_needs_no_reason_and_none_stays_behind(self, made):
        doc, table = made()
        doc.get(table)[-1].strike_reason = "For no file"
        doc.save()
        assert (doc.get(table)[-1].strike_reason, doc.get(table)[-1].struck_evidence) == (None, None)


def test_who_does_an_action_anew_gives_up_the_file_of_before():
    doc = factory.implemented_capa()
    row = doc.actions[0]
    row.evidence = upload().file_url
    doc.save()
    complete(doc, row.name, "Done", upload().file_url)
    doc.reload()
    assert "The action was done anew." in doc.actions[0].struck_evidence


def test_every_row_that_names_a_file_can_strike_it_out():
    for naming in NAMED_IN:
        assert frappe.get_meta(naming.row).has_field("strike_reason"), naming.row
