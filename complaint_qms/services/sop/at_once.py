"""Which complaints an SOP lets somebody solve at once, and who decided that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from complaint_qms.constants import roles
from complaint_qms.engine.classify import assess
from complaint_qms.engine.classify.languages import told_harm
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.people.session_users import may
from complaint_qms.services.record.collected import told_text
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.sop.weighed_before import JUDGES, Earlier, weighed_before

DECIDED: Final = ("allow_at_once", "at_once_severity", "at_once_role", "at_once_reason")
"""Fields of an SOP by which somebody decides for each complaint that is solved at once."""
_SOP: Final = "Complaint SOP"


def check_at_once(sop: Document) -> None:
    """An SOP that allows it says up to which severity, who, and why nothing is investigated; who says so is written beside it.

    Raises:
        frappe.ValidationError: one of these is missing.
        frappe.PermissionError: who changes it may not decide both of what it decides for each complaint.
    """
    before = sop.get_doc_before_save()
    stored = before or frappe._dict()
    sop.at_once_decided_by, sop.at_once_decided_at = stored.at_once_decided_by, stored.at_once_decided_at
    if not cint(sop.allow_at_once):
        sop.at_once_decided_by = sop.at_once_decided_at = None
        return
    sop.at_once_role = sop.at_once_role or roles.AGENT
    asked = {
        "at_once_severity": _("Highest Severity: choose up to which severity complaints are solved at once."),
        "at_once_reason": _("Why Nothing Is Investigated: write why such complaints need no investigation."),
    }
    if wrong := [text for name, text in asked.items() if blank(sop.get(name))]:
        refuse(*wrong)
    said = [str(sop.get(name) or "") for name in DECIDED]
    if not sop.at_once_decided_by or said != [str(stored.get(name) or "") for name in DECIDED]:
        check_role(
            _("decide that complaints are solved without an investigation"), *roles.INVESTIGATION_JUDGES
        )
        check_role(_("decide that complaints solved at once are not reportable"), *roles.REPORTABILITY_JUDGES)
        sop.at_once_decided_by, sop.at_once_decided_at = frappe.session.user, now_datetime()


def facts_of_early(docs: list[Document]) -> dict[str, dict[str, Any] | None]:
    """Complaint → what its SOP says of solving it at once; the queries are as many for all as for one."""
    asked = [doc for doc in docs if doc.sop and cint(frappe.get_cached_doc(_SOP, doc.sop).allow_at_once)]
    earlier = weighed_before(asked) if asked else {}
    return {doc.name: facts_at_once(doc, earlier.get(doc.name)) for doc in docs}


def facts_at_once(doc: Document, earlier: Earlier | None = None) -> dict[str, Any] | None:
    """What the SOP of a complaint says of solving it at once, as the gates ask it (`engine/sop/at_once.py`); None without an SOP.

    `earlier` is what stood in it before somebody who is no judge wrote something else.
    """
    if not doc.sop:
        return None
    sop = frappe.get_cached_doc(_SOP, doc.sop)
    if not cint(sop.allow_at_once):
        return {"sop": sop.name, "allowed": False}
    highest = severity_rank(sop.at_once_severity)
    # Nobody gets round it by writing less than was known, in the same save or in one before: the gravest counts.
    before, earlier = doc.get_doc_before_save(), earlier or {}
    versions = [one for one in (doc, before) if one]
    present = _gravest(one.severity for one in versions)
    above = next(
        (one for one in (present, _gravest(earlier.get("severity", ()))) if severity_rank(one) > highest), ""
    )
    why = _(sop.at_once_reason)  # a sample procedure says it in every language
    reason = _("By SOP {0}, version {1}: {2}").format(sop.name, cint(sop.version) or 1, why)
    return {
        "sop": sop.name,
        "allowed": True,
        "role": sop.at_once_role,
        "holds": may_solve(sop),
        "highest": sop.at_once_severity,
        "above": above,
        "lowered": above != present,
        "tells_of_harm": any(
            assess(text).severity or told_harm(text).severity
            for text in map(told_text, (*versions, *_in_other_words(doc, earlier)))
        ),
        "harmed_before": earlier.get("harm_level", ()),
        "judges": _(" or ").join(_(role) for role in roles.REPORTABILITY_JUDGES),
        "weighed_by": _(" or ").join(_(role) for role in JUDGES),
        "reason": reason,
        "decided_by": sop.at_once_decided_by,
    }


def may_decide() -> bool:
    """Whether the session's user may decide what an SOP that allows it decides for each complaint."""
    return may(*roles.INVESTIGATION_JUDGES) and may(*roles.REPORTABILITY_JUDGES)


def may_solve(sop: Document) -> bool:
    """Whether the session's user has the role that an SOP gives solving at once to."""
    return frappe.session.user == "Administrator" or sop.at_once_role in frappe.get_roles()


def severity_rank(severity: str | None) -> int:
    """How grave a severity is among those of the site; 0 for none."""
    return cint(frappe.get_cached_value("Risk Severity", severity, "rank")) if severity else 0


def _in_other_words(doc: Document, earlier: Earlier) -> Iterator[dict[str, Any]]:
    """The complaint as it was told before its subject or its description was written anew."""
    for field in ("subject", "description"):
        for words in earlier.get(field, ()):
            yield {**{name: doc.get(name) for name in ("subject", "description", "item_name")}, field: words}


def _gravest(severities: Iterable[str | None]) -> str:
    return max((one for one in severities if one), key=severity_rank, default="")
