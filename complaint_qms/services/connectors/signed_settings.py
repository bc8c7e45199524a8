"""What a connector needs to know whose messages come or go by themselves: the address they come to, the secret of both sides and the
former one, which counts for a while, where id and name stand in a message, and which events are told."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, get_url, now_datetime
from frappe.utils.password import get_decrypted_password

from complaint_qms.constants.connectors import (
    ACTION,
    ADDRESS,
    CONNECTOR,
    RECEIVE_FACTS,
    SEND_EVENTS,
    SHORTEST_SECRET,
    SIGNED,
)
from complaint_qms.engine.connectors import Path, Unusable, read_path
from complaint_qms.integrations.connectors.system import SIGNATURE
from complaint_qms.services.connectors import settings
from complaint_qms.services.record import site_cache
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.kept_secrets import check_own

_CACHE: Final = "complaint_qms_told_of_events"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{20,64}")
_USUAL_ID: Final = "$.id"


def check_signed(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: messages come or go by themselves, and what that needs is missing or cannot be used.
    """
    _keep_key(doc)
    _keep_former_secret(doc)
    wrong = list(_wrong_secret(doc))
    if doc.purpose == RECEIVE_FACTS:
        doc.id_path = (doc.id_path or "").strip() or _USUAL_ID
        wrong += _wrong_paths(doc)
    if doc.purpose == SEND_EVENTS:
        wrong += _wrong_events(doc)
    if wrong:
        refuse(*wrong)


def forget_events() -> None:
    """Drop what is kept of who is told what; called when a connector changes."""
    site_cache.forget([_CACHE])


def event_receivers() -> dict[str, list[tuple[str, str]]]:
    """Key of a kind of event → (connector, its company or nothing) that are told of it."""
    return site_cache.kept(_CACHE, _told_of)


def renew_secret(doc: Document) -> dict[str, Any]:
    """Choose a new secret at random, which is told this once; the former one counts as long as the connector says.

    Returns:
        {secret, former_until: None where no former one counts}
    """
    if doc.purpose != RECEIVE_FACTS:
        refuse(
            _("{0}: the system that is told chooses it. Enter it here.").format(
                settings.connector_label(doc, "secret")
            )
        )
    doc.secret = chosen = secrets.token_urlsafe(32)
    doc.save()
    return {"secret": chosen, "former_until": doc.former_until}


def receive_address(doc: Document) -> str:
    """Where a system sends facts to; nothing for a connector that takes none."""
    return (
        get_url(f"/{ADDRESS}/{doc.receive_key}") if doc.purpose == RECEIVE_FACTS and doc.receive_key else ""
    )


def by_key(key: str) -> Document | None:
    """The connector of an address that is switched on."""
    if not _KEY.fullmatch(key):
        return None
    where = {"receive_key": key, "enabled": 1, "purpose": RECEIVE_FACTS}
    name = frappe.db.get_value(CONNECTOR, where, "name")
    found = frappe.get_doc(CONNECTOR, name) if name else None
    # The database takes small letters for capitals.
    return found if found and found.receive_key == key else None


def secrets_of(doc: Document, now: datetime) -> list[str]:
    """What a message may be signed with."""
    fields = ["secret"]
    if doc.former_until and get_datetime(doc.former_until) > now:
        fields.append("former_secret")
    return [found for field in fields if (found := doc.get_password(field, raise_exception=False))]


def paths_of(doc: Document) -> tuple[Path, Path]:
    """Where the id of a message stands in it, and the name of what it is about.

    Raises:
        Unusable: the connector was written past its checks.
    """
    return read_path(doc.id_path or _USUAL_ID), read_path(doc.subject_path or "")


