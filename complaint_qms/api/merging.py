"""Merging several complaints, and separating them again, over the wire."""

from functools import partial
from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.services.lifecycle import merge_several
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.input_validation import read_names, refuse
from complaint_qms.services.transactions import once_others_are_done
from complaint_qms.services.triage.duplicates import originals_of
from complaint_qms.services.work.loading import documents_of


@frappe.whitelist(methods=["GET", "POST"])
@checked
def originals(names: Any) -> list[dict[str, Any]]:
    """Complaints that may carry the case of these, likeliest first, each with its score and reasons.

    Args:
        names: of complaints, as a list or as its JSON text; what the caller may not read is passed over.
    """
    frappe.has_permission("Complaint", "read", throw=True)
    wanted = _names(names)
    if len(wanted) > merge_several.MOST:
        refuse(_("Choose at most {0} complaints at once.").format(merge_several.MOST))
    return originals_of(documents_of("Complaint", sorted(readable("Complaint", wanted))))


@frappe.whitelist(methods=["POST"])
@checked
def merge(names: Any, original: str, reason: str) -> dict[str, list[str]]:
    """Merge complaints into `original`, all or none: {merged: [names]}.

    Args:
        names: of complaints, as a list or as its JSON text; `original` among them is passed over.
    """
    frappe.has_permission("Complaint", "write", throw=True)
    deed = partial(merge_several.merge, _names(names), original, reason)
    return {"merged": once_others_are_done(deed)}


@frappe.whitelist(methods=["POST"])
@checked
def separate(names: Any, reason: str) -> dict[str, list[str]]:
    """Separate merged complaints from what they were merged into, all or none: {separated: [names]}."""
    frappe.has_permission("Complaint", "write", throw=True)
    deed = partial(merge_several.separate, _names(names), reason)
    return {"separated": once_others_are_done(deed)}


def _names(names: Any) -> list[str]:
    return read_names(names, _("Send the names of the complaints as a list in “names”."))
