"""Whatever a request sends in a field of a record, it is taken or refused with a sentence; nothing stumbles over it.

A share of the cases runs each time, another one for each DocType, field and road; QMS_FUZZ=all runs every one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import frappe
import pytest

from tests.desk.factory.smallest import NUMBERED, WORDS, blank, word
from tests.desk.hostile import Case, cases
from tests.desk.wire import Answer, ask

RECORDS = (*NUMBERED, *WORDS, "Complaint Demo Record")
SETTINGS = "Complaint QMS Settings"
EVERY = 1 if os.environ.get("QMS_FUZZ") == "all" else 97
FINE = {200, 403, 404, 409, 417}
asked: Counter[int] = Counter()


def values_for(doctype: str) -> dict[str, Any]:
    if doctype in NUMBERED:
        return blank(doctype)
    if doctype == "Complaint Demo Record":
        return {"document_type": "Company", "document_name": "x"}
    return word(doctype, f"Word {frappe.generate_hash(length=6)}")


def chosen(found: Iterable[Case], offset: int) -> list[Case]:
    return [case for number, case in enumerate(found) if number % EVERY == offset % EVERY]


def unfit(found: Iterable[Case], send: Callable[[Case], Answer]) -> list[str]:
    """What is wrong with the answers, a line for each."""
    wrong = []
    for case in found:
        answer = send(case)
        asked[answer.status] += 1
        if answer.status not in FINE or "Traceback" in answer.said:
            wrong.append(f"{answer.status} {case.field} = {case.shown}: {str(answer.body)[-400:]}")
        elif answer.status == 417 and not answer.said:
            wrong.append(f"{case.field} = {case.shown}: refused without a word: {str(answer.body)[:300]}")
    return wrong


def tell(wrong: list[str]) -> None:
    assert not wrong, f"{len(wrong)} of {sum(asked.values())}\n" + "\n".join(wrong[:40])


@pytest.mark.parametrize("doctype", RECORDS)
class TestRecords:
    def test_a_new_one(self, doctype):
        base = values_for(doctype)

        def send(case: Case) -> Answer:
            return ask("POST", f"/api/resource/{doctype}", base | case.values)

        tell(unfit(chosen(cases(doctype), 1), send))

    def test_a_change(self, doctype):
        name = frappe.get_doc({**values_for(doctype), "doctype": doctype}).insert().name

        def send(case: Case) -> Answer:
            return ask("PUT", f"/api/resource/{doctype}/{name}", case.values)

        tell(unfit(chosen(cases(doctype), 11), send))

    def test_one_value(self, doctype):
        name = frappe.get_doc({**values_for(doctype), "doctype": doctype}).insert().name

        def send(case: Case) -> Answer:
            sent = {"doctype": doctype, "name": name, "fieldname": case.values}
            return ask("POST", "/api/method/frappe.client.set_value", sent)

        tell(unfit(chosen(cases(doctype), 23), send))

    def test_by_the_form_and_the_second_version(self, doctype):
        base = values_for(doctype)

        def send(case: Case) -> Answer:
            return ask("POST", f"/api/v2/document/{doctype}", base | case.values)

        tell(unfit(chosen(cases(doctype), 31), send))


def test_the_settings():
    def send(case: Case) -> Answer:
        return ask("PUT", f"/api/resource/{SETTINGS}/{SETTINGS}", case.values)

    tell(unfit(chosen(cases(SETTINGS), 3), send))


def test_what_was_asked():
    """Enough was asked to mean something, taken and refused."""
    print(dict(asked))
    assert sum(asked.values()) > 500
    assert asked[200]
    assert asked[417]
