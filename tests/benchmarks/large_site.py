"""A site as a large company has it, made by the database itself: complaints with their stages, items, batches, customers, suppliers,
deliveries with their kept weeks, purchases, CAPAs, causes, surveys, settlements.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.large_site --site NAME [--bench PATH] [--rows 1000000] [--items 10000]
    PYTHON_OF_THE_BENCH -m tests.benchmarks.large_site --site NAME --remove

Every row is an INSERT … SELECT over a sequence, the draws in it are checksums of its number: the same size gives the same site. A few
products draw most complaints, one customer has many of the same, every tenth repeats an earlier one, most are closed, the last weeks
are open. What `bench_reports` and `bench_signal_scan` measure stands on it (`--standing`), or is made and taken away by them. No
controller runs: the rows carry what reports and scans read. Use a site that may be thrown away.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import frappe

from complaint_qms.services.signals import kept_weeks
from tests.benchmarks.connection import connected

MARK = "LARGE-"
NOW = datetime(2026, 6, 28, 18)
WEEKS = 156
FIRST = (NOW.date() + timedelta(days=1)) - timedelta(weeks=WEEKS)
SPAN = WEEKS * 7 * 86_400
PART = 50_000
_STAGES = ("intake", "triage", "investigate", "solve", "confirm", "execute", "review")
_LIMITS = (4, 8, 64, 24, 40, 40, 16)
_META = "owner, modified_by, creation, modified, docstatus, idx"
_CHILD = f"name, {_META}, parent, parenttype, parentfield"
_TABLES = (
    "Complaint Stage Log", "Complaint Survey", "Complaint Settlement Document", "Complaint Settlement", "CAPA Action", "CAPA", "Root Cause",
    "Complaint", "Delivery Note Item", "Delivery Note", "Purchase Receipt Item", "Purchase Receipt", "Batch", "Item", "Customer",
    "Supplier", "Item Group", "Customer Group", "Territory", "Complaint Type", "User",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How many of what there are."""

    complaints: int = 1_000_000
    items: int = 10_000
    batches_each: int = 10
    customers: int = 20_000
    suppliers: int = 300
    types: int = 40
    territories: int = 60
    groups: int = 40
    handlers: int = 50
    notes: int = 200_000
    receipts: int = 40_000
    capas: int = 2_000

    @classmethod
    def of(cls, complaints: int, items: int = 0) -> Size:
        """A site in proportion to its complaints."""
        share = min(complaints / 1_000_000, 1.0)

        def part(whole: int, least: int) -> int:
            return max(int(whole * share), least)

        return cls(
            complaints=complaints,
            items=items or part(cls.items, 20),
            customers=part(cls.customers, 40),
            suppliers=part(cls.suppliers, 5),
            notes=part(cls.notes, 60),
            receipts=part(cls.receipts, 20),
            capas=part(cls.capas, 5),
        )


