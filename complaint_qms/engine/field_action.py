"""What is reckoned of a field action: who holds how much, what changed in that, how far it got, and whether the quantities of lots agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

ACCOUNTED: Final = ("recovered", "destroyed", "used")
REMOVED: Final = ("recovered", "destroyed")
_PLACES: Final = 6


def scope_changes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each customer holds now and held in an earlier scope, where that differs: [{customer, name, item_code, uom, was, now}]."""
    if not old:
        return []
    was, now = _held(old), _held(new)
    names = {one["customer"]: one["name"] for scope in (old, new) for one in scope["customers"]}
    return [
        {
            "customer": customer,
            "name": names[customer],
            "item_code": item,
            "uom": (now.get((customer, item)) or was[customer, item])[1],
            "was": was.get((customer, item), (0, ""))[0],
            "now": now.get((customer, item), (0, ""))[0],
        }
        for customer, item in sorted({*was, *now})
        if was.get((customer, item), (0, ""))[0] != now.get((customer, item), (0, ""))[0]
    ]


def figures(customers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """How far an action got.

    Args:
        customers: {is_left_out, told (a notice left, or they were reached by phone), opened_at, acknowledged_at, quantities: [{uom, at_risk, recovered, destroyed, used}]}

    Returns:
        {customers, told, opened, acknowledged, acknowledged_share, units: [{uom, at_risk, recovered, destroyed, used, open, share, removed_share}],
        accounted_share, removed_share}: shares in percent; of several units the lowest counts. Accounted for is what was recovered, destroyed,
        used or passed on; removed is that without what was used or passed on. Of each row no more counts than was there: what is said twice of
        one customer does not stand for what another still has. Where nobody is to be told or nothing to be found, nothing was reached: 0.
    """
    counted = [one for one in customers if not one.get("is_left_out")]
    units: dict[str, dict[str, float]] = defaultdict(
        lambda: dict.fromkeys(("at_risk", *ACCOUNTED, "done", "removed"), 0.0)
    )
    for one in counted:
        for row in one.get("quantities") or ():
            for name in ("at_risk", *ACCOUNTED):
                units[row.get("uom") or ""][name] += row.get(name) or 0
            for name, counted_as in (("done", ACCOUNTED), ("removed", REMOVED)):
                units[row.get("uom") or ""][name] += min(_sum(row, counted_as), row.get("at_risk") or 0)
    shown: list[dict[str, Any]] = []
    shares: list[tuple[float, float]] = []
    for uom, sums in sorted(units.items()):
        done, removed = sums.pop("done"), sums.pop("removed")
        share, removed_share = percent_of(done, sums["at_risk"]), percent_of(removed, sums["at_risk"])
        shares += [(share, removed_share)] if sums["at_risk"] > 0 else []
        shown.append(
            {
                "uom": uom,
                **{name: round(value, _PLACES) for name, value in sums.items()},
                "open": round(max(sums["at_risk"] - done, 0), _PLACES),
                "share": share,
                "removed_share": removed_share,
            }
        )
    acknowledged = sum(bool(one.get("acknowledged_at")) for one in counted)
    return {
        "customers": len(counted),
        "told": sum(bool(one.get("told")) for one in counted),
        "opened": sum(bool(one.get("opened_at")) for one in counted),
        "acknowledged": acknowledged,
        "acknowledged_share": percent_of(acknowledged, len(counted)),
        "units": shown,
        "accounted_share": min((share for share, _removed in shares), default=0.0),
        "removed_share": min((removed for _share, removed in shares), default=0.0),
    }


def counted_twice(row: Mapping[str, Any]) -> float:
    """How much more of an item a customer accounts for than they had."""
    return max(round(_sum(row, ACCOUNTED) - (row.get("at_risk") or 0), _PLACES), 0.0)


def percent_of(part: float, whole: float) -> float:
    """Percent, cut off behind the first place: what is not whole is never shown as 100, and nothing of nothing is 0."""
    if whole <= 0:
        return 0.0
    return min(int(1000 * part / whole + 1e-9) / 10, 100.0)


def _sum(row: Mapping[str, Any], names: tuple[str, ...]) -> float:
    return sum(row.get(name) or 0 for name in names)


def _held(scope: Mapping[str, Any]) -> dict[tuple[str, str], tuple[float, str]]:
    return {
        (one["customer"], line["item_code"]): (line["held"], line["uom"])
        for one in scope["customers"]
        for line in one["lines"]
    }
