"""What a result shows of itself at a prompt: its numbers where it has few, the shapes of its tables where it has many."""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=type)

_FEW = 6


def short_repr(*names: str) -> Callable[[T], T]:
    """Decorator of a dataclass, above ``@dataclass``: a repr of one line, whatever the size of what it holds.

    ``names``: fields that are shown, all if none are named.
    """

    def decorate(cls: T) -> T:
        def __repr__(self: Any) -> str:
            shown = names or [f.name for f in fields(self) if f.repr]
            return f"{type(self).__name__}({', '.join(f'{n}={_short(getattr(self, n))}' for n in shown)})"

        setattr(cls, "__repr__", __repr__)  # noqa: B010 - a type checker would have the method's own type
        return cls

    return decorate


def _short(value: object) -> str:
    if isinstance(value, np.ndarray | np.generic):
        return _array(np.asarray(value))
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple) and len(value) <= _FEW and all(map(_is_plain, value)):
        inside = ", ".join(map(_short, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if _is_plain(value) or not isinstance(value, Sized):
        return repr(value)
    return f"<{type(value).__name__} of {len(value):,}>"


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _array(value: NDArray[Any]) -> str:
    if value.ndim == 0:
        return _short(value.item())
    if value.ndim == 1 and value.size <= _FEW:
        return f"[{', '.join(map(_short, value.tolist()))}]"
    marked = f", {int(value.sum()):,} true" if value.dtype == bool else ""
    return f"<{value.dtype} {' × '.join(f'{n:,}' for n in value.shape)}{marked}>"
