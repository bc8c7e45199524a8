"""Everything that somebody has goes to others in one step: to one person, or to whoever the procedures and the least work point to.

Each piece is handed over by the rules of its own save, as whoever asked for it; what cannot be is left where it is and told with the
reason. Everybody who gets something is told once of all of it. Approvals name nobody: whoever has the role grants them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_fullname, now_datetime

from complaint_qms.constants import roles, work
from complaint_qms.constants.assigning import HANDLER
from complaint_qms.constants.chat import CHAT
from complaint_qms.constants.survey import DOCTYPE as SURVEY
from complaint_qms.constants.survey import FOLLOW_UP
from complaint_qms.services import writing
from complaint_qms.services.chat import channels, conversation
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import people_of
from complaint_qms.services.notify.sentences import WORK_HANDED_ON
from complaint_qms.services.people import roster
from complaint_qms.services.people.assignees import objection, unable
from complaint_qms.services.people.leave import away
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.people.workload import ASKED, least_loaded
from complaint_qms.services.record import timeline
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.error_text import told_with
from complaint_qms.services.record.timeline import Link, Text, line
from complaint_qms.services.sop import assigning
from complaint_qms.services.transactions import roll_back_to

_MARK: Final = "handed_on"
_WHY: Final = "handed on with all the work of a person"
_SOP: Final = "Complaint SOP"
# Failures that the timeline names; the rest is counted.
_TOLD: Final = 20


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


@dataclass
class HandedOn:
    """What became of the work: who got which pieces, and what stayed with the reason."""

    given: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    stayed: list[tuple[str, str, str]] = field(default_factory=list)


def work_of(user: str) -> list[dict[str, Any]]:
    """How much of each kind somebody has, of what the session's user sees: {kind, label, count}; none that is empty."""
    found = ((key, len(_names(kind, user))) for key, kind in _KINDS.items())
    return [{"kind": key, "label": _label(key), "count": count} for key, count in found if count]


def check_hand_on(user: str, to: str) -> None:
    """Raises:
    frappe.ValidationError: nobody is to have it, or somebody who cannot act.
    """
    if user == to:
        frappe.throw(_("Hand On To: choose somebody else than {0}.").format(escape_html(get_fullname(user))))
    if to and (sentence := unable(to)):
        frappe.throw(sentence.format(_("Hand On To"), frappe.bold(escape_html(to))))


def request_hand_on(user: str, to: str) -> int:
    """Have everything of a person handed on by a job, as the session's user; how many pieces."""
    count = sum(row["count"] for row in work_of(user))
    frappe.enqueue(
        "complaint_qms.services.work.handing_on.hand_on",
        queue="long",
        job_id=f"complaint_qms_hand_on_{frappe.session.user}_{user}",
        deduplicate=True,
        user=user,
        to=to,
        enqueue_after_commit=True,
    )
    return count


def hand_on(user: str, to: str = "") -> HandedOn:
    """Hand on everything of a person, and give them nothing by itself any more. Commits piece by piece: killed in between, it may be
    asked for again.

    Args:
        to: who gets it all; empty: whoever the procedures and the least work point to.
    """
    now, result = now_datetime(), HandedOn()
    roster.enlist([user])
    name = frappe.db.get_value(HANDLER, {"user": user})
    writing.set_values(HANDLER, name, {"enabled": 0}, _WHY)
    frappe.db.commit()
    chooser = _Chooser(user, to, now)
    for key, kind in _KINDS.items():
        for record in _names(kind, user):
            _hand(key, kind, record, user, chooser, result)
            frappe.db.commit()
    _tell(result, user, name, now)
    frappe.db.commit()
    return result


class _Chooser:
    """Who gets a piece of work."""

    def __init__(self, user: str, to: str, now: datetime) -> None:
        self._user, self._to, self._now = user, to, now
        self._people: dict[str, list[str]] = {}
        self._got: Counter[str] = Counter()

    def person(self, kind: Kind, doc: Document) -> str:
        """Raises:
        frappe.ValidationError: there is nobody.
        """
        found = self._to or (self._by_sop(doc) if kind.doctype == "Complaint" else self._fewest(kind, doc))
        if not found:
            frappe.throw(_("Nobody was found who may take it. Name somebody by hand."))
        self._got[found] += 1
        return found

    def _by_sop(self, doc: Document) -> str | None:
        if found := assigning.found_for(doc, self._now, without=self._user):
            return found.user
        agent = least_loaded(doc, without=self._user)
        return agent[0] if agent else None

    def _fewest(self, kind: Kind, doc: Document) -> str | None:
        role = kind.role
        if kind.doctype == CHAT:
            channel = channels.channel_named(doc.channel)
            role = (channel.responsible_role if channel else None) or role
        if not role:
            return None
        if role not in self._people:
            users = [user for user in holders_of([role])[role] if user != self._user]
            off = away(users, self._now.date())
            self._people[role] = [user for user in users if user not in off] or users
        ranked = sorted(self._people[role], key=lambda user: (self._got[user], user))
        able = unable if kind.row or kind.doctype in ("ToDo", SURVEY) else lambda user: objection(doc, user)
        return next((user for user in ranked[:ASKED] if able(user) is None), None)


