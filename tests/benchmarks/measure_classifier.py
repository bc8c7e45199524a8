"""How good what a site learns would be on real complaints, measured as the desk measures it before it uses anything.

    python -m tests.benchmarks.measure_classifier [DATA_DIR]

DATA_DIR (or the variable QMS_DATA) holds ``vehicle_complaints_2020_2022.csv``, ``finance_complaints.csv`` and
``zh_shopping_reviews.csv`` (columns as published); without a folder, or a file of it, that part is skipped and said.

Split: rows with a date by time, the latest quarter against those before it; rows without one by the SHA-256 of their id
or text, the last 30 %. Settings are those of the desk (`constants/classifier.py`). Macro-F1 is over every label that occurs in
the later part, also those that nobody had learned.

Against it stand the keyword rules, where the rules know the labels at all, and plain TF-IDF with logistic regression.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from complaint_qms.constants import classifier
from complaint_qms.engine.classify import TrainSettings, propose_by_keywords, propose_many, train
from complaint_qms.engine.classify.measure import accuracy, brier_score, calibration_error, macro_f1
from tests.benchmarks.measure_text import Rows, baseline, read

SETTINGS = TrainSettings(min_label=classifier.LEAST_OF_AN_ANSWER, max_features=classifier.MAX_FEATURES)
Cell = Callable[[dict[str, str]], str]


def split(rows: Rows, day: Cell | None, identity: Cell) -> tuple[Rows, Rows]:
    """What is learned from, and what came later."""
    if day:
        ordered = sorted(rows, key=lambda row: (day(row), identity(row)))
        at = int(len(ordered) * (1 - classifier.LATER_SHARE))
        since = day(ordered[at])
        return [row for row in ordered if day(row) < since], [row for row in ordered if day(row) >= since]
    parts: tuple[Rows, Rows] = ([], [])
    for row in rows:
        parts[int(hashlib.sha256(identity(row).encode()).hexdigest()[:8], 16) / 2**32 >= 0.7].append(row)
    return parts


def show(
    who: str, truth: Sequence[str], answers: Sequence[str], confidence: np.ndarray | None = None
) -> None:
    line = f"  {who:34s} macro-F1 {macro_f1(truth, answers):.3f}   accuracy {accuracy(truth, answers):.3f}"
    if confidence is not None:
        right = np.array([one == other for one, other in zip(truth, answers, strict=True)], float)
        line += (
            f"   ECE {calibration_error(confidence, right):.3f}   Brier {brier_score(confidence, right):.3f}"
        )
    print(line)


def measure(
    name: str, rows: Rows, text: Cell, label: Cell, identity: Cell, day: Cell | None, field: str = ""
) -> None:
    """One label of one file; `field`: the engine's, where its rules know the labels."""
    if not rows:
        return
    earlier, later = split(rows, day, identity)
    texts, labels = [text(row) for row in earlier], [label(row) for row in earlier]
    new, truth = [text(row) for row in later], [label(row) for row in later]
    how = "by time" if day else "by hash"
    print(f"\n{name}: {len(earlier)} earlier, {len(later)} later ({how}), {len(set(truth))} labels")
    common = Counter(labels).most_common(1)[0][0]
    show("the commonest label", truth, [common] * len(truth))
    if field:
        show("keyword rules", truth, [propose_by_keywords(one, fields=(field,))[0].value for one in new])
    chinese = any("一" <= sign <= "鿿" for sign in "".join(new[:20]))
    show("TF-IDF, logistic regression", truth, baseline(texts, labels, pairs=chinese).predict(new).tolist())
    began = time.perf_counter()
    model = train(texts, labels, settings=SETTINGS)
    took = time.perf_counter() - began
    key = field or "label"
    began = time.perf_counter()
    found = [each[0] for each in propose_many(new, {key: model}, fields=(key,))]
    each = (time.perf_counter() - began) / len(new)
    show("learned", truth, [one.value for one in found], np.array([one.confidence for one in found]))
    size = len(model.to_bytes()) / 1e6
    print(f"  learned in {took:.1f} s, {1000 * each:.1f} ms a text with reasons, {size:.1f} MB stored")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", default=os.environ.get("QMS_DATA", ""))
    folder = parser.parse_args().folder
    if not folder or not Path(folder).is_dir():
        print("skipped: no folder of complaints was given, neither as an argument nor as QMS_DATA")
        return
    vehicle = read(Path(folder), "vehicle_complaints_2020_2022.csv")
    finance = [
        row for row in read(Path(folder), "finance_complaints.csv") if row["Consumer complaint narrative"]
    ]
    reviews = [row for row in read(Path(folder), "zh_shopping_reviews.csv") if row["review"]]

    def harm(row: dict[str, str]) -> str:
        if int(row["DEATHS"] or 0):
            return "death"
        return "serious" if int(row["INJURED"] or 0) else "none"

    measure(
        "vehicle component", vehicle, lambda row: row["NARRATIVE"],
        lambda row: row["LABEL_COMPONENT_FAILURE"].split("|")[0].strip(), lambda row: row["CMPLID"],
        lambda row: row["DATE_ADDED"],
    )  # fmt: skip
    measure(
        "vehicle harm to people", vehicle, lambda row: row["NARRATIVE"], harm, lambda row: row["CMPLID"],
        lambda row: row["DATE_ADDED"], "harm",
    )  # fmt: skip
    for column in ("Product", "Issue"):
        measure(
            f"finance {column}", finance, lambda row: row["Consumer complaint narrative"],
            lambda row, column=column: row[column], lambda row: row["Complaint ID"], lambda row: iso(row["Date received"]),
        )  # fmt: skip
    measure(
        "Chinese category",
        reviews,
        lambda row: row["review"],
        lambda row: row["cat"],
        lambda row: row["review"],
        None,
    )
    measure(
        "Chinese sentiment", reviews, lambda row: row["review"],
        lambda row: "negative" if row["label"] == "0" else "positive", lambda row: row["review"], None, "sentiment",
    )  # fmt: skip


def iso(day: str) -> str:
    """A date as it sorts: month/day/year as the register writes it, or one that sorts already."""
    if "/" not in day:
        return day
    month, number, year = day.split("/")
    return f"{year}-{int(month):02d}-{int(number):02d}"


if __name__ == "__main__":
    main()
