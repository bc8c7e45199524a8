"""Everything that somebody has goes to others in one step: to one person, or to whoever the procedures and the least work point to.

Each piece is handed over by the rules of its own save, as whoever asked for it; what cannot be is left where it is and told with the
reason. Everybody who gets something is told once of all of it, or once for each fifty pieces of a longer run: what was handed on and
the word of it are stored together. Approvals name nobody: whoever has the role grants them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import escape_html, get_fullname, now_datetime

from complaint_qms.constants.assigning import HANDLER
from complaint_qms.message_log import messages_withheld
from complaint_qms.permissions.sight import Sight
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import people_of
from complaint_qms.services.notify.sentences import WORK_HANDED_ON
from complaint_qms.services.people import roster
from complaint_qms.services.people.assignees import unable
from complaint_qms.services.record import timeline
from complaint_qms.services.record.batches import in_parts
from complaint_qms.services.record.error_text import told_with
from complaint_qms.services.record.timeline import Link, Text, line
from complaint_qms.services.transactions import OVERTAKEN, roll_back_to
from complaint_qms.services.work.pieces import KINDS, TASK, label_of, names_of, still_has
from complaint_qms.services.work.successors import Successors

_MARK: Final = "handed_on"
_WHY: Final = "all the work of this person was handed on"
# Failures that the timeline names; the rest is counted.
_TOLD: Final = 20
_CAPA: Final = "CAPA"
_PART: Final = 50
"""Pieces of one transaction, and of one message. Whoever else needs these records or the turn of those who get them waits for so many."""


@dataclass
class HandedOn:
    """What became of the work: who got which pieces, and what stayed with the reason."""

    given: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    stayed: list[tuple[str, str, str]] = field(default_factory=list)


def check_right(user: str) -> None:
    """Raises:
    frappe.PermissionError: the session's user may not write the Complaint Handler of somebody, or make it.
    """
    name = frappe.db.get_value(HANDLER, {"user": user})
    handler = frappe.get_doc(HANDLER, name) if name else frappe.get_doc({"doctype": HANDLER, "user": user})
    handler.check_permission("write" if name else "create")


def work_of(user: str) -> list[dict[str, Any]]:
    """How much of each kind somebody has, of what the session's user sees: {kind, label, count}; none that is empty."""
    found = ((key, len(names_of(kind, user))) for key, kind in KINDS.items())
    return [{"kind": key, "label": label_of(key), "count": count} for key, count in found if count]


def check_hand_on(user: str, to: str) -> None:
    """Raises:
    frappe.ValidationError: nobody is to have it, or somebody who cannot act.
    """
    if user == to:
        frappe.throw(_("Hand On To: choose somebody else than {0}.").format(escape_html(get_fullname(user))))
    if to and (sentence := unable(to)):
        frappe.throw(sentence.format(_("Hand On To"), frappe.bold(escape_html(to))))


def request_hand_on(user: str, to: str) -> int:
    """Have everything of a person handed on by a job, as the session's user; how many pieces.

    Raises:
        frappe.ValidationError: the session's user sees none.
    """
    count = sum(row["count"] for row in work_of(user))
    if not count:
        frappe.throw(
            _("{0} has no work that you may hand on.").format(frappe.bold(escape_html(get_fullname(user))))
        )
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
    """Hand on everything of a person that the session's user sees; where nothing at all is left, they are given nothing by itself any
    more. Commits part by part: killed in between, it may be asked for again.

    Args:
        to: who gets it all; empty: whoever the procedures and the least work point to.
    """
    result = HandedOn()
    roster.enlist([user])
    handler = frappe.db.get_value(HANDLER, {"user": user})
    frappe.db.commit()
    successors = Successors(user, to, now_datetime())
    pieces = [(key, name) for key, kind in KINDS.items() for name in names_of(kind, user)]

    def work(some: Sequence[tuple[str, str]]) -> HandedOn:
        part = HandedOn()
        for key, name in some:
            _hand(key, name, user, successors, part, alone=len(some) == 1)
        _tell(part, user, handler, now_datetime())
        return part

    for start in range(0, len(pieces), _PART):
        some = pieces[start : start + _PART]
        for part in in_parts(some, work, "Work could not be handed on", _record):
            for new, given in part.given.items():
                result.given.setdefault(new, []).extend(given)
            result.stayed += part.stayed
    _end(user, handler, bool(result.given or result.stayed), now_datetime())
    frappe.db.commit()
    return result


