"""Which version is in use, and who says so."""

from __future__ import annotations

from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.classifier import FOLDER, KEPT, REJECTED, RETIRED
from complaint_qms.constants.stages import COMPLAINT_EARLY
from complaint_qms.services import writing
from complaint_qms.services.classifier import requests
from complaint_qms.services.intake.learned_proposals import (
    ACTIVE,
    FIELD,
    VERSION,
    active_version,
    forget_version,
)
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.source_defaults import check_role

TRAINERS = (roles.MANAGER, "System Manager")


def check_trainer() -> None:
    """Raises:
    frappe.PermissionError: the user has no say in what is learned.
    """
    check_role(_("train or choose what proposes"), *TRAINERS)


def activate(name: str) -> Document:
    """Let a version propose from now on, in place of the one in use.

    Raises:
        frappe.ValidationError: it was rejected, is in use, or what it had learned is gone.
    """
    doc = _locked(name)
    if doc.state != RETIRED:
        frappe.throw(
            _("{0} is {1}: only a retired version is put back into use.").format(
                escape_html(name), word(doc.state)
            )
        )
    _check_learned(doc)
    put_in_use(doc, frappe.session.user)
    return doc


def retire(name: str) -> Document:
    """Let the keyword rules alone propose from now on.

    Raises:
        frappe.ValidationError: it is not in use.
    """
    doc = _locked(name)
    if doc.state != ACTIVE:
        frappe.throw(_("{0} is not in use.").format(escape_html(name)))
    _set_state(doc, RETIRED, frappe.session.user)
    return doc


def put_in_use(doc: Document, by: str) -> None:
    """Make a version the one in use; whoever it was until now is retired."""
    former = active_version()
    if former and former != doc.name:
        _set_state(_locked(former), RETIRED, by)
    _set_state(doc, ACTIVE, by)


def folder_of(version: str) -> Path:
    """Where what a version has learned lies."""
    return Path(frappe.get_site_path("private", FOLDER, version))


def check_author(doc: Document) -> None:
    """Versions are made by the training alone.

    Raises:
        frappe.PermissionError: somebody else makes or changes one.
    """
    if not doc.flags.by_training:
        frappe.throw(
            _("A version is made by the training alone; its figures are what was measured."),
            frappe.PermissionError,
        )


def version_changed(doc: Document) -> None:
    """After a save: forget which one was in use; open complaints of intake and triage are read anew."""
    forget_version()
    before = doc.get_doc_before_save()
    if (before.state if before else REJECTED) == doc.state or ACTIVE not in (
        doc.state,
        before.state if before else "",
    ):
        return
    names = frappe.get_all(
        "Complaint",
        {"stage": ("in", COMPLAINT_EARLY), FIELD: ("is", "set")},
        pluck="name",
        order_by="name asc",
    )
    writing.set_where("Complaint", names, {FIELD: None}, "another version proposes")
    requests.enqueue_scoring()


def refuse_version_deletion() -> None:
    """Raises:
    frappe.ValidationError: always: proposals name the version that made them.
    """
    frappe.throw(_("A version is kept: it says what proposals rested on. Retire it instead."))


def _check_learned(doc: Document) -> None:
    folder = folder_of(doc.name)
    if not all((folder / f"{row.field_name}.npz").is_file() for row in doc.figures if row.used):
        frappe.throw(
            _(
                "What {0} had learned is not there any more: the latest {1} versions keep theirs. Choose one of these, or press Train Now."
            ).format(escape_html(doc.name), KEPT)
        )


def _locked(name: str) -> Document:
    doc = frappe.get_doc(VERSION, name, for_update=True)
    doc.check_permission("read")
    return doc


def _set_state(doc: Document, state: str, by: str) -> None:
    doc.update({"state": state, "decided_by": by, "decided_at": now_datetime()})
    doc.flags.by_training = doc.flags.ignore_permissions = True
    doc.save()
