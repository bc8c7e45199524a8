"""Every door that is open to guests is known to the benchmark that knocks at it ten thousand times."""

from __future__ import annotations

import frappe
import pytest

from tests.benchmarks import guest_doors
from tests.desk import factory
from tests.desk.visiting import DOOR, KEY, page_open
from tests.desk.wire import ask


def test_the_benchmark_knows_every_door_that_the_code_has():
    found = guest_doors.found()
    assert found.pop("others") == frozenset(), "a door of a new kind: add it to tests/benchmarks/guest_doors.py"
    assert {name: sorted(doors) for name, doors in found.items()} == {
        name: sorted(getattr(guest_doors, name)) for name in found
    }
