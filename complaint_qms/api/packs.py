"""Sample procedures by trade: which there are, what one would change, applying it."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked, read_names
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.onboarding import pack_words, packs
from complaint_qms.services.record.language import comma_list


@frappe.whitelist(methods=["GET", "POST"])
@checked
def listed() -> list[dict[str, Any]]:
    """`key`, `title`, `description` and `sources` of each pack."""
    _check_permission()
    return [pack_words.introduce(pack) for pack in packs.read_packs().values()]


@frappe.whitelist(methods=["GET", "POST"])
@checked
def preview(pack: str) -> dict[str, Any]:
    """What applying the pack would do: `items`, record by record, with what the site has and what it would get; `shown`
    is the mark of it, which `use` takes back."""
    _check_permission()
    items = packs.compare(_pack(pack))
    return {"items": [pack_words.describe_item(item) for item in items], "shown": packs.mark_of(items)}


@frappe.whitelist(methods=["POST"])
@checked
def use(pack: str, overwrite: list | str | None = None, shown: str | None = None) -> dict[str, Any]:
    """Apply a pack; what the company changed stays unless its key is in `overwrite`. With `shown`, the mark that `preview`
    gave, it is refused when something else would happen by now."""
    _check_permission()
    wanted = read_names("overwrite", overwrite) if overwrite else []
    counts = packs.apply_pack(_pack(pack), wanted, shown)
    return {"counts": counts, "told": pack_words.tell_counts(counts)}


def _pack(key: str) -> dict[str, Any]:
    found = packs.read_packs()
    if key not in found:
        frappe.throw(
            _("There is no pack {0}. Choose one of: {1}.").format(
                frappe.bold(escape_html(key)), comma_list(sorted(found))
            )
        )
    return found[key]


def _check_permission() -> None:
    """Raises:
    frappe.PermissionError: the user may not change the settings, the SOPs, the types or the severities.
    """
    for doctype in (SETTINGS, "Complaint SOP", "Complaint Type", "Risk Severity"):
        frappe.has_permission(doctype, "write", throw=True)
