"""Users and staff of the demo company."""

from __future__ import annotations

import frappe

from complaint_qms.demo.tables import DOMAIN, PEOPLE


def make_people(company: str, password: str) -> dict[str, str]:
    """Key → user of everybody in the table, each with a login and an employee record."""
    users, employees = {}, {}
    for key, first, last, gender, language, held, superior in PEOPLE:
        email = f"{first}.{last}@{DOMAIN}".lower()
        user = frappe.get_doc(
            {
                "doctype": "User",
                "email": email,
                "first_name": first,
                "last_name": last,
                "language": language,
                "send_welcome_email": 0,
                "new_password": password,
                "roles": [{"role": role} for role in held],
            }
        )
        user.flags.no_welcome_mail = True
        users[key] = user.insert(ignore_permissions=True).name
        employees[key] = _employee(company, users[key], first, last, gender, employees.get(superior))
    return users


def _employee(company: str, user: str, first: str, last: str, gender: str, superior: str | None) -> str:
    if not frappe.db.exists("Gender", gender):
        frappe.get_doc({"doctype": "Gender", "gender": gender}).insert(ignore_permissions=True)
    values = {
        "first_name": first,
        "last_name": last,
        "gender": gender,
        "company": company,
        "date_of_birth": "1988-04-12",
        "date_of_joining": "2019-03-01",
        "status": "Active",
        "user_id": user,
        "reports_to": superior,
        "create_user_permission": 0,
    }
    return frappe.get_doc({"doctype": "Employee", **values}).insert(ignore_permissions=True).name
