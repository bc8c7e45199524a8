"""What goods on hold may still do: stay, be kept apart, be destroyed, go back to who supplied them. Nothing else.

A movement is judged by what its document does and by the warehouses it leads from and to, never by who makes it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

TRANSFER: Final = "transfer"  # from one warehouse of the company to another
ISSUE: Final = "issue"  # out of stock, to nobody
SUPPLIER_RETURN: Final = "supplier_return"
COUNT: Final = "count"  # stock-taking that found less
LEAVING: Final = "leaving"  # sold, consumed, sent away, set aside for somebody


def may_move(
    kind: str, source: str, target: str, quarantine: Collection[str], scrap: Collection[str]
) -> bool:
    """Whether goods on hold may make a movement.

    Kept apart or scrapped they may always be, and moved about as long as they lie among other goods: what was put apart comes out
    by a release alone. They leave the books from the scrap warehouse, where somebody has decided so. They go back to the supplier
    from quarantine: whoever put them there knows of the hold, and whoever takes them from the shelf may not.

    Args:
        target: empty where they leave the stock.
        quarantine, scrap: warehouses that keep goods apart.
    """
    apart = source in quarantine or source in scrap
    if kind == TRANSFER:
        return bool(target) and (target in quarantine or target in scrap or not apart)
    if kind in (ISSUE, COUNT):
        return source in scrap
    return kind == SUPPLIER_RETURN and source in quarantine
