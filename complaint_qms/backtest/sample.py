"""A generated year of complaints with known faults in it, for the demo, the tests and the benchmarks.

Everything comes from one seed: the same seed and size give the same files, byte for byte. What is planted is
written to ``planted.json``; :func:`complaint_qms.backtest.demo.compare` later asks whether the replay found it.
"""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time, timedelta, timezone
from pathlib import Path

import numpy as np

from complaint_qms.backtest import output_folder
from complaint_qms.backtest import sample_words as w
from complaint_qms.backtest.errors import OUTPUT, CommandError
from complaint_qms.backtest.ingest import file_hash
from complaint_qms.constants.vocabulary import SHIFTS, SOP_STAGES
from complaint_qms.engine.sla.clock import WorkCalendar
from complaint_qms.engine.sla.table import build_table, due_many

SEED = 20240219
FILES, PLANTED = ("complaints.csv", "deliveries.csv"), "planted.json"
START = datetime(2023, 1, 2)
WEEKS = 78
BATCH_WEEKS = 6
# A stage usually takes a third of the working time that the app's own procedure allows, the slow one more than all of it.
LIMIT_HOURS = {stage: seconds / 3600 for stage, seconds, *_ in SOP_STAGES if stage != "intake"}
STAGES = tuple(LIMIT_HOURS)
USUAL_SHARE, SLOW_STAGE, SLOW_SHARE = 0.33, "investigate", 1.3
BAD_ITEM, BAD_BATCH_NUMBER, BAD_TYPE, BAD_FACTOR = "KB-200", 7, "Leakage", 9.0
REPEAT_CUSTOMER_COUNT = 6
COLUMNS = (
    "Complaint No",
    "Received at",
    "Customer",
    "Item",
    "Batch No",
    "Supplier",
    "Complaint type",
    "Severity",
    "Channel",
    "Region",
    "Description",
    "First response at",
    *(f"{s.title()} done" for s in STAGES),
    "Closed at",
)


@dataclass
class Planted:
    """What was hidden in the sample; ids are complaint numbers."""

    bad_batch: str
    bad_item: str
    bad_type: str
    slow_stage: str
    duplicates: list[tuple[str, str]]
    repeat_customer: str
    bad_rows: int
    sha256: dict[str, str] = field(default_factory=dict)
    """Of the files as written: who changes one makes it their own."""


