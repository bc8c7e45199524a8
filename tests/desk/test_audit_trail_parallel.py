"""Twenty people write at once, and somebody links meanwhile: nobody waits for anybody's transaction, and the chain holds."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.constants.audit import ENTRY
from complaint_qms.services.compliance.audit_trail import sealing, verifying
from complaint_qms.services.evidence import disk
from tests.desk import workers
from tests.desk.factory import complaint

pytestmark = [pytest.mark.commits, pytest.mark.slow]
WRITERS = 18


@pytest.fixture(autouse=True)
def own_head(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "head_path", lambda: tmp_path / "head.json")


def stored(count: int) -> list[str]:
    names = [complaint().name for _number in range(count)]
    frappe.db.commit()
    return names


def write(doc: Document) -> str:
    """Three transactions, each of its own complaint."""
    for number in range(3):
        doc.closing_summary = f"Seen {number}"
        doc.save()
        frappe.db.commit()
    return doc.name


def link(doc: Document) -> str:
    return str(sum(sealing.seal() for _time in range(5)))


def test_writers_do_not_meet_and_the_chain_holds():
    names = stored(WRITERS)
    sealing.seal()
    before = frappe.db.count(ENTRY)
    made = [workers.Worker("Administrator", "Complaint", name, write) for name in names]
    made += [workers.Worker("Administrator", "Complaint", names[0], link) for _linker in range(2)]
    answers = workers.at_once(made)
    assert all(answer.startswith("done") for answer in answers), answers
    frappe.db.rollback()
    assert frappe.db.count(ENTRY) == before + 3 * WRITERS
    sealing.seal()
    outcome = verifying.verify_trail(disk.sha256_of)
    assert outcome.sentences == []
    assert (outcome.tail, outcome.entries) == (0, before + 3 * WRITERS)


def test_a_transaction_that_stays_open_holds_up_nobody():
    """An entry that was written and not committed is linked when it is, behind what others have linked meanwhile."""
    names = stored(2)
    sealing.seal()
    doc = frappe.get_doc("Complaint", names[0])
    doc.closing_summary = "Not committed yet"
    doc.save()
    answer = workers.Worker("Administrator", "Complaint", names[1], write).ready().go().answer()
    assert answer.startswith("done"), answer
    frappe.db.commit()
    assert sealing.seal() > 0
    assert verifying.verify_trail(disk.sha256_of).sentences == []