def _hand(key: str, kind: Kind, name: str, user: str, chooser: _Chooser, result: HandedOn) -> None:
    told = len(frappe.local.message_log)
    frappe.db.savepoint(_MARK)
    try:
        doc = frappe.get_doc(kind.doctype, name, for_update=True)
        if kind.right:
            doc.check_permission(kind.right)
        new = chooser.person(kind, doc)
        kind.hand(doc, user, new)
        result.given.setdefault(new, []).append((kind.doctype, name))
    except Exception as error:
        roll_back_to(_MARK)
        result.stayed.append((kind.doctype, name, told_with(error, told)))
    del frappe.local.message_log[told:]


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
    for row in (*doc.stages, *doc.escalation_steps):
        for name in ("responsible_user", "user", "backup"):
            if row.get(name) == old:
                row.set(name, new)
    doc.save()


def _of_chat(doc: Document, old: str, new: str) -> None:
    _may(doc, new)
    conversation.write_chat(doc, _WHY, handed_to=new)


def _of_survey(doc: Document, old: str, new: str) -> None:
    _may(doc, new)
    writing.set_values(SURVEY, doc.name, {"follow_up_by": new}, _WHY)


def _of_task(doc: Document, old: str, new: str) -> None:
    doc.allocated_to = new
    # Of a complaint that its caller sees; the framework keeps tasks to those who gave and who have them.
    doc.save(ignore_permissions=True)


def _may(doc: Document, user: str) -> None:
    if not frappe.has_permission(doc.doctype, "read", doc=doc, user=user):
        frappe.throw(_("{0} may not see it.").format(frappe.bold(escape_html(get_fullname(user)))))


def _names(kind: Kind, user: str) -> list[str]:
    """Records of a kind that name somebody and that the session's user sees."""
    if kind.doctype == "ToDo":
        return _tasks(user)
    if not frappe.has_permission(kind.doctype):
        return []
    if kind.doctype == _SOP:
        return _sops(user)
    if kind.row:
        rest = ([kind.row, name, *value] for name, value in kind.filters.items())
        filters = [[kind.row, kind.person, "=", user], *rest]
        return sorted(set(frappe.get_list(kind.doctype, filters, pluck="name", order_by="name asc", limit=0)))
    filters = {kind.person: user, **kind.filters}
    return frappe.get_list(kind.doctype, filters, pluck="name", order_by="name asc", limit=0)


def _sops(user: str) -> list[str]:
    wanted = (
        ("Complaint SOP Stage", "responsible_user"),
        ("Complaint SOP Step", "user"),
        ("Complaint SOP Step", "backup"),
    )
    return sorted(
        {
            name
            for row, place in wanted
            for name in frappe.get_list(
                _SOP, [[row, place, "=", user]], pluck="name", order_by="name asc", limit=0
            )
        }
    )


def _tasks(user: str) -> list[str]:
    """Tasks of a helper, of complaints that the session's user sees: a handler's own goes with the complaint."""
    filters = {"allocated_to": user, "status": "Open", "reference_type": "Complaint"}
    rows = frappe.get_all("ToDo", filters, ["name", "reference_name"], order_by="name asc")
    seen = readable("Complaint", {row.reference_name for row in rows})
    about = {"name": ("in", sorted(seen) or [""]), "complaint_owner": user}
    own = set(frappe.get_all("Complaint", about, pluck="name", order_by="name asc"))
    return [row.name for row in rows if row.reference_name in set(seen) - own]


def _label(key: str) -> str:
    if key == "task":
        return _("Tasks as a helper")
    if key == "capa_action":
        return _("CAPAs with actions")
    if key == "follow_up":
        return _("Follow-ups of customers")
    return _(_KINDS[key].doctype)


def _tell(result: HandedOn, user: str, handler: str, now: datetime) -> None:
    """Each who got something one message of all of it; the log stands on the record of the person."""
    people = people_of(result.given)
    about = {"person": get_fullname(user), "by": get_fullname(frappe.session.user)}
    send(
        [
            Notice(WORK_HANDED_ON, people[new], *pieces[0], about | {"pieces": pieces}, frappe.session.user)
            for new, pieces in result.given.items()
            if new in people
        ],
        now,
    )
    given = [
        line("{0}: {1}", Text(people[new].full_name if new in people else new), len(pieces))
        for new, pieces in result.given.items()
    ]
    parts = [
        line("handed on all work of this person. {0}", given)
        if given
        else line("found no work of this person to hand on")
    ]
    for doctype, name, why in result.stayed[:_TOLD]:
        parts.append(line("stays: {0} ({1})", Link(doctype, name), Text(why)))
    if len(result.stayed) > _TOLD:
        parts.append(line("{0} more stay", len(result.stayed) - _TOLD))
    timeline.note(HANDLER, {handler: line("{0}", parts)}, now)


_KINDS: Final[dict[str, Kind]] = {
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
    work.CAPA_ACTION: Kind(
        "CAPA", "action_owner", {"status": ("in", work.CAPA_ACTION_OPEN)}, _of_rows("actions", "action_owner"),
        roles.ACTION_OWNER, "CAPA Action",
    ),
    work.CHAT: Kind(CHAT, "handed_to", {"mode": ("in", work.OPEN_STATES[CHAT])}, _of_chat, roles.AGENT, right="read"),
    work.FOLLOW_UP: Kind(
        SURVEY, "follow_up_by", {"second_look": FOLLOW_UP, "follow_up_done_at": ("is", "not set")}, _of_survey, roles.MANAGER,
        right="read",
    ),
    "task": Kind("ToDo", "allocated_to", {}, _of_task, roles.AGENT, right=""),
    "procedure": Kind(_SOP, "responsible_user", {}, _of_sop),
}  # fmt: skip
