"""What the cards of the team board say about time: the server's answer, in one query however many cards there are."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from complaint_qms.api import board as api
from complaint_qms.constants import roles
from complaint_qms.constants.clock import CLOCKS
from complaint_qms.services.work.board import times_of
from tests.desk import factory


def set_clocks(name: str, **clocks: tuple[str, int, int] | None) -> None:
    """Clocks as (status, minutes until due, minutes until the warning); the others do not run."""
    now, values = now_datetime(), {}
    for clock in CLOCKS:
        status, due, warn = clocks.get(clock) or ("", 0, 0)
        values |= {
            f"{clock}_status": status,
            f"{clock}_due": add_to_date(now, minutes=due) if status else None,
            f"{clock}_warn_at": add_to_date(now, minutes=warn) if status else None,
        }
    frappe.db.set_value("Complaint", name, values | {"sla_status": "paused"})


@pytest.mark.parametrize(
    ("clocks", "status"),
    [
        ({"response": ("on_track", 60, 30), "stage": ("at_risk", 90, -5)}, "on_track"),
        ({"response": ("on_track", 60, -1)}, "at_risk"),  # the sweep has not come by yet
        ({"response": ("on_track", -1, -9)}, "overdue"),
        ({"response": ("met", -1, -9), "resolution": ("overdue", -1, -9)}, "overdue"),
        ({"response": ("met", 60, 30)}, "paused"),
    ],
)
def test_the_clock_that_runs_out_first_stands_as_it_does_now(clocks: dict, status: str) -> None:
    doc = factory.complaint()
    set_clocks(doc.name, **clocks)
    told = api.times([doc.name])[doc.name]
    running = [clock for clock in clocks if clocks[clock][0] != "met"]
    due = doc.reload().get(f"{running[0]}_due") if running else None
    assert told == {"due": due, "status": status}


def test_many_cards_cost_one_query(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [factory.complaint().name for _ in range(3)]
    times_of(names, now_datetime())
    asked = []
    real = frappe.db.sql
    monkeypatch.setattr(
        frappe.db, "sql", lambda *args, **kwargs: asked.append(args[0]) or real(*args, **kwargs)
    )
    assert set(times_of(names, now_datetime())) == set(names)
    assert len(asked) == 1


def test_only_what_one_may_read_is_told() -> None:
    mine, other = factory.complaint(), factory.complaint()
    frappe.set_user(factory.person(roles.AGENT, Customer=mine.customer))
    assert set(api.times(frappe.as_json([mine.name, other.name]))) == {mine.name}
    frappe.set_user(factory.user("Sales User"))
    with pytest.raises(frappe.PermissionError):
        api.times([mine.name])


@pytest.mark.parametrize("names", [None, "{}", [["x"]], 3])
def test_anything_but_names_is_refused_in_words(names: object) -> None:
    with pytest.raises(frappe.ValidationError, match="as a list in “names”"):
        api.times(names)
