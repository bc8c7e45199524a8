"""Who rests on a record that somebody takes back, and who is told of it.

A complaint rests on an investigation while G2 would be shut without it, as its own or as the one that covers it; a
CAPA rests on its root causes, an investigation on the only verified one it has, a closed complaint on the only CAPA
that it needed. What was closed or completed on a record refuses that it is taken back, by name. What is still open
goes on, for its next gate asks again; its handler is told.
"""

from collections.abc import Iterable

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.engine.sop.complaint import rests_on
from complaint_qms.services.lifecycle.links import capas_of, complaints_about, investigations_of
from complaint_qms.services.notify import alerts
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS, Directory

_ASKED = ("covered_by_investigation", "coverage_rationale", "no_investigation_reason")


def complaints_on_investigation(name: str, stages: Iterable[str]) -> list[frappe._dict]:
    """Complaints at one of `stages` that rest on a completed investigation."""
    rows = complaints_about(name, stages, [*dict.fromkeys((*COMPLAINT_FIELDS, *_ASKED))])
    own = investigations_of([row.name for row in rows]) if rows else {}
    return [
        row
        for row in rows
        if rests_on({**row, "investigations": own[row.name], "covering_stage": "completed"}, name)
    ]


def complaints_on_capa(name: str, complaints: Iterable[str]) -> list[str]:
    """Those of `complaints` that were closed because the CAPA answers them, and that have no other one."""
    wanted = sorted(set(complaints))
    if not wanted:
        return []
    closed = frappe.get_all(
        "Complaint",
        filters={"name": ("in", wanted), "stage": "closed", "capa_required": "yes"},
        pluck="name",
        order_by="name asc",
    )
    others = capas_of(closed) if closed else {}
    return [row for row in closed if {capa["name"] for capa in others[row]} == {name}]


def capas_on_cause(name: str) -> list[frappe._dict]:
    """CAPAs, void ones left out, that name a root cause."""
    capa, row = frappe.qb.DocType("CAPA"), frappe.qb.DocType("CAPA Root Cause")
    return (
        frappe.qb.from_(capa)
        .inner_join(row)
        .on(row.parent == capa.name)
        .select(capa.name, capa.title, capa.stage, capa.capa_owner, capa.company)
        .distinct()
        .where((row.root_cause == name) & (capa.stage != "void"))
        .orderby(capa.name)
    ).run(as_dict=True)


def investigations_on_cause(cause: Document) -> list[str]:
    """The investigation of a root cause, when it was completed on this one alone."""
    study = frappe.db.get_value(
        "Investigation", cause.investigation, ["stage", "outcome", "root_cause_waived_reason"], as_dict=True
    )
    if (
        not study
        or (study.stage, study.outcome) != ("completed", "confirmed")
        or study.root_cause_waived_reason
    ):
        return []
    others = {"investigation": cause.investigation, "status": "verified", "name": ("!=", cause.name)}
    return [] if frappe.db.exists("Root Cause", others) else [cause.investigation]


def tell_of_investigation(investigation: Document) -> None:
    """Tell the handlers of open complaints that the investigation they rest on is open again. Call it before the new
    stage is stored."""
    rows = complaints_on_investigation(investigation.name, COMPLAINT_UNENDED)
    directory = Directory()
    directory.learn(rows)
    told = [(person, row.name, row.subject) for row in rows for person in directory.handlers(row)]
    alerts.tell(alerts.INVESTIGATION_REOPENED, "Complaint", told, investigation.name, now_datetime())


def tell_of_cause(cause: Document) -> None:
    """Tell the owners of running CAPAs that the root cause they work on was ruled out; for an absent one their superior,
    without one the quality managers."""
    rows = [row for row in capas_on_cause(cause.name) if row.stage != "closed"]
    directory = Directory()
    acting = directory.acting(row.capa_owner for row in rows)
    managers = {
        row.company: directory.with_roles((roles.QUALITY_MANAGER,), row.company)
        for row in rows
        if row.capa_owner not in acting
    }
    present = directory.present(person for people in managers.values() for person in people)
    told = []
    for row in rows:
        person = acting.get(row.capa_owner)
        people = [person] if person else [one for one in managers[row.company] if one in present]
        told += [(one, row.name, row.title) for one in people]
    alerts.tell(alerts.CAUSE_REJECTED, "CAPA", told, cause.name, now_datetime())
