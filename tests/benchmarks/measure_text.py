"""Quality of classification and similarity on real complaints, against plain baselines.

    python -m tests.benchmarks.measure_text DATA_DIR [--only labels,severity,sentiment,duplicates]

DATA_DIR holds ``vehicle_complaints_2020_2022.csv``, ``finance_complaints.csv``, ``device_events.csv``,
``zh_shopping_reviews.csv`` and ``zh_negative_reviews.txt`` (columns as published); a missing file is skipped and said.

Split: a row is for testing when the SHA-256 of its id (of its text, where there is no id) falls into the last 30 %.
Macro-F1 is over the labels with at least ``MIN_TRAIN`` training and ``MIN_TEST`` testing texts; every testing row counts.

Baselines: ``TfidfVectorizer()`` + ``LogisticRegression(max_iter=1000)``, and the same on character pairs (the fair one for
Chinese); for duplicates ``TfidfVectorizer()`` cosine with the threshold that is best *on the measured set* (an advantage that
the product does not get: its threshold is the shipped one).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from sklearn.pipeline import make_pipeline

from complaint_qms.engine.classify import SEVERITY_KEYS, TextModel, assess, propose_many, train
from complaint_qms.engine.similar import Record, Settings, find_pairs
from tests.benchmarks.planted import near_duplicate

MIN_TRAIN, MIN_TEST = 10, 5
ALIKE = 85
TYPO_SHARES = (0.0, 0.05, 0.15, 0.30)
Rows = list[dict[str, str]]


def is_test(identity: str) -> bool:
    """Whether a row belongs to the last 30 %."""
    return int(hashlib.sha256(identity.encode()).hexdigest()[:8], 16) / 2**32 >= 0.7


def split(rows: Rows, identity: Callable[[dict[str, str]], str]) -> tuple[Rows, Rows]:
    """Training and testing rows."""
    parts: tuple[Rows, Rows] = ([], [])
    for row in rows:
        parts[is_test(identity(row))].append(row)
    return parts


def read(folder: Path, name: str) -> Rows:
    """Rows of a CSV file; empty, with a word, when it is missing."""
    if not (folder / name).exists():
        print(f"{name}: not there, skipped")
        return []
    with open(folder / name, encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def baseline(texts: Sequence[str], labels: Sequence[str], *, pairs: bool = False):
    """Plain TF-IDF and logistic regression, fitted."""
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)) if pairs else TfidfVectorizer()
    return make_pipeline(vectorizer, LogisticRegression(max_iter=1000)).fit(texts, labels)


def measure_labels(
    name: str,
    rows: Rows,
    text: Callable[[dict[str, str]], str],
    label: Callable[[dict[str, str]], str],
    identity: Callable[[dict[str, str]], str],
    context: Callable[[dict[str, str]], dict[str, str]] | None = None,
) -> None:
    """Macro-F1, accuracy and calibration of one label."""
    if not rows:
        return
    training, testing = split(rows, identity)
    texts, labels = [text(row) for row in training], [label(row) for row in training]
    new_texts, truth = [text(row) for row in testing], [label(row) for row in testing]
    known, seen = Counter(labels), Counter(truth)
    counted = sorted(each for each in known if known[each] >= MIN_TRAIN and seen[each] >= MIN_TEST)
    print(
        f"\n{name}: {len(training)} to learn from, {len(testing)} to test, {len(counted)} labels of {len(known)} counted"
    )

    def show(who: str, found: Sequence[str], confidence: np.ndarray | None = None) -> None:
        macro = f1_score(truth, found, average="macro", labels=counted, zero_division=0)
        every = f1_score(truth, found, average="macro", labels=sorted(seen), zero_division=0)
        right = np.array(truth) == np.array(found)
        line = f"  {who:44s} macro-F1 {macro:.3f}   all labels {every:.3f}   accuracy {right.mean():.3f}"
        if confidence is not None:
            line += f"   mean confidence {confidence.mean():.3f}   calibration error {calibration_error(confidence, right):.3f}"
            line += f" (by chance {chance_error(confidence):.3f})"
        print(line)

    show("baseline, words", baseline(texts, labels).predict(new_texts))
    show("baseline, character pairs", baseline(texts, labels, pairs=True).predict(new_texts))
    found = train(texts, labels).predict_many(new_texts)
    show("complaint_qms", found.values(), found.confidence)
    if context:
        model = train(texts, labels, contexts=[context(row) for row in training])
        found = model.predict_many(new_texts, contexts=[context(row) for row in testing])
        show(f"complaint_qms with {', '.join(context(rows[0]))}", found.values(), found.confidence)


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equal-width bins."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return sum(
        abs(confidence[place == each].mean() - right[place == each].mean()) * (place == each).mean()
        for each in np.unique(place)
    )


def chance_error(confidence: np.ndarray, draws: int = 200, seed: int = 5) -> float:
    """The mean :func:`calibration_error` of a perfectly calibrated answer on so few rows."""
    rng = np.random.default_rng(seed)
    return float(
        np.mean(
            [calibration_error(confidence, rng.random(len(confidence)) < confidence) for _ in range(draws)]
        )
    )


def show_ranking(
    who: str, truth: np.ndarray, rank: Sequence[float], against: Sequence[float] | None = None
) -> None:
    """AUC and average precision; with another ranking of the same rows, how far the difference may be chance."""
    line = f"  {who:50s} AUC {roc_auc_score(truth, rank):.3f}   average precision {average_precision_score(truth, rank):.3f}"
    if against is not None:
        low, high = difference(truth, np.asarray(rank), np.asarray(against))
        line += f"   against the baseline {low:+.3f} … {high:+.3f}"
    print(line)


def difference(
    truth: np.ndarray, one: np.ndarray, other: np.ndarray, draws: int = 1000, seed: int = 5
) -> tuple[float, float]:
    """Bootstrap interval (90 %) of the difference of two average precisions on the same rows."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        rows = rng.integers(0, len(truth), len(truth))
        if truth[rows].any():
            scores = [average_precision_score(truth[rows], rank[rows]) for rank in (one, other)]
            found.append(scores[0] - scores[1])
    low, high = np.quantile(found, [0.05, 0.95])
    return float(low), float(high)


