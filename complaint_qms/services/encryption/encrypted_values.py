"""Values in their two forms: as people read them, and as the database keeps them.

AES-256-GCM with a nonce of its own for each value (NIST SP 800-38D, 8.2.2), bound to DocType and field: a value that is carried to another
place is none there. What cannot be read, because its key is lost, stays as it is.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import frappe
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.encryption import BEGINS, FIELDS, OF_TRAIL, TABLE
from complaint_qms.engine.audit_entry import ERASED, Apart, as_json
from complaint_qms.services.encryption import keys

SETTINGS: Final = "Complaint QMS Settings"
_NONCE: Final = 12
_VALUE: Final = re.compile(rf"{re.escape(BEGINS)}([0-9a-f]+)\.([A-Za-z0-9_-]+={{0,2}})")


def marked_fields(doctype: str) -> frozenset[str]:
    """Fields of a DocType that the site keeps encrypted."""
    if doctype not in FIELDS:
        return frozenset()
    chosen = {row.field for row in frappe.get_cached_doc(SETTINGS).get(TABLE) or ()}
    return frozenset(chosen.intersection(FIELDS[doctype]))


def is_encrypted(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(BEGINS)


def key_id_of(value: str) -> str:
    """Id of the key of an encrypted value; empty of any other."""
    found = _VALUE.fullmatch(value)
    return found[1] if found else ""


def encrypt_text(text: str, about: str) -> str:
    """`text` encrypted with the newest key, bound to `about`."""
    key, nonce = keys.newest(), secrets.token_bytes(_NONCE)
    told = nonce + AESGCM(key.secret).encrypt(nonce, text.encode(), about.encode())
    return f"{BEGINS}{key.id}.{base64.urlsafe_b64encode(told).decode()}"


def decrypt_text(value: str, about: str) -> str | None:
    """The text of an encrypted value; None where its key is not known, or it is none of this place."""
    found = _VALUE.fullmatch(value)
    key = keys.data_key(found[1]) if found else None
    if not key:
        return None
    try:
        told = base64.urlsafe_b64decode(found[2])
        return AESGCM(key.secret).decrypt(told[:_NONCE], told[_NONCE:], about.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def bound_to(doctype: str, field: str) -> str:
    """What a value of a field is bound to."""
    return f"{doctype}|{field}"


def decrypt_values(doctype: str, values: Any) -> None:
    """Turn encrypted values of a record, or of a row of a query, into what people read; `values`: a mapping of its fields."""
    for field in FIELDS.get(doctype, ()):
        value = values.get(field)
        if not is_encrypted(value):
            continue
        text = decrypt_text(value, bound_to(doctype, field))
        if text is None:
            _say_locked(value)
        else:
            values[field] = text


def decrypt_rows(doctype: str, rows: Iterable[Any]) -> None:
    """The same of many."""
    if doctype in FIELDS:
        for row in rows:
            decrypt_values(doctype, row)


def to_store(doctype: str, values: Mapping[str, Any], stored: Any = None) -> dict[str, Any]:
    """Values as the database is to keep them.

    Args:
        stored: field → what stands in the database, of fields whose value cannot be read and is to stay.

    Raises:
        frappe.ValidationError: somebody writes what looks like an encrypted value, or there is no key.
    """
    told = dict(values)
    marked = marked_fields(doctype) if FIELDS.get(doctype) and set(FIELDS[doctype]) & values.keys() else ()
    for field in FIELDS.get(doctype, ()):
        value = told.get(field)
        if is_encrypted(value):
            if not stored or stored(field) != value:
                label = _(frappe.get_meta(doctype).get_label(field), context=doctype)
                frappe.throw(_("{0}: a text may not begin with {1}.").format(label, BEGINS))
        elif field in marked and isinstance(value, str) and value:
            told[field] = encrypt_text(value, bound_to(doctype, field))
    return told


@contextmanager
def with_encrypted(doc: Document) -> Iterator[None]:
    """Within this block the record holds what the database is to keep."""
    plain = {name: doc.__dict__[name] for name in FIELDS.get(doc.doctype, ()) if doc.__dict__.get(name)}
    if not plain:
        yield
        return
    there = (lambda field: frappe.db.get_value(doc.doctype, doc.name, field)) if doc.name else None
    doc.__dict__.update(to_store(doc.doctype, plain, there))
    try:
        yield
    finally:
        doc.__dict__.update(plain)


def db_set_encrypted(
    doc: Document, write: Callable[..., None], fieldname: Any, value: Any, *args: Any, **kwargs: Any
) -> None:
    """The framework's `db_set` of a record, which `write` is; the record itself goes on holding what people read."""
    plain = fieldname if isinstance(fieldname, dict) else {fieldname: value}
    kept = to_store(doc.doctype, plain)
    if kept == plain:
        write(fieldname, value, *args, **kwargs)
        return
    write(kept, None, *args, **kwargs)
    doc.__dict__.update({name: plain[name] for name in FIELDS[doc.doctype] if name in plain})


def read_apart(text: str | None) -> Apart:
    """What stands beside an entry of the trail, in clear."""
    return Apart.read(text, _decrypt_beside)


def text_of_apart(apart: Apart) -> str | None:
    """The same as it is kept."""
    return apart.text(_encrypt_beside)


def _decrypt_beside(token: str) -> Any:
    """`ERASED` where the key is lost.

    Raises:
        ValueError: it is none of the trail's.
    """
    if not keys.data_key(key_id_of(token)):
        return ERASED
    if (text := decrypt_text(token, OF_TRAIL)) is None:
        raise ValueError(token)
    return json.loads(text)


def _encrypt_beside(value: Any, token: str) -> str:
    """The token that there is, where it is of the newest key or cannot be read."""
    is_kept = token and (value is ERASED or key_id_of(token) == keys.newest().id)
    return token if is_kept else encrypt_text(as_json(value), OF_TRAIL)


def _say_locked(value: str) -> None:
    """Once in a request."""
    if not frappe.flags.qms_data_key_missing:
        frappe.flags.qms_data_key_missing = True
        frappe.msgprint(_("Encrypted fields of this record cannot be read: the key {0} is not in {1} of site_config.json, or is another one. Put it back; the values are kept as they are.").format(key_id_of(value) or "?", keys.KEYS))  # fmt: skip
