"""Writes `docs/permissions.md`: who may do what, from the app's own DocTypes and lists. `python3 -m scripts.permissions_page`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from complaint_qms.constants import confidential, roles
from complaint_qms.constants.erpnext_rights import given_rights
from complaint_qms.constants.machine_keys import CALLS_AN_HOUR, METHODS
from complaint_qms.constants.records import BY_DOCTYPE, QUALITY, RECORDS, SETTINGS, STAGED, TOOL, VOCABULARY
from complaint_qms.constants.separation import SEPARATIONS
from complaint_qms.services.compliance.shipped_rights import (
    LETTERS,
    Holder,
    letters,
    levels_of,
    shipped_rights,
    steps_of,
)
from scripts.bench import CHECKOUT

PAGE = CHECKOUT / "docs" / "permissions.md"
ROOMS = {
    QUALITY: "Quality records",
    VOCABULARY: "Words, matrices and procedures",
    SETTINGS: "Settings",
    TOOL: "Records of the app's own work",
}
COLUMNS = {
    roles.AGENT: "Agent",
    roles.MANAGER: "Manager",
    roles.INVESTIGATOR: "Investigator",
    roles.QUALITY_MANAGER: "Quality Manager",
    roles.REGULATORY: "Regulatory",
    roles.ACCOUNTS_USER: "Accounts User",
    roles.ACCOUNTS_MANAGER: "Accounts Manager",
    roles.AUDITOR: "Auditor",
    "System Manager": "System Manager",
}


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def main() -> int:
    PAGE.write_text(page(), "utf-8")
    return 0


def _lines() -> Iterator[str]:
    yield "# Who may do what"
    yield ""
    yield (
        "Made by `python3 -m scripts.permissions_page` from the permissions in the app's DocTypes and its lists of rules; a test fails where it is not what these say, and "
        "`tests/desk/test_every_right.py` asks a site for every role, DocType, verb and way in of it. What a site has changed since stands in the report **Who May Do What**, beside this."
    )
    yield ""
    yield "Letters: " + ", ".join(f"**{letter}** {right}" for right, letter in LETTERS.items()) + "."
    yield (
        f"*{roles.ACTION_OWNER}* has no right on any record: own actions are shown and reported on *My Work Today*. Rows of tables have the rights of the record around them and no life of their own. "
        "No role of the customer portal and no guest has a right on a record of the app. "
        f"*{roles.MACHINE}* is the role of a key by which another system registers complaints: it opens {', '.join(sorted(METHODS))} and, by GET, the complaints that it has registered, {CALLS_AN_HOUR:,} calls an hour."
    )
    table = shipped_rights()
    for kind, title in ROOMS.items():
        doctypes = [record.doctype for record in RECORDS if record.kind == kind]
        yield from ("", f"## {title}", "")
        yield from _table(doctypes, table)
    yield from _others(table)
    yield from _steps()
    yield from _fields()
    yield from _sight()
    yield from _separations()
    yield from _erpnext()


def _table(doctypes: list[str], table: dict[str, dict[Holder, frozenset[str]]]) -> Iterator[str]:
    yield "| | " + " | ".join(COLUMNS.values()) + " |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    for doctype in sorted(doctypes):
        cells = [letters(table[doctype].get(Holder(role, 0, False), ())) for role in COLUMNS]
        yield f"| {doctype} | " + " | ".join(cells) + " |"


def _others(table: dict[str, dict[Holder, frozenset[str]]]) -> Iterator[str]:
    rows = [
        (holder, doctype, letters(rights))
        for doctype, holders in sorted(table.items())
        for holder, rights in holders.items()
        if (holder.role not in COLUMNS or holder.own_alone) and not holder.level
    ]
    yield from ("", "## Rights of other roles", "", "| role | record | rights |", "|---|---|---|")
    for holder, doctype, rights in sorted(rows):
        yield f"| {holder.role} | {doctype}{', own alone' if holder.own_alone else ''} | {rights} |"


def _steps() -> Iterator[str]:
    yield from ("", "## Steps", "")
    yield "Roles by the shipped workflows; a site may change its own. The roles hold where a site runs no workflow, too."
    yield from ("", "| record | step | from | to | roles |", "|---|---|---|---|---|")
    for doctype in STAGED:
        for step in steps_of(doctype):
            yield f"| {doctype} | {step.action} | {', '.join(step.states)} | {', '.join(step.to)} | {', '.join(step.roles)} |"


def _fields() -> Iterator[str]:
    yield from ("", "## Fields with a level of their own", "")
    yield "Whoever reads a record reads its fields, but for these, which need a right at their level:"
    yield from ("", "| record | level | fields | read by | written by |", "|---|---|---|---|---|")
    table = shipped_rights()
    for doctype in sorted(table):
        for level, labels in sorted(levels_of(doctype).items()):
            held = {holder.role: rights for holder, rights in table[doctype].items() if holder.level == level}
            by = [", ".join(sorted(role for role in held if right in held[role])) or "nobody" for right in ("read", "write")]  # fmt: skip
            yield f"| {doctype} | {level} | {', '.join(labels)} | {by[0]} | {by[1]} |"


def _sight() -> Iterator[str]:
    yield from ("", "## Which records of a kind", "")
    yield (
        "User Permissions (company, customer, territory, item, …) narrow all of it, and reach what follows from a complaint. Beside them each of these has a rule of its own "
        "(`complaint_qms/permissions/`), asked in form, list, link, search, report, export, print, file and REST alike:"
    )
    yield from ("", "| records | rule |", "|---|---|")
    modules: dict[str, list[str]] = {}
    for record in BY_DOCTYPE.values():
        if record.sight and record.sight != "rows":
            modules.setdefault(record.sight, []).append(record.doctype)
    for module, doctypes in sorted(modules.items()):
        source = (CHECKOUT / "complaint_qms" / "permissions" / f"{module}.py").read_text("utf-8")
        rule = " ".join((ast.get_docstring(ast.parse(source)) or "").split())
        yield f"| {', '.join(sorted(doctypes))} | {rule} |"
    yield ""
    yield (
        "An auditor changes nothing, whatever a role of the site, a share or a tool of the desk offers, unless they hold a working role beside. The framework prints for whoever reads, and lets System Managers export what they read. A share lets somebody read and gives no right that no role of theirs has. "
        f"A confidential complaint and what rests on it are seen by the people it names alone; of a stored one {', '.join(confidential.KEEPERS)} say who these are."
    )


def _separations() -> Iterator[str]:
    yield from ("", "## Separation of duties", "")
    yield "Asked of what is stored and of what is sent, on every way in; whoever signs in as somebody else is asked as both."
    yield from ("", "| record | deed | by | never by |", "|---|---|---|---|")
    for row in SEPARATIONS:
        by = next((step.roles for step in steps_of(row.record) if step.action == row.step), row.by)
        yield f"| {row.record} | {row.deed} | {', '.join(by) or 'whom the rule names'} | {row.never_by} |"


def _erpnext() -> Iterator[str]:
    yield from ("", "## Rights on records of ERPNext and the framework", "")
    yield "Given once at install, where the site has said nothing else; kept as Custom DocPerm, taken back at uninstall."
    yield from ("", "| role | rights | records |", "|---|---|---|")
    alike: dict[tuple[str, str], list[str]] = {}
    for role, doctype, rights in given_rights():
        held = letters(right for right, is_held in {"read": 1, **rights}.items() if is_held)
        alike.setdefault((role, held), []).append(doctype)
    for (role, held), doctypes in alike.items():
        yield f"| {role} | {held} | {', '.join(doctypes)} |"


if __name__ == "__main__":
    sys.exit(main())
