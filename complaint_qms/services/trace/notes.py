"""What has to be known to read a genealogy."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from frappe import _

from complaint_qms.engine.trace import Genealogy
from complaint_qms.services.trace.tracing import Traced
from complaint_qms.services.trace.unit_factors import Recorded

# What is looked at
TREE: Final = "tree"
HOLDERS: Final = "holders"


def notes(traced: Traced, show: str = TREE) -> list[str]:
    """Sentences to stand beside what is shown."""
    said = []
    if show == TREE:
        said.append(
            _("That a batch may hold another is certain: a document consumed the one and produced the other. How much of it is exact where that document produced one batch alone. “By Share” divides it by the quantities produced, “At Most” is all of it, because several items were produced, or some that you may not see. “Attributed” is that part of the consumed batch.")
        )  # fmt: skip
    if show == HOLDERS:
        said.append(_("What was delivered less what came back, of the batch asked about and of everything that may hold it."))  # fmt: skip
    return said + withheld_documents(traced.withheld) + cut_off(traced.genealogy)


def withheld_documents(withheld: Collection[str]) -> list[str]:
    """That documents are left out, where some are."""
    if not withheld:
        return []
    told = _("Documents not shown to you: {0}. They belong to companies, warehouses, items, suppliers or customers that you may not see.")  # fmt: skip
    return [told.format(len(withheld))]


def cut_off(genealogy: Genealogy) -> list[str]:
    """That there is more of a genealogy than was walked, where there is."""
    if not genealogy.is_cut:
        return []
    told = _("There are more batches than are shown here ({0}). Start from one that is nearer to what you look for.")  # fmt: skip
    return [told.format(len(genealogy.lots))]


def withheld_facts(withheld: Collection[str], recorded: Recorded) -> list[str]:
    """What is left out of the facts of units, and how their Job Cards count.

    Args:
        withheld: documents of the stock ledger that the reader may not see.
    """
    said = withheld_documents(withheld)
    for doctype, count in sorted(recorded.sight.withheld.items()):
        said.append(_("{1}: {0} records are not shown to you and not counted, because you may not read them.").format(count, _(doctype)))  # fmt: skip
    if recorded.cards:
        said.append(_("The Job Cards of a Work Order count for every batch that it made."))
    if not recorded.sight.names_people:
        said.append(_("Operators and inspectors are left out: only who may read employees is told of them."))
    return said