class _Maker:
    def __init__(self, rows: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.rows = rows

    def pick(self, options: tuple | list) -> object:
        return options[int(self.rng.integers(len(options)))]

    def weighted(self, weights: list[float], size: int) -> np.ndarray:
        share = np.array(weights, dtype=float)
        return self.rng.choice(len(weights), size=size, p=share / share.sum())

    def text(self, kind: str, item: int, chinese: bool, order: int, serial: int) -> str:
        words = {
            "item": w.ITEMS[item][2 if chinese else 1],
            "city": self.pick(w.CITIES_ZH if chinese else w.CITIES),
            "order": f"SO-{order:06d}",
            "serial": f"{serial:08d}",
            "day": self.pick(w.DAYS),
        }
        opening, middle, ending, defect = (
            (w.OPENINGS_ZH, w.MIDDLES_ZH, w.ENDINGS_ZH, w.DEFECTS_ZH[kind])
            if chinese
            else (w.OPENINGS_EN, w.MIDDLES_EN, w.ENDINGS_EN, w.DEFECTS_EN[kind])
        )
        first, second = self.rng.choice(len(middle), size=2, replace=False).tolist()
        parts = [
            str(self.pick(opening)),
            ("{0}。" if chinese else "{0}.").format(self._sentence(str(self.pick(defect)))),
            middle[first],
            self._scene(chinese),
            middle[second],
            str(self.pick(ending)),
        ]
        numbers = self.rng.integers((2, 2, 40, 3, 70), (29, 9, 400, 30, 180)).tolist()
        words |= dict(zip(("n", "k", "ml", "cm", "deg"), numbers, strict=True))
        return ("" if chinese else " ").join(parts).format(**words)

    def _scene(self, chinese: bool) -> str:
        if chinese:
            return f"{self.pick(w.WHEN_ZH)}，{self.pick(w.WHO_ZH)}{self.pick(w.DOING_ZH)}。"
        return f"{self.pick(w.WHO_EN)} {self.pick(w.DOING_EN)} {self.pick(w.WHEN_EN)}."

    @staticmethod
    def _sentence(text: str) -> str:
        return text if text.startswith("{") else text[:1].upper() + text[1:]


def write_sample(folder: Path, rows: int = 2400, seed: int = SEED) -> Planted:
    """Write ``complaints.csv``, ``deliveries.csv`` and ``planted.json`` into `folder`; returns what was planted.

    Files that are there already are replaced only when they are those of an earlier sample, unchanged.
    """
    with output_folder.claimed(folder):
        _refuse_foreign(folder)
        try:
            return _write(folder, rows, seed)
        except OSError as error:
            raise CommandError("output_unwritable", OUTPUT, file=folder, why=error.strerror) from None


def batch_name(item: str, number: int) -> str:
    return f"{item.replace('-', '')}-{number + 1:02d}"


def retell(text: str, rng: np.random.Generator) -> str:
    """The same complaint as a hurried person types it again: two sentences swapped, a number spelled, typos."""
    han = any("\u4e00" <= c <= "\u9fff" for c in text)
    stop = "。" if han else ". "
    parts = [p for p in text.split(stop) if p]
    if len(parts) > 3:
        parts[2], parts[3] = parts[3], parts[2]
    again = stop.join(parts)
    if not han:
        words = again.split(" ")
        for place, word in enumerate(words):
            if word in NUMBER_WORDS:
                words[place] = NUMBER_WORDS[word]
                break
        again = " ".join(words)
        for _ in range(3):
            place = int(rng.integers(1, max(2, len(again) - 2)))
            if again[place].isalpha() and again[place + 1].isalpha():
                again = again[:place] + again[place + 1] + again[place] + again[place + 2 :]
    return again + ("" if han or again.endswith((".", "?")) else ".")


def calendar() -> WorkCalendar:
    """The office hours of the app's own procedure."""
    shifts = tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in SHIFTS)
    return WorkCalendar(dict.fromkeys(range(5), shifts), tz="UTC")


