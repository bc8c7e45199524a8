"""How people are told beside the desk and by mail, as they have chosen themselves: channels, quiet hours, and where they are reached."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from complaint_qms.constants import notify
from complaint_qms.engine.phone_number import is_number
from complaint_qms.services.notify.choices import check_choices, check_hours
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.scalars import shown


@dataclass(frozen=True)
class Preference:
    """What a person has chosen.

    Attributes:
        choices: rows of kind, channel and at_any_hour; None where the site's count.
        quiet: first and last of their quiet hours; None where the site's count.
    """

    choices: tuple[frappe._dict, ...] | None = None
    quiet: tuple[str | None, str | None] | None = None


NONE = Preference()
# More than one person, or the whole company (@all), hears nothing in place of one.
_WECOM_USER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


def check_preference(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: naming the row or field.
    """
    wrong = check_choices(doc, "choices", own=True)
    if cint(doc.own_quiet_hours):
        wrong += check_hours(doc)
    services = set(
        frappe.get_all(
            notify.CHANNEL,
            {"name": ("in", [row.channel for row in doc.choices])},
            pluck="service",
            order_by="name asc",
        )
    )
    if cint(doc.own_choices) and notify.WECOM_APP in services and not doc.wecom_user_id:
        wrong.append(_("WeCom User ID: enter yours; a channel that you have chosen needs it."))
    if doc.wecom_user_id and not _WECOM_USER.fullmatch(doc.wecom_user_id):
        wrong.append(
            _("WeCom User ID: enter one person's, of letters, digits and . _ - @, as WeCom shows it.")
        )
    if doc.mobile_no and not is_number(doc.mobile_no):
        wrong.append(
            _(
                "Mobile Number: “{0}” is no telephone number. Enter it with its country code, as +49 30 123456."
            ).format(shown(doc.mobile_no))
        )
    mobile = doc.mobile_no or frappe.db.get_value("User", doc.user, "mobile_no")
    if cint(doc.own_choices) and {notify.SMS, notify.WHATSAPP} & services and not mobile:
        wrong.append(_("Mobile Number: enter yours; a channel that you have chosen needs it."))
    if wrong:
        refuse(*wrong)


def preferences_of(users: Iterable[str]) -> dict[str, Preference]:
    """User → what they have chosen, for those who have; two queries."""
    rows = frappe.get_all(
        notify.PREFERENCE,
        {"user": ("in", sorted(set(users)) or [""])},
        ["name", "user", "own_choices", "own_quiet_hours", "quiet_from", "quiet_to"],
        order_by="name asc",
    )
    choices: dict[str, list[frappe._dict]] = {}
    if own := [row.name for row in rows if cint(row.own_choices)]:
        about = {"parenttype": notify.PREFERENCE, "parent": ("in", own)}
        for one in frappe.get_all(
            notify.CHOICE, about, ["parent", "kind", "channel", "at_any_hour"], order_by="parent asc, idx asc"
        ):
            choices.setdefault(one.parent, []).append(one)
    return {
        row.user: Preference(
            tuple(choices.get(row.name, ())) if cint(row.own_choices) else None,
            (row.quiet_from, row.quiet_to) if cint(row.own_quiet_hours) else None,
        )
        for row in rows
    }


def reached_at(users: Iterable[str], service: str) -> dict[str, str]:
    """User → their number or name at a service, for those who have one; one query."""
    user, chosen = frappe.qb.DocType("User"), frappe.qb.DocType(notify.PREFERENCE)
    query = frappe.qb.from_(user).left_join(chosen).on(chosen.user == user.name)
    query = query.select(user.name, user.mobile_no, chosen.mobile_no.as_("own"), chosen.wecom_user_id)
    rows = query.where(user.name.isin(sorted(set(users)) or [""])).run(as_dict=True)
    if service == notify.WECOM_APP:
        found = {row.name: row.wecom_user_id for row in rows}
    else:
        found = {row.name: row.own or row.mobile_no for row in rows}
    return {name: place.strip() for name, place in found.items() if place and place.strip()}


def own_preference(user: str) -> str:
    """Name of a person's preference, which is made where there is none."""
    name = frappe.db.get_value(notify.PREFERENCE, {"user": user}, "name")
    return name or frappe.get_doc({"doctype": notify.PREFERENCE, "user": user}).insert().name
