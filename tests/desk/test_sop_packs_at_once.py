"""Two people apply a pack in the same moment: whoever comes second finds it done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import frappe
import pytest

from complaint_qms.services.onboarding import packs
from tests.desk import factory
from tests.desk.rest import Person

pytestmark = [pytest.mark.commits, pytest.mark.slow]

USE = "complaint_qms.api.packs.use"


def test_whoever_comes_second_finds_it_done(server: str) -> None:
    user = frappe.get_doc("User", factory.user("System Manager"))
    user.api_key, user.api_secret = frappe.generate_hash(length=15), "secret-of-the-test"
    user.save(ignore_permissions=True)
    frappe.db.commit()
    people = [Person(server, f"{user.api_key}:secret-of-the-test") for _ in range(4)]
    people[0].call("complaint_qms.api.packs.listed")  # the server has started
    with ThreadPoolExecutor(len(people)) as pool:
        counts = [row["counts"] for row in pool.map(lambda person: person.call(USE, pack="food"), people)]
    wrote = [row for row in counts if row[packs.NEW]]
    assert len(wrote) == 1
    total = sum(wrote[0].values())
    assert [row[packs.SAME] for row in counts if not row[packs.NEW]] == [total] * (len(people) - 1)
