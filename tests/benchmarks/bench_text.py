"""Rows per second and memory of classification and similarity on generated complaints.

    python -m tests.benchmarks.bench_text [ROWS] [--texts DATA_DIR]

Without ``--texts`` the complaints are generated (seeded, English and Chinese, about 160 characters, 1 % near-duplicates);
with it, the narratives of ``vehicle_complaints_2020_2022.csv`` in DATA_DIR are repeated, each time with a changed number.
Times are processor seconds of this one process, so a busy machine does not change them much.
Bars: classification and similarity together at least 2,000 rows a second; 1,000,000 rows in at most 1 GB.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from complaint_qms.engine.classify import propose_many, train
from complaint_qms.engine.similar import Index, Record
from tests.benchmarks.planted import near_duplicate
from tests.benchmarks.syllables import SYLLABLES

CHUNK = 1_000
BAR_RATE, BAR_MEGABYTES = 2_000, 1024
WHO = [
    "my wife",
    "our technician",
    "the driver",
    "a customer",
    "my neighbour",
    "the operator",
    "our warehouse",
    "I",
]
WHAT = [
    "pump",
    "kettle",
    "valve",
    "battery pack",
    "filter",
    "charger",
    "door latch",
    "display",
    "sensor",
    "gearbox",
]
DID = [
    "stopped working",
    "leaks oil",
    "cracked",
    "makes a loud noise",
    "overheated",
    "arrived broken",
    "was delivered late",
]
WANT = [
    "Please refund",
    "We want a replacement",
    "Please repair it",
    "Send a credit note",
    "Explain this",
    "Apologise",
]
ZH_WHAT = ["水泵", "电水壶", "阀门", "电池", "滤芯", "充电器", "门锁", "显示屏", "传感器", "变速箱"]
ZH_DID = ["不能用了", "漏油", "裂开了", "噪音很大", "过热冒烟", "收到就是坏的", "送货太慢"]
ZH_WANT = ["要求退款", "请换货", "请上门维修", "请补差价", "请给个说法", "请道歉"]


def complaints(rows: int, seed: int = 11) -> Iterator[Record]:
    """Generated complaints in event order."""
    rng = random.Random(seed)
    recent: list[Record] = []
    for number in range(rows):
        day = date(2020, 1, 1) + timedelta(days=number * 1500 // rows)
        if recent and rng.random() < 0.01:
            old = rng.choice(recent)
            yield Record(
                str(number), near_duplicate(old.text, rng, 0.05), old.customer, old.item, old.batch, "", day
            )
            continue
        kind = rng.randrange(len(WHAT))
        detail = " ".join("".join(rng.choices(SYLLABLES, k=3)) for _ in range(6))
        quantity, hours = rng.randint(1, 900), rng.randint(1, 90)
        if rng.random() < 0.7:
            text = (
                f"{rng.choice(WHO)} bought {quantity} pcs of the {WHAT[kind]} {detail}. After {hours} hours it "
                f"{rng.choice(DID)} and {rng.choice(DID)}. {rng.choice(WANT)}, order {rng.randint(10**6, 10**7)}."
            )
        else:
            text = (
                f"买了{quantity}件{ZH_WHAT[kind]}，型号{detail.replace(' ', '')}，用了{hours}小时就{rng.choice(ZH_DID)}，"
                f"而且{rng.choice(ZH_DID)}。{rng.choice(ZH_WANT)}，订单{rng.randint(10**6, 10**7)}。"
            )
        record = Record(
            str(number),
            text,
            f"C{rng.randrange(rows // 20 + 1)}",
            f"I{kind}",
            f"B{rng.randrange(rows // 50 + 1)}",
            "",
            day,
        )
        if len(recent) < 500:
            recent.append(record)
        else:
            recent[rng.randrange(500)] = record
        yield record


def repeated(rows: int, folder: Path) -> Iterator[Record]:
    """Real narratives, repeated with a changed number so that no two are equal."""
    with open(folder / "vehicle_complaints_2020_2022.csv", encoding="utf-8-sig", newline="") as handle:
        texts = [row["NARRATIVE"] for row in csv.DictReader(handle)]
    for number in range(rows):
        yield Record(str(number), f"{texts[number % len(texts)]} {number}", f"C{number % (rows // 20 + 1)}")


def peak_mb() -> float:
    """Highest resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("--texts", type=Path)
    options = parser.parse_args()

    def source() -> Iterator[Record]:
        return repeated(options.rows, options.texts) if options.texts else complaints(options.rows)

    def report(name: str, seconds: float, bar: bool = False) -> None:
        rate = options.rows / seconds
        held = rate >= BAR_RATE and peak_mb() <= BAR_MEGABYTES
        verdict = f"bar {BAR_RATE:,} rows/s, {BAR_MEGABYTES:,} MB   {'holds' if held else 'MISSED'}"
        print(
            f"{name:46s} {rate:12,.0f} rows/s   peak {peak_mb():7,.0f} MB   {verdict if bar else 'no bar of its own'}",
            flush=True,
        )

    begun = time.process_time()
    length = sum(len(record.text) for record in source())
    making = time.process_time() - begun
    print(
        f"{options.rows:,} rows, {length / options.rows:.0f} characters on average; start at {peak_mb():,.0f} MB"
    )

    learned_from = list(islice(source(), 4_000))
    begun = time.process_time()
    model = train([record.text for record in learned_from], [record.text[:1] for record in learned_from])
    print(
        f"training on {len(learned_from):,} texts took {time.process_time() - begun:.1f} s   no bar of its own"
    )
    total = 0.0
    for name, models, explain in (
        ("classify, keywords", {}, True),
        ("classify, keywords + model", {"kind": model}, False),
        ("classify, keywords + model, explained", {"kind": model}, True),
    ):
        records = source()
        begun = time.process_time()
        while chunk := list(islice(records, CHUNK)):
            propose_many([record.text for record in chunk], models, explain=explain)
        seconds = time.process_time() - begun - making
        report(name, seconds)
        total = seconds
    index = Index()
    begun = time.process_time()
    index.add_many(source())
    adding = time.process_time() - begun - making
    report("similarity, adding", adding)
    begun = time.process_time()
    pairs = sum(1 for _ in index.pairs(0.75))
    pairing = time.process_time() - begun
    report(f"similarity, pairing ({pairs:,} pairs)", pairing)
    report("everything together", total + adding + pairing, bar=True)


if __name__ == "__main__":
    main()
