"""Which SOP a complaint follows, and the checks it brings along."""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, getdate

from complaint_qms.constants import roles
from complaint_qms.constants.records import FIRST_STAGE
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.integrations.erpnext.customer import group_path
from complaint_qms.services.record import site_cache
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.sop import proofs, versions

CACHE_KEY = "complaint_qms_sops"
_NAMED = 5
"""Other SOPs that a message names at most."""
_CHOOSERS = (roles.MANAGER, "System Manager")
# A closer fit counts more: the company decides before the severity, the type decides before both. Where these leave several, the
# nearest group of the customer decides, and then the channel.
_WEIGHT_TYPE, _WEIGHT_COMPANY, _WEIGHT_SEVERITY = 1000, 100, 10
_NEAREST_GROUP = 1000


def choose_sop(doc: Document) -> str | None:
    """Name of the SOP that fits `doc` best: its type (or the nearest type above), company, severity, group of the customer and channel.

    One that names the type goes first, then the default that the type itself (or the nearest type above) names, then
    one that fits by anything else; without any, the default of the settings and the one marked as default.
    None of them when it is switched off or another company's; of versions the one of the day of receipt.
    """
    day = getdate(doc.get("received_at") or None)
    rows = [row for row in _sops() if versions.in_force(row, day)]
    path = _type_path(doc.complaint_type)
    groups = _groups_of(doc) if any(row["for_customer_group"] for row in rows) else []
    best, best_score, names_type = None, (0, 0, 0), False
    for row in rows:
        score = _fit(row, doc, path, groups)
        if score and score > best_score:
            best, best_score, names_type = row["name"], score, bool(row["complaint_type"])
    if names_type:
        return best
    usable = {row["name"]: row for row in _sops() if row["company"] in (None, "", doc.company)}
    chosen = [_types().get(name, {}).get("default_sop") for name in path]
    chosen += [best, frappe.get_cached_doc(SETTINGS).default_sop]
    chosen += [row["name"] for row in usable.values() if row["is_default"]]
    found = (versions.version_on(name, usable, day) for name in chosen if name)
    return next((name for name in found if name), None)


def steers(doc: Document) -> bool:
    """Whether something has changed by which the SOP of an early complaint is chosen: of customer and channel where any SOP asks for them."""
    fields = ["complaint_type", "severity", "company"]
    fields += ["customer"] if any(row["for_customer_group"] for row in _sops()) else []
    fields += ["channel"] if any(row["channel"] for row in _sops()) else []
    return any(doc.has_value_changed(name) for name in fields)


def tell_tie(sop: Document) -> None:
    """Say so where another SOP fits the very same complaints on some day: which of them is chosen goes by their names."""
    wanted = [sop.get(field) or "" for field in versions.CRITERIA]
    if not sop.enabled or not any(wanted):
        return
    others = [
        row["name"]
        for row in _sops()
        if row["name"] not in (sop.name, sop.previous_version)
        and [row[field] or "" for field in versions.CRITERIA] == wanted
        and versions.meet(row, sop)
    ]
    if others:
        frappe.msgprint(
            _(
                "Other SOPs fit the same complaints as this one: {0}. Of those that fit alike the first by name is chosen: {1}."
            ).format(
                frappe.bold(escape_html(_some(others))),
                frappe.bold(escape_html(min(*others, sop.name, key=str.casefold))),
            ),
            indicator="orange",
        )


def add_checks(doc: Document, stage: str) -> None:
    """Bring the checks of `stage` onto `doc` as it enters it; those it has already are not asked twice."""
    if not doc.sop:
        return
    have = {(row.stage, row.check) for row in doc.checklist}
    for row in frappe.get_cached_doc("Complaint SOP", doc.sop).checks:
        if row.stage == stage and (row.stage, row.check) not in have:
            asked = {"stage": row.stage, "check": row.check, "mandatory": cint(row.mandatory)}
            proof = proofs.proof_of(row)
            # What is there already is told as done at once; whose it is, nobody knows.
            done = cint(bool(proof) and proofs.is_shown(doc, proof))
            doc.append("checklist", {**asked, "proof": proof, "done": done})


def may_choose() -> bool:
    """Whether the user says which SOP a complaint follows; for everybody else the app chooses."""
    return frappe.session.user == "Administrator" or bool(set(_CHOOSERS) & set(frappe.get_roles()))


def check_choice(doc: Document) -> None:
    """Refuse a change of the SOP that is not the user's to make, and any that leaves a complaint without one.

    Raises:
        frappe.ValidationError: there is no SOP any more.
        frappe.PermissionError: the user is no manager.
    """
    if not doc.sop:
        frappe.throw(
            gate_code("SOP")
            + _("A complaint always follows a procedure. Choose another one instead of none.")
        )
    check_role(_("change the SOP of a complaint"), *_CHOOSERS)


