"""The arithmetic of a result as sentences that can be translated: English templates and what fills them."""

from __future__ import annotations

import math

from complaint_qms.engine.message import Message

PERIOD_NAMES = {
    "day": "{date}",
    "week": "week {week} of {year}",
    "month": "month {month} of {year}",
    "quarter": "quarter {quarter} of {year}",
    "period": "period {position}",
}
NOUNS = {"day": "days", "week": "weeks", "month": "months", "quarter": "quarters", "period": "periods"}

CHANCE = "Such a count happens by chance less than once in {once} {periods}."
SENTENCES = {
    "rate": "{observed} complaints in {period} where {expected} were expected for {exposure} units.",
    "time": "{observed} complaints in {period} where {expected} were expected from the {baseline} {periods} up to {until}.",
    "guard": "The {guard} {periods} between are left out.",
    "quiet": "The comparison leaves out {periods} that stood out themselves, and the latest.",
    "left_out": "Earlier rises are left out of what is expected ({periods}: {left_periods}, complaints: {left_count}).",
    "left_out_units": "Earlier rises, and {periods} without known units, are left out of what is expected ({periods}: {left_periods}, complaints: {left_count}).",
    "season": "{observed} complaints in {period} where the same time of the past {years} years leads to {expected}.",
    "season_few": "Fewer than {least} complaints came in the last {latest} {periods}: counts of the same time are compared without a regression.",
    "threshold": "{observed} complaints in the {window} {periods} up to {period}; the threshold is {limit}.",
    "maxsprt": "{observed} complaints up to {period} where {expected} were expected for {exposure} units.",
    "maxsprt_age": "{observed} complaints up to {period} where other batches of the same age lead to {expected}.",
    "maxsprt_limit": "All complaints up to then are added up: the alarm starts at {limit}, where the log-likelihood ratio reaches {critical}; it is {statistic}.",
    "maxsprt_chance": "Even when looked at all the time, such an excess happens by chance in less than 1 of {once} batches.",
    "siblings": "Counts of the other batches vary {dispersion} times as much as chance alone, which is allowed for.",
    "siblings_unknown": "How much counts of other batches vary is not known yet: chance alone is reckoned with.",
    "u": "The chart's limit is {limit} complaints.",
    "dispersion": "Past counts vary {dispersion} times as much as chance alone, which is allowed for.",
    "laney": "The chart's limit is {limit} complaints; the rate of this series varies {sigma} times as much as chance alone.",
    "laney_even": "The chart's limit is {limit} complaints; the rate of this series varies no more than chance alone.",
    "ears": "That is {statistic} standard deviations above the mean of these {baseline} {periods}; the limit is {limit} complaints.",
    "rise": "{observed_since} complaints from {since} to {period} where {expected_since} were expected.",
    "cusum": "Complaints above the reference of {reference} have added up to {statistic}; the alarm starts at {critical}.",
    "farrington": "The limit is {limit} complaints; past counts vary {dispersion} times as much as chance alone.",
    "farrington_even": "The limit is {limit} complaints; past counts vary no more than chance alone.",
}
"""Every English template used for a signal: what a catalogue of translations has to hold, with the two above."""


def once_in(p: float) -> int:
    """1 / p rounded down to one significant digit, so that "less than once in" holds; at most a thousand million."""
    if p < 1e-9:
        return 10**9
    turns = math.floor(1 / p)
    power = 10 ** max(0, len(str(turns)) - 1)
    return max(1, turns // power * power)


def chance(p: float, kind: str) -> tuple[Message, ...]:
    """How rare the count is, in periods; nothing where it has no p-value."""
    if math.isnan(p):
        return ()
    return (Message(CHANCE, {"once": once_in(p), "periods": NOUNS[kind]}),)
