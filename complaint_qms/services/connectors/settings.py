"""A connector as people set it up: checked when it is saved, read when its system is called."""

from __future__ import annotations

import re
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from complaint_qms.constants.connector_profiles import PROFILES
from complaint_qms.constants.connectors import (
    ACTION,
    ASK_FACTS,
    CONNECTOR,
    ISSUES_OF,
    LIMITS,
    MERGE_FIELDS,
    METHODS,
    MOST_FACTS,
    OPEN_ISSUE,
    RECEIVE_FACTS,
    SEND_EVENTS,
    SIGNED,
)
from complaint_qms.engine.connectors import Path, Template, Unusable, is_header_text, read_path, template_of
from complaint_qms.integrations.connectors.system import (
    BASIC,
    KEY,
    KINGDEE,
    NONE,
    OAUTH2,
    SIGNATURE,
    YONYOU,
    System,
)
from complaint_qms.integrations.messaging import http, outside
from complaint_qms.services.inbox import reasons
from complaint_qms.services.notify.channels import own_networks
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.kept_secrets import check_places

_NEEDED: Final = {
    NONE: (),
    KEY: ("key_header", "secret"),
    BASIC: ("user", "secret"),
    OAUTH2: ("user", "secret", "token_url"),
    KINGDEE: ("user", "secret", "as_user", "account"),
    YONYOU: ("user", "secret"),
    SIGNATURE: ("secret",),
}
_STATE: Final = ("failures", "open_until", "last_success_at", "last_failure_at")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_PARTS: Final = ("path", "query", "headers", "body")


