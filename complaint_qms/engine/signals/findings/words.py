"""Findings in sentences that can be translated: English templates and what fills them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.findings.types import Change, Parts, Spell
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
SPELL = "{observed} complaints from {first} to {last} where {expected} were expected"
SPELL_AT_ONCE = "{observed} complaints in {first} where {expected} were expected"
SPELL_NEW = "{observed} complaints from {first} to {last}"
SPELL_NEW_AT_ONCE = "{observed} complaints in {first}"
SPELL_ONGOING = "{observed} complaints since {first} where {expected} were expected"
SPELL_ONGOING_NEW = "{observed} complaints since {first}"
SEVERAL = "{observed} complaints at {count} times from {first} to {last} where {expected} were expected"
AGAIN = "{before}, and again {spell}"
RETURNED = "{subject}: {spells}; back to normal since."
RETURNED_ONGOING = "{subject}: {spells}: it came back and is still going."
"""What was back to normal and rose again."""
RELABELLED = (
    "{subject} rose from {first} on as {lost} fell by as much: a change of labels, not a rise of complaints."
)
RENAMED = (
    "{subject} begins in {first} as {lost} ends, and both together rose no more than all other complaints did: another name, not a "
    "rise of complaints."
)
NEW_LABEL = "No complaint bears this label before {first}."
GAP = (
    "{subject}: {observed} complaints from {first} to {last}, as the records begin again after a year or more without any: a rise "
    "cannot be told."
)
NOT_GIVEN = "complaints without one"
SENTENCES = (
    *SUBJECTS.values(), ONGOING, ENDED, ENDED_AT_ONCE, ONGOING_NEW, ENDED_NEW, ENDED_NEW_AT_ONCE, EARLY, SPELL,
    SPELL_AT_ONCE, SPELL_NEW, SPELL_NEW_AT_ONCE, SPELL_ONGOING, SPELL_ONGOING_NEW, SEVERAL, AGAIN, RETURNED, RETURNED_ONGOING, RELABELLED, RENAMED,
    NEW_LABEL, GAP, NOT_GIVEN,
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
    kind: str = "",
    renamed: bool = False,
) -> tuple[Message, ...]:
    """A finding in one or two sentences; ``life``: complaints of a batch and of as many units of its siblings; ``lost``: labels of a
    ``kind``."""
    about = subject(parts, labels)
    if change == "relabelled":
        names = " + ".join(labels[kind][code] for code in lost if code >= 0)
        gone = Message("{name}", {"name": names}) if names else Message(NOT_GIVEN)
        return (
            Message(
                RENAMED if renamed else RELABELLED,
                {"subject": about, "first": periods.name(first), "lost": gone},
            ),
        )
    if change == "gap":
        when = {"first": periods.name(first), "last": periods.name(last)}
        return (Message(GAP, {"subject": about, "observed": observed, **when}),)
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


def returned_sentences(
    parts: Parts,
    spells: Sequence[Spell],
    ongoing: bool,
    periods: Periods,
    labels: Mapping[str, Sequence[str]],
    new: bool,
) -> tuple[Message, ...]:
    """A finding that came back; ``new``: no complaint bears its label before."""
    *earlier, last = spells
    told = Message(AGAIN, {"before": _before(earlier, periods), "spell": _spell(last, ongoing, periods)})
    facts = {"subject": subject(parts, labels), "spells": told}
    said = Message(RETURNED_ONGOING if ongoing else RETURNED, facts)
    return (said, Message(NEW_LABEL, {"first": periods.name(spells[0].first)})) if new else (said,)


def rounded(expected: float) -> float:
    """An expectation as people say it: whole from ten on, else one decimal, two below one tenth."""
    return float(round(expected)) if expected >= 10 else round(expected, 1 if expected >= 0.1 else 2)


def _before(spells: Sequence[Spell], periods: Periods) -> Message:
    if len(spells) == 1:
        return _spell(spells[0], False, periods)
    return Message(
        SEVERAL,
        {
            "observed": sum(spell.observed for spell in spells), "count": len(spells), "first": periods.name(spells[0].first),
            "last": periods.name(spells[-1].last), "expected": rounded(sum(spell.expected for spell in spells)),
        },
    )  # fmt: skip


def _spell(spell: Spell, ongoing: bool, periods: Periods) -> Message:
    facts = {
        "observed": spell.observed, "expected": rounded(spell.expected), "first": periods.name(spell.first),
        "last": periods.name(spell.last),
    }  # fmt: skip
    new, once = facts["expected"] == 0, spell.first == spell.last
    if ongoing:
        template = SPELL_ONGOING_NEW if new else SPELL_ONGOING
    elif once:
        template = SPELL_NEW_AT_ONCE if new else SPELL_AT_ONCE
    else:
        template = SPELL_NEW if new else SPELL
    return Message(template, {name: value for name, value in facts.items() if "{" + name + "}" in template})
