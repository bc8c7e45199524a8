"""What the benchmark of guests needs on a site, and how it is left: a customer with a login, a complaint that is followed, a channel of
each chat service; what lies on the disk and in the tables before and after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe
import requests

from complaint_qms.api import visitor
from complaint_qms.constants.chat import CHANNEL
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.framework_seams import inserts_told
from complaint_qms.services.visitor import links
from tests.benchmarks.guest_doors import CHATS, Known

PASSWORD = "Quiet-Harbour-7391"
SWITCHES = {"page_enabled": 1, "portal_enabled": 1, "page_proof_of_work": 0}
# Counters and caches that the framework keeps while it answers.
_PASSING = frozenset(("tabSessions", "__UserSettings", "tabScheduled Job Log", "tabScheduled Job Type", "tabActivity Log", "tabRoute History", "tabWeb Page View"))  # fmt: skip
_FOLDERS_PASSING = ("logs", "locks")


@contextmanager
def furnished() -> Iterator[tuple[Known, str]]:
    """(what exists, login of the customer); everything is taken back at the end."""
    made: list[tuple[str, str]] = []
    before = {field: frappe.db.get_single_value(SETTINGS, field) for field in SWITCHES}
    with inserts_told(lambda doc: made.append((doc.doctype, doc.name))):
        _switch(SWITCHES)
        known, login = _furnish()
    frappe.db.commit()
    try:
        yield known, login
    finally:
        frappe.db.rollback()
        _switch(before)
        for doctype, name in reversed(made):
            frappe.db.delete(doctype, {"name": name})
        frappe.db.delete("Complaint Match Key", {"name": ("in", [name for _doctype, name in made])})
        frappe.db.delete("__Auth", {"name": ("in", [name for _doctype, name in made])})
        frappe.db.commit()
        frappe.clear_cache()


def log_in(address: str, login: str) -> dict[str, str]:
    """Headers of a customer who has logged in."""
    session = requests.Session()
    session.post(
        f"{address}/api/method/login", data={"usr": login, "pwd": PASSWORD}, timeout=60
    ).raise_for_status()
    page = session.get(f"{address}/complaints", timeout=60).text
    token = page.partition('csrf_token = "')[2].partition('"')[0]
    return {"Cookie": f"sid={session.cookies['sid']}", "X-Frappe-CSRF-Token": token}


def files() -> set[str]:
    """What lies in the site's folder."""
    root = Path(frappe.get_site_path()).resolve()
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {str(path) for path in found if path.parts[0] not in _FOLDERS_PASSING}


def rows() -> dict[str, int]:
    """Table → rows of it."""
    frappe.db.rollback()  # what others have stored meanwhile is seen
    tables = [table for table in frappe.db.get_tables(cached=False) if table not in _PASSING]
    return {table: frappe.db.sql(f"select count(*) from `{table}`")[0][0] for table in tables}


def _switch(values: dict[str, object]) -> None:
    frappe.db.set_single_value(SETTINGS, values)
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    frappe.db.commit()


def _furnish() -> tuple[Known, str]:
    company = frappe.db.get_value("Company", {}, "name", order_by="creation asc")
    mark = frappe.generate_hash(length=8)
    login = f"bench-{mark}@customer.example"
    user = frappe.get_doc(
        {"doctype": "User", "email": login, "first_name": "Ann", "last_name": "Lee", "user_type": "Website User", "send_welcome_email": 0,
         "new_password": PASSWORD, "roles": [{"role": "Customer"}]}
    )  # fmt: skip
    user.flags.no_welcome_mail = True
    user.insert(ignore_permissions=True)
    customer = frappe.get_doc(
        {"doctype": "Customer", "customer_name": f"BENCH-{mark}", "customer_type": "Company", "portal_users": [{"user": login}]}
    ).insert(ignore_permissions=True)  # fmt: skip
    complaint = frappe.get_doc(
        {"doctype": "Complaint", "subject": f"BENCH-{mark}", "company": company, "customer": customer.name, "description": "It leaks."}
    ).insert(ignore_permissions=True)  # fmt: skip
    chats = {}
    for service in sorted(CHATS):
        secrets = {"app_id": "a", "agent_id": "1", "app_secret": "s" * 20, "token": "t" * 20, "aes_key": "k" * 43, "access_token": "a" * 20}  # fmt: skip
        channel = frappe.get_doc(
            {"doctype": CHANNEL, "title": f"BENCH-{mark}-{service}", "provider": service, "company": company, "enabled": 1, "language": "en",
             "service_address": "http://127.0.0.1:9/replies", **secrets}
        ).insert(ignore_permissions=True)  # fmt: skip
        chats[service] = channel.webhook_key
    token = links.make_link(complaint=complaint.name).partition("#")[2]
    upload = visitor.begin_upload("a.jpg", 100)["upload"]
    sold = frappe.db.get_value("Delivery Note Item", {"docstatus": 1}, "name") or "none"
    return Known(token, upload, complaint.name, ("Delivery Note", sold), chats), login
