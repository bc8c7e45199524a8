"""What jobs remember between their runs leaves the site's caches alone."""

from __future__ import annotations

import frappe
from frappe.utils import add_to_date, now_datetime

from complaint_qms.services import marks
from complaint_qms.services.correspondence import undelivered
from complaint_qms.services.rules import thresholds


def test_no_look_of_a_job_empties_the_caches_of_the_site() -> None:
    """In them are the counts of guests' requests and of wrong passwords of signatures: they may not begin anew every five minutes."""
    undelivered.forget_looks()
    thresholds.forget_looks()
    frappe.cache.set_value("rl:guest", 7)
    frappe.cache.hset("defaults", "__default", frappe._dict(kept=1))
    began = add_to_date(now_datetime(), minutes=-10)
    for moment in (began, now_datetime()):
        undelivered.enqueue_failed(moment)
        thresholds.ask_new_complaints(moment)
    assert undelivered._looked_at() == began, "later looks go on from what was found"
    undelivered._remember(now_datetime())
    assert undelivered._looked_at() > began
    assert frappe.db.count("DefaultValue", {"defkey": ("in", [undelivered._LOOKED, thresholds._SEEN])}) == 2
    assert frappe.cache.get_value("rl:guest", expires=True) == 7
    assert frappe.cache.hget("defaults", "__default") == {"kept": 1}
    undelivered.forget_looks()
    thresholds.forget_looks()
    assert (marks.mark_of(undelivered._LOOKED), marks.mark_of(thresholds._SEEN)) == (None, None)
    frappe.cache.delete_value(["rl:guest", "defaults"])
