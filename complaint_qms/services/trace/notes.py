"""What has to be known to read a genealogy."""

from __future__ import annotations

from typing import Final

from frappe import _

from complaint_qms.services.trace.tracing import Traced

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
    if traced.withheld:
        said.append(
            _("Documents not shown to you: {0}. They belong to companies, warehouses, items, suppliers or customers that you may not see.").format(len(traced.withheld))
        )  # fmt: skip
    if traced.genealogy.is_cut:
        said.append(
            _("There are more batches than are shown here ({0}). Start from one that is nearer to what you look for.").format(len(traced.genealogy.lots))
        )  # fmt: skip
    return said
