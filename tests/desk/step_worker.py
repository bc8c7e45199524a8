"""A worker process that takes one step of a complaint, as a web worker would.

python -m tests.desk.step_worker SITE COMPLAINT ACTION VALUES   (in the bench's sites folder; VALUES: a JSON object)

Reads the complaint, prints `ready`, waits for a line on its input, takes the step and commits, and prints
`done STAGE` or `refused TYPE: TEXT`.
"""

from __future__ import annotations

import json
import sys

import frappe


def main(site: str, name: str, action: str, values: str) -> None:
    frappe.init(site=site, sites_path=".")
    frappe.connect()
    frappe.set_user("Administrator")
    from complaint_qms.services.lifecycle.guard import take_step

    doc = frappe.get_doc("Complaint", name)
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        take_step(doc, action, json.loads(values))
        frappe.db.commit()
        print("done", doc.stage, flush=True)
    except Exception as error:
        frappe.db.rollback()
        print(f"refused {type(error).__name__}: {error}".replace("\n", " "), flush=True)
    finally:
        frappe.destroy()


if __name__ == "__main__":
    main(*sys.argv[1:])
