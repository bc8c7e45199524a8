"""Where a lot came from and where it went: a graph over movements of stock.

Public API::

    Lot(item, batch, serial), Voucher(...), Movement(voucher, lot, warehouse, qty)
        what the caller reads from a ledger; quantities are whole numbers of the smallest unit (`to_units`, `from_units`)
    trace_lots(starts, way, source, fold=True, most_lots=...) -> Genealogy
        level by level, up, down, both or through all relatives; `source` is asked twice a level, whatever the number of lots
    Genealogy.edges_up(lot), .edges_down(lot), .reached_up, .reached_down
        what went into a lot, and what a lot went into, each with its quantity and how that is known (`EXACT`, `SHARED`, `AT_MOST`)
    balance(lot, movements) -> Balance
        what came in, what went out, what lies where
    holders(genealogy, lots) -> list[Holding]
        what each customer was delivered, sent back, and has

That a lot *may* hold another is certain: a voucher consumed the one and produced the other. How much of it is certain where the voucher
produced one lot alone. Otherwise it is a share by quantity, where all that was produced is the same item, and at most all of it
where it is not.
"""

from complaint_qms.engine.trace.balances import Balance, Holding, balance, holders
from complaint_qms.engine.trace.genealogy import BOTH, DOWN, FAMILY, UP, Genealogy, trace_lots
from complaint_qms.engine.trace.movements import Lot, Movement, Voucher, from_units, to_units
from complaint_qms.engine.trace.processes import AT_MOST, EXACT, SHARED, Edge, Process

__all__ = [
    "AT_MOST",
    "BOTH",
    "DOWN",
    "EXACT",
    "FAMILY",
    "SHARED",
    "UP",
    "Balance",
    "Edge",
    "Genealogy",
    "Holding",
    "Lot",
    "Movement",
    "Process",
    "Voucher",
    "balance",
    "from_units",
    "holders",
    "to_units",
    "trace_lots",
]  # fmt: skip
