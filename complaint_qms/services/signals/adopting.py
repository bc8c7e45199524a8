"""A setting of a back-test becomes that of the scheduled scans of its company; which it was before stays in the list."""

from __future__ import annotations

import json
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
    former = in_use(doc.company)
    settings = _ended(doc.company, now, by)
    settings.append(
        _TABLE,
        {
            "company": doc.company, "setting_name": chosen.setting_name, "back_test": doc.name, "adopted_by": by, "adopted_at": now,
            "choices": json.dumps(choices_of(doc, chosen), sort_keys=True),
        },
    )  # fmt: skip
    _save(settings)
    values = {"adopted_setting": chosen.setting_name, "adopted_by": by, "adopted_at": now}
    writing.set_values(BACK_TEST, doc.name, values, "adopted")
    before = Text(former.setting_name) if former else _choices_of_last()
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
    if not used:
        refuse(_("No setting is in use for {0}.").format(escape_html(company)))
    doc = frappe.get_doc(BACK_TEST, used.back_test)
    doc.check_permission("write")
    _save(_ended(company, now_datetime(), acting()[-1]))
    note_on(
        doc,
        line("No longer used for the scheduled scans of {0}: {1}.", Text(company), Text(used.setting_name)),
    )


def in_use(company: str) -> frappe._dict | None:
    """The row of the settings that the scheduled scans of a company run with now."""
    rows = frappe.get_all(
        ADOPTED,
        {"parent": SETTINGS, "company": company, "ended_at": ("is", "not set")},
        ["name", "setting_name", "back_test", "choices"],
        order_by="adopted_at desc, name desc",
        limit=1,
    )
    return rows[0] if rows else None


def chosen_for(company: str) -> dict[str, Any]:
    """Every choice of the scheduled scans of a company, by the field of a scan; none where no setting is in use."""
    used = in_use(company)
    return {**json.loads(used.choices), "adopted_from": used.back_test} if used else {}


def keep_adopted(settings: Document) -> None:
    """Rows of adopted settings are written by adopting alone: what a request sends in them is put back."""
    if settings.flags.adopting:
        return
    before = settings.get_doc_before_save()
    settings.set(_TABLE, before.get(_TABLE) if before else [])


def _ended(company: str, now: Any, by: str) -> Document:
    """The settings page with the row that is in use for a company ended."""
    settings = frappe.get_doc(SETTINGS)
    for row in settings.get(_TABLE):
        if row.company == company and not row.ended_at:
            row.ended_at, row.ended_by = now, by
    return settings


def _save(settings: Document) -> None:
    settings.flags.adopting = True
    settings.flags.ignore_links = True  # a company or back-test of the past may be gone
    settings.save()


def _choices_of_last() -> Text:
    return Text(_("the choices of the last scan"))