class Maker:
    """Makes the site's rows under `MARK`, in the company that the site has."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.company = frappe.get_all("Company", pluck="name", order_by="name")[0]
        self.sop = (frappe.get_all("Complaint SOP", pluck="name", order_by="name") or [None])[0]
        self.severities = frappe.get_all("Risk Severity", pluck="name", order_by="`rank`")
        self.occurrences = frappe.get_all("Risk Occurrence", pluck="name", order_by="`rank`")
        self.channels = frappe.get_all("Complaint Channel", pluck="name", order_by="name")

    def make(self) -> None:
        """Everything, each kind with its seconds."""
        frappe.db.sql("set session unique_checks = 0, foreign_key_checks = 0")
        # What is drawn once is not drawn again in each column that rests on it.
        frappe.db.sql("set session optimizer_switch = 'derived_merge=off'")
        for step in (
            self.masters, self.complaints, self.stages, self.records, self.money, self.deliveries, self.weeks, self.analyse,
        ):  # fmt: skip
            begin = perf_counter()
            step()
            frappe.db.commit()
            print(f"  {step.__name__:12} {perf_counter() - begin:8.1f} s", flush=True)

    def masters(self) -> None:
        of = self.size
        self._rows("Item Group", of.groups, {"item_group_name": _named("G"), "is_group": "0"})
        self._rows("Customer Group", 12, {"customer_group_name": _named("CG"), "is_group": "0"})
        self._rows("Territory", of.territories, {"territory_name": _named("R"), "is_group": "0"})
        self._rows("Complaint Type", of.types, {"complaint_type_name": _named("T"), "is_group": "0"})
        trees = {"Item Group": "G", "Customer Group": "CG", "Territory": "R", "Complaint Type": "T"}
        for doctype, mark in trees.items():
            # Leaves of the tree's root, after what the site has: reports ask for branches.
            last = frappe.db.sql(f"select coalesce(max(rgt), 0) from `tab{doctype}`")[0][0]
            most = max(of.groups, of.territories, of.types)
            frappe.db.sql(f"update `tab{doctype}` set rgt = {last + 2 * most + 2} where rgt = {last}")
            frappe.db.sql(
                f"""update `tab{doctype}` t join seq_0_to_{most} s on t.name = concat('{MARK}{mark}', s.seq)
                set t.lft = {last} + 2 * s.seq, t.rgt = {last} + 2 * s.seq + 1"""
            )  # fmt: skip
        self._rows(
            "Item", of.items,
            {"item_code": _named("I"), "item_name": "concat('Article ', seq)", "item_group": _named("G", f"seq % {of.groups}"), "stock_uom": "'Nos'"},
        )  # fmt: skip
        self._rows(
            "Customer", of.customers,
            {"customer_name": "concat('Customer ', seq)", "customer_group": _named("CG", "seq % 12"), "territory": _named("R", f"seq % {of.territories}")},
            "C",
        )  # fmt: skip
        self._rows("Supplier", of.suppliers, {"supplier_name": "concat('Supplier ', seq)"}, "S")
        self._rows(
            "Batch", of.items * of.batches_each,
            {
                "batch_id": _named("B"), "item": _named("I", f"seq div {of.batches_each}"),
                "supplier": f"if(seq % 10 < 7, {_named('S', f'seq % {of.suppliers}')}, null)",
            },
        )  # fmt: skip
        self._rows(
            "User", of.handlers, {"email": f"concat('{MARK}U', seq)", "full_name": "concat('Handler ', seq)"}
        )

    def complaints(self) -> None:
        with indexes_made_after("Complaint", self.size.complaints):
            for first in range(1, self.size.complaints + 1, PART):
                last = min(first + PART - 1, self.size.complaints)
                frappe.db.sql(self._complaints(first, last))
                frappe.db.commit()

    def stages(self) -> None:
        """Visits of the way that each complaint has gone: half go a short one."""
        way = " union all ".join(
            f"select {at} n, '{stage}' stage, {limit * 3600} most"
            for at, (stage, limit) in enumerate(zip(_STAGES, _LIMITS, strict=True))
        )
        with indexes_made_after("Complaint Stage Log", self.size.complaints):
            for first in range(1, self.size.complaints + 1, PART):
                self._visits(way, first, min(first + PART - 1, self.size.complaints))
                frappe.db.commit()

    def records(self) -> None:
        """CAPAs with actions, verified causes, and answers of customers to every fifth complaint that was closed."""
        of = self.size
        of_item = {
            "item_code": _named("I", f"{_u('seq', '1')} * {of.items}", "floor"),
            "company": f"'{self.company}'",
        }
        supplied = {"supplier": _named("S", f"seq % {of.suppliers}")}
        stages = ("draft", "implement", "verify", "effectiveness", "closed", "closed", "ineffective")
        self._rows(
            "CAPA", of.capas,
            of_item | supplied | {
                "title": "concat('CAPA ', seq)", "stage": _drawn(stages, "'2'"), "capa_owner": _named("U", f"seq % {of.handlers}"),
                "before_count": "20", "before_exposure": "10000", "after_count": "seq % 30", "after_exposure": "10000", "confidence": "95",
                "verdict": "if(seq % 30 < 12, 'effective', 'insufficient_data')", "window_end": f"'{FIRST}' + interval seq % 1000 day",
                "creation": f"'{FIRST}' + interval seq % 1000 day",
            },
        )  # fmt: skip
        frappe.db.sql(
            f"""insert into `tabCAPA Action` ({_CHILD}, action, action_owner, status, due_date)
            select concat('{MARK}A', a.seq, '-', n.seq), 'Administrator', 'Administrator', '{FIRST}', '{FIRST}', 0, n.seq, concat('{MARK}CAPA', a.seq),
                'CAPA', 'actions', 'x', {_named("U", f"a.seq % {of.handlers}")}, if(n.seq = 1, 'done', 'open'), '{FIRST}' + interval a.seq % 1200 day
            from seq_0_to_{of.capas - 1} a join seq_1_to_3 n"""
        )
        self._rows(
            "Root Cause", of.capas,
            of_item | supplied | {"status": "if(seq % 3, 'verified', 'proposed')", "verified_at": f"'{FIRST}' + interval seq % 1000 day"},
        )  # fmt: skip
        frappe.db.sql(
            f"""insert into `tabComplaint Survey` (name, {_META}, complaint, customer, company, complaint_type, handler, state, sent_at, csat, nps,
                answered_at, closing_key)
            select concat('SV-', name), 'Administrator', 'Administrator', closed_at, closed_at, 0, 0, name, customer, company, complaint_type,
                complaint_owner, if(idx % 3, 'sent', 'answered'), closed_at + interval 1 day, if(idx % 3, 0, 1 + crc32(name) % 5),
                if(idx % 3, null, crc32(concat(name, 'n')) % 11), if(idx % 3, null, closed_at + interval 3 day), name
            from `tabComplaint` where name like '{MARK}%' and stage = 'closed' and idx % 5 = 0"""
        )

    def money(self) -> None:
        """Settlements with one document each, of every tenth complaint that was closed."""
        common = "'Administrator', 'Administrator', closed_at, closed_at"
        which = f"from `tabComplaint` where name like '{MARK}%' and stage = 'closed' and idx % 10 = 0"
        frappe.db.sql(
            f"""insert into `tabComplaint Settlement` (name, {_META}, complaint, customer, company, currency, conversion_rate, status,
                total_amount, base_total_amount)
            select concat('ST-', name), {common}, 1, 0, name, customer, company, currency, 1, 'Closed', settled_amount, settled_amount {which}"""
        )
        frappe.db.sql(
            f"""insert into `tabComplaint Settlement Document` ({_CHILD}, document_type, document_name, purpose, amount, remedy_value, document_status)
            select concat('SD-', name), {common}, 1, 1, concat('ST-', name), 'Complaint Settlement', 'documents', 'Sales Invoice', name,
                if(idx % 20, 'credit_note', 'goodwill'), settled_amount, settled_amount, 'submitted' {which}"""
        )

    def deliveries(self) -> None:
        """Two rows a note; every hundredth note is a return. What suppliers brought in as well."""
        of, days = self.size, WEEKS * 7
        meta = f"'Administrator', 'Administrator', '{FIRST}', '{FIRST}', 1"
        frappe.db.sql(
            f"""insert into `tabDelivery Note` (name, {_META}, company, customer, territory, posting_date, is_return, return_against, total_qty)
            select concat('{MARK}N', seq), {meta}, 0, '{self.company}', {_named("C", f"crc32(seq) % {of.customers}")},
                {_named("R", f"(crc32(seq) % {of.customers}) % {of.territories}")}, '{FIRST}' + interval floor((seq - 1) * {days} / {of.notes}) day,
                seq % 100 = 0, if(seq % 100 = 0, concat('{MARK}N', seq - 1), null), if(seq % 100 = 0, -2, 80)
            from seq_1_to_{of.notes}"""
        )
        frappe.db.sql(
            f"""insert into `tabDelivery Note Item` ({_CHILD}, item_code, stock_qty, batch_no)
            select concat('{MARK}N', seq, '-', row), {meta}, row, concat('{MARK}N', seq), 'Delivery Note', 'items', {_named("I", "item")},
                if(seq % 100 = 0, -1, 40), concat('{MARK}B', item * {of.batches_each} + floor(seq * {of.batches_each} / ({of.notes} + 1)))
            from (select s.seq, r.seq row, floor(pow({_u("s.seq", "r.seq")}, 1.5) * {of.items}) item from seq_1_to_{of.notes} s join seq_1_to_2 r) d"""
        )
        frappe.db.sql(
            f"""insert into `tabPurchase Receipt` (name, {_META}, company, supplier, posting_date)
            select concat('{MARK}P', seq), {meta}, 0, '{self.company}', {_named("S", f"seq % {of.suppliers}")},
                '{FIRST}' + interval floor((seq - 1) * {days} / {of.receipts}) day from seq_1_to_{of.receipts}"""
        )
        frappe.db.sql(
            f"""insert into `tabPurchase Receipt Item` ({_CHILD}, item_code, stock_qty)
            select concat('{MARK}P', seq), {meta}, 1, concat('{MARK}P', seq), 'Purchase Receipt', 'items', {_named("I", f"crc32(seq) % {of.items}")}, 500
            from seq_1_to_{of.receipts}"""
        )

    def weeks(self) -> None:
        """Kept as the site's own job keeps them."""
        begun = kept_weeks.week_of(FIRST)
        for week in range(begun, begun + WEEKS, 12):
            kept_weeks.keep_weeks(range(week, min(week + 12, begun + WEEKS)), NOW)
            frappe.db.commit()

    def analyse(self) -> None:
        for doctype in (*_TABLES, kept_weeks.UNITS, kept_weeks.WEEK):
            frappe.db.sql_ddl(f"analyze table `tab{doctype}`")

    @staticmethod
    def _visits(way: str, first: int, last: int) -> None:
        frappe.db.sql(
            f"""insert into `tabComplaint Stage Log` ({_CHILD}, stage, entered_at, left_at, time_limit, used_seconds, status)
            select concat(c.name, '-', n), 'Administrator', 'Administrator', c.creation, c.creation, 0, n + 1, c.name, 'Complaint', 'stage_log',
                w.stage, c.received_at + interval n * 20 hour,
                if(c.stage = w.stage, null, c.received_at + interval (n + 1) * 20 hour), most,
                if(c.stage = w.stage, 0, floor(most * pow({_u("c.name", "w.n")} * 1.35, 2))),
                if(c.stage = w.stage, '', if({_u("c.name", "w.n")} > 0.74, 'missed', 'met'))
            from `tabComplaint` c join ({way}) w
                on (c.idx % 2 = 0 or n in (0, 1, 3, 6)) and n <= coalesce(nullif(find_in_set(c.stage, '{",".join(_STAGES)}'), 0) - 1, 6)
            where c.name between '{MARK}{first:07d}' and '{MARK}{last:07d}'"""
        )

    def _rows(self, doctype: str, count: int, values: dict[str, str], mark: str = "") -> None:
        """Rows numbered from 0; their name is that of the field that says it, else of the DocType."""
        numbered = mark or doctype in ("CAPA", "Root Cause")
        own = _named(mark or doctype) if numbered else next(iter(values.values()))
        meta = {"name": own, **dict.fromkeys(("owner", "modified_by"), "'Administrator'")}
        meta |= dict.fromkeys(("creation", "modified"), f"'{FIRST}'")
        given = meta | values
        frappe.db.sql(
            f"insert into `tab{doctype}` ({', '.join(given)}) select {', '.join(given.values())} from seq_0_to_{count - 1}"
        )

    def _complaints(self, first: int, last: int) -> str:
        of, end = self.size, f"'{NOW}'"
        # Every tenth is of the customer, item and type of one some weeks before; one in fifty of one customer's main product.
        drawn = f"""select seq, if(seq % 10 = 0 and seq > {of.complaints} / 10,
                seq - floor({of.complaints} / 80 + {_u("seq", "'s'")} * {of.complaints} / 15), seq) src,
                '{FIRST}' + interval floor((seq - {_u("seq", "'t'")}) * {SPAN} / {of.complaints}) second received,
                floor((2 - ln(1 - {_u("seq", "'l'")}) * 14) * 86400) life, {_u("seq", "'e'")} fate
            from seq_{first}_to_{last}"""
        placed = f"""select d.*, src % 50 = 7 bulk, if(src % 50 = 7, 0, floor(pow({_u("src", "'i'")}, 3) * {of.items})) item,
                if(src % 50 = 7, 0, floor(pow({_u("src", "'c'")}, 2) * {of.customers})) cust,
                floor(pow({_u("src", "'k'")}, 2) * if(src % 50 = 7, 4, {of.types})) kind, received + interval life second done
            from ({drawn}) d"""
        stage = f"""case when fate < 0.003 then 'void' when done < {end} then if(fate < 0.02, 'duplicate', if(fate < 0.05, 'rejected', 'closed'))
            when fate > 0.97 then 'on_hold' else elt(1 + least(6, floor(timestampdiff(second, received, {end}) * 7 / life)), {_texts(_STAGES)}) end"""
        staged = (
            f"""select p.*, {stage} stage, done < {end} ended, {_u("seq", "'r'")} luck from ({placed}) p"""
        )
        batch = f"if(seq % 10 < 6, concat('{MARK}B', item * {of.batches_each} + floor({_u('seq', chr(39) + 'b' + chr(39))} * {of.batches_each})), null)"
        running = "if(luck < 0.8, 'on_track', if(luck < 0.9, 'at_risk', 'overdue'))"
        values = {
            "name": f"concat('{MARK}', lpad(seq, 7, '0'))", "owner": "'Administrator'", "modified_by": "'Administrator'",
            "creation": "received + interval 2 hour", "modified": f"least(done, {end})", "docstatus": "0", "idx": "seq % 60",
            "subject": "concat('Complaint about article ', item, ' no. ', seq)", "company": f"'{self.company}'",
            "description": "repeat('The appliance stopped after some minutes and smelled of burnt plastic. ', 1 + seq % 6)",
            "complaint_type": f"concat('{MARK}T', kind)", "stage": "stage", "customer": f"concat('{MARK}C', cust)",
            "complainant_name": "concat('Person ', seq % 5000)", "territory": f"concat('{MARK}R', cust % {of.territories})",
            "item_code": f"concat('{MARK}I', item)", "item_name": "concat('Article ', item)", "item_group": f"concat('{MARK}G', item % {of.groups})",
            "batch_no": batch, "supplier": f"if(seq % 10 = 9, {_named('S', f'item % {of.suppliers}')}, null)",
            "channel": _drawn(self.channels, "'h'"), "received_at": "received", "currency": "if(seq % 9, 'USD', 'EUR')",
            "severity": _drawn(self.severities, "'v'"), "occurrence": _drawn(self.occurrences, "'o'"),
            "reportable": "if(luck < 0.02, 'yes', 'no')", "complaint_owner": f"concat('{MARK}U', seq % {of.handlers})",
            "sop": f"'{self.sop}'" if self.sop else "null", "at_once_sop": f"if(seq % 17 = 0, '{self.sop}', null)" if self.sop else "null",
            "sla_status": f"if(ended, if(luck < 0.88, 'met', 'missed'), {running})", "stage_status": f"if(ended, '', {running})",
            "response_status": "if(luck < 0.9, 'met', 'missed')", "response_used": "floor(luck * 18000)",
            "first_response_at": "if(luck < 0.95, received + interval 3 hour, null)",
            "resolution_status": f"if(ended, if(luck < 0.88, 'met', 'missed'), {running})", "resolution_used": "if(ended, life div 4, 0)",
            "promised_on": "if(seq % 4, null, date(received) + interval 10 day)",
            "reply_sent_at": "if(ended, received + interval floor(luck * 12) day, null)",
            "closed_at": "if(ended, done, null)", "settlement_status": "if(ended and seq % 60 % 10 = 0, 'settled', '')",
            "settled_amount": "if(ended and seq % 60 % 10 = 0, round(luck * 300, 2), 0)", "handling_cost": "if(seq % 8, 0, round(luck * 80, 2))",
        }  # fmt: skip
        return f"insert into `tabComplaint` ({', '.join(f'`{name}`' for name in values)}) select {', '.join(values.values())} from ({staged}) s"


