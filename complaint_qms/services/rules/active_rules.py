"""The site's rules, ready to be asked: read once and kept until one of them changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.utils import cint

from complaint_qms.constants import rules
from complaint_qms.engine.rules import Judge, RuleError, compile_rules
from complaint_qms.services.record import site_cache

_CACHE: Final = "complaint_qms_rules"
_HEAD: Final = ("name", "title", "enabled", "company", "run_order", "when_event", "once_per", "quiet_days", "only_on_rise", "conditions", "stop_after", "version")  # fmt: skip
_MOST_READY: Final = 1000
_ready: dict[str, Judge] = {}
"""Conditions as text → what answers them; a process meets the same ones again and again."""


@dataclass(frozen=True)
class SiteRule:
    """A rule of the site; `acts` are rows of its actions as the form stores them."""

    title: str
    version: int
    when: str
    company: str
    once_per: str
    quiet_days: int
    on_rise: bool
    stop_after: bool
    judge: Judge
    acts: tuple[dict[str, Any], ...]

    def holds_without(self, record: Mapping[str, Any], facts: tuple, at: datetime) -> bool:
        """Whether the conditions would hold without this complaint among those that are counted."""
        without = tuple(fact - 1 if isinstance(fact, int) and fact else fact for fact in facts)
        return bool(self.judge.asks(record, at, without))


def any_rules(when: str) -> bool:
    """Whether a rule of a kind is enabled."""
    return bool(_stored().get(when))


def rules_asked(when: str) -> list[SiteRule]:
    """Enabled rules of a kind, in their order."""
    return [read_rule(row) for row in _stored().get(when, ())]


def named_rule(title: str) -> SiteRule | None:
    """An enabled rule, of whatever kind; None where there is none."""
    rows = (row for found in _stored().values() for row in found if row["name"] == title)
    return next((read_rule(row) for row in rows), None)


def read_rule(row: Mapping[str, Any]) -> SiteRule:
    """A rule as it was stored or sent; what it says was checked when it was saved.

    Raises:
        RuleError: its conditions cannot be asked.
    """
    return SiteRule(
        title=row["title"],
        version=cint(row.get("version")),
        when=row["when_event"],
        company=row.get("company") or "",
        once_per=row.get("once_per") or "",
        quiet_days=cint(row.get("quiet_days")),
        on_rise=bool(cint(row.get("only_on_rise"))),
        stop_after=bool(cint(row.get("stop_after"))),
        judge=_judge(row.get("conditions")),
        acts=tuple(row.get("actions") or ()),
    )


def conditions_of(sent: Any) -> Any:
    """Conditions as they are stored, in the engine's schema; those of a rule without any hold always.

    Raises:
        ValueError: they are no JSON.
    """
    if sent in (None, ""):
        return {"all": []}
    return json.loads(sent) if isinstance(sent, str) else sent


def keep_ready(found: dict[str, list[dict[str, Any]]]) -> None:
    """Keep these rules, by kind, as the ones of the site."""
    frappe.cache.set_value(_CACHE, found)


def forget_rules() -> None:
    """Drop what is kept; called when a rule changes."""
    site_cache.forget([_CACHE])


def stored_rules() -> dict[str, list[dict[str, Any]]]:
    """Enabled rules by kind, each with its actions, in their order."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = frappe.get_all(
        rules.RULE, {"enabled": 1}, list(_HEAD), order_by="run_order asc, creation asc, name asc"
    )
    if not rows:
        return found
    acts: dict[str, list[dict[str, Any]]] = {}
    for act in frappe.get_all(
        rules.ACTION,
        {"parent": ("in", [row.name for row in rows]), "parenttype": rules.RULE},
        ["parent", "do", *rules.ROW_FIELDS],
        order_by="parent asc, idx asc",
    ):
        acts.setdefault(act.pop("parent"), []).append(dict(act))
    for row in rows:
        found.setdefault(row.when_event, []).append({**row, "actions": acts.get(row.name, [])})
    return found


def _judge(sent: Any) -> Judge:
    text = sent if isinstance(sent, str) else json.dumps(sent, sort_keys=True)
    if text not in _ready:
        if len(_ready) >= _MOST_READY:
            _ready.clear()
        try:
            when = conditions_of(sent)
        except ValueError:
            raise RuleError([]) from None
        ruleset = compile_rules([{"name": "rule", "when": when, "then": [{"do": "open_capa"}]}])
        _ready[text] = Judge(ruleset, ruleset.rules[0].when)
    return _ready[text]


def _stored() -> dict[str, list[dict[str, Any]]]:
    return site_cache.kept(_CACHE, stored_rules)
