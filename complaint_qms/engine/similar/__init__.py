"""Which complaints tell the same story: duplicates and similar cases, with a score, its reasons, and clusters.

Public API::

    Record(id, text, customer="", item="", batch="", order="", date=None, serial="", region="")
    Settings(...)                                   # weights, thresholds, limits; sensible defaults

    score(left, right, *, stats=None, settings=None) -> Match(id, score, reasons)
        one pair, exactly; symmetric, 0 … 1. ``stats`` weighs rare words higher than common ones.
    rank(record, candidates, *, stats=None, settings=None, limit=10) -> list[Match]
        candidates of a record, best first; for a desk that has fetched candidates by their blocking keys
    blocking_keys(record, settings=None) -> list[int]
        signed 64-bit keys to store beside a record; two records that share a key are worth comparing

    text_keys(text) -> tuple[int, ...]
        ``KEYS`` signed 32-bit numbers of a text, each to be stored in an indexed column of its own; texts that say nearly the
        same have one of them in common. Needs no array library
    judge(one: Told, other: Told, agreement) -> Verdict(score, reasons)
        whether two complaints are one told twice or two cases that resemble each other

    find_pairs(records, *, threshold=None, settings=None) -> Iterator[Pair(left, right, score, reasons, told_twice)]
        all likely pairs of any number of records, in one pass over an iterable and without n² comparisons: one complaint
        told twice, weighed as ``judge`` does, or similar cases of at least ``threshold``;
        ``left`` came before ``right`` in the input. Texts are not kept: about 0.7 kB per record, whatever its length.
    Index(settings)  .add_many(records)  .query(record, limit) -> list[Match]  .pairs(threshold) -> Iterator[Pair]
        the same in steps, for histories that arrive in chunks

    Search(text)  .add(texts)  .best(limit, least) -> list[Found(place, share)]
        every text of a history ranked by how much of one text it holds

    clusters(pairs, *, threshold=None, settings=None, facts=None, days=None) -> list[Cluster(ids, score)]
        groups of records that belong together; weak links do not chain strangers into one group, and with ``facts`` what forbids a pair
        forbids a group: too many days, another batch, order or serial number. Does not depend on the order of the pairs.

Scores: 1.0 is the same story; from ``Settings.duplicate`` (0.75) on two complaints are one told twice, from ``Settings.similar``
(0.5) on similar cases. Text sets the base, that of few words little; agreeing or contradicting customer, item, batch, order,
serial number and date move it, in log-odds.
Results depend on the input only, never on hashing seeds, threads or the clock.
"""

from typing import TYPE_CHECKING

from complaint_qms.engine.lazy_exports import lazy_exports
from complaint_qms.engine.reasons import Reason
from complaint_qms.engine.similar.records import Match, Pair, Record, Settings
from complaint_qms.engine.similar.told_twice import Told, Verdict, judge
from complaint_qms.engine.similar.wording import KEYS, text_keys

if TYPE_CHECKING:
    from complaint_qms.engine.similar.blocking import blocking_keys
    from complaint_qms.engine.similar.cluster import Cluster, clusters
    from complaint_qms.engine.similar.index import Index, find_pairs
    from complaint_qms.engine.similar.scoring import Stats, rank, score, shared_words
    from complaint_qms.engine.similar.search import Found, Search

__all__ = [
    "KEYS",
    "Cluster",
    "Found",
    "Index",
    "Match",
    "Pair",
    "Reason",
    "Record",
    "Search",
    "Settings",
    "Stats",
    "Told",
    "Verdict",
    "blocking_keys",
    "clusters",
    "find_pairs",
    "judge",
    "rank",
    "score",
    "shared_words",
    "text_keys",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "blocking": ("blocking_keys",),
        "cluster": ("Cluster", "clusters"),
        "index": ("Index", "find_pairs"),
        "scoring": ("Stats", "rank", "score", "shared_words"),
        "search": ("Found", "Search"),
    },
)
