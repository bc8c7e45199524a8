"""Which complaint types the effect of a CAPA is measured on: those that were in its branch of the tree when its plan was
approved, and types that were added below them since, wherever somebody moves them afterwards.

A type that is moved out still counts, one that is moved in does not, and no two types become one while a CAPA measures
only one of them.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.stages import CAPA_MEASURED
from complaint_qms.services import writing
from complaint_qms.services.record.in_use import OUT_OF_USE
from complaint_qms.services.sop.procedure import type_branch

_WHY = "complaint types renamed"
_ADDED = "complaint type added"


def fix(doc: Document) -> None:
    """Keep with a CAPA the types that its criterion is about now; none means every complaint of its scope."""
    doc.measured_types = written(type_branch(doc.complaint_type)) if doc.complaint_type else None


def of(doc: Document) -> list[str]:
    """The types that a CAPA measures."""
    return _read(doc.measured_types) or type_branch(doc.complaint_type)


def take_in(complaint_type: str, parent: str | None) -> None:
    """A type was added below another one: what measures that one measures it too, from now on and wherever it is moved."""
    changes = {
        name: {"measured_types": written({*types, complaint_type})}
        for name, types in _measuring(parent).items()
    }
    writing.set_many("CAPA", changes, _ADDED)


def check_merge(old: str, new: str, merge: bool) -> None:
    """Two types stay apart while a CAPA measures its effect on one of them alone.

    Raises:
        frappe.ValidationError: naming the CAPA and what to do instead.
    """
    if not merge:
        return
    for name, types in _measuring(old, new).items():
        if len({old, new} & {*types}) == 1:
            frappe.throw(
                _(
                    "{0} {1} is not merged: {2} measures its effect on one of the two types alone. Put it out of use instead ({3}), or wait until that CAPA has ended."
                ).format(
                    _("Complaint Type"),
                    frappe.bold(escape_html(_(old))),
                    escape_html(name),
                    _(frappe.get_meta("Complaint Type").get_label(OUT_OF_USE["Complaint Type"][0])),
                ),
                title=_("Measured by a CAPA"),
            )  # fmt: skip


def follow_rename(old: str, new: str) -> None:
    """After a type got another name: what measures it goes on measuring it."""
    changes = {
        name: {"measured_types": written({new if one == old else one for one in types})}
        for name, types in _measuring(old).items()
    }
    writing.set_many("CAPA", changes, _WHY)


def written(types: list[str] | set[str]) -> str:
    """Types as a CAPA keeps them: one a line."""
    return "\n".join(sorted(types))


def _read(text: str | None) -> list[str]:
    return (text or "").splitlines()


def _measuring(*types: str | None) -> dict[str, list[str]]:
    """CAPA whose criterion is fixed and not judged yet → its types, of those that measure one of `types`."""
    rows = frappe.get_all(
        "CAPA",
        filters={"stage": ("in", CAPA_MEASURED), "measured_types": ("is", "set")},
        fields=["name", "measured_types"],
        order_by="name asc",
    )
    found = {row.name: _read(row.measured_types) for row in rows}
    return {name: known for name, known in found.items() if {*types} & {*known}}
