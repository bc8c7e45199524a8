"""What each benchmark on a real site shares: which site it is, and the connection that leaves nothing behind."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe

from complaint_qms.constants.audit import ENTRY


def add_site(parser: argparse.ArgumentParser) -> None:
    """`--site` and `--bench`: those of the tests, on the bench whose Python runs this, unless told."""
    parser.add_argument("--site", default=os.environ.get("QMS_TEST_SITE") or "complaint-qms-test.localhost")
    parser.add_argument("--bench", type=Path, default=Path(sys.prefix).parent)


@contextmanager
def connected(site: str, sites: Path) -> Iterator[None]:
    """A connection to a site, in whose trail nothing is left of what the benchmark made."""
    os.chdir(sites)
    frappe.init(site=site, sites_path=str(sites))
    frappe.connect()
    newest = frappe.get_all(ENTRY, pluck="name", order_by="name desc", limit=1)
    try:
        yield
    finally:
        # What was made is taken away past the app: the trail would tell of records that are gone.
        frappe.db.rollback()
        frappe.db.delete(ENTRY, {"name": (">", newest[0] if newest else "")})
        frappe.db.commit()
        frappe.destroy()