def check_connector(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: what it needs is missing, or cannot be used.
    """
    before = doc.get_doc_before_save()
    for field in _STATE:
        doc.set(field, before.get(field) if before else None)
    _fill_in(doc)
    wrong = [*_wrong_access(doc), *_wrong_limits(doc), *_wrong_request(doc), *_wrong_purpose(doc)]
    if doc.purpose in (ASK_FACTS, RECEIVE_FACTS):
        wrong += _wrong_mapping(doc)
    if before:
        wrong += check_places(doc, _secret_places(before), _secret_places(doc), ("secret",))
        if (before.base_url, before.enabled) != (doc.base_url, doc.enabled):
            doc.failures, doc.open_until = 0, None
    if wrong:
        refuse(*wrong)


def system_of(doc: Document, most_seconds: int = http.LONGEST_CALL) -> System:
    """What its client needs to know, the secret among it."""
    return System(
        base_url=doc.base_url,
        access=doc.access,
        user=doc.user or "",
        secret=doc.get_password("secret", raise_exception=False) or "",
        key_header=doc.key_header or "",
        key_prefix=doc.key_prefix or "",
        token_url=doc.token_url or "",
        scope=doc.scope or "",
        as_user=doc.as_user or "",
        account=doc.account or "",
        seconds=min(cint(doc.time_limit), most_seconds),
        own_networks=own_networks(),
    )


def template_from(doc: Document) -> Template:
    """Raises:
    Unusable: it was written past the checks.
    """
    parts = {name: connector_label(doc, name) for name in _PARTS}
    known = MERGE_FIELDS.get(doc.about, ())
    return template_of(
        METHODS[doc.method],
        doc.path or "",
        doc.query or "",
        doc.headers or "",
        doc.body or "",
        known,
        parts,
    )


def mapping_of(doc: Document) -> list[tuple[str, Path]]:
    """Raises:
    Unusable: it was written past the checks.
    """
    return [(row.label, read_path(row.path)) for row in doc.mapping]


def success_of(doc: Document) -> tuple[Path, tuple[str, ...]] | None:
    """Where an answer says whether all is well, and what it says then; None where the status says it."""
    if not doc.success_path:
        return None
    values = tuple(filter(None, (one.strip() for one in (doc.success_values or "").split(","))))
    return read_path(doc.success_path), values


def profile_values(profile: str) -> dict[str, Any]:
    """Fields of a connector for a kind of system; the names of its facts are in the user's language.

    Raises:
        frappe.ValidationError: there is none of the name.
    """
    if profile not in PROFILES:
        refuse(_("There is no profile “{0}”.").format(frappe.utils.escape_html(profile[:60])))
    found = PROFILES[profile]
    names = _fact_names()
    rows = [{"label": names[row["label"]], "path": row["path"]} for row in found["mapping"]]
    return {"purpose": ASK_FACTS, **found, "profile": profile, "mapping": rows}


def said_of(error: Unusable) -> str:
    """What is wrong with an entry, as markup in the present language."""
    return frappe.utils.escape_html(reasons.in_words(reasons.of_message(error.said)))


def connector_label(doc: Document, field: str) -> str:
    """Name of a field of a connector in the present language."""
    return _(doc.meta.get_label(field), context=CONNECTOR)


def _fact_names() -> dict[str, str]:
    """Names of the facts of profiles, in the user's language."""
    return {
        "Name": _("Name", context="QMS Connector"),
        "Revision": _("Revision", context="QMS Connector"),
        "Drawing": _("Drawing", context="QMS Connector"),
        "Drawing Revision": _("Drawing Revision", context="QMS Connector"),
        "Released On": _("Released On", context="QMS Connector"),
        "Change Order": _("Change Order", context="QMS Connector"),
        "Line": _("Line", context="QMS Connector"),
        "Shift": _("Shift", context="QMS Connector"),
        "Started At": _("Started At", context="QMS Connector"),
        "Finished At": _("Finished At", context="QMS Connector"),
        "Good": _("Good", context="QMS Connector"),
        "Scrap": _("Scrap", context="QMS Connector"),
        "Deviations": _("Deviations", context="QMS Connector"),
        "Specification": _("Specification", context="QMS Connector"),
        "Document Status": _("Document Status", context="QMS Connector"),
        "Model": _("Model", context="QMS Connector"),
    }


def _fill_in(doc: Document) -> None:
    doc.base_url = (doc.base_url or "").strip().rstrip("/")
    for field in ("token_url", "user", "as_user", "account", "scope", "key_header", "key_prefix", "path"):
        doc.set(field, (doc.get(field) or "").strip() or None)
    for field, (_least, _most, usual) in LIMITS.items():
        if doc.get(field) in (None, ""):
            doc.set(field, usual)
    doc.method = doc.method or "by_get"
    if doc.purpose in SIGNED:
        doc.access = SIGNATURE
    if doc.purpose == SEND_EVENTS:
        # The body is ours, and what an event is about stands in it.
        doc.update({"about": None, "method": "by_post", "query": None, "body": None})


def _secret_places(doc: Document) -> set[str]:
    """Addresses that learn the secret, or what is got for it."""
    base, token = doc.base_url or "", doc.token_url or ""
    if doc.access == NONE or doc.purpose == RECEIVE_FACTS:
        return set()
    if doc.access == OAUTH2:
        return {base, token}
    return {base, token or base} if doc.access == YONYOU else {base}


def _wrong_access(doc: Document) -> list[str]:
    said = _("{0}: enter it; the system cannot be called without.")
    needed = () if doc.purpose == RECEIVE_FACTS else ("base_url", "path", *_NEEDED.get(doc.access, ()))
    wrong = [said.format(connector_label(doc, field)) for field in needed if not doc.get(field)]
    for field in ("base_url", "token_url"):
        if doc.get(field) and not _is_address(doc.get(field)):
            wrong.append(
                _(
                    "{0}: enter an address that begins with https:// and has no parameters. http:// is taken for a computer that the server's configuration names under “complaint_qms_own_networks”."
                ).format(connector_label(doc, field))
            )
    if doc.access == KEY and doc.key_header and not _HEADER.fullmatch(doc.key_header):
        wrong.append(
            _("{0}: enter the name of a header, such as X-API-Key.").format(
                connector_label(doc, "key_header")
            )
        )
    if doc.access == KEY:
        said = _("{0}: enter it in Latin letters, on one line; a header takes no others.")
        wrong += [
            said.format(connector_label(doc, field))
            for field in ("key_prefix", "secret")
            if not is_header_text(doc.get(field) or "")
        ]
    return wrong


def _wrong_limits(doc: Document) -> list[str]:
    return [
        _("{0}: enter {1} to {2}.").format(connector_label(doc, field), least, most)
        for field, (least, most, _usual) in LIMITS.items()
        if not least <= cint(doc.get(field)) <= most
    ]


def _wrong_request(doc: Document) -> list[str]:
    if doc.purpose == RECEIVE_FACTS or not doc.path or doc.method not in METHODS:
        return []  # nothing is asked for, or it was said above
    try:
        template_from(doc)
    except Unusable as error:
        return [said_of(error)]
    if METHODS[doc.method] == "GET" and (doc.body or "").strip():
        return [_("{0}: empty it; nothing is sent with GET.").format(connector_label(doc, "body"))]
    return []


def _wrong_purpose(doc: Document) -> list[str]:
    if not doc.about and doc.purpose != SEND_EVENTS:
        return [_("{0}: choose what the system knows something about.").format(connector_label(doc, "about"))]
    if doc.about in ISSUES_OF if doc.purpose == OPEN_ISSUE else doc.about != ACTION:
        return []
    return [
        _(
            "{0}: issues are opened for an investigation or an action of a CAPA, facts are asked for about anything else."
        ).format(connector_label(doc, "about"))
    ]


def _wrong_mapping(doc: Document) -> list[str]:
    wrong, seen = [], set()
    for row in doc.mapping:
        where = _("Row {0}").format(row.idx)
        try:
            read_path(row.path or "")
        except Unusable as error:
            wrong.append(f"{where}: {said_of(error)}")
        if row.label in seen:
            wrong.append(_("{0}: the name “{1}” stands twice; choose another one.").format(where, row.label))
        seen.add(row.label)
    if cint(doc.enabled) and not doc.mapping:
        wrong.append(
            _("{0}: name at least one fact, or switch the connector off.").format(
                connector_label(doc, "mapping")
            )
        )
    if len(doc.mapping) > MOST_FACTS:
        wrong.append(_("{0}: at most {1} rows.").format(connector_label(doc, "mapping"), MOST_FACTS))
    try:
        found = success_of(doc)
        if found and not found[1]:
            wrong.append(_("{0}: enter at least one.").format(connector_label(doc, "success_values")))
    except Unusable as error:
        wrong.append(f"{connector_label(doc, 'success_path')}: {said_of(error)}")
    return wrong


def _is_address(address: str) -> bool:
    parts = http.read_address(address)
    if not parts or parts.query or parts.fragment:
        return False
    host = parts.hostname or ""
    number, opened = outside.literal(host), own_networks()
    is_named = outside.is_named(host, opened)
    if number and not (is_named or outside.may_be_called(number, opened)):
        return False
    return parts.scheme == "https" or is_named or bool(number and not number.is_global)
