"""The rule of :mod:`.told_twice` over many pairs at once, for a history: which of them are one complaint told twice.

Same weights, same window; a person is the customer here, and nothing else is known of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from complaint_qms.engine.message import Message
from complaint_qms.engine.reasons import Reason
from complaint_qms.engine.similar.records import FIELDS
from complaint_qms.engine.similar.scoring import NO_DATE, field_odds
from complaint_qms.engine.similar.told_twice import (
    ENOUGH_WORDS,
    FORBID,
    LATEST,
    PRIOR,
    SAME_DAY,
    WEIGHTS,
    WINDOW,
    WORDING,
    days_apart,
)

_NEVER: Final = -150.0
_AGREE: Final = {name: WEIGHTS["person" if name == "customer" else name][0] for name in FIELDS}
_DIFFER: Final = [
    _NEVER if name in FORBID else WEIGHTS["person" if name == "customer" else name][1] for name in FIELDS
]
_SAME: Final = {name: Message("same {field}", {"field": name}) for name in FIELDS}
_OTHER: Final = {name: Message("another {field}", {"field": name}) for name in FIELDS}


def log_odds_twice(
    cosine: np.ndarray,
    words: np.ndarray,
    fields: np.ndarray,
    days: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    whole_serials: bool = True,
) -> np.ndarray:
    """Contributions of shape (pairs, 9): text, the fields of :data:`.records.FIELDS`, date, prior; arguments as of
    :func:`.scoring.log_odds`, ``whole_serials`` of the settings. Beyond the window of days the date says no, as another batch, order or serial number does."""
    parts = np.zeros((len(left), 3 + len(FIELDS)))
    parts[:, 0] = cosine * text_weight(words, left, right)
    agree = [_AGREE[name] if name != "serial" or whole_serials else 0.0 for name in FIELDS]
    parts[:, 1:-2] = field_odds(fields, left, right, agree, _DIFFER)
    one, other = days[left].astype(np.int64), days[right].astype(np.int64)
    apart = np.abs(one - other)
    weight = np.where(apart > WINDOW, _NEVER, SAME_DAY + (LATEST - SAME_DAY) * apart / WINDOW)
    parts[:, -2] = np.where((one != NO_DATE) & (other != NO_DATE), weight, 0.0)
    parts[:, -1] = PRIOR
    return parts


def text_weight(words: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """What texts that agree in full are worth: fewer than ``ENOUGH_WORDS`` words agree by chance."""
    return WORDING * np.minimum(np.minimum(words[left], words[right]), ENOUGH_WORDS) / ENOUGH_WORDS


def reasons_twice(cosine: float, parts: Sequence[float], apart: int | None) -> tuple[Reason, ...]:
    """The contributions of one pair in words, strongest first; ``apart``: days between the two, None: not known."""
    found = []
    if parts[0]:
        agreement = Message("the texts agree to {percent} %", {"percent": round(100 * cosine)})
        found.append(Reason("text", agreement, float(parts[0])))
    for name, weight in zip(FIELDS, parts[1:-2], strict=True):
        if weight:
            found.append(Reason("field", (_SAME if weight > 0 else _OTHER)[name], float(weight)))
    if apart is not None:
        found.append(Reason("date", days_apart(apart), float(parts[-2])))
    return tuple(sorted(found, key=lambda reason: -abs(reason.weight)))
