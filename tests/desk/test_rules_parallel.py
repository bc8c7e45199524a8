"""Two complaints of one customer meet a rule in the same moment: what it does once for each is done once."""

from __future__ import annotations

from functools import partial

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.constants import rules
from complaint_qms.services.rules import runner
from tests.desk import workers
from tests.desk.factory import complaint, customer
from tests.desk.ruled import log_of, rule

pytestmark = [pytest.mark.commits, pytest.mark.slow]


def asking(title: str, doc: Document) -> int:
    return len(runner.run_named(title, [doc.name]))


def test_once_for_each_is_once_for_complaints_that_come_in_at_once():
    who = customer()
    mine = rule(when_event=rules.CALLED, once_per="customer", quiet_days=30)
    names = [complaint(customer=who.name).name for _ in range(3)]
    frappe.db.commit()
    task = partial(asking, mine.name)
    answers = workers.at_once([workers.Worker("Administrator", "Complaint", name, task) for name in names])
    assert len(log_of(mine)) == 1, answers
    assert sum(answer == "done 1" for answer in answers) == 1, answers
