"""Takes in what rows of a site named before evidence was kept with its sum."""

from typing import Final

import frappe
from frappe.query_builder import Order

from complaint_qms.constants.evidence import NAMED_IN, SHA256, Naming
from complaint_qms.services import writing
from complaint_qms.services.evidence import disk
from complaint_qms.services.evidence.capture import attach

CHUNK: Final = 500


def take_in_rows(chunk: int = CHUNK) -> int:
    """Give rows without a sum a private File of their record's own, and the sum of its bytes; the number of rows.

    A row whose file is gone already stays as it is: its form says so.
    """
    done = 0
    for naming in NAMED_IN:
        last = ""
        while rows := _bare(naming, last, chunk):
            last = rows[-1].name
            done += _take_in(naming, rows)
    return done


def _bare(naming: Naming, after: str, limit: int) -> list[frappe._dict]:
    row = frappe.qb.DocType(naming.row)
    bare = row[naming.sum].isnull() | (row[naming.sum] == "")
    return (
        frappe.qb.from_(row)
        .select(row.name, row.parent, row[naming.field].as_("url"))
        .where(bare & (row[naming.field] != "") & (row.parenttype == naming.record) & (row.name > after))
        .orderby(row.name, order=Order.asc)
        .limit(limit)
    ).run(as_dict=True)


def _take_in(naming: Naming, rows: list[frappe._dict]) -> int:
    there = [row for row in rows if disk.sha256_of(row.url)]
    files = attach((row.url, naming.record, row.parent) for row in there)
    updates = {}
    for row in there:
        file = files[(row.url, naming.record, row.parent)]
        updates[row.name] = {naming.field: file.file_url, naming.sum: file.get(SHA256)}
    writing.set_many(naming.row, updates, "evidence taken in")
    return len(updates)
