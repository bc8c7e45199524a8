"""Progress bars on standard error, quiet when nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from complaint_qms.tabular.terminal_text import printable


class Progress:
    """Bars with words in the user's language; `quiet` shows none."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet or not sys.stderr.isatty()

    @contextmanager
    def bar(self, words: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Yields ``tick(n)``."""
        if self.quiet:
            yield lambda n: None
            return
        from tqdm import tqdm  # imported late: quiet runs need no bars

        with tqdm(
            total=total, desc=printable(words), unit=" rows", unit_scale=True, leave=False, dynamic_ncols=True
        ) as bar:
            yield bar.update
