"""A setting of a back-test becomes that of the scheduled scans of its company; which it was before stays in the list."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.signals import ADOPTED, BACK_TEST
from complaint_qms.services import writing
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.record.timeline import Text, line, note_on
from complaint_qms.services.signals.choices import check_complete, choices_of

_TABLE = "scheduled_scans"


def adopt(name: str, row: str) -> Document:
    """The scheduled scans of the company run with a setting of a back-test from now on; the back-test.

    Raises:
        frappe.PermissionError: the user's roles do not choose the settings of scans.
        GateError: the back-test is not complete, or was cancelled.
        frappe.ValidationError: it has no such setting.
    """
    check_role(_("choose the settings of scans"), roles.QUALITY_MANAGER)
    lock_rows(BACK_TEST, [name])
    doc = frappe.get_doc(BACK_TEST, name)
    doc.check_permission("write")
    check_complete(doc)
    chosen = next((one for one in doc.tried if one.name == row), None)
    if chosen is None:
        refuse(_("{0} has no such setting.").format(escape_html(name)))
    now, by = now_datetime(), acting()[-1]
    former = _end(doc.company, now, by)
    row_of_setting = {
        "parent": SETTINGS, "parenttype": SETTINGS, "parentfield": _TABLE, "idx": frappe.db.count(ADOPTED) + 1, "docstatus": 0,
        "company": doc.company, "setting_name": chosen.setting_name, "back_test": doc.name, "adopted_by": by, "adopted_at": now,
        "choices": json.dumps(choices_of(doc, chosen), sort_keys=True),
    }  # fmt: skip
    writing.insert_rows(ADOPTED, [row_of_setting], now, by, "adopted")
    # Who has the page open reads it again. It is not saved: it has links of other companies, which whoever is kept to one may not choose.
    writing.touch_single(SETTINGS)
    values = {"adopted_setting": chosen.setting_name, "adopted_by": by, "adopted_at": now}
    writing.set_values(BACK_TEST, doc.name, values, "adopted")
    before = Text(former) if former else _choices_of_last()
    note_on(
        doc,
        line(
            "Adopted for the scheduled scans of {0}: {1}. Before: {2}.",
            Text(doc.company),
            Text(chosen.setting_name),
            before,
        ),
    )
    writing.touch(BACK_TEST, name)
    return doc.reload()


def use_last_again(company: str) -> None:
    """The scheduled scans of a company take over the choices of its last scan again, as before any setting was adopted.

    Raises:
        frappe.PermissionError: the user's roles do not choose the settings of scans.
        frappe.ValidationError: none is in use.
    """
    check_role(_("choose the settings of scans"), roles.QUALITY_MANAGER)
    used = in_use(company)
    doc = frappe.get_doc(BACK_TEST, used.back_test) if used else None
    # Whoever is kept to other companies is not told whether this one has any.
    if doc is None or not frappe.has_permission(doc.doctype, "write", doc=doc):
        refuse(_("No setting is in use for {0}.").format(escape_html(company)))
    _end(company, now_datetime(), acting()[-1])
    writing.touch_single(SETTINGS)
    note_on(
        doc,
        line("No longer used for the scheduled scans of {0}: {1}.", Text(company), Text(used.setting_name)),
    )


def in_use(company: str) -> frappe._dict | None:
    """The row of the settings that the scheduled scans of a company run with now."""
    return _in_use([company]).get(company)


def chosen_for(companies: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Company → every choice of its scheduled scans, by the field of a scan; none of those for which no setting is in use."""
    return {
        company: {**json.loads(used.choices), "adopted_from": used.back_test}
        for company, used in _in_use(companies).items()
    }


def keep_adopted(settings: Document) -> None:
    """Rows of adopted settings are written by adopting alone: what a request sends in them is put back."""
    before = settings.get_doc_before_save()
    settings.set(_TABLE, before.get(_TABLE) if before else [])


def _in_use(companies: Iterable[str]) -> dict[str, frappe._dict]:
    rows = frappe.get_all(
        ADOPTED,
        {"parent": SETTINGS, "company": ("in", sorted(companies) or [""]), "ended_at": ("is", "not set")},
        ["name", "company", "setting_name", "back_test", "choices"],
        order_by="adopted_at asc, name asc",
    )
    return {row.company: row for row in rows}


def _end(company: str, now: Any, by: str) -> str | None:
    """End the setting that is in use for a company, locked against who adopts another one meanwhile; its name."""
    row = frappe.qb.DocType(ADOPTED)
    used = (row.parent == SETTINGS) & (row.company == company) & row.ended_at.isnull()
    query = frappe.qb.from_(row).select(row.name, row.setting_name).where(used).orderby(row.adopted_at)
    rows = query.for_update().run()
    writing.set_where(
        ADOPTED, [name for name, _setting in rows], {"ended_at": now, "ended_by": by}, "adopted"
    )
    return rows[-1][1] if rows else None


def _choices_of_last() -> Text:
    return Text(_("the choices of the last scan"))
