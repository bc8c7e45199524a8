"""A message is one item and one complaint, however many processes take it in at once, and whichever of them is killed."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace

import frappe
import pytest

from complaint_qms.constants import inbox, roles
from complaint_qms.constants.inbox import DOCTYPE, NEW, REGISTERED
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.inbox import decisions, rest, understanding
from complaint_qms.services.inbox.store import InboundFile, InboundMessage, Sender, keep_message, raw_of
from complaint_qms.services.mailbox import fetching
from complaint_qms.services.mailbox.fetching import keep_mail
from tests.desk import factory, workers
from tests.desk.inbound import READER
from tests.desk.mail_road import account, mail

pytestmark = [pytest.mark.slow, pytest.mark.commits]
PROCESSES = 8
# As the public page keeps what a visitor has filled in; `services/visitor/new_complaint` reads it.
FILLED_IN = {"description": "It leaks.", "name": "Ada Example", "email": "ada@example.com"}
MESSAGE = InboundMessage(
    road=inbox.PAGE,
    sender=Sender("Ada Example", "ada@example.com"),
    subject="Kettle leaks",
    text="It leaks.",
    payload=json.dumps(FILLED_IN),
    message_id="m-1",
    files=(InboundFile("leak.png", b"\x89PNG of a leak"),),
)


def kept(_settings) -> str:
    found = keep_message(MESSAGE)
    return f"{found.name} {found.is_new}"


def made(item) -> str:
    return decisions.make_complaint(item.name, {}).name


def read(item) -> str | None:
    """As a job does."""
    return understanding.understand(item.name)


def read_all(_settings) -> int:
    return understanding.understand_due()


def die_reading(_settings) -> None:
    """As a job does whose reader takes the process down; nothing else comes by this road in these tests."""
    inbox.ROADS[inbox.PORTAL] = READER
    rest.read_request = lambda _item: os.kill(os.getpid(), signal.SIGKILL)
    understanding.understand_due()


def die_opening(_settings) -> None:
    """As a job does that a mail takes down while it is read out of its bytes."""
    fetching.read_mail = lambda _raw: os.kill(os.getpid(), signal.SIGKILL)
    understanding.understand_due()


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
    _wait_until_locked(name)
    assert understanding.understand(name) is None  # it is being worked on
    frappe.db.rollback()
    worker.kill()
    _wait_until_free(name)
    assert frappe.db.get_value(DOCTYPE, name, "state") == NEW
    assert not frappe.db.count("Complaint", {"source_name": name})
    (answer,) = workers.at_once([workers.Worker("Administrator", DOCTYPE, name, read)])
    assert answer == "done registered"
    assert frappe.db.count("Complaint", {"source_name": name}) == 1


def test_a_message_that_kills_its_worker_leaves_the_next_worker_to_the_others():
    poison = keep_message(replace(MESSAGE, road=inbox.PORTAL)).name
    other = keep_message(MESSAGE).name
    frappe.db.commit()
    worker = workers.Worker("Administrator", SETTINGS, SETTINGS, die_reading).ready().go()
    worker.process.join(workers.PATIENCE)
    assert worker.process.exitcode == -signal.SIGKILL
    _wait_until_free(poison)
    assert frappe.db.get_value(DOCTYPE, poison, ["state", "attempts"]) == (NEW, 1)
    assert frappe.db.get_value(DOCTYPE, other, "state") == NEW
    (answer,) = workers.at_once([workers.Worker("Administrator", SETTINGS, SETTINGS, read_all)])
    assert answer == "done 1"
    assert frappe.db.get_value(DOCTYPE, poison, "state") == NEW
    assert frappe.db.get_value(DOCTYPE, other, "state") == REGISTERED


def test_a_mail_that_kills_its_worker_is_kept_and_lets_the_next_one_through():
    box = account()
    poison, other = (
        keep_mail(mail(Message_ID=f"<{frappe.generate_hash()}@x>").as_bytes(), box).name for _ in range(2)
    )
    assert frappe.get_all(DOCTYPE, {"is_sealed": 1, "text": ("is", "set")}, order_by="name") == []
    frappe.db.commit()
    worker = workers.Worker("Administrator", SETTINGS, SETTINGS, die_opening).ready().go()
    worker.process.join(workers.PATIENCE)
    assert worker.process.exitcode == -signal.SIGKILL
    _wait_until_free(poison)
    assert frappe.db.get_value(DOCTYPE, poison, ["state", "attempts", "is_sealed"]) == (NEW, 1, 1)
    assert raw_of(frappe.get_doc(DOCTYPE, poison))
    (answer,) = workers.at_once([workers.Worker("Administrator", SETTINGS, SETTINGS, read_all)])
    assert answer == "done 1"
    assert frappe.db.get_value(DOCTYPE, other, ["state", "is_sealed"]) == (REGISTERED, 0)


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
