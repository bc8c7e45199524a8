"""The site's keys for data: in its site_config.json, outside the database and its backups; the newest encrypts, the others still decrypt."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import frappe
from frappe import _
from frappe.installer import update_site_config

from complaint_qms.constants.encryption import KEYS

_BYTES: Final = 32
ID_LENGTH: Final = 6
"""Signs of a key's id: as many as its values begin with."""


class DataKey(NamedTuple):
    """A key and the id that its values name it by."""

    id: str
    secret: bytes


def newest() -> DataKey:
    """The key that values are encrypted with.

    Raises:
        frappe.ValidationError: the site has none.
    """
    if not (known := known_keys()):
        frappe.throw(_("This site has no key to encrypt fields with. Put back {0} in site_config.json, or where the site never had any, make one: bench --site {1} complaint-qms rotate-data-key").format(KEYS, frappe.local.site))  # fmt: skip
    return known[0]


def data_key(key_id: str) -> DataKey | None:
    """The key of this id; the file is read anew where it is not among those that this process knows: another may have made it."""
    missing = missing_keys()
    for read in (known_keys, lambda: [] if key_id in missing else _read(_on_disk())):
        if found := [one for one in read() if one.id == key_id]:
            return found[0]
    missing.add(key_id)
    return None


def missing_keys() -> set[str]:
    """Ids of keys that were asked for in this request, and that the site does not have."""
    if frappe.flags.qms_missing_keys is None:
        frappe.flags.qms_missing_keys = set()
    return frappe.flags.qms_missing_keys


def known_keys() -> list[DataKey]:
    """The newest first."""
    return _read(frappe.conf.get(KEYS))


def add_key() -> DataKey:
    """Make a key, which is the newest from now on."""
    made = DataKey(secrets.token_hex(ID_LENGTH // 2), secrets.token_bytes(_BYTES))
    _store([made, *_read(_on_disk())])
    return made


def drop_keys(ids: Iterable[str]) -> None:
    """Keys that no value needs any more; the newest stays."""
    gone, there = set(ids), _read(_on_disk())
    _store([*there[:1], *(one for one in there[1:] if one.id not in gone)])


def _store(some: list[DataKey]) -> None:
    told = [{"id": one.id, "key": base64.urlsafe_b64encode(one.secret).decode()} for one in some]
    update_site_config(KEYS, told, validate=False)


def _on_disk() -> Any:
    return frappe.get_site_config().get(KEYS)


def _read(told: Any) -> list[DataKey]:
    found = []
    for one in told if isinstance(told, list) else ():
        try:
            secret = base64.urlsafe_b64decode(one["key"])
            found.append(DataKey(str(one["id"]), secret))
        except (TypeError, KeyError, ValueError, binascii.Error):
            continue
    return [one for one in found if len(one.secret) == _BYTES]
