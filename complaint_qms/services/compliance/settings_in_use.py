"""Words that ended records are written in stay what they were: levels, types, channels, matrices and procedures.

Frappe renames and merges by rewriting every link. What an auditor reads in a closed complaint is its judgement of then, so
a name that ended records use is neither renamed nor merged; it is put out of use, and shown otherwise by a Translation.
"""

from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.records import RECORDS
from complaint_qms.constants.stages import ENDED
from complaint_qms.services.risk import matrix as risk
from complaint_qms.services.sop import procedure

# Field of a DocType that puts a record of it out of use, and the value that does.
OUT_OF_USE: Final = {record.doctype: record.out_of_use for record in RECORDS if record.out_of_use}


def check_rename(doctype: str, old: str, new: str, merge: bool) -> None:
    """Refuse to rename or merge what ended records name, and to merge levels that one matrix holds both.

    Raises:
        frappe.ValidationError: with one of those records, and what to do instead.
    """
    used = ended_record_with(doctype, old)
    if used:
        sentence = _(
            "{0} {1} is not merged: {2} has ended and names it, and what was decided then stays. Put it out of use instead ({3})."
        ) if merge else _(
            "{0} {1} is not renamed: {2} has ended and names it, and what was decided then stays. To show it by another "
            "name add a Translation of it; to use another one from now on add that, and put this one out of use ({3})."
        )  # fmt: skip
        field = frappe.get_meta(doctype).get_label(OUT_OF_USE[doctype][0])
        frappe.throw(
            sentence.format(_(doctype), frappe.bold(escape_html(_(old))), escape_html(used), _(field)),
            title=_("Named by Ended Records"),
        )
    matrix = merge and _matrix_with_both(doctype, old, new)
    if matrix:
        frappe.throw(
            _("{0} {1} is not merged: {2} has cells of both. Remove those of {1} there first.").format(
                _(doctype), frappe.bold(escape_html(_(old))), escape_html(matrix)
            )
        )


def ended_record_with(doctype: str, name: str) -> str | None:
    """One of the records that have ended and name a record of a vocabulary; None where there is none."""
    for parent, stages in ENDED.items():
        for field in frappe.get_meta(parent).get_link_fields():
            if field.options != doctype:
                continue
            found = frappe.db.get_value(parent, {field.fieldname: name, "stage": ("in", stages)}, "name")
            if found:
                return found
    return None


def check_chosen(doc: Document) -> None:
    """What a complaint newly names is in use. Reads what is cached anyway; history that is imported keeps its words.

    Raises:
        frappe.ValidationError: naming the field.
    """
    if doc.flags.by_import:
        return
    for field in ("complaint_type", "severity", "occurrence"):
        name = doc.get(field)
        if name and doc.has_value_changed(field) and name in _out_of_use(field):
            label = _(doc.meta.get_label(field))
            frappe.throw(
                _("{0}: {1} is out of use. Choose another one.").format(
                    label, frappe.bold(escape_html(_(name)))
                )
            )


def _out_of_use(field: str) -> set[str]:
    if field == "complaint_type":
        return procedure.types_out_of_use()
    return risk.levels_out_of_use()["Risk Severity" if field == "severity" else "Risk Occurrence"]


def _matrix_with_both(doctype: str, old: str, new: str) -> str | None:
    field = {"Risk Severity": "severity", "Risk Occurrence": "occurrence"}.get(doctype)
    if not field:
        return None
    with_old, with_new = (
        set(frappe.get_all("Risk Matrix Cell", {field: name}, pluck="parent", order_by="parent"))
        for name in (old, new)
    )
    return min(with_old & with_new, default=None)
