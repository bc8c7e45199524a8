"""A message is one item and one complaint, however many processes take it in at once, and whichever of them is killed."""

from __future__ import annotations

from functools import partial

import frappe
import pytest

from complaint_qms.constants import inbox, roles
from complaint_qms.constants.inbox import DOCTYPE, NEW, REGISTERED
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.inbox import decisions, understanding
from complaint_qms.services.inbox.store import InboundFile, InboundMessage, Sender, keep_message
from complaint_qms.services.intake import register
from tests.desk import factory, workers

pytestmark = [pytest.mark.slow, pytest.mark.commits]
PROCESSES = 8
MESSAGE = InboundMessage(
    road=inbox.CHAT,
    sender=Sender("Ada Example", "ada@example.com"),
    subject="Kettle leaks",
    text="It leaks.",
    payload='{"raw": 1}',
    message_id="m-1",
    files=(InboundFile("leak.png", b"\x89PNG of a leak"),),
)


def kept(_settings) -> str:
    found = keep_message(MESSAGE)
    return f"{found.name} {found.is_new}"


def made(item) -> str:
    return decisions.make_complaint(item.name, {}).name


def read(item) -> str | None:
    """As a job does, with a reader that registers."""
    inbox.ROADS[inbox.CHAT] = "complaint_qms.services.inbox.draft.proposed_values"
    understanding._read = _registers
    return understanding.understand(item.name)


def _registers(item):
    from complaint_qms.services.inbox.outcomes import Registered

    sent = {"subject": "Kettle leaks", "source_doctype": DOCTYPE, "source_name": item.name}
    return Registered(register.register(sent | {"company": item.company}).name)


def test_eight_processes_keep_one_message_once():
    answers = workers.at_once(
        workers.Worker("Administrator", SETTINGS, SETTINGS, kept) for _ in range(PROCESSES)
    )
    names = {answer.split()[1] for answer in answers}
    assert len(names) == 1
    assert all(answer.startswith("done") for answer in answers)
    assert sum(answer.endswith("True") for answer in answers) == 1
    assert frappe.db.count(DOCTYPE, {"message_id": "m-1"}) == 1
    (name,) = names
    assert frappe.db.count("File", {"attached_to_doctype": DOCTYPE, "attached_to_name": name}) == 1


def test_two_people_and_a_job_make_one_complaint():
    name = keep_message(MESSAGE).name
    agents = [factory.person(roles.AGENT) for _ in range(2)]
    frappe.db.commit()
    answers = workers.at_once(
        [
            *(workers.Worker(agent, DOCTYPE, name, made) for agent in agents),
            *(workers.Worker("Administrator", DOCTYPE, name, read) for _ in range(2)),
        ]
    )
    assert frappe.db.count("Complaint", {"source_name": name}) == 1, answers
    item = frappe.get_doc(DOCTYPE, name)
    assert (item.state, frappe.db.get_value("Complaint", item.complaint, "source_name")) == (REGISTERED, name)


def slowly(item) -> None:
    from time import sleep

    made(item)
    sleep(60)


def test_a_worker_that_is_killed_in_the_middle_leaves_the_item_to_the_next():
    name = keep_message(MESSAGE).name
    frappe.db.commit()
    worker = workers.Worker("Administrator", DOCTYPE, name, slowly).ready().go()
    partial(_wait_until_locked, name)()
    assert understanding.understand(name) is None  # it is being worked on
    frappe.db.rollback()
    worker.kill()
    _wait_until_free(name)
    assert frappe.db.get_value(DOCTYPE, name, "state") == NEW
    assert not frappe.db.count("Complaint", {"source_name": name})
    (answer,) = workers.at_once([workers.Worker("Administrator", DOCTYPE, name, read)])
    assert answer == "done registered"
    assert frappe.db.count("Complaint", {"source_name": name}) == 1


def _is_locked(name: str) -> bool:
    table = frappe.qb.DocType(DOCTYPE)
    query = frappe.qb.from_(table).select(table.name).where(table.name == name)
    locked = not query.for_update(skip_locked=True).run()
    frappe.db.rollback()
    return locked


def _wait_until_locked(name: str) -> None:
    _wait(lambda: _is_locked(name))


def _wait_until_free(name: str) -> None:
    _wait(lambda: not _is_locked(name))


def _wait(done) -> None:
    from time import monotonic, sleep

    end = monotonic() + workers.PATIENCE
    while not done():
        assert monotonic() < end
        sleep(0.05)