def change_checks(doc: Document) -> None:
    """Another SOP goes on: its checks come for every stage gone through. What is ticked and what must be ticked stays,
    so that no check falls by changing the SOP and changing it back."""
    doc.set("checklist", [row for row in doc.checklist if row.done or row.mandatory])
    been = {row.stage for row in doc.stage_log} | {FIRST_STAGE["Complaint"]}
    for stage in COMPLAINT_OPEN:
        if stage in been:
            add_checks(doc, stage)


def keep_checks(doc: Document, now: datetime) -> None:
    """Take from the sender only which checks are ticked; what is to be checked, by whom and when it was, is the app's, and so is
    whether one is done that something else shows."""
    before = doc.get_doc_before_save()
    sent = {(row.stage, row.check): cint(row.done) for row in doc.checklist}
    rows = [row.as_dict() for row in before.checklist] if before else []
    for row in rows:
        done = sent.get((row["stage"], row["check"]), cint(row["done"]))
        if row["proof"]:
            done = cint(proofs.is_shown(doc, row["proof"]))
        if done and not cint(row["done"]):
            row |= {"done_by": frappe.session.user, "done_at": now}
        elif not done:
            row |= {"done_by": None, "done_at": None}
        row["done"] = done
    doc.set("checklist", rows)


def forget_sops() -> None:
    """Drop the cached lists; called when an SOP or a type changes."""
    site_cache.forget([CACHE_KEY, CACHE_KEY + ":types"])


def type_branch(name: str) -> list[str]:
    """The type and everything below it."""
    found, grown = {name}, True
    while grown:
        below = {row["name"] for row in _types().values() if row["parent"] in found} - found
        found |= below
        grown = bool(below)
    return sorted(found)


def type_keys() -> dict[str, str | None]:
    """Name → key of every complaint type."""
    return {name: row["type_key"] for name, row in _types().items()}


def type_words() -> dict[str, list[str]]:
    """Keywords the site wrote at its types: type key (or name, for a type without one) → words."""
    return {
        row["type_key"] or row["name"]: words
        for row in _types().values()
        if (words := [word.strip() for word in (row["keywords"] or "").splitlines() if word.strip()])
    }


def type_defaults(name: str | None) -> dict[str, Any]:
    """Severity and department the type proposes, and whether it is a group; empty for an unknown type."""
    return _types().get(name or "", {})


def _some(names: list[str]) -> str:
    """As many as are read, and how many more there are."""
    shown, more = sorted(names, key=str.casefold)[:_NAMED], len(names) - _NAMED
    return _("{0} and {1} more").format(comma_list(shown), more) if more > 0 else comma_list(shown)


def _fit(
    row: dict[str, Any], doc: Document, path: list[str], groups: list[str]
) -> tuple[int, int, int] | None:
    """How closely an SOP fits; None where it does not. `path`, `groups`: types and groups of the customer, nearest first."""
    score = group = channel = 0
    if row["complaint_type"]:
        if row["complaint_type"] not in path:
            return None
        score += _WEIGHT_TYPE - path.index(row["complaint_type"])
    if row["company"]:
        if row["company"] != doc.company:
            return None
        score += _WEIGHT_COMPANY
    if row["severity"]:
        if row["severity"] != doc.severity:
            return None
        score += _WEIGHT_SEVERITY
    if row["for_customer_group"]:
        if row["for_customer_group"] not in groups:
            return None
        group = _NEAREST_GROUP - groups.index(row["for_customer_group"])
    if row["channel"]:
        if row["channel"] != doc.get("channel"):
            return None
        channel = 1
    return score, group, channel


def _groups_of(doc: Document) -> list[str]:
    return group_path(doc.get("customer")) if doc.get("customer") else []


def _type_path(name: str | None) -> list[str]:
    """The type and everything above it, nearest first."""
    types, path = _types(), []
    while name and name in types and name not in path:
        path.append(name)
        name = types[name]["parent"]
    return path


def _sops() -> list[dict[str, Any]]:
    return site_cache.kept(
        CACHE_KEY,
        lambda: frappe.get_all(
            "Complaint SOP",
            filters={"enabled": 1},
            fields=[
                "name",
                *versions.CRITERIA,
                "is_default",
                "valid_from",
                "valid_until",
                "previous_version",
            ],
            order_by="name asc",
        ),
    )


def _types() -> dict[str, dict[str, Any]]:
    return site_cache.kept(
        CACHE_KEY + ":types",
        lambda: {
            row["name"]: row
            for row in frappe.get_all(
                "Complaint Type",
                fields=[
                    "name",
                    "parent_complaint_type as parent",
                    "is_group",
                    "default_severity",
                    "department",
                    "default_sop",
                    "type_key",
                    "keywords",
                ],
                order_by="name asc",
            )
        },
    )
