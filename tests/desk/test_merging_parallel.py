"""Two people merge, or merge and void, in the same moment: whoever comes second sees what the first did."""

from __future__ import annotations

from functools import partial

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.api import merging
from complaint_qms.services.lifecycle import merge
from tests.desk import workers
from tests.desk.factory import at_stage, complaint
from tests.desk.wire import ask

pytestmark = [pytest.mark.commits, pytest.mark.slow]

ROUNDS = 2
MERGE = "Merge into Another"


def race(*steps):
    """Answers of processes that each take one step (complaint, action, values), told to go in the same moment."""
    return workers.at_once([workers.stepping(*step) for step in steps])


def merge_by_door(doc: Document, original: str) -> int:
    return len(merging.merge([doc.name], original, "The same parcel")["merged"])


def carried(*names):
    """No complaint rests on one that is itself merged or has vanished."""
    rows = frappe.get_all(
        "Complaint", {"name": ("in", names)}, ["name", "stage", "duplicate_of"], order_by="name"
    )
    stages = {row.name: row.stage for row in rows}
    return all(
        stages[row.duplicate_of] not in ("duplicate", "void", "rejected")
        for row in rows
        if row.stage == "duplicate"
    )


def two():
    names = at_stage("triage").name, at_stage("triage").name
    frappe.db.commit()
    return names


def test_each_into_the_other():
    for _round in range(ROUNDS):
        first, second = two()
        answers = race((first, MERGE, {"duplicate_of": second}), (second, MERGE, {"duplicate_of": first}))
        assert sum(answer.startswith("done") for answer in answers) <= 1, answers
        assert carried(first, second)


def test_into_one_that_is_just_made_void():
    for _round in range(ROUNDS):
        first, second = two()
        answers = race(
            (first, MERGE, {"duplicate_of": second}), (second, "Void", {"void_reason": "Entered twice"})
        )
        assert sum(answer.startswith("done") for answer in answers) == 1, answers
        assert carried(first, second)


def test_into_one_that_is_just_merged_itself():
    for _round in range(ROUNDS):
        first, second = two()
        third = complaint().name
        frappe.db.commit()
        answers = race((first, MERGE, {"duplicate_of": second}), (second, MERGE, {"duplicate_of": third}))
        assert sum(answer.startswith("done") for answer in answers) == 1, answers
        assert carried(first, second, third)


def test_merges_that_have_nothing_to_do_with_each_other_do_not_meet():
    for _round in range(ROUNDS):
        pairs = [two() for _pair in range(3)]
        answers = race(*((first, MERGE, {"duplicate_of": second}) for first, second in pairs))
        assert answers == ["done duplicate"] * 3, answers


def test_each_into_the_other_by_the_door_for_several_is_told_in_a_sentence():
    for _round in range(2 * ROUNDS):
        first, second = two()
        answers = workers.at_once(
            workers.Worker("Administrator", "Complaint", one, partial(merge_by_door, original=other))
            for one, other in ((first, second), (second, first))
        )
        assert sorted(answer.partition(":")[0] for answer in answers) == ["done 1", "refused GateError"], (
            answers
        )
        assert carried(first, second)


@pytest.mark.parametrize("error", [frappe.QueryDeadlockError, frappe.TimestampMismatchError])
def test_what_is_given_up_each_time_is_told_in_a_sentence(monkeypatch, error):
    def gives_up(*_given):
        raise error("raw words of the database")

    first, second = two()
    monkeypatch.setattr(merge, "tell_original", gives_up)
    answer = ask(
        "POST",
        "/api/method/complaint_qms.api.merging.merge",
        {"names": [first], "original": second, "reason": "The same parcel"},
        keep=True,  # the door has taken everything back
    )
    assert (answer.status, "send it again" in answer.said, "raw" in answer.said) == (409, True, False), answer
