"""What is written on a throw-away site, and what stands in its database.

Steps run in a process of their own, because this one is connected to the test site; to read, a connection is enough.

python -m tests.desk.scratch sell SITE            a delivery and an invoice, before the app is there
python -m tests.desk.scratch use SITE             records of the app and what the framework keeps about them
python -m tests.desk.scratch complain SITE        a complaint with evidence
"""

from __future__ import annotations

import hashlib
import json
import sys

import frappe
from frappe.database.database import Database
from frappe.utils.file_manager import save_file
from frappe.utils.password import set_encrypted_password

# Records of what happened, caches and counters that grow by looking at a site. Installed Application and the portal's
# menu are written anew at every migrate.
LOGS = {
    "__global_search",
    "tabActivity Log",
    "tabAccess Log",
    "tabDeleted Document",
    "tabError Log",
    "tabInstalled Application",
    "tabPortal Menu Item",
    "tabRoute History",
    "tabScheduled Job Log",
    "tabSessions",
    "tabVersion",
}
STAMPS = {"modified", "modified_by"}
# Frappe 16 saves them at every migrate: the time of change, and nothing else.
STAMPED_ANEW = {"tabNavbar Item"}


def snapshot(database: Database) -> dict[str, list[str]]:
    """Every row: {"table\\tname": [modified, hash of the rest]}. An empty value counts as no value: a new column changes no row."""
    found = {}
    tables = """select table_name from information_schema.tables
        where table_schema = database() and table_type = 'BASE TABLE' order by table_name"""
    for (table,) in database.sql(tables):
        if table in LOGS:
            continue
        found[f"{table}\t"] = ["", "table"]
        for row in database.sql(f"select * from `{table}`", as_dict=True):
            if table == "tabSingles" and row["field"] in STAMPS:
                continue
            filled = {key: value for key, value in row.items() if value and key not in STAMPS}
            digest = hashlib.sha256(json.dumps(filled, default=str, sort_keys=True).encode()).hexdigest()[:16]
            changed = "" if table in STAMPED_ANEW else str(row.get("modified") or "")
            found[f"{table}\t{_identity(table, row, digest)}"] = [changed, digest]
    return found


def _identity(table: str, row: dict, digest: str) -> str:
    """What tells a row from its neighbours although it may be deleted and written again."""
    if table == "tabSingles":
        return f"{row['doctype']}.{row['field']}"
    if table == "tabDefaultValue":
        # Of a global setting there is one; a user may have several of a kind.
        value = "" if row["parent"] == "__global" else f"={row['defvalue']}"
        return f"{row['parent']}.{row['defkey']}{value}"
    if table == "tabPatch Log":
        return str(row["patch"])
    if table == "tabComment":
        return f"{row['reference_doctype']} {row['reference_name']} {row['name']}"
    if row.get("parent") and row.get("parenttype"):
        return f"{row['parenttype']} {row['parent']} {row.get('parentfield')} {row.get('idx')}"
    return str(row.get("name") or digest)


def mentions(database: Database, doctypes: list[str]) -> dict[str, int]:
    """Which columns of which tables hold the name of one of these DocTypes, and how often."""
    texts = database.sql(
        """select table_name, column_name from information_schema.columns
        where table_schema = database() and data_type in ('varchar', 'char', 'text', 'mediumtext', 'longtext')""",
    )
    found = {}
    for table, column in texts:
        query = f"select count(*) from `{table}` where binary `{column}` in %(names)s"
        count = database.sql(query, {"names": doctypes})[0][0]
        if count:
            found[f"{table}.{column}"] = count
    for doctype in ("ToDo", "File"):
        for table, kind, name in (
            ("Version", "ref_doctype", "docname"),
            ("Comment", "reference_doctype", "reference_name"),
        ):
            query = f"""select count(*) from `tab{table}` where {kind} = %(doctype)s
                and {name} not in (select name from `tab{doctype}`)"""
            if count := database.sql(query, {"doctype": doctype})[0][0]:
                found[f"tab{table} of a {doctype} that is gone"] = count
    return found


def sell() -> None:
    """ERPNext records that must outlive the app."""
    from tests.desk import factory

    factory.sold(5, with_batch=True)


def use() -> None:
    """One record of every kind that needs no more than a name, a complaint, and traces on all of them."""
    for doctype, name in _records_of_ours():
        _leave_traces(doctype, name)
    for doctype, field in (("Report", "report"), ("Page", "page")):
        name = frappe.get_all(doctype, {"module": "Complaint QMS"}, pluck="name", order_by="name")[0]
        role = frappe.get_doc({"doctype": "Custom Role", field: name, "roles": [{"role": "Accounts User"}]})
        role.insert()
    for doctype in ("Complaint Notification Channel", "Complaint Language Model"):
        set_encrypted_password(doctype, doctype, "a secret that is to be forgotten", "app_secret")


def _records_of_ours() -> list[tuple[str, str]]:
    values = {
        "subject": "Lid does not close",
        "company": _company(),
        "description": "The lid of one box is bent.",
    }
    complaint = frappe.get_doc({"doctype": "Complaint", **values}).insert()
    kinds = frappe.get_all(
        "DocType",
        {"module": "Complaint QMS", "istable": 0, "issingle": 0},
        pluck="name",
        order_by="name",
    )
    firsts = [(kind, frappe.db.get_value(kind, {}, "name", order_by="creation")) for kind in kinds]
    return [(kind, name) for kind, name in firsts if name] + [("Complaint", complaint.name)]


def _leave_traces(doctype: str, name: str) -> None:
    from frappe.desk.doctype.tag.tag import add_tag
    from frappe.desk.form.assign_to import add as assign
    from frappe.desk.like import toggle_like
    from frappe.share import add as share

    document = frappe.get_doc(doctype, name)
    document.add_comment("Comment", "seen by the scratch run")
    add_tag("scratch", doctype, name)
    toggle_like(doctype, name, "Yes")
    assign({"assign_to": ["Administrator"], "doctype": doctype, "name": name, "description": "look at it"})
    share(doctype, name, user="Administrator", read=1)
    file = {
        "doctype": "File",
        "file_name": f"{frappe.scrub(doctype)}.txt",
        "content": "evidence",
        "is_private": 1,
    }
    frappe.get_doc({**file, "attached_to_doctype": doctype, "attached_to_name": name}).insert()
    if doctype != "Quality Audit Entry":  # which nobody saves
        document.reload()
        document.save()
    for task in frappe.get_all("ToDo", {"reference_type": doctype, "reference_name": name}, pluck="name", order_by="name"):  # fmt: skip
        todo = frappe.get_doc("ToDo", task)
        todo.add_comment("Comment", "done")
        todo.update({"description": "look again"}).save()


def _company() -> str:
    return frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]


def complain() -> None:
    """A complaint with a file that is evidence."""
    values = {"subject": "It leaks", "description": "Since Monday.", "company": _company()}
    doc = frappe.get_doc({"doctype": "Complaint", **values}).insert()
    save_file("leak.txt", b"It leaked here.", "Complaint", doc.name, is_private=1)


STEPS = {"sell": sell, "use": use, "complain": complain}


def main(step: str, site: str) -> None:
    frappe.init(site=site)
    frappe.connect()
    frappe.flags.in_test = True
    try:
        STEPS[step]()
        frappe.db.commit()
    finally:
        frappe.destroy()


if __name__ == "__main__":
    main(*sys.argv[1:])
