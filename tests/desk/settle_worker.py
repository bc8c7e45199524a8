"""A worker process that submits one settlement, as a web worker would.

python -m tests.desk.settle_worker SITE USER SETTLEMENT   (in the bench's sites folder)

Reads the settlement, prints `ready CONNECTION`, waits for a line on its input, submits and commits, and prints
`done DOCSTATUS` or `refused TYPE: TEXT`. The settlement is read before the signal, so several workers hold the same
unsubmitted copy, like the second click of a double click.
"""

from __future__ import annotations

import sys

import frappe


def main(site: str, user: str, name: str) -> None:
    frappe.init(site=site, sites_path=".")
    frappe.connect()
    frappe.set_user(user)
    doc = frappe.get_doc("Complaint Settlement", name)
    print("ready", frappe.db.sql("select connection_id()")[0][0], flush=True)
    sys.stdin.readline()
    try:
        doc.submit()
        frappe.db.commit()
        print("done", int(doc.docstatus), flush=True)
    except Exception as error:
        frappe.db.rollback()
        print(f"refused {type(error).__name__}: {error}", flush=True)
    finally:
        frappe.destroy()


if __name__ == "__main__":
    main(*sys.argv[1:])
