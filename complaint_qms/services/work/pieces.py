"""Work that names a person: what of it there is, whether they still have it, who may get it, and how a piece goes to somebody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import has_user_permission
from frappe.utils import evaluate_filters

from complaint_qms.constants import roles, work
from complaint_qms.constants.chat import CHAT
from complaint_qms.constants.survey import DOCTYPE as SURVEY
from complaint_qms.constants.survey import FOLLOW_UP
from complaint_qms.services import writing
from complaint_qms.services.chat import conversation
from complaint_qms.services.people.assignees import objection, unable
from complaint_qms.services.record.bulk_read import readable

_WHY: Final = "handed on with all the work of a person"
SOP: Final = "Complaint SOP"
TASK: Final = "ToDo"
_PLACES: Final = (
    ("stages", "Complaint SOP Stage", ("responsible_user",)),
    ("escalation_steps", "Complaint SOP Step", ("user", "backup")),
)


@dataclass(frozen=True)
class Kind:
    """A kind of work that names a person.

    Attributes:
        doctype: of the record.
        person: its field that names them; of its rows where `row` is their DocType.
        filters: what says that the work is still to be done.
        role: who gets it where nobody is named for it; empty where somebody has to be.
        hand: gives a record to somebody.
        right: what whoever hands it on needs; empty for what is no record of its own.
    """

    doctype: str
    person: str
    filters: dict[str, Any]
    hand: Callable[[Document, str, str], None]
    role: str = ""
    row: str = ""
    right: str = "write"


def names_of(kind: Kind, user: str) -> list[str]:
    """Records of a kind that name somebody and that the session's user sees."""
    if kind.doctype == TASK:
        return _tasks(user)
    if not frappe.has_permission(kind.doctype):
        return []
    if kind.doctype == SOP:
        return _sops(user)
    if kind.row:
        rest = ([kind.row, name, *value] for name, value in kind.filters.items())
        filters = [[kind.row, kind.person, "=", user], *rest]
        return sorted(set(frappe.get_list(kind.doctype, filters, pluck="name", order_by="name asc", limit=0)))
    filters = {kind.person: user, **kind.filters}
    return frappe.get_list(kind.doctype, filters, pluck="name", order_by="name asc", limit=0)


def still_has(kind: Kind, doc: Document, user: str) -> bool:
    """Whether a record, as it is stored now, names somebody for work that is to be done: others may have got it meanwhile."""
    if kind.doctype == SOP:
        return any(
            row.get(place) == user
            for table, _row, places in _PLACES
            for row in doc.get(table)
            for place in places
        )
    about = {kind.person: user, **kind.filters}
    if kind.row:
        return any(evaluate_filters(row, about) for row in doc.get_all_children() if row.doctype == kind.row)
    return evaluate_filters(doc, about)


def objection_to(kind: Kind, doc: Document, user: str) -> str | None:
    """Why somebody does not get a piece, as a sentence with places for field and user; None when they may. Nobody gets what they may
    not see, or what belongs to a company that they are kept from."""
    if sentence := unable(user):
        return sentence
    if kind.doctype == SOP:
        return None  # its own save asks whom it names
    if kind.doctype == TASK:
        about = frappe.get_cached_doc(doc.reference_type, doc.reference_name)
        seen = frappe.has_permission(about.doctype, "read", doc=about, user=user)
    elif kind.doctype in (SURVEY, CHAT):
        seen = frappe.has_permission(kind.doctype, "read", doc=doc, user=user)
    elif kind.row:
        # Owners of actions hear of them by their task and need no right to the record around it.
        seen = has_user_permission(doc, user)
    else:
        return objection(doc, user)
    return None if seen else _("{0}: {1} may not see it.")


def label_of(key: str) -> str:
    if key == "task":
        return _("Tasks as a helper")
    if key == "capa_action":
        return _("CAPAs with actions")
    if key == "follow_up":
        return _("Follow-ups of customers")
    return _(KINDS[key].doctype)


