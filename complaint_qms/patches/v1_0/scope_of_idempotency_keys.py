"""Idempotency keys count for their caller and company, and those of imports among imports: they were one scope before."""

import frappe
from pypika import CustomFunction
from pypika.functions import Concat

from complaint_qms.services.intake.idempotency import SEPARATOR

_IMPORT = "^import:[0-9a-f]{32}:[0-9]+$"
_hash = CustomFunction("SHA2", ["text", "bits"])


def execute() -> None:
    """Fill the new column where it is empty: one statement for imports, one for callers."""
    table = frappe.qb.DocType("Complaint")
    empty = table.idempotency_key.isnotnull() & table.idempotency_hash.isnull()
    of_import = table.idempotency_key.regexp(_IMPORT)
    scoped = Concat(table.company, SEPARATOR, table.owner, SEPARATOR, table.idempotency_key)
    for condition, value in ((of_import, table.idempotency_key), (of_import.negate(), _hash(scoped, 256))):
        frappe.qb.update(table).set(table.idempotency_hash, value).where(empty & condition).run()
