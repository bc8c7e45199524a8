"""What is odd about a whole history and easily overlooked: told on the screen when a replay is done."""

from __future__ import annotations

import numpy as np
import yaml

from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import Store
from complaint_qms.tabular.fields import DATE_KEYS

MANY = 0.05
"""Share of the complaints from which ends before their receipt are no slips."""
WORDS_SHOWN = 4
POLICY_LINE = "risk.severities, words: complaint-qms --print-policy"
MENDED_SHOWN = 60
LONG_AFTER = 60
"""Days after the last complaint from which the day that a history is to end on is told."""


def remarks(store: Store, asked: str | None, language: str) -> list[str]:
    """Sentences; ``asked``: the day that the history was to end on, if one was given."""
    policy = Policy(yaml.safe_load(store.meta("policy")))
    found = date_sentences(date_facts(store), language)
    found += severity_sentences(severity_facts(store), policy, language)
    complaints = store.count("complaint")
    for key, count in store.db.execute(
        "SELECT field, sum(rows) FROM quality WHERE reason = 'before_received' GROUP BY field ORDER BY 2 DESC, 1"
    ):
        if count >= max(1, MANY * complaints):
            field = phrase(f"field_{key}", language)
            found.append(
                phrase(
                    "many_before_received", language, field=field, count=f"{count:,}", all=f"{complaints:,}"
                )
            )
    found += [
        phrase("told_date_far", language, count=f"{count:,}", row=row, example=example)
        for count, row, example in store.db.execute(
            "SELECT rows, example_row, example FROM quality WHERE field = 'received' AND reason = 'date_far'"
        )
    ]
    found += [
        phrase(
            "told_text_mended", language, field=phrase(f"field_{key}", language), count=f"{count:,}", row=row,
            example=example if len(example) <= MENDED_SHOWN else example[: MENDED_SHOWN - 1] + "…",
        )
        for key, count, row, example in store.db.execute(
            "SELECT field, rows, example_row, example FROM quality WHERE reason = 'text_mended' ORDER BY rows DESC, field"
        )
    ]  # fmt: skip
    last, until = store.meta("last"), store.meta("as_of")[:10]
    days = int((np.datetime64(until) - np.datetime64(last)).astype(int))
    if asked is not None and days > LONG_AFTER:
        found.append(phrase("as_of_long_after", language, date=until, last=last, days=f"{days:,}"))
    return found


def date_facts(store: Store) -> list[tuple[str, str]]:
    """Fields whose day and month nothing in the files tells apart: ``(field, example)``."""
    return store.db.execute(
        "SELECT field, example FROM quality WHERE reason = 'date_by_default_dmy' AND example <> '' ORDER BY field DESC"
    ).fetchall()


def date_sentences(facts: list[tuple[str, str]], language: str) -> list[str]:
    """The same in words, with the line of the mapping to write."""
    return [
        phrase(
            "told_dates_in_doubt", language, field=phrase(f"field_{key}", language), example=example, key=key
        )
        for key, example in facts
        if key in DATE_KEYS
    ]


def severity_facts(store: Store) -> list[tuple[str, int, list[str]]]:
    """What is in doubt about the severities of the file: ``(reason, complaints, words)``, words the most frequent first."""
    told = store.db.execute(
        "SELECT reason, rows, example FROM quality WHERE field = 'severity' AND reason LIKE 'severity_%' ORDER BY reason DESC"
    ).fetchall()
    found = []
    for reason, count, example in told:
        words = [example]
        if reason == "severity_unknown_word":
            policy = Policy(yaml.safe_load(store.meta("policy")))
            written = store.column(
                "SELECT severity FROM complaint WHERE severity IS NOT NULL GROUP BY severity ORDER BY count(*) DESC, severity"
            )
            words = [word for word in written if policy.severity_of(word) is None]
        found.append((reason, count, words))
    return found


def severity_sentences(facts: list[tuple[str, int, list[str]]], policy: Policy, language: str) -> list[str]:
    """The same in words, with the line of the policy to change."""
    name = "name_zh" if language == "zh" else "name"
    found = []
    for reason, count, words in facts:
        values = {"complaints": phrase("complaints_count", language, count=f"{count:,}"), "line": POLICY_LINE}
        shown = [" ".join(word.split())[:40] for word in words[:WORDS_SHOWN]]
        values["words"] = phrase("comma", language).join(shown) + (" …" if len(words) > WORDS_SHOWN else "")
        if reason != "severity_unknown_word":
            figure, key = policy.worst_rank(reason.removeprefix("severity_by_"))
            level = next(level for level in policy.data["risk"]["severities"] if level["key"] == key)
            values |= {"worst": figure, "level": level.get(name) or level["name"]}
        found.append(phrase(f"told_{reason}", language, **values))
    return found
