"""Search for complaints told twice and for similar ones, and matching of callers, among many stored complaints.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_similar [--site NAME] [--bench PATH] [--stored 1000000] [--asked 200]

Fills the table as years of a company would (5,000 customers, 1,000 items, 20,000 batches, texts of both languages), then asks
for complaints with a text, a customer, an item and a batch, and for complaints that have nothing in common with their double
but the wording. Prints the search times, how often the double was found, and what registering costs beside an empty table.
Removes everything it made, also when it fails.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from time import perf_counter

import frappe

from complaint_qms.services.intake import similar
from complaint_qms.services.record import match_keys
from tests.benchmarks.bench_intake import complaint as register_one
from tests.benchmarks.connection import add_site, connected
from tests.benchmarks.planted import near_duplicate

MARK = "BENCH-INTAKE"  # of what `bench_intake` makes as well, so that its `clean` takes all away
BAR_SEARCH, BAR_INTAKE = 50.0, 1.2
CUSTOMERS, ITEMS, BATCHES = 5_000, 1_000, 20_000
BEGIN = datetime(2021, 1, 1, 8)  # and on, 480 a day
CHUNK = 5_000
_ENGLISH = (
    ["handle", "lid", "kettle", "pump", "bottle", "seal", "display", "battery", "charger", "box", "cup", "hose", "valve", "filter", "motor", "cable", "hinge", "sensor", "blade", "spring"],
    ["broke", "leaked", "cracked", "stopped working", "arrived damaged", "smells of burning", "makes a loud noise", "is missing", "overheated", "came off", "does not fit", "is scratched"],
    ["on the second day", "after one week", "when I opened the parcel", "during the first use", "while my daughter was using it", "after three washes", "yesterday evening", "right after charging", "since the last update"],
    ["We used the product as the manual says.", "I want my money back.", "Please send a replacement.", "This is the third time.", "Nobody was hurt but the table got wet.", "The invoice number is on the photo.", "I called your hotline twice.", "There is water on the floor.", "The order came four days late as well.", "The plastic looks melted near the plug.", "The colour differs from the picture.", "I am disappointed with this quality."],
)  # fmt: skip
_CHINESE = (
    ["杯子", "水壶", "电池", "充电器", "盖子", "阀门", "滤芯", "电机", "显示屏", "包装盒", "密封圈", "软管"],
    ["裂了", "漏水", "坏了", "不工作", "有异味", "发热严重", "噪音很大", "缺失", "掉漆", "装不上", "有划痕", "报错"],
    ["第二天就", "用了一周后", "打开包裹时发现", "第一次使用时", "充电之后", "清洗三次后", "昨天晚上", "升级以后"],
    ["请尽快更换。", "我要求退款。", "已经是第三次了。", "没有人受伤，但桌子湿了。", "照片上有发票号。", "打了两次热线都没人接。", "颜色和图片不一样。", "对质量非常失望。", "插头附近的塑料熔化了。"],
)  # fmt: skip


def told(rng: random.Random) -> str:
    """A text of a few sentences with a number of its own, as people write them."""
    thing, fault, when, more = _ENGLISH if rng.random() < 0.6 else _CHINESE
    rest = rng.sample(more, rng.randint(1, 4))
    number = rng.randint(1, 9_999)
    if more is _ENGLISH[3]:
        return f"The {rng.choice(thing)} {rng.choice(fault)} {rng.choice(when)} at {number} hours. {' '.join(rest)}"
    return f"{rng.choice(when)}{rng.choice(thing)}{rng.choice(fault)}，编号{number}。{''.join(rest)}"


def rows(count: int, company: str) -> Iterator[dict[str, object]]:
    """The complaints, oldest first; the same at each call."""
    rng = random.Random(11)
    for number in range(count):
        moment = BEGIN + timedelta(minutes=3 * number)
        yield {
            "name": f"{MARK}-{number:07d}", "creation": moment, "modified": moment, "owner": "Administrator", "modified_by": "Administrator",
            "docstatus": 0, "idx": 0, "subject": f"{MARK} {number}", "description": f"<p>{told(rng)}</p>", "company": company,
            "customer": f"{MARK}-C{rng.randrange(CUSTOMERS)}", "item_code": f"{MARK}-I{rng.randrange(ITEMS)}",
            "batch_no": f"{MARK}-B{rng.randrange(BATCHES)}", "contact_phone": f"+86 138 {rng.randrange(10**8):08d}",
            "contact_email": f"person{rng.randrange(10**6)}@customer.example", "stage": "closed", "received_at": moment,
        }  # fmt: skip


def store(count: int, company: str) -> None:
    """Complaints with their keys, as registering writes them."""
    part: list[dict[str, object]] = []
    for row in rows(count, company):
        part.append(row)
        if len(part) == CHUNK or row["name"] == f"{MARK}-{count - 1:07d}":
            frappe.db.bulk_insert("Complaint", list(part[0]), [tuple(one.values()) for one in part])
            match_keys.keep(part)
            frappe.db.commit()
            part = []


def ask(asked: dict[str, object]) -> tuple[float, set[str]]:
    """Seconds and what was found for a complaint that is being entered."""
    doc = frappe.get_doc({"doctype": "Complaint", **asked})
    begin = perf_counter()
    found = similar.most_alike(doc, similar.akin(doc))
    return perf_counter() - begin, {one["name"] for one in found}


def asked_for(count: int, asked: int, company: str) -> Iterator[tuple[str, str, dict[str, object]]]:
    """(kind, name of the double, fields of the new complaint), of the last week."""
    rng = random.Random(5)
    recent = [
        row for row in rows(count, company) if str(row["name"]) >= f"{MARK}-{max(0, count - 7 * 480):07d}"
    ]
    for row in rng.sample(recent, min(asked, len(recent))):
        again = near_duplicate(str(row["description"])[3:-4], rng, 0.1)
        moment = row["received_at"] + timedelta(days=2)  # type: ignore[operator]
        common = {
            "subject": again[:40],
            "description": f"<p>{again}</p>",
            "company": company,
            "received_at": moment,
        }
        yield "same customer, item and batch", str(row["name"]), common | {field: row[field] for field in ("customer", "item_code", "batch_no")}  # fmt: skip
        yield "wording alone", str(row["name"]), common


def registering(rounds: int, start: int) -> float:
    """Median milliseconds of registering one complaint."""
    taken = []
    for number in range(rounds):
        begin = perf_counter()
        register_one(start + number)
        taken.append(perf_counter() - begin)
    return 1000 * statistics.median(taken[5:] or taken)


def clean() -> None:
    frappe.db.rollback()
    complaints, keys = frappe.qb.DocType("Complaint"), frappe.qb.DocType(match_keys.DOCTYPE)
    marked = f"{MARK}%"
    while names := frappe.qb.from_(complaints).select(complaints.name).where(complaints.subject.like(marked)).limit(20_000).run(pluck=True):  # fmt: skip
        for child in ("Complaint Stage Log", "Complaint Checklist Item"):
            frappe.db.delete(child, {"parent": ("in", names)})
        frappe.qb.from_(keys).delete().where(keys.name.isin(names)).run()
        frappe.qb.from_(complaints).delete().where(complaints.name.isin(names)).run()
        frappe.db.commit()
    frappe.db.delete("Customer", {"name": MARK})
    frappe.db.commit()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--stored", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    with connected(arguments.site, arguments.bench / "sites"), suppress(KeyboardInterrupt):
        clean()
        try:
            frappe.get_doc(
                {"doctype": "Customer", "customer_name": MARK, "name": MARK, "customer_type": "Company"}
            ).insert()
            frappe.db.commit()
            company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
            before = registering(arguments.rounds, 0)
            begin = perf_counter()
            store(arguments.stored, company)
            print(f"{arguments.stored:,} stored in {perf_counter() - begin:.0f} s")
            times: dict[str, list[float]] = {}
            hits: dict[str, list[bool]] = {}
            for kind, double, asked in asked_for(arguments.stored, arguments.asked, company):
                taken, found = ask(asked)
                times.setdefault(kind, []).append(1000 * taken)
                hits.setdefault(kind, []).append(double in found)
            for kind, taken in times.items():
                taken.sort()
                p95 = taken[int(0.95 * (len(taken) - 1))]
                share = 100 * sum(hits[kind]) / len(hits[kind])
                print(f"{kind:32} median {statistics.median(taken):6.1f} ms, p95 {p95:6.1f} ms (bar: at most {BAR_SEARCH:.0f}), double found {share:.0f} %")  # fmt: skip
            after = registering(arguments.rounds, arguments.rounds)
            print(f"register a complaint {before:.2f} ms with an empty table, {after:.2f} ms with {arguments.stored:,} stored")  # fmt: skip
            print(f"ratio to itself {after / before:.2f} (bar: at most {BAR_INTAKE})")
        finally:
            clean()


if __name__ == "__main__":
    main()
