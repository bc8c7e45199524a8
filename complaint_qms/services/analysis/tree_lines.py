"""Lines of a dimension whose records are a tree: each node with everything below it, in the order of the tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import frappe

from complaint_qms.services.analysis.lines import Figures

TREES: Final = ("territory", "item_group", "complaint_type")
"""Dimensions that have one."""


class Node(NamedTuple):
    """Attributes:
    name: of the record.
    depth: 0 of those on top.
    figures, units: of the node and all below it; units None where none are known.
    keys: lines that it is made of.
    """

    name: str
    depth: int
    figures: Figures
    units: float | None
    keys: list[str]


def nodes_of(doctype: str, lines: Mapping[Any, Figures], units: Mapping[Any, float]) -> list[Node]:
    """Nodes with complaints in the period or the one before it, each before those below it; one query. A line whose record is gone stands on top, after the tree."""
    record = frappe.qb.DocType(doctype)
    rows = frappe.qb.from_(record).select(record.name, record.lft, record.rgt).orderby(record.lft).run()
    found: dict[str, Node] = {}
    open_nodes: list[tuple[int, str]] = []
    amounts: dict[str, float] = {}
    for name, lft, rgt in rows:
        while open_nodes and open_nodes[-1][0] < lft:
            open_nodes.pop()
        found[name] = Node(name, len(open_nodes), Figures(), None, [])
        open_nodes.append((rgt, name))
        for _end, above in open_nodes:
            if name in lines:
                found[above].figures.add(lines[name])
                found[above].keys.append(name)
            if name in units:
                amounts[above] = amounts.get(above, 0.0) + units[name]
    gone = [Node(key, 0, line, None, [key]) for key, line in lines.items() if key and key not in found]
    inside = [node._replace(units=amounts.get(name)) for name, node in found.items()]
    return [node for node in (*inside, *gone) if node.figures.count or node.figures.before]
