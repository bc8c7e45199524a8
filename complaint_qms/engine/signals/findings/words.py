"""Findings in sentences that can be translated: English templates and what fills them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.findings.types import Change, Parts
from complaint_qms.engine.signals.series import Periods

SUBJECTS = {
    (): "All complaints",
    ("batch",): "Batch {batch}",
    ("item", "type"): "{type} on {item}",
    ("supplier",): "Supplier {supplier}",
    ("supplier", "type"): "{type} of supplier {supplier}",
    ("region",): "Region {region}",
    ("region", "type"): "{type} in region {region}",
    ("item", "region"): "{item} in region {region}",
}
ONGOING = "{subject}: {observed} complaints since {first} where {expected} were expected, still going."
ENDED = "{subject}: {observed} complaints from {first} to {last} where {expected} were expected; back to normal since."
ENDED_AT_ONCE = (
    "{subject}: {observed} complaints in {first} where {expected} were expected; back to normal since."
)
ONGOING_NEW = "{subject}: {observed} complaints since {first}, still going; nothing before to compare with."
ENDED_NEW = "{subject}: {observed} complaints from {first} to {last}; nothing before to compare with."
ENDED_NEW_AT_ONCE = "{subject}: {observed} complaints in {first}; nothing before to compare with."
"""What did not exist before has no expectation of none."""
EARLY = (
    "{subject}: {observed} complaints from {first} to {last} where {expected} were expected, but {all} over its whole life where "
    "{like_siblings} would be as many as its sibling batches have: they came early, not more."
)
RELABELLED = (
    "{subject} rose from {first} on as {lost} fell by as much: a change of labels, not a rise of complaints."
)
NEW_LABEL = "No complaint bears this label before {first}."
GAP = "{subject}: {observed} complaints from {first} on, as the records begin again after a year or more without any: a rise cannot be told."
NOT_GIVEN = "complaints without one"
SENTENCES = (
    *SUBJECTS.values(), ONGOING, ENDED, ENDED_AT_ONCE, ONGOING_NEW, ENDED_NEW, ENDED_NEW_AT_ONCE, EARLY, RELABELLED, NEW_LABEL, GAP, NOT_GIVEN,
)  # fmt: skip
"""Every English template used for a finding: what a catalogue of translations has to hold."""


def subject(parts: Parts, labels: Mapping[str, Sequence[str]]) -> Message:
    """What a finding is about."""
    kinds = tuple(kind for kind, _code in parts)
    names = {kind: Message("{name}", {"name": labels[kind][code]}) for kind, code in parts}
    template = SUBJECTS.get(kinds, " · ".join("{" + kind + "}" for kind in kinds))
    return Message(template, names)


def finding_sentences(
    parts: Parts,
    change: Change,
    lost: tuple[int, ...],
    observed: int,
    expected: float,
    first: int,
    last: int,
    ongoing: bool,
    periods: Periods,
    labels: Mapping[str, Sequence[str]],
    life: tuple[float, float] | None = None,
) -> tuple[Message, ...]:
    """A finding in one or two sentences; ``life``: complaints of a batch and of as many units of its siblings."""
    about = subject(parts, labels)
    if change == "relabelled":
        kind = _kind_of(parts)
        names = " + ".join(labels[kind][code] for code in lost if code >= 0)
        gone = Message("{name}", {"name": names}) if names else Message(NOT_GIVEN)
        return (Message(RELABELLED, {"subject": about, "first": periods.name(first), "lost": gone}),)
    if change == "gap":
        return (Message(GAP, {"subject": about, "observed": observed, "first": periods.name(first)}),)
    facts = {
        "subject": about,
        "observed": observed,
        "expected": rounded(expected),
        "first": periods.name(first),
    }
    if change == "early" and life:
        whole = {"last": periods.name(last), "all": int(life[0]), "like_siblings": rounded(life[1])}
        return (Message(EARLY, {**facts, **whole}),)
    new = facts["expected"] == 0
    if new:
        del facts["expected"]
    if ongoing:
        said = Message(ONGOING_NEW if new else ONGOING, facts)
    elif first == last:
        said = Message(ENDED_NEW_AT_ONCE if new else ENDED_AT_ONCE, facts)
    else:
        said = Message(ENDED_NEW if new else ENDED, {**facts, "last": periods.name(last)})
    if change == "new_label":
        return said, Message(NEW_LABEL, {"first": periods.name(first)})
    return (said,)


def rounded(expected: float) -> float:
    """An expectation as people say it: whole from ten on, else one decimal, two below one tenth."""
    return float(round(expected)) if expected >= 10 else round(expected, 1 if expected >= 0.1 else 2)


def _kind_of(parts: Parts) -> str:
    kinds = [kind for kind, _code in parts]
    return "type" if "type" in kinds else kinds[0]
