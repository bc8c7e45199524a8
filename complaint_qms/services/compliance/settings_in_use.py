"""Words that ended records are written in stay what they were: levels, types, channels, matrices and procedures.

Frappe renames and merges by rewriting every link. What an auditor reads in a closed complaint is its judgement of then, so
a name that ended records use is neither renamed nor merged; it is put out of use, and shown otherwise by a Translation.
"""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.records import ENDED
from complaint_qms.services.record.in_use import OUT_OF_USE
from complaint_qms.services.record.language import comma_list


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


def check_meaning(doc: Document, fields: Iterable[str]) -> None:
    """What a level says of itself stays as well, once an ended record is judged by it: the record names the level alone.

    Args:
        fields: those that say what the level stands for. One that says nothing yet may be filled.
    Raises:
        frappe.ValidationError: naming the fields, one of those records, and what to do instead.
    """
    before = doc.get_doc_before_save()
    changed = [
        name for name in fields if before and before.get(name) and _differs(before.get(name), doc.get(name))
    ]
    used = ended_record_with(doc.doctype, doc.name) if changed else None
    if used:
        frappe.throw(
            _(
                "{0} {1}: {2} stays as it is, because {3} has ended and was judged by it. Add another level for what applies "
                "from now on, and put this one out of use ({4})."
            ).format(
                _(doc.doctype),
                frappe.bold(escape_html(_(doc.name))),
                comma_list(_(doc.meta.get_label(name)) for name in changed),
                escape_html(used),
                _(doc.meta.get_label(OUT_OF_USE[doc.doctype][0])),
            ),
            title=_("Named by Ended Records"),
        )


def ended_record_with(doctype: str, name: str) -> str | None:
    """One of the records that have ended and name a record of a vocabulary; None where there is none."""
    for parent, stages in ENDED.items():
        linking = [f.fieldname for f in frappe.get_meta(parent).get_link_fields() if f.options == doctype]
        if not linking:
            continue
        ended = {"stage": ("in", stages)}
        named = dict.fromkeys(linking, name)
        if found := frappe.get_all(parent, ended, or_filters=named, pluck="name", order_by="name", limit=1):
            return found[0]
    return None


def _differs(stored: Any, sent: Any) -> bool:
    """Blanks and line ends are no words."""
    if isinstance(stored, str):
        return stored.split() != str(sent or "").split()
    return stored != sent


def _matrix_with_both(doctype: str, old: str, new: str) -> str | None:
    field = {"Risk Severity": "severity", "Risk Occurrence": "occurrence"}.get(doctype)
    if not field:
        return None
    with_old, with_new = (
        set(frappe.get_all("Risk Matrix Cell", {field: name}, pluck="parent", order_by="parent"))
        for name in (old, new)
    )
    return min(with_old & with_new, default=None)
