"""Who rests on a record that somebody takes back, and who is told of it.

A complaint rests on an investigation while G2 would be shut without it, as its own or as the one that covers it; a
CAPA rests on its root causes, an investigation on the only verified one it has, a closed complaint on the only CAPA
that it needed. What was closed or completed on a record refuses that it is taken back, by name. What is still open
goes on, for its next gate asks again; its handler is told.
"""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.constants.events import CAUSE_REJECTED, INVESTIGATION_REOPENED
from complaint_qms.constants.records import ENDED
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.engine.sop.complaint import rests_on
from complaint_qms.permissions.sight import Sight
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce
from complaint_qms.services.lifecycle.links import capas_of, complaints_about, investigations_of
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS, Directory

_ASKED = (
    "covered_by_investigation",
    "coverage_rationale",
    "no_investigation_reason",
)


def complaints_on_investigation(name: str, stages: Iterable[str], held: bool = False) -> list[frappe._dict]:
    """Complaints at one of `stages` that rest on a completed investigation.

    Args:
        held: as everything is this moment; complaints and investigations stay locked until the transaction ends.
    """
    rows = complaints_about(name, stages, [*dict.fromkeys((*COMPLAINT_FIELDS, *_ASKED))], held)
    own = investigations_of([row.name for row in rows]) if rows else {}
    if held:
        _as_now("Investigation", own)
    return [
        row
        for row in rows
        if rests_on({**row, "investigations": own[row.name], "covering_stage": "completed"}, name)
    ]


def complaints_on_capa(name: str, complaints: Iterable[str], held: bool = False) -> list[str]:
    """Those of `complaints` that were closed because the CAPA answers them, and that have no other one.

    Args:
        held: as everything is this moment; complaints and CAPAs stay locked until the transaction ends.
    """
    wanted = sorted(set(complaints))
    if not wanted:
        return []
    if held:
        rows = lock_rows("Complaint", wanted, "stage", "capa_required").values()
        closed = [row.name for row in rows if (row.stage, row.capa_required) == ("closed", "yes")]
    else:
        closed = frappe.get_all(
            "Complaint",
            filters={"name": ("in", wanted), "stage": "closed", "capa_required": "yes"},
            pluck="name",
            order_by="name asc",
        )
    others = capas_of(closed) if closed else {}
    if held:
        _as_now("CAPA", others)
    return [row for row in closed if {capa["name"] for capa in others[row]} == {name}]


def capas_on_cause(name: str, held: bool = False) -> list[frappe._dict]:
    """CAPAs, void ones left out, that name a root cause; `held`: as they are this moment, locked."""
    capa, row = frappe.qb.DocType("CAPA"), frappe.qb.DocType("CAPA Root Cause")
    rows = (
        frappe.qb.from_(capa)
        .inner_join(row)
        .on(row.parent == capa.name)
        .select(capa.name, capa.title, capa.stage, capa.capa_owner, capa.company)
        .distinct()
        .where((row.root_cause == name) & (capa.stage != "void"))
        .orderby(capa.name)
    ).run(as_dict=True)
    by_cause = {name: rows}
    if held:
        _as_now("CAPA", by_cause)
    return by_cause[name]


def investigations_on_cause(cause: Document, held: bool = False) -> list[str]:
    """The investigation of a root cause, when it was completed on this one alone; `held`: as it is this moment, locked."""
    fields = ("stage", "outcome", "root_cause_waived_reason")
    if held:
        study = lock_rows("Investigation", [cause.investigation], *fields).get(cause.investigation)
    else:
        study = frappe.db.get_value("Investigation", cause.investigation, fields, as_dict=True)
    if (
        not study
        or (study.stage, study.outcome) != ("completed", "confirmed")
        or study.root_cause_waived_reason
    ):
        return []
    others = {"investigation": cause.investigation, "status": "verified", "name": ("!=", cause.name)}
    names = frappe.get_all("Root Cause", filters=others, pluck="name", order_by="name asc")
    if held:
        names = [
            row.name for row in lock_rows("Root Cause", names, "status").values() if row.status == "verified"
        ]
    return [] if names else [cause.investigation]


