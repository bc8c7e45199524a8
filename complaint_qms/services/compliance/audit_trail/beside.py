"""Values of encrypted fields beside the chain: they are kept as the records keep them, and the chain, which names them by digests, holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, Final

import frappe
from frappe.query_builder import Criterion, Order
from frappe.utils import create_batch
from pypika.functions import Count

from complaint_qms.constants.audit import ENTRY
from complaint_qms.constants.encryption import BEGINS
from complaint_qms.engine.audit_entry import ERASED, Apart
from complaint_qms.services.compliance.audit_trail.comparing_files import parsed
from complaint_qms.services.compliance.audit_trail.erasing import digests_of_fields
from complaint_qms.services.encryption import keys
from complaint_qms.services.encryption.encrypted_values import key_id_of, read_apart, text_of_apart

_AT_ONCE: Final = 500


def bring_entries(doctype: str, fields: Collection[str], marked: Collection[str]) -> int:
    """Encrypt with the newest key what entries of a DocType's records keep of `marked` fields, and decrypt what they keep of the rest of
    `fields`; how many entries were written. Commits."""
    written, table = 0, frappe.qb.DocType(ENTRY)
    for rows in _pages(doctype, fields):
        names = [row.name for row in rows if _changed(row, marked) is not None]
        for some in create_batch(names, _AT_ONCE):
            query = frappe.qb.from_(table).select(table.name, table.detail, table.apart)
            for row in query.where(table.name.isin(some)).for_update().run(as_dict=True):
                if kept := _changed(row, marked):
                    frappe.qb.update(table).set(table.apart, text_of_apart(kept)).where(table.name == row.name).run()  # fmt: skip
                    written += 1
        frappe.db.commit()
    return written


def use_of_keys() -> Counter[tuple[str, str]]:
    """(where, id of a key) → how many entries keep values under it."""
    table, found = frappe.qb.DocType(ENTRY), Counter()
    for key in keys.known_keys():
        under = table.apart.like(f"%{BEGINS}{key.id}.%")
        if count := frappe.qb.from_(table).select(Count("*")).where(under).run()[0][0]:
            found[ENTRY, key.id] = count
    return found


def _changed(row: Any, marked: Collection[str]) -> Apart | None:
    """What stands beside an entry as it is to be kept; None where it is so already."""
    kept = read_apart(row.apart)
    wanted = digests_of_fields(parsed(row.detail), frozenset(marked)) & kept.values.keys()
    locked = {digest for digest, value in kept.values.items() if value is ERASED}
    encrypted = {digest: kept.encrypted.get(digest, "") for digest in wanted | locked}
    newest = keys.newest().id if wanted - locked else ""
    is_so = encrypted.keys() == kept.encrypted.keys() and all(
        digest in locked or key_id_of(token) == newest for digest, token in encrypted.items()
    )
    kept.encrypted = encrypted
    return None if is_so else kept


def _pages(doctype: str, fields: Collection[str]) -> Iterator[list[Any]]:
    table, last = frappe.qb.DocType(ENTRY), ""
    told = [table.detail.like(f'%"{field}":%') for field in fields]
    query = frappe.qb.from_(table).select(table.name, table.detail, table.apart)
    query = query.where((table.document_type == doctype) & table.apart.isnotnull() & Criterion.any(told))
    query = query.orderby(table.name, order=Order.asc).limit(_AT_ONCE)
    while rows := query.where(table.name > last).run(as_dict=True):
        yield rows
        last = rows[-1].name
