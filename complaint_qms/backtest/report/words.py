"""Words and numbers of the report in one language."""

from __future__ import annotations

from functools import partial
from typing import Any

from complaint_qms.backtest import stored_reasons
from complaint_qms.backtest.catalogue import phrase


class Words:
    """Words, numbers and names of levels; ``d``: what the report shows."""

    def __init__(self, found: dict[str, Any], language: str) -> None:
        self.d = found
        self.language = language
        self.policy = found["policy"]
        self.reason = partial(stored_reasons.reason, language=language)
        self.detail = partial(stored_reasons.detail, language=language)

    def t(self, key: str, /, **values: object) -> str:
        return phrase(key, self.language, **values)

    def message(self, key: str) -> str:
        return phrase(key, self.language)

    def whole(self, value: float | None) -> str:
        return "–" if value is None else f"{value:,.0f}"

    def number(self, value: float | None) -> str:
        """Three significant digits, thousands with commas."""
        if value is None:
            return "–"
        if value == int(value) or abs(value) >= 100:
            return f"{value:,.0f}"
        return (
            f"{value:.2f}"
            if abs(value) >= 0.995 and abs(value) < 10
            else f"{value:.3g}"
            if abs(value) >= 0.001
            else "< 0.001"
        )

    def percent(self, share: float) -> str:
        if 0 < share < 0.0005:
            return "< 0.1 %"
        if 0.995 <= share < 1 - 1e-9:
            return f"{min(share * 100, 99.9):.1f} %"
        digits = 0 if share >= 0.0995 or share == 0 else 1
        return f"{share * 100:.{digits}f}".removesuffix(".0") + " %"

    def chance(self, p: float | None) -> str:
        if p is None:
            return "–"
        return "< 1e-12" if p < 1e-12 else f"{p:.2g}"

    def hours(self, minutes: float) -> str:
        hours = minutes / 60
        return self.t("hours", hours=f"{hours:,.0f}" if hours >= 20 else f"{hours:.1f}".removesuffix(".0"))

    def level(self, axis: str, key: str | None) -> str:
        """The policy's own name of a level."""
        section = self.policy.data["risk"][axis]
        level = (
            section.get(key)
            if isinstance(section, dict)
            else next((s for s in section if s["key"] == key), None)
        )
        if not level:
            return key or "–"
        return str(
            level.get("name_zh") if self.language == "zh" and level.get("name_zh") else level.get("name", key)
        )

    def rgba(self, color: str, alpha: float) -> str:
        red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red},{green},{blue},{alpha:.2f})"

    def series(self, kind: str, key: str) -> str:
        return self.t("series_all") if kind == "all" else key

    def kind(self, kind: str) -> str:
        return "" if kind == "all" else self.t(f"field_{kind}")