def _told_of() -> dict[str, list[tuple[str, str]]]:
    connector, row = frappe.qb.DocType(CONNECTOR), frappe.qb.DocType("QMS Connector Event")
    query = frappe.qb.from_(connector).inner_join(row)
    query = query.on((row.parent == connector.name) & (row.parenttype == CONNECTOR))
    query = query.select(row.event, connector.name, connector.company)
    query = query.where((connector.enabled == 1) & (connector.purpose == SEND_EVENTS))
    found: dict[str, list[tuple[str, str]]] = {}
    for event, name, company in query.orderby(connector.name).run():
        found.setdefault(event, []).append((name, company or ""))
    return found


def _keep_key(doc: Document) -> None:
    """Part of the address that nobody guesses, whatever was sent."""
    before = doc.get_doc_before_save()
    doc.receive_key = (before and before.receive_key) or None
    if doc.purpose == RECEIVE_FACTS and not doc.receive_key:
        doc.receive_key = secrets.token_urlsafe(32)


def _keep_former_secret(doc: Document) -> None:
    before = doc.get_doc_before_save()
    doc.former_secret, doc.former_until = (
        (before.former_secret, before.former_until) if before else (None, None)
    )
    was = before and before.purpose == doc.purpose == RECEIVE_FACTS and before.secret
    if was and (doc.secret or "").strip("*"):
        former = get_decrypted_password(CONNECTOR, doc.name, "secret", raise_exception=False)
        if former and former != doc.secret:
            doc.former_secret = former
            doc.former_until = now_datetime() + timedelta(hours=cint(doc.overlap_hours))
    over = not doc.former_until or get_datetime(doc.former_until) <= now_datetime()
    if over or doc.purpose != RECEIVE_FACTS or not doc.secret:
        doc.former_secret, doc.former_until = None, None


def _wrong_secret(doc: Document) -> Iterator[str]:
    label, secret = settings.connector_label(doc, "secret"), doc.secret or ""
    if doc.access == SIGNATURE and doc.purpose not in SIGNED:
        yield _("{0}: a signature is for what is sent without being asked for. Choose another way.").format(
            settings.connector_label(doc, "access")
        )
    if _is_of_other_purpose(doc):
        yield _("{0}: enter a new one. The present one was agreed for what the connector did before.").format(
            label
        )
    if doc.purpose not in SIGNED:
        return
    if secret.strip("*") and len(secret.strip()) < SHORTEST_SECRET:
        yield _("{0}: choose at least {1} characters, at random, so that nobody guesses them.").format(
            label, SHORTEST_SECRET
        )
    yield from check_own(doc, "secret")
    if doc.purpose == RECEIVE_FACTS and cint(doc.enabled) and not secret:
        yield _("{0}: enter one, or save the connector switched off and choose New Secret.").format(label)


def _is_of_other_purpose(doc: Document) -> bool:
    """Whether a key that one system knows would sign what another one sends, or a signing secret be sent as a key."""
    before = doc.get_doc_before_save()
    if not before or not before.secret or not doc.secret or before.purpose == doc.purpose:
        return False
    if not {before.purpose, doc.purpose} & set(SIGNED):
        return False
    stored = get_decrypted_password(CONNECTOR, doc.name, "secret", raise_exception=False)
    return not doc.secret.strip("*") or doc.secret == stored


def _wrong_paths(doc: Document) -> Iterator[str]:
    for field in ("id_path", "subject_path"):
        label = settings.connector_label(doc, field)
        if not doc.get(field):
            yield _("{0}: enter it; no message can be read without.").format(label)
            continue
        try:
            read_path(doc.get(field))
        except Unusable as error:
            yield f"{label}: {settings.said_of(error)}"
    if doc.about == ACTION:
        yield _("{0}: facts are not about an action of a CAPA. Choose another one.").format(
            settings.connector_label(doc, "about")
        )


def _wrong_events(doc: Document) -> Iterator[str]:
    label, named = settings.connector_label(doc, "events"), [row.event for row in doc.events]
    if cint(doc.enabled) and not named:
        yield _("{0}: choose at least one, or switch the connector off.").format(label)
    if len(set(named)) < len(named):
        yield _("{0}: one event stands twice. Remove one of the rows.").format(label)