def investigation_reopened(investigation: Document) -> None:
    """Say that an investigation is open again on which open complaints rest, and mark them as changed. Call it before the
    new stage is stored."""
    rows = complaints_on_investigation(investigation.name, COMPLAINT_UNENDED, held=True)
    _mark("Complaint", [row.name for row in rows])
    announce([Event(INVESTIGATION_REOPENED, "Investigation", investigation.name, {"complaints": rows})])


def cause_rejected(cause: Document) -> None:
    """Say that a root cause was ruled out on which running CAPAs work; they and its investigation are marked as changed."""
    rows = [row for row in capas_on_cause(cause.name, held=True) if row.stage != "closed"]
    _mark("CAPA", [row.name for row in rows])
    study = lock_rows("Investigation", [cause.investigation], "stage")
    _mark("Investigation", [row.name for row in study.values() if row.stage not in ENDED["Investigation"]])
    announce([Event(CAUSE_REJECTED, "Root Cause", cause.name, {"capas": rows})])


def capa_left(capa: str, complaints: Iterable[str]) -> None:
    """A CAPA answers these complaints no more: those that are still open are marked as changed."""
    rows = lock_rows("Complaint", complaints, "stage")
    _mark("Complaint", [row.name for row in rows.values() if row.stage in COMPLAINT_UNENDED])


def assessment_reopened(complaint: str) -> str | None:
    """The stage of a complaint whose assessment is open again, as it is this moment; while it is open it is marked as
    changed."""
    stage = next((row.stage for row in lock_rows("Complaint", [complaint], "stage").values()), None)
    if stage in COMPLAINT_UNENDED:
        _mark("Complaint", [complaint])
    return stage


def tell_handlers(events: list[Event]) -> None:
    """Listens to investigations opened again: the handlers of the complaints hear of it."""
    for event in events:
        directory = Directory()
        directory.learn(event.data["complaints"])
        send(
            (
                Notice(event.kind, person, "Complaint", row.name, {"title": row.subject, "basis": event.name})
                for row in event.data["complaints"]
                for person in directory.handlers(row)
            ),
            event.at,
        )


def tell_owners(events: list[Event]) -> None:
    """Listens to root causes ruled out: the owners of the CAPAs hear of it, for an absent one their superior; where
    neither may see the CAPA, the quality managers who do."""
    for event in events:
        rows = event.data["capas"]
        directory = Directory()
        sight = Sight("CAPA", (row.name for row in rows))
        acting = directory.acting(row.capa_owner for row in rows)
        told = {
            row.name: person
            for row in rows
            if (person := acting.get(row.capa_owner)) and sight.sees(person.user, row.name)
        }
        others = [] if len(told) == len(rows) else directory.with_roles((roles.QUALITY_MANAGER,))
        messages = []
        for row in rows:
            person = told.get(row.name)
            people = [person] if person else others
            data = {"title": row.title, "basis": event.name}
            messages += [Notice(event.kind, one, "CAPA", row.name, data) for one in people]
        send(messages, event.at)


def _as_now(doctype: str, found: dict[str, list[dict[str, Any]]]) -> None:
    """Put the stages of this moment into rows of records, and take those out that were made void meanwhile."""
    now = lock_rows(doctype, (row["name"] for rows in found.values() for row in rows), "stage")
    for key, rows in found.items():
        for row in rows:
            row["stage"] = now[row["name"]].stage if row["name"] in now else "void"
        found[key] = [row for row in rows if row["stage"] != "void"]


def _mark(doctype: str, names: Iterable[str]) -> None:
    """Who read one of these records before and is about to save it has to read it again (`record/row_locks.py`)."""
    writing.set_where(doctype, names, {}, "what it rests on was taken back", modified=True)