def measure_vehicle_severity(rows: Rows) -> None:
    """Order of complaints against reported injuries, deaths, crashes and fires."""

    def hurt(row: dict[str, str]) -> bool:
        return int(row["INJURED"] or 0) > 0 or int(row["DEATHS"] or 0) > 0

    def grave(row: dict[str, str]) -> bool:
        return hurt(row) or "Y" in (row["CRASH_OR_FIRE_A"], row["CRASH_OR_FIRE_B"])

    training, testing = split(rows, lambda row: row["CMPLID"])
    for name, target in (("injured or dead", hurt), ("injured, dead, crash or fire", grave)):
        truth = np.array([target(row) for row in testing])
        everything = np.array([target(row) for row in rows])
        print(f"\nvehicle severity, {name}: {truth.sum()} of {len(truth)} test rows")
        texts, new_texts = [row["NARRATIVE"] for row in training], [row["NARRATIVE"] for row in testing]
        labels = ["critical" if target(row) else "minor" for row in training]
        plain = baseline(texts, labels)
        plain_rank = plain.predict_proba(new_texts)[:, 0]
        show_ranking("baseline, words", truth, plain_rank)
        harm = np.array([assess(text).rank for text in new_texts])
        show_ranking("complaint_qms, harm words, untrained", truth, harm)
        model = train(texts, labels)
        learned = model.predict_many(new_texts).probability[:, model.labels.index("critical")]
        show_ranking("complaint_qms, trained on the flag", truth, learned)
        show_ranking("complaint_qms, rank proposed", truth, severity_rank(new_texts, model), plain_rank)
        show_ranking(
            "complaint_qms, harm words, all rows (untrained)",
            everything,
            [assess(row["NARRATIVE"]).rank for row in rows],
        )


def severity_rank(
    texts: Sequence[str], model: TextModel, contexts: Sequence[dict[str, str]] | None = None
) -> list[float]:
    """The rank that the product gives each text."""
    found = propose_many(texts, {"severity": model}, contexts=contexts, fields=("severity",), explain=False)
    return [proposals[0].rank for proposals in found]


DEVICE_TEXT = ("brand_name", "device_name", "manufacturer_d_name")
DEVICE_CONTEXT = ("manufacturer_d_name", "brand_name", "device_name", "report_source_code", "region")
DEVICE_FLAGS = ("adverse_event_flag", "product_problem_flag")
DEVICE_SEVERITY = {"Death": "catastrophic", "Injury": "critical", "Malfunction": "minor"}


