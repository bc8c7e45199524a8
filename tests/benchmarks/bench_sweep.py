"""Sweep of the SOP clocks over 100,000 open complaints of which 1 % are newly due, and of a ladder of four steps of which 2,000
are due, on a real site.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_sweep [--site NAME] [--bench PATH] [--rows 100000] [--due 1000] [--steps 2000]

Builds its rows by bulk insert, sweeps, compares with a loop that loads, reckons and saves document by document (timed
on a sample and scaled up), and removes everything it made, also when it fails. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import perf_counter

import frappe

from complaint_qms.constants import roles
from complaint_qms.constants.clock import OVERDUE
from complaint_qms.engine.sla.steps import Ahead
from complaint_qms.services.notify import digest
from complaint_qms.services.sop import clock, escalation, ladder_state
from complaint_qms.services.sop.escalation_table import ladder_of
from tests.benchmarks.connection import add_site, connected

MARK = "BENCH-SWEEP"
BAR_SECONDS, BAR_RATIO = 2.0, 100
BAR_LADDER_SECONDS = 4.0
# Share of the stage's limit, what is done, for whom
LADDER = (
    (50, "remind", "handler"),
    (80, "watch", "superior"),
    (100, "raise_urgency", None),
    (150, "remind", "superior"),
)
NOW = datetime(2024, 7, 2, 12, 0)
HANDLERS = 20
SAMPLE = 200  # documents that the loop is timed on


def build(rows: int, due: int, staff: int = HANDLERS, ladder: bool = False) -> None:
    """Handlers with a superior, an SOP, and the complaints; the due ones are spread over the names. With a ladder no clock is due,
    but of each complaint that is one of the four steps, each in its turn."""
    superior = _person(0)
    chief = _employee(superior, None)
    handlers = [_person(n + 1) for n in range(staff)]
    for handler in handlers:
        _employee(handler, chief)
    sop = frappe.get_doc(
        {
            "doctype": "Complaint SOP",
            "sop_name": MARK,
            "round_the_clock": 1,
            "first_response_time": 3600,
            "resolution_time": 30 * 86400,
            "stages": [{"stage": "triage", "time_limit": 86400, "warn_percent": 75}],
            "escalation_steps": [
                {"clock": "stage", "moment": "percent", "percent": at, "action": action, "recipient": whom}
                for at, action, whom in LADDER
                if ladder
            ],
        }
    ).insert(ignore_permissions=True)
    keys = list(ladder_of(sop))
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    columns = [
        "name",
        "creation",
        "modified",
        "owner",
        "modified_by",
        "docstatus",
        "idx",
        "subject",
        "company",
    ]
    columns += ["stage", "sop", "complaint_owner", "received_at", "sla_status", "next_check_at"]
    columns += [f"{name}_{part}" for name in ("stage", "resolution") for part in ("due", "warn_at", "status")]
    columns += ["escalation_level", "urgency", "ladder_steps", "ladder_next_at"]
    spacing = max(rows // due, 1)

    def values() -> Iterator[tuple]:
        for n in range(rows):
            late = n % spacing == 0 and n // spacing < due
            end = NOW - timedelta(minutes=n % 60) if late else NOW + timedelta(minutes=60 + n % 9000)
            warn = end - timedelta(hours=6) if late else end - timedelta(minutes=30)
            status, check = ("at_risk", end) if late else ("on_track", warn)
            if ladder and late:
                end, status = NOW + timedelta(hours=6), "on_track"
                warn = end - timedelta(hours=1)
            steps, step_at = _ladder(keys, n // spacing if late else None) if ladder else (None, None)
            check = min(step_at, warn) if ladder else check
            whole = NOW + timedelta(days=20)
            yield (
                f"{MARK}-{n:06d}", NOW, NOW, "Administrator", "Administrator", 0, 0, f"Complaint {n}", company,
                "triage", sop.name, handlers[n // spacing % staff], NOW - timedelta(days=3), status, check,
                end, warn, status, whole, whole - timedelta(days=5), "on_track", 0,
                "normal", steps, step_at,
            )  # fmt: skip

    frappe.db.bulk_insert("Complaint", columns, values())
    frappe.db.commit()
    frappe.db.sql_ddl("ANALYZE TABLE `tabComplaint`")


def _ladder(keys: list[str], turn: int | None) -> tuple[str | None, datetime]:
    """State of a ladder of which one step is due, the first to the last in turn, and the others lie ahead; None: all of them do."""
    passed = 0 if turn is None else turn % len(keys)
    first = NOW + timedelta(days=2) if turn is None else NOW - timedelta(minutes=1)
    moments = [first, *(NOW + timedelta(days=3 + n) for n in range(len(keys) - passed - 1))]
    ahead = [Ahead(key, at) for key, at in zip(keys[passed:], moments, strict=True)]
    return ladder_state.as_kept(ahead, keys[:passed]), first


def give_outgoing_account() -> None:
    """An account to send from, where the site has none, so that digest mails are queued (they are never sent)."""
    if not frappe.db.exists("Email Account", {"default_outgoing": 1, "enable_outgoing": 1}):
        account = frappe.new_doc("Email Account")
        account.update(
            {"name": MARK, "email_account_name": MARK, "email_id": "bench-sweep@qms.example"}
            | {"enable_outgoing": 1, "default_outgoing": 1, "smtp_server": "localhost"}
        )
        account.db_insert()
        frappe.db.commit()


def _person(number: int) -> str:
    email = f"{MARK.lower()}-{number}@qms.example"
    frappe.get_doc(
        {
            "doctype": "User",
            "email": email,
            "first_name": f"Bench {number}",
            "send_welcome_email": 0,
            "roles": [{"role": roles.AGENT}],  # who may not see a complaint is told nothing of it
        }
    ).insert(ignore_permissions=True)
    return email


def _employee(user: str, reports_to: str | None) -> str:
    made = frappe.get_doc(
        {
            "doctype": "Employee",
            "first_name": MARK,
            "company": frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0],
            "gender": "Female",
            "date_of_birth": "1990-01-01",
            "date_of_joining": "2020-01-01",
            "user_id": user,
            "reports_to": reports_to,
            "create_user_permission": 0,
        }
    )
    return made.insert(ignore_permissions=True).name


def remove() -> None:
    """Everything that this benchmark made, and what the sweep wrote about it."""
    frappe.db.rollback()
    like = f"{MARK}-%"
    for doctype, fieldname in (
        ("Notification Log", "document_name"),
        ("QMS Message", "reference_name"),
        ("Comment", "reference_name"),
        ("Version", "docname"),
        ("Complaint Stage Log", "parent"),
        ("Complaint Escalation", "parent"),
        ("Document Follow", "ref_docname"),
        ("Complaint", "name"),
    ):
        frappe.db.delete(doctype, {fieldname: ("like", like)})
    queued = frappe.get_all(
        "Email Queue Recipient", {"recipient": ("like", f"{MARK.lower()}-%")}, pluck="parent", order_by="name"
    )
    for doctype, fieldname in (("Email Queue Recipient", "parent"), ("Email Queue", "name")):
        frappe.db.delete(doctype, {fieldname: ("in", queued or [""])})
    frappe.db.delete("Email Account", {"name": MARK})
    if frappe.db.exists("Complaint SOP", MARK):
        frappe.delete_doc("Complaint SOP", MARK, force=True, ignore_permissions=True, delete_permanently=True)
    frappe.db.set_value("Employee", {"first_name": MARK}, "reports_to", None)
    for name in frappe.get_all("Employee", {"first_name": MARK}, pluck="name", order_by="name"):
        frappe.delete_doc("Employee", name, force=True, ignore_permissions=True, delete_permanently=True)
    for name in frappe.get_all(
        "User", {"name": ("like", f"{MARK.lower()}-%")}, pluck="name", order_by="name"
    ):
        frappe.delete_doc("User", name, force=True, ignore_permissions=True, delete_permanently=True)
    frappe.db.delete("Deleted Document", {"deleted_name": ("like", f"%{MARK}%")})
    frappe.db.commit()


def loop(names: list[str], now: datetime) -> float:
    """Seconds for doing the same one document at a time: load, reckon, and where a clock ran out save and tell."""
    begin = perf_counter()
    for name in names:
        doc = frappe.get_doc("Complaint", name)
        clock.refresh(doc, now)
        if doc.stage_due and doc.stage_due <= now:
            doc.db_set({"stage_status": OVERDUE, "sla_status": OVERDUE}, update_modified=False)
            doc.add_comment("Info", "Overdue")
            frappe.get_doc(
                {
                    "doctype": "Notification Log",
                    "type": "Alert",
                    "for_user": doc.complaint_owner,
                    "subject": f"{name} is overdue",
                    "document_type": "Complaint",
                    "document_name": name,
                }
            ).insert(ignore_permissions=True)
        frappe.db.commit()
    return perf_counter() - begin


def measure(rows: int, due: int) -> bool:
    """Print the figures; whether the bars are held."""
    names = [f"{MARK}-{n:06d}" for n in range(0, rows, rows // SAMPLE)][:SAMPLE]
    looped = (
        loop(names, NOW - timedelta(days=30)) / len(names) * rows
    )  # nothing is due then: the loop's best case
    begin = perf_counter()
    done = escalation.sweep(NOW)
    took = perf_counter() - begin
    if (done.changed, done.overdue) != (due, due):
        raise SystemExit(f"the sweep did something else than planned: {done}")
    begin = perf_counter()
    if escalation.sweep(NOW).changed:
        raise SystemExit("the second sweep repeated a step")
    idle = perf_counter() - begin
    begin = perf_counter()
    mails = digest.send(NOW)
    mailing = perf_counter() - begin
    told = frappe.db.count("QMS Message", {"reference_name": ("like", f"{MARK}-%"), "channel": "desk"})
    if told != 2 * due:
        raise SystemExit(f"{told} messages for {due} complaints, each with a handler and a superior")
    print(f"{rows:,} open complaints, {due:,} newly due: {told} messages, {mails} mails")
    print(f"one sweep              {took:8.2f} s    bar {BAR_SECONDS:.0f} s")
    print(f"composing its mails    {mailing:8.2f} s    in a job of its own")
    print(f"a sweep with none due  {idle * 1000:8.1f} ms")
    print(f"document by document   {looped:8.0f} s    {looped / took:.0f} ×, bar {BAR_RATIO} ×")
    return took <= BAR_SECONDS and looped / took >= BAR_RATIO


def measure_ladder(rows: int, due: int) -> bool:
    """Print the figures of the ladder; whether the bar is held."""
    begin = perf_counter()
    done = escalation.sweep(NOW)
    took = perf_counter() - begin
    if (done.changed, done.taken, done.overdue) != (due, due, 0):
        raise SystemExit(f"the sweep did something else than planned: {done}")
    begin = perf_counter()
    if escalation.sweep(NOW).changed:
        raise SystemExit("the second sweep repeated a step")
    idle = perf_counter() - begin
    names = [f"{MARK}-{n:06d}" for n in range(0, rows, rows // due)][:SAMPLE]
    looped = loop_ladder(names) / len(names) * rows
    logged = frappe.db.count("Complaint Escalation", {"parent": ("like", f"{MARK}-%")})
    if logged != due:
        raise SystemExit(f"{logged} steps in the logs of {due} complaints")
    print(f"{rows:,} open complaints under a ladder of {len(LADDER)} steps, {due:,} steps due")
    print(f"one sweep              {took:8.2f} s    bar {BAR_LADDER_SECONDS:.0f} s")
    print(f"a sweep with none due  {idle * 1000:8.1f} ms")
    print(f"document by document   {looped:8.0f} s    {looped / took:.0f} ×, bar {BAR_RATIO} ×")
    return took <= BAR_LADDER_SECONDS and looped / took >= BAR_RATIO


def loop_ladder(names: list[str]) -> float:
    """Seconds for asking one document at a time what its ladder has ahead: load, reckon, write. Nothing is told: the best case."""
    begin = perf_counter()
    for name in names:
        doc = frappe.get_doc("Complaint", name)
        clock.refresh(doc, NOW)
        ahead = {"ladder_steps": doc.ladder_steps, "ladder_next_at": doc.ladder_next_at}
        doc.db_set(ahead, update_modified=False)
        frappe.db.commit()
    return perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=1_000)
    parser.add_argument("--steps", type=int, default=2_000)
    parser.add_argument("--handlers", type=int, default=HANDLERS)
    given = parser.parse_args()
    with connected(given.site, given.bench / "sites"):
        remove()
        try:
            build(given.rows, given.due, given.handlers)
            give_outgoing_account()
            held = measure(given.rows, given.due)
            remove()
            build(given.rows, given.steps, given.handlers, ladder=True)
            held &= measure_ladder(given.rows, given.steps)
        finally:
            remove()
    raise SystemExit(0 if held else 1)


if __name__ == "__main__":
    main()
