"""A backup that was restored on purpose: an entry says why and what was lost, and the chain goes on from where the backup ends."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.constants.audit import ENTRY, RESTORE
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.services.compliance.audit_trail import sealing
from complaint_qms.services.compliance.audit_trail.entries import NewEntry, write_entries
from complaint_qms.services.compliance.audit_trail.sealing import Head

_REASON: Final = 500


def note_restore(reason: str, head: Head | None) -> dict[str, Any]:
    """Write the entry and begin the file with the head anew: `{ends, lost, reason}`, numbers of links, and of none 0. Commits.

    Args:
        head: the last head that was kept elsewhere; where none is given, that of the file counts.

    Raises:
        frappe.ValidationError: there is no reason, no entry, or nothing was lost by what is known.
    """
    if not (reason := reason.strip()[:_REASON]):
        frappe.throw(_("--reason: write why the backup was restored."))
    last = sealing.last_link()
    if not last.sequence:
        frappe.throw(
            _("The audit trail of this site has no links yet, so that there is nothing to go on from.")
        )
    lost = max((one for one in (head, _kept()) if one and not sealing.holds(one)), default=None)
    if not lost:
        frappe.throw(
            _(
                "The chain has the last head that is known. Where a later one was kept elsewhere, give it with --head."
            )
        )
    said = {"ends": last.sequence, "lost": lost.sequence, "head": str(lost), "reason": reason}
    name = frappe.db.get_value(ENTRY, {"sequence": last.sequence}, "name")
    write_entries([NewEntry(RESTORE, ENTRY, name, {"restore": said}, Apart())])
    frappe.db.commit()
    sealing.remove_head()
    sealing.seal()
    return said


def restored_past(head: Head) -> int:
    """Number of the link that says that a backup was restored which ends before this head; 0 where none does."""
    table = frappe.qb.DocType(ENTRY)
    query = frappe.qb.from_(table).select(table.sequence, table.detail).where(table.kind == RESTORE)
    for sequence, detail in query.orderby(table.sequence).run():
        said = frappe.parse_json(detail).get("restore") or {}
        if int(said.get("ends") or 0) < head.sequence <= int(said.get("lost") or 0):
            return sequence
    return 0


def _kept() -> Head | None:
    try:
        return sealing.kept_head()
    except ValueError:
        return None
