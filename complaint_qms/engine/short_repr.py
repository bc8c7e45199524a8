"""What a result shows of itself at a prompt: its numbers where it has few, the shapes of its tables where it has many."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T", bound=type)

_FEW = 6


def short_repr(cls: T) -> T:
    """Decorator of a dataclass, above ``@dataclass``: a repr of one line, whatever the size of what it holds."""

    def __repr__(self: Any) -> str:
        shown = ", ".join(f"{f.name}={_short(getattr(self, f.name))}" for f in fields(self) if f.repr)
        return f"{type(self).__name__}({shown})"

    setattr(cls, "__repr__", __repr__)  # noqa: B010 - a type checker would have the method's own type
    return cls


def _short(value: object) -> str:
    if isinstance(value, np.ndarray | np.generic):
        return _array(np.asarray(value))
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple | dict) and len(value) > _FEW:
        kind = type(value).__name__
        return f"{kind} of {len(value):,}"
    if isinstance(value, list | tuple):
        inside = ", ".join(map(_short, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, str | bytes | dict) or not isinstance(value, Sized):
        return repr(value)
    return f"{type(value).__name__} of {len(value):,}"


def _array(value: np.ndarray) -> str:
    if value.ndim == 0:
        return _number(value.item())
    if value.ndim == 1 and value.size <= _FEW:
        return "[" + ", ".join(map(_number, value.tolist())) + "]"
    shape = " × ".join(f"{n:,}" for n in value.shape)
    marked = f", {int(value.sum()):,} true" if value.dtype == bool else ""
    return f"<{value.dtype} {shape}{marked}>"


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
