"""Complaints that look for a handler in the same moment: in turn, nobody is passed over and nobody gets two."""

from __future__ import annotations

from collections import Counter

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants import roles
from complaint_qms.services.sop import assigning
from tests.desk import factory, workers

pytestmark = [pytest.mark.commits, pytest.mark.slow]


def looking(doc: Document) -> bool:
    return assigning.look_again(doc.name, now_datetime())


def test_in_turn_is_fair_for_complaints_that_come_in_at_once():
    duty = factory.make("Role", role_name=factory.unique("Duty")).name
    people = [
        factory.user(roles.AGENT, duty, email=f"{frappe.generate_hash(length=8)}@qms.example")
        for _one in range(2)
    ]
    kind = factory.make(
        "Complaint Type", complaint_type_name=factory.unique("Type"), type_key=factory.unique("type")
    ).name
    by = factory.make(
        "Complaint SOP",
        sop_name=factory.unique("SOP"),
        complaint_type=kind,
        basic_reminders=0,
        stages=[{"stage": "intake", "responsible_role": duty}],
    )
    names = [factory.complaint(complaint_type=kind).name for _one in range(4)]
    by.stages[0].assign_by = "round_robin"
    by.save()
    frappe.db.commit()
    answers = workers.at_once([workers.Worker("Administrator", "Complaint", name, looking) for name in names])
    given = frappe.get_all("Complaint", {"name": ("in", names)}, pluck="complaint_owner")
    assert Counter(given) == dict.fromkeys(people, 2), answers