def _record(piece: tuple[str, str]) -> tuple[str, str]:
    return KINDS[piece[0]].doctype, piece[1]


def _hand(key: str, name: str, user: str, successors: Successors, result: HandedOn, *, alone: bool) -> None:
    kind = KINDS[key]
    frappe.db.savepoint(_MARK)
    with messages_withheld() as told:
        try:
            doc = frappe.get_doc(kind.doctype, name, for_update=True)
            if not still_has(kind, doc, user):
                return
            if kind.right:
                doc.check_permission(kind.right)
            new = successors.person(kind, doc)
            kind.hand(doc, user, new)
            result.given.setdefault(new, []).append((kind.doctype, name))
        except Exception as error:
            # The database may have undone the whole part: it is done again in smaller ones.
            if isinstance(error, OVERTAKEN) and not alone:
                raise
            roll_back_to(_MARK)
            result.stayed.append((kind.doctype, name, told_with(error, told)))


def _end(user: str, handler: str, found: bool, now: datetime) -> None:
    """What is left is looked for past the rights of whoever asked: work of another company keeps somebody in their turn."""
    with acting_as():
        left = sum(row["count"] for row in work_of(user))
    if not left:
        writing.set_values(HANDLER, handler, {"enabled": 0}, _WHY)
        said = line("is given nothing by itself any more: all work is handed on")
    else:
        said = line("takes complaints as before; pieces of work that are left: {0}", left)
    parts = [said] if found else [line("found no work of this person to hand on"), said]
    timeline.note(HANDLER, {handler: line("{0}", parts)}, now)


def _tell(result: HandedOn, user: str, handler: str, now: datetime) -> None:
    """Each who got something one message of all of it; the log stands on the record of the person."""
    people = people_of(result.given)
    about = {"person": get_fullname(user), "by": get_fullname(frappe.session.user)}
    sight = Sight(
        _CAPA, {name for pieces in result.given.values() for doctype, name in pieces if doctype == _CAPA}
    )
    send(
        [
            Notice(
                WORK_HANDED_ON,
                people[new],
                *_place(new, pieces, sight),
                about | {"pieces": pieces},
                frappe.session.user,
            )
            for new, pieces in result.given.items()
            if new in people
        ],
        now,
    )
    given = [
        line("{0}: {1}", Text(people[new].full_name if new in people else new), len(pieces))
        for new, pieces in result.given.items()
    ]
    if not given and not result.stayed:
        return
    parts = [line("handed on work of this person. {0}", given)] if given else []
    for doctype, name, why in result.stayed[:_TOLD]:
        parts.append(line("stays: {0} ({1})", Link(doctype, name), Text(why)))
    if len(result.stayed) > _TOLD:
        parts.append(line("{0} more stay", len(result.stayed) - _TOLD))
    timeline.note(HANDLER, {handler: line("{0}", parts)}, now)


def _place(user: str, pieces: list[tuple[str, str]], sight: Sight) -> tuple[str, str]:
    """What the message to somebody stands on: a piece that they see. Owners of actions see no CAPA, but the task that they have of it;
    before the plan is approved there is none."""
    seen = (piece for piece in pieces if piece[0] != _CAPA or sight.sees(user, piece[1]))
    if piece := next(seen, None):
        return piece
    names = [name for _doctype, name in pieces]
    about = {"reference_type": _CAPA, "reference_name": ("in", names), "allocated_to": user, "status": "Open"}
    task = frappe.db.get_value(TASK, about)
    return (TASK, task) if task else ("User", user)