@contextmanager
def indexes_made_after(doctype: str, rows: int) -> Iterator[None]:
    """Within, the table has no index but its key, where many rows come: to keep two dozen indexes in order row by row takes ten times
    as long as to make them once."""
    table = f"tab{doctype}"
    told = frappe.db.sql(f"show create table `{table}`")[0][1]
    keys = re.findall(r"^\s+((?:UNIQUE )?KEY `([^`]+)` \(.*\))", told, re.MULTILINE) if rows >= PART else []
    if keys:
        frappe.db.sql_ddl(f"alter table `{table}` {', '.join(f'drop key `{name}`' for _key, name in keys)}")
    try:
        yield
    finally:
        if keys:
            frappe.db.rollback()
            frappe.db.sql_ddl(f"alter table `{table}` {', '.join(f'add {key}' for key, _name in keys)}")


def build(size: Size) -> None:
    begin = perf_counter()
    Maker(size).make()
    print(f"{size.complaints:,} complaints, {size.items:,} items, {size.notes:,} Delivery Notes of {WEEKS} weeks "
          f"in {perf_counter() - begin:.0f} s", flush=True)  # fmt: skip


def remove() -> None:
    """Take away everything that `build` made; a site that has nothing else is sooner dropped."""
    frappe.db.rollback()
    like = f"{MARK}%"
    for doctype in _TABLES:
        meta = frappe.get_meta(doctype)
        of_complaint = doctype in ("Complaint Survey", "Complaint Settlement")
        column = "parent" if meta.istable else "complaint" if of_complaint else "name"
        frappe.db.delete(
            doctype, {column: ("like", f"ST-{like}" if doctype == "Complaint Settlement Document" else like)}
        )
        frappe.db.commit()
    for doctype in (kept_weeks.UNITS, kept_weeks.WEEK):
        frappe.db.delete(doctype, {"week": (">=", FIRST), "company": Maker(Size()).company})
    frappe.db.commit()


def _u(number: str, salt: str) -> str:
    """Evenly spread from 0 to less than 1. Bare checksums for two purposes would differ by the same bits for every number."""
    return f"(crc32(concat({number}, ':', {salt})) * 2654435761 % 4294967296 / 4294967296)"


def _named(mark: str, number: str = "seq", of: str = "") -> str:
    return f"concat('{MARK}{mark}', {of}({number}))"


def _texts(values: tuple[str, ...] | list[str]) -> str:
    return ", ".join(frappe.db.escape(value) for value in values)


def _drawn(values: tuple[str, ...] | list[str], salt: str) -> str:
    """One of them, the first ones more often."""
    return (
        f"elt(1 + floor(pow({_u('seq', salt)}, 1.6) * {len(values)}), {_texts(values)})" if values else "null"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", required=True)
    parser.add_argument("--bench", type=Path, default=Path(sys.prefix).parent)
    parser.add_argument("--rows", type=int, default=Size.complaints)
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--remove", action="store_true")
    given = parser.parse_args()
    with connected(given.site, given.bench / "sites"):
        remove()
        if not given.remove:
            build(Size.of(given.rows, given.items))
    return 0


if __name__ == "__main__":
    sys.exit(main())
