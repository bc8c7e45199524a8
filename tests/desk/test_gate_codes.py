"""Numbers of gates: told to who looks them up, kept from who works."""

from __future__ import annotations

import re
from pathlib import Path

import frappe
import pytest

import complaint_qms
from complaint_qms.api import complaint as api
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.record import gate_codes
from tests.desk import factory

TOLD = gate_codes.TOLD
NUMBER = re.compile(r"\b(G\d+|SOP):")


def refusal(user):
    doc = factory.in_triage()
    frappe.set_user(user)
    with pytest.raises(GateError) as refused:
        api.take_step(doc.name, "Solve Directly")
    frappe.set_user("Administrator")
    return str(refused.value)


def test_a_manager_reads_sentences_alone_and_an_administrator_their_numbers(monkeypatch):
    monkeypatch.setattr(gate_codes, "TOLD", TOLD)
    assert not NUMBER.search(refusal(factory.user(roles.MANAGER)))
    assert NUMBER.search(refusal(factory.user(roles.MANAGER, "System Manager")))


def test_no_text_has_a_number_of_its_own_and_each_is_a_sentence_without_one():
    house = Path(complaint_qms.__file__).parent
    own = re.compile(r'_\(\s*"(Gate )?(G\d+|SOP): |gate_code\("\w+"\)\s*\+\s*_\(\s*"[a-z]')
    assert [
        path.relative_to(house)
        for path in house.rglob("*.py")
        if own.search(path.read_text(encoding="utf-8"))
    ] == []
