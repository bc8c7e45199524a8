"""Customers, items, batches, users and whatever else quality records name: not deleted, and things not merged with others.

The framework refuses to delete what is linked, though not to whoever asks for force, and tells one record that the user may not
see. A record that has another name is followed: the trail tells of it, and of what it was called when the complaint came in.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import escape_html
from pypika.terms import Criterion

from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.constants.retention import ONE_THING
from complaint_qms.permissions.query import hidden
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import clause_list, comma_list, labelled, sentence_list

_SHOWN: Final = 3
"""Numbers of records told of each kind."""


class Place(NamedTuple):
    """Where quality records of a kind name something.

    Attributes:
        row: DocType of the table's rows; empty for the record itself.
        field: the field that does.
        kind_field: of a dynamic link, the field that says what kind of thing it is.
        target: DocType that it links to; empty of a dynamic link.
    """

    record: str
    row: str
    field: str
    kind_field: str
    target: str


def refuse_named(doc: Document) -> None:
    """Before anything of any app is deleted.

    Raises:
        frappe.LinkExistsError: quality records name it; how many, and those of them that the user may see.
    """
    if told := _who_names(doc.doctype, doc.name):
        frappe.throw(
            sentence_list(
                (
                    gate_code("G7") + _("{0} {1} is not deleted, because quality records name it: {2}.").format(_(doc.doctype), _bold(doc.name), told),
                    _instead(doc),
                )
            ),
            frappe.LinkExistsError,
            title=_("Named by Quality Records"),
        )  # fmt: skip


def refuse_merging(doctype: str, old: str, new: str) -> None:
    """Before something becomes one with another of its kind.

    Raises:
        frappe.LinkExistsError: it is one thing or person, and quality records name it.
    """
    if doctype in ONE_THING and (told := _who_names(doctype, old)):
        frappe.throw(
            gate_code("G7")
            + _("{0} {1} is not merged into {2}, because quality records name it: {3}. What they say of it would be said of the other one.").format(
                _(doctype), _bold(old), _bold(new), told
            ),
            frappe.LinkExistsError,
            title=_("Named by Quality Records"),
        )  # fmt: skip


def named_in(doctype: str, name: str) -> dict[str, Criterion]:
    """DocType of quality records → what those of them match that name something; of kinds that cannot name it nothing."""
    found: dict[str, Criterion] = {}
    for place in _places():
        if place.target and place.target != doctype:
            continue
        record = frappe.qb.DocType(place.record)
        table = frappe.qb.DocType(place.row) if place.row else record
        match = table[place.field] == name
        if place.kind_field:
            match &= table[place.kind_field] == doctype
        if place.row:
            rows = frappe.qb.from_(table).select(table.parent)
            match = record.name.isin(rows.where((table.parenttype == place.record) & match))
        found[place.record] = found[place.record] | match if place.record in found else match
    return found


def _who_names(doctype: str, name: str) -> str:
    """How many records of each kind name something, with numbers of those that the user may see; empty where none does."""
    said = []
    for kind, match in named_in(doctype, name).items():
        table = frappe.qb.DocType(kind)
        count = frappe.qb.from_(table).select(Count("*")).where(match).run()[0][0]
        if not count:
            continue
        some = frappe.qb.from_(table).select(table.name).where(match).orderby(table.name).limit(20).run(pluck=True)  # fmt: skip
        closed = hidden(kind, some, frappe.session.user)
        shown = [one for one in some if one not in closed][:_SHOWN]
        told = f"{count} ({comma_list(map(escape_html, shown))}{'…' if count > len(shown) else ''})" if shown else str(count)  # fmt: skip
        said.append(labelled(_(kind), told))
    return clause_list(said)


def _instead(doc: Document) -> str:
    for field in ("disabled", "enabled"):
        if doc.meta.has_field(field):
            return _("Put it out of use instead ({0}).").format(_(doc.meta.get_label(field)))
    return ""


def _places() -> list[Place]:
    """Read off the DocTypes once in a request."""
    known = getattr(frappe.local, "complaint_qms_naming_places", None)
    if known is None:
        let_go = set(frappe.get_hooks("ignore_links_on_delete"))
        known = [
            place
            for kind in QUALITY_RECORDS
            if kind not in let_go and frappe.db.table_exists(kind)
            for row in ("", *(table.options for table in frappe.get_meta(kind).get_table_fields()))
            if row not in let_go
            for place in _of_table(kind, row)
        ]
        frappe.local.complaint_qms_naming_places = known
    return known


def _of_table(kind: str, row: str) -> list[Place]:
    meta = frappe.get_meta(row or kind)
    links = [Place(kind, row, field.fieldname, "", field.options) for field in meta.get_link_fields()]
    return links + [
        Place(kind, row, field.fieldname, field.options, "") for field in meta.get_dynamic_link_fields()
    ]


def _bold(name: str) -> str:
    return frappe.bold(escape_html(str(name)))