def _write(folder: Path, rows: int, seed: int) -> Planted:
    maker = _Maker(rows, seed)
    units = _deliveries(maker)
    table, planted = _complaints(maker, units)
    drafts = {name: folder / f"{name}.new" for name in FILES}
    with drafts["deliveries.csv"].open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(("Delivery date", "Item", "Batch No", "Units"))
        out.writerows(_delivery_rows(units))
    with drafts["complaints.csv"].open("w", encoding="utf-8-sig", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(table)
    planted = replace(planted, sha256={name: file_hash(draft) for name, draft in drafts.items()})
    text = json.dumps(asdict(planted), ensure_ascii=False, indent=2)
    output_folder.write_whole(folder / PLANTED, text + "\n")
    for name, draft in drafts.items():
        draft.replace(folder / name)
    return planted


def _refuse_foreign(folder: Path) -> None:
    """CommandError when a file of a sample's name is not what a sample wrote there."""
    try:
        known = json.loads((folder / PLANTED).read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        known = {}
    present = [path for name in (*FILES, PLANTED) if (path := folder / name).exists()]
    for path in present:
        ours = path.is_file() and (known if path.name == PLANTED else known.get(path.name) == file_hash(path))
        if not ours:
            raise CommandError("sample_foreign", OUTPUT, file=path)


def _deliveries(maker: _Maker) -> np.ndarray:
    """Units delivered, shape (items, weeks)."""
    weekly = np.array([i[4] for i in w.ITEMS], dtype=float)
    season = 1 + 0.15 * np.sin(2 * np.pi * np.arange(WEEKS) / 52)
    return maker.rng.poisson(weekly[:, None] * season[None, :])


def _delivery_rows(units: np.ndarray) -> list[tuple]:
    return [
        (
            (START + timedelta(weeks=week, days=2)).date().isoformat(),
            code,
            batch_name(code, week // BATCH_WEEKS),
            n,
        )
        for item, (code, *_rest) in enumerate(w.ITEMS)
        for week, n in enumerate(units[item].tolist())
    ]


def _complaints(maker: _Maker, units: np.ndarray) -> tuple[list[list[str]], Planted]:
    rng, count = maker.rng, maker.rows
    codes = [i[0] for i in w.ITEMS]
    bad_item = codes.index(BAD_ITEM)
    # A complaint belongs to a delivery: item and delivery week by units, heavier for the bad batch.
    weight = units.astype(float)
    first = BAD_BATCH_NUMBER * BATCH_WEEKS
    weight[bad_item, first : first + BATCH_WEEKS] *= BAD_FACTOR
    cell = maker.weighted(weight.ravel().tolist(), count)
    item, week = np.divmod(cell, WEEKS)
    bad = (item == bad_item) & (week >= first) & (week < first + BATCH_WEEKS)
    kind = maker.weighted([t[1] for t in w.TYPES], count)
    kind[bad & (rng.random(count) < 0.85)] = [t[0] for t in w.TYPES].index(BAD_TYPE)
    lag_days = rng.gamma(1.6, 9.0, count) + 2
    received_hour = np.clip(rng.normal(13, 3, count), 0, 23.9)
    day = week * 7 + 2 + np.fmod(lag_days, (WEEKS - week) * 7 - 4).astype(int)
    seconds = (day * 86400 + (received_hour * 3600).astype(int)).astype("timedelta64[s]")
    received = np.datetime64(START, "s") + seconds
    # file order is event order, as an export would have it
    order = np.lexsort((np.arange(count), received))
    item, week, kind, received = item[order], week[order], kind[order], received[order]
    severity = np.array([maker.weighted(list(w.TYPES[k][2]), 1)[0] for k in kind.tolist()])
    customers = _customers(maker, count)
    repeat = _plant_repeat(maker, customers, received)
    chinese = rng.random(count) < 0.22
    channel = maker.weighted([c[1] for c in w.CHANNELS], count)
    region = maker.weighted([r[1] for r in w.REGIONS], count)
    numbers = rng.integers(1, 999_999, (count, 2)).tolist()
    texts = [
        maker.text(w.TYPES[k][0], i, bool(z), *n)
        for k, i, z, n in zip(kind.tolist(), item.tolist(), chinese.tolist(), numbers, strict=True)
    ]
    types = [w.TYPES[k][0] for k in kind.tolist()]
    columns = {
        "item": [codes[i] for i in item.tolist()],
        "batch": [
            batch_name(codes[i], k // BATCH_WEEKS) for i, k in zip(item.tolist(), week.tolist(), strict=True)
        ],
        "supplier": [w.ITEMS[i][3] for i in item.tolist()],
        "type": types,
        "severity": [w.SEVERITIES[s] for s in severity.tolist()],
        "channel": [w.CHANNELS[c][0] for c in channel.tolist()],
        "region": [w.REGIONS[r][0] for r in region.tolist()],
    }
    # about a third came in without a type or a severity: the classifier has something to do
    for key, share in (("type", 0.12), ("severity", 0.25)):
        for place in np.flatnonzero(rng.random(count) < share).tolist():
            columns[key][place] = ""
    duplicates = _plant_duplicates(maker, columns, customers, texts)
    times = _times(maker, received)
    ids = [f"C-{n + 1:06d}" for n in range(count)]
    table = [
        [ids[n], _stamp(received[n]), customers[n]]
        + [columns[k][n] for k in ("item", "batch", "supplier", "type", "severity", "channel", "region")]
        + [texts[n]]
        + [times[k][n] for k in ("first", *STAGES, "closed")]
        for n in range(count)
    ]
    spoiled = _spoil(table)
    pairs = [(ids[a], ids[b]) for a, b in duplicates]
    planted = Planted(
        batch_name(BAD_ITEM, BAD_BATCH_NUMBER), BAD_ITEM, BAD_TYPE, SLOW_STAGE, pairs, repeat, spoiled
    )
    return table, planted


def _customers(maker: _Maker, count: int) -> list[str]:
    """One name per complaint; most customers complain once."""
    pool = max(20, int(count * 0.9))
    numbers = maker.rng.integers(0, pool, count).tolist()
    size = len(w.SURNAMES) * len(w.GIVEN)
    return [
        f"{w.GIVEN[n % len(w.GIVEN)]} {w.SURNAMES[n // len(w.GIVEN) % len(w.SURNAMES)]} ({1000 + n // size * size + n})"
        for n in numbers
    ]


NUMBER_WORDS = {"2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven", "8": "eight"}


def _plant_repeat(maker: _Maker, customers: list[str], received: np.ndarray) -> str:
    """One customer complains REPEAT_CUSTOMER_COUNT times within three weeks."""
    name = "Hotel Seeblick (88)"
    middle = len(customers) * 3 // 5
    end = int(np.searchsorted(received, received[middle] + np.timedelta64(21, "D")))
    places = maker.rng.choice(
        np.arange(middle, max(end, middle + REPEAT_CUSTOMER_COUNT)), REPEAT_CUSTOMER_COUNT, False
    )
    for place in places.tolist():
        customers[place] = name
    return name


def _plant_duplicates(
    maker: _Maker, columns: dict, customers: list[str], texts: list[str]
) -> list[tuple[int, int]]:
    """Every eightieth complaint comes a second time within days, by another channel, retold a little."""
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for first in range(40, len(texts) - 40, 80):
        second = first + int(maker.rng.integers(3, 12))
        if {first, second} & taken or "Hotel Seeblick (88)" in (customers[first], customers[second]):
            continue
        taken |= {first, second}
        texts[second] = retell(texts[first], maker.rng)
        customers[second] = customers[first]
        for key in ("item", "batch", "supplier", "type", "region"):
            columns[key][second] = columns[key][first]
        pairs.append((first, second))
    return pairs


def _times(maker: _Maker, received: np.ndarray) -> dict[str, list[str]]:
    """Finishing times of every stage in working time; the slow stage takes longer than it may."""
    rng, count = maker.rng, len(received)
    begin = START.replace(tzinfo=timezone.utc)
    end = begin + timedelta(weeks=WEEKS + 60)
    clock = build_table(calendar(), begin, end)
    result: dict[str, list[str]] = {}
    first = due_many(received, (rng.gamma(2.0, 3600 * 1.1, count)).astype(np.int64), clock)
    result["first"] = [_stamp(x) for x in first]
    at = received.astype("datetime64[us]")
    last = np.datetime64(START + timedelta(weeks=WEEKS), "us")
    open_from = np.zeros(count, bool)
    for stage in STAGES:
        hours = LIMIT_HOURS[stage] * (SLOW_SHARE if stage == SLOW_STAGE else USUAL_SHARE)
        taken = (rng.gamma(5.0, hours / 5 * 3600, count)).astype(np.int64) + 60
        at = due_many(at, taken, clock)
        open_from |= at > last
        result[stage] = ["" if o else _stamp(x) for o, x in zip(open_from.tolist(), at, strict=True)]
    result["closed"] = result[STAGES[-1]]
    return result


def _stamp(moment: np.datetime64) -> str:
    return str(moment.astype("datetime64[m]")).replace("T", " ")


def _spoil(table: list[list[str]]) -> int:
    """Faults every real export has: an impossible date, no date, a repeated number, a broken line."""
    size = len(table)
    table[size // 5][1] = "2023-02-30 10:00"
    table[size // 3][1] = ""
    table[size // 2 + 1][0] = table[size // 2][0]
    table[size * 2 // 3] = table[size * 2 // 3][9:]
    return 4