def measure_device_severity(rows: Rows) -> None:
    """Order of device reports (they carry no story) against their event type."""
    rows = [row for row in rows if row["event_type"] in DEVICE_SEVERITY]
    training, testing = split(rows, lambda row: row["report_number"])
    levels = [SEVERITY_KEYS.index(DEVICE_SEVERITY[row["event_type"]]) for row in testing]
    labels = [DEVICE_SEVERITY[row["event_type"]] for row in training]
    for flags in ((), DEVICE_FLAGS):
        print(
            f"\ndevice severity{' with flags' if flags else ''}: {dict(Counter(row['event_type'] for row in testing))}"
        )

        def plain_text(row: dict[str, str], flags: Sequence[str] = flags) -> str:
            return " ".join(
                [row[key] for key in (*DEVICE_TEXT, "report_source_code", "region")]
                + [f"{key}_{row[key]}" for key in flags]
            )

        plain = baseline([plain_text(row) for row in training], labels)
        chances = plain.predict_proba([plain_text(row) for row in testing])
        expected = chances @ [SEVERITY_KEYS.index(label) for label in plain.classes_]
        model = train(
            [" ".join(row[key] for key in DEVICE_TEXT) for row in training],
            labels,
            contexts=[{key: row[key] for key in (*DEVICE_CONTEXT, *flags)} for row in training],
        )
        new_texts = [" ".join(row[key] for key in DEVICE_TEXT) for row in testing]
        new_contexts = [{key: row[key] for key in (*DEVICE_CONTEXT, *flags)} for row in testing]
        found = model.predict_many(new_texts, contexts=new_contexts)
        own = severity_rank(new_texts, model, new_contexts)
        for name, least in (("injury or death against malfunction", 3), ("death against the rest", 4)):
            truth = np.array(levels) >= least
            if truth.any() and not truth.all():
                show_ranking(f"baseline, {name}", truth, expected)
                show_ranking(f"complaint_qms, {name}", truth, own, expected)
        truth = [DEVICE_SEVERITY[row["event_type"]] for row in testing]
        present = sorted(set(truth))
        print(
            f"  macro-F1 of the types that occur: baseline {f1_score(truth, plain.classes_[chances.argmax(axis=1)], average='macro', labels=present):.3f}"
            f"   complaint_qms {f1_score(truth, found.values(), average='macro', labels=present):.3f}"
        )


def measure_untrained_sentiment(rows: Rows) -> None:
    """The shipped keywords alone; "neutral" counts as wrong for both sides."""
    _, testing = split(rows, lambda row: row["review"])
    truth = ["negative" if row["label"] == "0" else "positive" for row in testing]
    proposals = propose_many([row["review"] for row in testing], fields=("sentiment",))
    found = [each[0].value for each in proposals]
    macro = f1_score(truth, found, average="macro", labels=["negative", "positive"])
    print(
        f"  {'complaint_qms, keywords only, untrained':44s} macro-F1 {macro:.3f}   undecided {found.count('neutral') / len(found):.3f}"
    )