def _sops(user: str) -> list[str]:
    return sorted(
        {
            name
            for _table, row, places in _PLACES
            for place in places
            for name in frappe.get_list(
                SOP, [[row, place, "=", user]], pluck="name", order_by="name asc", limit=0
            )
        }
    )


def _tasks(user: str) -> list[str]:
    """Tasks of a helper, of complaints that the session's user sees: a handler's own goes with the complaint."""
    filters = {"allocated_to": user, **KINDS["task"].filters}
    rows = frappe.get_all(TASK, filters, ["name", "reference_name"], order_by="name asc")
    seen = readable("Complaint", {row.reference_name for row in rows})
    about = {"name": ("in", sorted(seen) or [""]), "complaint_owner": user}
    own = set(frappe.get_all("Complaint", about, pluck="name", order_by="name asc"))
    return [row.name for row in rows if row.reference_name in set(seen) - own]


def _named(field_name: str) -> Callable[[Document, str, str], None]:
    def hand(doc: Document, old: str, new: str) -> None:
        doc.set(field_name, new)
        doc.flags.told_together = True
        doc.save()

    return hand


def _of_rows(table: str, *fields: str) -> Callable[[Document, str, str], None]:
    def hand(doc: Document, old: str, new: str) -> None:
        for row in doc.get(table):
            for name in fields:
                if row.get(name) == old and row.get("status") in (None, *work.CAPA_ACTION_OPEN):
                    row.set(name, new)
        doc.save()

    return hand


def _of_sop(doc: Document, old: str, new: str) -> None:
    for table, _row, places in _PLACES:
        for row in doc.get(table):
            row.update({place: new for place in places if row.get(place) == old})
    doc.save()


def _of_chat(doc: Document, old: str, new: str) -> None:
    conversation.write_chat(doc, _WHY, handed_to=new)


def _of_survey(doc: Document, old: str, new: str) -> None:
    writing.set_values(SURVEY, doc.name, {"follow_up_by": new}, _WHY)


def _of_task(doc: Document, old: str, new: str) -> None:
    doc.allocated_to = new
    # Of a complaint that its caller sees; the framework keeps tasks to those who gave and who have them.
    doc.save(ignore_permissions=True)


KINDS: Final[dict[str, Kind]] = {
    work.COMPLAINT: Kind(
        "Complaint", "complaint_owner", {"stage": ("in", work.OPEN_STATES["Complaint"])}, _named("complaint_owner")
    ),
    work.INVESTIGATION: Kind(
        "Investigation", "investigator", {"stage": ("in", work.OPEN_STATES["Investigation"])}, _named("investigator"),
        roles.INVESTIGATOR,
    ),
    work.ROOT_CAUSE: Kind(
        "Root Cause", "analyst", {"status": ("in", work.OPEN_STATES["Root Cause"])}, _named("analyst"), roles.INVESTIGATOR
    ),
    work.CAPA: Kind(
        "CAPA", "capa_owner", {"stage": ("in", work.OPEN_STATES["CAPA"])}, _named("capa_owner"), roles.QUALITY_MANAGER
    ),
    work.FIELD_ACTION: Kind(
        "Field Action", "handler", {"stage": ("in", work.OPEN_STATES["Field Action"])}, _named("handler"), roles.QUALITY_MANAGER
    ),
    work.CAPA_ACTION: Kind(
        "CAPA", "action_owner", {"status": ("in", work.CAPA_ACTION_OPEN)}, _of_rows("actions", "action_owner"),
        roles.ACTION_OWNER, "CAPA Action",
    ),
    work.CHAT: Kind(CHAT, "handed_to", {"mode": ("in", work.OPEN_STATES[CHAT])}, _of_chat, roles.AGENT, right="read"),
    work.FOLLOW_UP: Kind(
        SURVEY, "follow_up_by", {"second_look": FOLLOW_UP, "follow_up_done_at": ("is", "not set")}, _of_survey, roles.MANAGER,
        right="read",
    ),
    "task": Kind(
        TASK, "allocated_to", {"status": "Open", "reference_type": "Complaint"}, _of_task, roles.AGENT, right="",
    ),
    "procedure": Kind(SOP, "responsible_user", {}, _of_sop),
}  # fmt: skip
