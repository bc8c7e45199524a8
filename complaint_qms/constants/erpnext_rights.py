"""Rights on records of ERPNext and the framework that installing gives to roles; `setup/rights.py` gives them, `docs/permissions.md` lists them.

An agent has to choose a customer and open the invoice complained about. Accounts submit a credit note that takes goods
with batch or serial numbers back, for which ERPNext writes a Serial and Batch Bundle in their name, and gives them no
right to do so.
"""

from typing import Final

from complaint_qms.constants import roles

_MASTERS: Final = ("Customer", "Item", "Batch", "Serial No")
_SALES: Final = ("Sales Order", "Delivery Note", "Sales Invoice")
SIGHT: Final = {
    roles.AGENT: (*_MASTERS, "Contact", "Address", *_SALES),
    roles.MANAGER: (*_MASTERS, "Contact", "Address", *_SALES),
    roles.INVESTIGATOR: (*_MASTERS, "Delivery Note"),
    roles.REGULATORY: _MASTERS,
    roles.AUDITOR: (*_MASTERS, *_SALES),
}
SIGHT_RIGHTS: Final = {"select": 1, "read": 1, "export": 0}
# Whose names they choose in the fields of the records they write, and no more: without it each such field, reached by Tab,
# answers “Not permitted”. Only what holds no amounts, terms or addresses of persons: with a name the framework shows what
# the DocType is searched by, and its lists let through every second field that the right to choose does not cover. What
# ERPNext does not offer them otherwise (companies, suppliers, contracts) they choose by name (`permissions/choices.py`).
_OF_EVERYBODY: Final = ("UOM", "Territory", "Department")
_OF_JUDGES: Final = ("Holiday List", "Role", "Warehouse")
CHOICE: Final = {
    roles.AGENT: (*_OF_EVERYBODY, "Currency", "Warehouse"),
    roles.MANAGER: (*_OF_EVERYBODY, *_OF_JUDGES, "Currency"),
    roles.INVESTIGATOR: _OF_EVERYBODY,
    roles.REGULATORY: (*_OF_EVERYBODY, "Holiday List"),
    roles.QUALITY_MANAGER: (*_OF_EVERYBODY, *_OF_JUDGES, "Batch"),
    roles.ACCOUNTS_MANAGER: ("Batch",),
}
_BUNDLE: Final = "Serial and Batch Bundle"
_BOOKS: Final = dict.fromkeys(("select", "read", "create", "write", "submit"), 1)
_NO_MORE: Final = dict.fromkeys(("delete", "amend", "import", "export", "share", "email"), 0)
CHOICE_RIGHTS: Final = {"select": 1, "read": 0, **_NO_MORE}
FINANCE: Final = {
    roles.ACCOUNTS_USER: {_BUNDLE: {**_BOOKS, **_NO_MORE, "cancel": 0}},
    roles.ACCOUNTS_MANAGER: {
        _BUNDLE: {**_BOOKS, **_NO_MORE, "cancel": 1},
        "Delivery Note": {"read": 1, **_NO_MORE},
        "Sales Order": {"read": 1, **_NO_MORE},
    },
}
# Who writes articles about complaints (`permissions/help_article.py`) and reads them.
_READS: Final = {"select": 1, "read": 1, **_NO_MORE}
_WRITES: Final = {**_READS, "create": 1, "write": 1}
KNOWLEDGE: Final = {
    **{
        # Each save of an article counts those of its category, as the user who saves.
        role: {"Help Article": _WRITES, "Help Category": {**_READS, "write": 1}}
        for role in (roles.AGENT, roles.MANAGER, roles.QUALITY_MANAGER)
    },
    **{role: {"Help Article": _READS} for role in (roles.INVESTIGATOR, roles.REGULATORY, roles.AUDITOR)},
}
# Who decides on what is to be called back sees who holds it (`permissions/stock.py`).
CONTAINMENT: Final = {roles.QUALITY_MANAGER: {"Customer": _READS}}
# Who looks for causes sees how a unit was made and inspected (`permissions/production.py`).
_INSPECTS: Final = {"Job Card": _READS, "Quality Inspection": _READS}
PRODUCTION: Final = dict.fromkeys((roles.INVESTIGATOR, roles.QUALITY_MANAGER, roles.AUDITOR), _INSPECTS)


def given_rights() -> list[tuple[str, str, dict[str, int]]]:
    """(role, DocType, right → 1 or 0), in the order in which they are given."""
    rows = [(role, doctype, SIGHT_RIGHTS) for role, doctypes in SIGHT.items() for doctype in doctypes]
    rows += [(role, doctype, CHOICE_RIGHTS) for role, doctypes in CHOICE.items() for doctype in doctypes]
    for table in (FINANCE, KNOWLEDGE, CONTAINMENT, PRODUCTION):
        rows += [(role, doctype, rights) for role, some in table.items() for doctype, rights in some.items()]
    return rows