def measure_duplicates(name: str, texts: Sequence[str], seed: int = 5) -> None:
    """Planted near-duplicates among the testing texts (nothing is learned here, so the split is by the text).

    Real histories hold the same letter sent again by others. Such pairs (rapidfuzz token set ratio of at least
    ``ALIKE``, a measure that neither side uses) are right answers that nobody planted: they are left out of the
    account on both sides, and counted.
    """
    texts = [text for text in dict.fromkeys(texts) if is_test(text)]
    lowered = [text.lower() for text in texts]
    alike = process.cdist(lowered, lowered, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE) > 0
    already = (int(alike.sum()) - len(texts)) // 2
    for share in TYPO_SHARES:
        rng = random.Random(seed)
        chosen = rng.sample(range(len(texts)), min(400, len(texts) // 2))
        pool = texts + [near_duplicate(texts[each], rng, share) for each in chosen]
        truth = {(each, len(texts) + number) for number, each in enumerate(chosen)}
        origin = np.array([*range(len(texts)), *chosen])

        def counts(pair: tuple[int, int], truth: set = truth, origin: np.ndarray = origin) -> bool:
            return pair in truth or not alike[origin[pair[0]], origin[pair[1]]]

        print(
            f"\nduplicates, {name}: {len(truth)} planted among {len(texts)}, {share:.0%} of words mistyped, reordered, "
            f"renumbered; {already} pairs were alike before"
        )
        records = (Record(str(number), text) for number, text in enumerate(pool))
        found = [((int(p.left), int(p.right)), p.score) for p in find_pairs(records, threshold=0.02)]
        found = [each for each in found if counts(each[0])]
        matrix = TfidfVectorizer().fit_transform(pool)
        near = (matrix @ matrix.T).tocoo()
        plain = [
            ((i, j), s)
            for i, j, s in zip(near.row.tolist(), near.col.tolist(), near.data.tolist(), strict=True)
            if i < j and s > 0.2 and counts((i, j))
        ]
        print(f"  {'baseline, cosine, best threshold':44s} {best(plain, truth)}")
        settings = Settings()
        for label, least in (("similar", settings.similar), ("duplicate", settings.duplicate)):
            print(f"  {f'complaint_qms, shipped threshold {label} {least}':44s} {at(found, truth, least)}")
        print(f"  {'complaint_qms, best threshold':44s} {best(found, truth)}")


def at(pairs: list[tuple[tuple[int, int], float]], truth: set[tuple[int, int]], least: float) -> str:
    """Precision, recall and F1 at a threshold."""
    kept = [pair for pair, value in pairs if value >= least]
    hits = sum(pair in truth for pair in kept)
    precision, recall = hits / max(len(kept), 1), hits / len(truth)
    return f"precision {precision:.3f}   recall {recall:.3f}   F1 {2 * precision * recall / max(precision + recall, 1e-9):.3f}"


def best(pairs: list[tuple[tuple[int, int], float]], truth: set[tuple[int, int]]) -> str:
    """The threshold with the highest F1 and what it gives."""
    hits, top, chosen = 0, -1.0, 1.0
    for number, (pair, value) in enumerate(sorted(pairs, key=lambda each: -each[1]), 1):
        hits += pair in truth
        f1 = 2 * hits / (number + len(truth))
        if f1 > top:
            top, chosen = f1, value
    return f"{at(pairs, truth, chosen)}   at {chosen:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="labels,severity,sentiment,duplicates")
    options = parser.parse_args()
    parts = set(options.only.split(","))
    vehicle = read(options.folder, "vehicle_complaints_2020_2022.csv")
    every_finance = read(options.folder, "finance_complaints.csv")
    finance = [row for row in every_finance if row["Consumer complaint narrative"]]
    devices = read(options.folder, "device_events.csv")
    reviews = read(options.folder, "zh_shopping_reviews.csv")
    negative = options.folder / "zh_negative_reviews.txt"
    lines = negative.read_text(encoding="utf-8").splitlines() if negative.exists() else []

    def story(row: dict[str, str]) -> str:
        return row["Consumer complaint narrative"]

    def about(row: dict[str, str]) -> dict[str, str]:
        return {"Company": row["Company"], "Submitted via": row["Submitted via"]}

    if "labels" in parts:
        measure_labels(
            "vehicle component",
            vehicle,
            lambda row: row["NARRATIVE"],
            lambda row: row["LABEL_COMPONENT_FAILURE"].split("|")[0].strip(),
            lambda row: row["CMPLID"],
            lambda row: {"MODEL": row["MODEL"], "MODEL_YEAR": row["MODEL_YEAR"]},
        )
        for column in ("Product", "Issue"):
            measure_labels(
                f"finance {column}",
                finance,
                story,
                lambda row, column=column: row[column],
                lambda row: row["Complaint ID"],
                about,
            )
        measure_labels(
            "finance Issue, also without a story",
            every_finance,
            lambda row: " ".join(
                (row["Product"], row["Sub-product"], row["Company"], row["Submitted via"], story(row))
            ),
            lambda row: row["Issue"],
            lambda row: row["Complaint ID"],
        )
        measure_labels(
            "zh category",
            reviews,
            lambda row: row["review"],
            lambda row: row["cat"],
            lambda row: row["review"],
        )
    if "severity" in parts:
        if vehicle:
            measure_vehicle_severity(vehicle)
        if devices:
            measure_device_severity(devices)
    if "sentiment" in parts and reviews:
        measure_labels(
            "zh sentiment",
            reviews,
            lambda row: row["review"],
            lambda row: row["label"],
            lambda row: row["review"],
        )
        measure_untrained_sentiment(reviews)
    if "duplicates" in parts:
        for name, texts in (
            ("vehicle", [row["NARRATIVE"] for row in vehicle]),
            ("finance", [story(row) for row in finance]),
            ("zh reviews", [row["review"] for row in reviews]),
            ("zh negative reviews", lines),
        ):
            if texts:
                measure_duplicates(name, texts)


if __name__ == "__main__":
    main()
