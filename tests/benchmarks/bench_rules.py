"""Rules without code: a rule tried on the past of many complaints, and what active rules add to registering one.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_rules [--site NAME] [--bench PATH] [--stored 100000] [--rounds 300] [--rules 50]

Stores complaints of 5,000 customers and 1,000 items over three years, tries a rule with nested conditions and two counts of other
complaints on all of them, then registers complaints of some of these customers in turn with no rule and with all the rules: they ask about fields of
the complaint, its customer and item, and count the customer's, the item's and the batch's complaints of the last days. Removes everything it made, also when it fails.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
from contextlib import suppress
from datetime import datetime, timedelta
from time import perf_counter, process_time
from typing import Any

import frappe
from frappe.utils import now_datetime

from complaint_qms.constants import rules
from complaint_qms.services.rules import active_rules, trial
from tests.benchmarks.bench_intake import MARK, WARM_UP, clean, complaint
from tests.benchmarks.connection import add_site, connected

BAR_TRIAL, BAR_SHARE = 10.0, 15.0
CUSTOMERS, ITEMS, BATCHES, DAYS = 5_000, 1_000, 20_000, 1_095
COMPLAINING = 50
COLUMNS = (
    "name", "creation", "modified", "owner", "modified_by", "docstatus", "idx", "subject", "company", "customer", "item_code",
    "batch_no", "complaint_type", "severity", "urgency", "stage", "received_at",
)  # fmt: skip


def store(count: int, now: datetime) -> None:
    """Complaints with what conditions ask for, over three years."""
    rng = random.Random(3)
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    types = frappe.get_all("Complaint Type", {"is_group": 0}, pluck="name", order_by="name")
    severities = frappe.get_all("Risk Severity", pluck="name", order_by="name")

    def row(number: int) -> tuple[Any, ...]:
        at = now - timedelta(seconds=rng.randrange(DAYS * 86_400))
        # Some customers complain more than others.
        who = int(CUSTOMERS * rng.random() ** 3)
        return (
            f"{MARK}-R{number}", at, at, "Administrator", "Administrator", 0, 0, f"{MARK} {number}", company, f"{MARK}-C{who}",
            f"{MARK}-I{rng.randrange(ITEMS)}", f"{MARK}-B{rng.randrange(BATCHES)}", rng.choice(types), rng.choice(severities),
            rng.choice(("low", "normal", "high")), "closed", at,
        )  # fmt: skip

    frappe.db.bulk_insert("Complaint", COLUMNS, (row(number) for number in range(count)), chunk_size=10_000)
    frappe.db.commit()


def counted(by: str, days: int, more_than: int) -> dict[str, Any]:
    return {"fact": rules.COUNT, "args": {"by": by, "days": days}, "op": ">", "value": more_than}


def tried(now: datetime) -> dict[str, Any]:
    """A rule with nested conditions and two counts, on everything that is stored."""
    severe = {"field": "severity", "op": "in", "value": ["Critical", "Catastrophic", "Serious"]}
    conditions = {
        "all": [{"any": [counted("customer", 30, 3), {"all": [severe, counted("item_code", 90, 5)]}]}]
    }
    rule = {
        "title": MARK,
        "when_event": rules.REGISTRATION,
        "conditions": json.dumps(conditions),
        "once_per": "customer",
        "quiet_days": 30,
        "actions": [{"do": "add_tag", "tag": "x"}],
    }
    return trial.on_the_past(rule, DAYS, now)


def make_rules(count: int) -> dict[str, list[dict[str, Any]]]:
    """Rules of every kind of condition, as they are kept ready; none of them fires for what is registered here."""
    kinds = (
        {"all": [{"field": "severity", "op": "=", "value": "Catastrophic"}, {"field": "description", "op": "contains", "value": "burn"}]},
        {"all": [{"field": "customer.account_manager", "op": "is set"}, {"field": "item_code.has_batch_no", "op": "=", "value": 1}]},
        {"all": [counted("customer", 30, 1_000_000), {"field": "urgency", "op": "is set"}]},
        {"all": [counted("batch_no", 90, 2)]},
        {"all": [{"any": [{"field": "harm_level", "op": "=", "value": "death"}, counted("item_code", 60, 1_000_000)]}]},
        {"all": [{"field": "channel", "op": "is set"}, counted("customer", 7, 1_000_000)]},
    )  # fmt: skip
    for number in range(count):
        values = {
            "conditions": json.dumps(kinds[number % len(kinds)]),
            "actions": [{"do": "add_tag", "tag": "bench"}],
        }
        head = {"title": f"{MARK} {number}", "enabled": 1, "when_event": rules.REGISTRATION}
        frappe.get_doc({"doctype": rules.RULE, **head, **values}).insert()
    frappe.db.commit()
    return active_rules.stored_rules()


def make_customers() -> list[str]:
    """Some of the customers whose complaints are stored, the loudest one among them."""
    names = [f"{MARK}-C{CUSTOMERS // COMPLAINING * number}" for number in range(COMPLAINING)]
    for name in names:
        values = {"customer_name": name, "name": name, "customer_type": "Company"}
        frappe.get_doc({"doctype": "Customer", **values}).insert()
    frappe.db.commit()
    return names


def registering(
    rounds: int, customers: list[str], ready: dict[str, list[dict[str, Any]]]
) -> tuple[float, float]:
    """Median seconds of registering without rules, and with them, in turn; what is kept ready is changed outside that time."""
    taken: dict[bool, list[float]] = {False: [], True: []}
    for number in range(rounds + WARM_UP):
        for ruled, times in taken.items():
            active_rules.keep_ready(ready if ruled else {})
            begin = perf_counter()
            complaint(2 * number + ruled, customers[number % len(customers)])
            if number >= WARM_UP:
                times.append(perf_counter() - begin)
    return statistics.median(taken[False]), statistics.median(taken[True])


def clean_rules() -> None:
    clean()
    for doctype in (rules.RULE, rules.ACTION):
        field = "name" if doctype == rules.RULE else "parent"
        frappe.db.delete(doctype, {field: ("like", f"{MARK}%")})
    frappe.db.delete(rules.LOG, {"rule": ("like", f"{MARK}%")})
    frappe.db.delete("Customer", {"name": ("like", f"{MARK}-C%")})
    frappe.db.commit()
    active_rules.forget_rules()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--stored", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--rules", type=int, default=50)
    arguments = parser.parse_args()
    with connected(arguments.site, arguments.bench / "sites"), suppress(KeyboardInterrupt):
        clean_rules()
        try:
            now = now_datetime()
            store(arguments.stored, now)
            begin, busy = perf_counter(), process_time()
            found = tried(now)
            taken, busy = perf_counter() - begin, process_time() - busy
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"a rule tried on {found['asked']:,} complaints: {taken:.2f} s (bar: at most {BAR_TRIAL:.0f}; {busy:.2f} s of its own processor), fired {found['fired']:,}, peak {peak:.0f} MB")  # fmt: skip
            plain, ruled = registering(arguments.rounds, make_customers(), make_rules(arguments.rules))
            share = 100 * (ruled / plain - 1)
            print(
                f"register a complaint {1000 * plain:.2f} ms, with {arguments.rules} rules {1000 * ruled:.2f} ms"
            )
            print(f"the rules add {share:.1f} % (bar: at most {BAR_SHARE:.0f})")
        finally:
            clean_rules()


if __name__ == "__main__":
    main()
