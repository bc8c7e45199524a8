"""An entry where the clock of the server was set back: what is written then says that it was before what it follows."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Final

import frappe

from complaint_qms.constants import audit
from complaint_qms.constants.audit import ENTRY
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.services.compliance.audit_trail.entries import NewEntry, moment_of, write_entries

_APART: Final = timedelta(minutes=1)
"""Servers of one site may differ by this."""


def note_set_back(now: datetime | None = None) -> bool:
    """Tell once of each time that the newest entry is of a later moment than now; whether there was something to tell.

    Args:
        now: with its zone.
    """
    now = now or datetime.now(timezone.utc)
    newest = frappe.get_all(ENTRY, {"kind": ("!=", audit.CLOCK)}, pluck="name", order_by="name desc", limit=1)
    if not newest:
        return False
    with suppress(ValueError):  # a name that is none is told of by a verification
        then = moment_of(newest[0])
        if then - now > _APART and not frappe.db.exists(ENTRY, {"document_type": ENTRY, "document_name": newest[0], "kind": audit.CLOCK}):  # fmt: skip
            clock = {"newest": then.isoformat(" ", "seconds"), "now": now.isoformat(" ", "seconds")}
            write_entries([NewEntry(audit.CLOCK, ENTRY, newest[0], {"clock": clock}, Apart())])
            return True
    return False
