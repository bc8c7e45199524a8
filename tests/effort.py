"""How much work a call is, counted and not timed: the lines of Python that it runs. What a function of C does is not in it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def lines_run(task: Callable[..., object], *given: object) -> int:
    """Lines that are run until the call comes back, those of what it calls among them."""
    counted = 0

    def line(frame: FrameType, event: str, _argument: object) -> Callable:
        nonlocal counted
        counted += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        task(*given)
    finally:
        sys.settrace(before)
    return counted
