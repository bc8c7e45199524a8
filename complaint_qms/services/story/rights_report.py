"""Who may do what on this site, beside what the app ships: a line for each role and record, with what is more and what is less marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import cint

from complaint_qms.constants.erpnext_rights import given_rights
from complaint_qms.constants.records import PARENTS
from complaint_qms.services.compliance.shipped_rights import LETTERS, Holder, rights_in, shipped_rights
from complaint_qms.services.record.language import clause_list, comma_list, labelled
from complaint_qms.services.reporting.columns import column, sentences
from complaint_qms.services.reporting.filter_values import check_known, read_chosen
from complaint_qms.services.reporting.filters import read_object

OWN: Final = ("document_type", "role", "differences")
_WORDS: Final = {
    "select": "Select",
    "read": "Read",
    "write": "Write",
    "create": "Create",
    "delete": "Delete",
    "submit": "Submit",
    "cancel": "Cancel",
    "amend": "Amend",
    "print": "Print",
    "email": "Email",
    "report": "Report",
    "export": "Export",
    "import": "Import",
    "share": "Share",
}
_NONE: Final[frozenset[str]] = frozenset()


class WhoMayDoWhat:
    """Rights by role and record.

    Args:
        given: `document_type`, `role`: one or several; `differences`: only where the site is not as shipped.
    """

    def __init__(self, given: Mapping | str | None) -> None:
        given = read_object(given)
        check_known(given, (), OWN)
        self.doctypes, self.roles = (set(read_chosen(given, field)) for field in ("document_type", "role"))
        self.differences = bool(cint(given.get("differences")))

    def run(self) -> tuple:
        """Columns, rows and message, as a Script Report gives them."""
        rows = list(self.rows())
        return self.columns(), rows, self.message(rows)

    def columns(self) -> list[dict]:
        return [
            column("document_type", _("Document Type"), width=190),
            column("role", _("Role"), width=165),
            column("level", _("Level"), "Int", 60),
            column("shipped", _("As Shipped"), width=280),
            column("here", _("On This Site"), width=280),
            column("difference", _("Difference"), width=240),
        ]

    def rows(self) -> Iterator[dict]:
        for doctype, shipped in sorted(_shipped().items()):
            if self.doctypes and doctype not in self.doctypes:
                continue
            ours = doctype in PARENTS
            here = rights_in(frappe.get_meta(doctype).permissions)
            # Of another app's record what the app gives concerns it, and nothing else.
            for holder in sorted(shipped.keys() | here.keys() if ours else shipped.keys()):
                if self.roles and holder.role not in self.roles:
                    continue
                row = _line(doctype, holder, shipped.get(holder, _NONE), here.get(holder, _NONE), ours)
                if row["difference"] or not self.differences:
                    yield row

    def message(self, rows: list[dict]) -> str:
        """Says how much of it the site has changed, or that there is nothing."""
        if not rows:
            return sentences([_("No rights differ from what is shipped.") if self.differences else _("There are no rights for these filters.")])  # fmt: skip
        changed = sum(bool(row["difference"]) for row in rows)
        return sentences(
            [_("{0} of {1} lines differ from what is shipped.").format(changed, len(rows))] if changed else []
        )


def _shipped() -> dict[str, dict[Holder, frozenset[str]]]:
    found: dict[str, dict[Holder, frozenset[str]]] = dict(shipped_rights())
    for role, doctype, rights in given_rights():
        held = frozenset(right for right, is_held in {"read": 1, **rights}.items() if is_held)
        holders = found.setdefault(doctype, {})
        holder = Holder(role, 0, False)
        holders[holder] = holders.get(holder, _NONE) | held
    return found


def _line(doctype: str, holder: Holder, shipped: Iterable[str], here: Iterable[str], ours: bool) -> dict:
    shipped, here = set(shipped), set(here)
    # What another app gives the role beside is that app's.
    more, less = here - shipped if ours else set(), shipped - here
    said: list[Any] = []
    if more:
        said.append(labelled(_("More"), _words(more)))
    if less:
        said.append(labelled(_("Less"), _words(less)))
    role = _(holder.role)
    return {
        "document_type": _(doctype),
        "role": _("{0} (own records alone)").format(role) if holder.own_alone else role,
        "level": holder.level,
        "shipped": _words(shipped),
        "here": _words(here),
        "difference": clause_list(said) if said else "",
    }


def _words(rights: Iterable[str]) -> str:
    held = set(rights)
    return comma_list(_(_WORDS[right]) for right in LETTERS if right in held)
