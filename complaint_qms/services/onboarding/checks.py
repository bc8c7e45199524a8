"""Whether each thing a site needs is really set. Asked anew each time; nothing is ticked by a click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt, today

from complaint_qms.constants import onboarding, vocabulary
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.integrations.erpnext.companies import current_holiday_lists, trading_companies
from complaint_qms.services.correspondence import mailboxes
from complaint_qms.services.onboarding.own_work import has_own_complaints
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.sop import procedure

_SOP: Final = "Complaint SOP"
# A company, its holiday list, the procedure of its complaints.
CompanySop = tuple[str, str | None, Document | None]


@dataclass(frozen=True)
class Found:
    """How one thing stands.

    Attributes:
        done: whether it is set.
        told: one sentence in the reader's language, of what is set or what is missing.
        route: where it is set, as the desk's router takes it.
        doctype: what one must be allowed to change there.
        at: the field there.
    """

    done: bool
    told: str
    route: list[str] = field(default_factory=list)
    doctype: str = ""
    at: str = ""


def check_roles() -> Found:
    """Somebody who can act holds each role that a complaint needs, and they are not all one person."""
    groups = onboarding.NEEDED_ROLES
    held = holders_of(role for group in groups for role in group)
    lacking = [group for group in groups if not any(held.get(role) for role in group)]
    people = {name for names in held.values() for name in names}
    if lacking:
        named = comma_list(_("{0} or {1}").format(*map(_, g)) if len(g) > 1 else _(g[0]) for g in lacking)
        told = _("Nobody who can act holds: {0}.").format(named)
    elif len(people) < 2:
        told = _("One person holds every role. Nobody approves their own work, so a second one is needed.")
    else:
        told = _("Every role is held, by {0} people.").format(len(people))
    return Found(not lacking and len(people) > 1, told, ["List", "User"], "Role")


def check_mail() -> Found:
    """There is an account that mails go out by; the sentence tells of those that complaints come in by, too."""
    accounts = frappe.get_all(
        "Email Account",
        {"enable_outgoing": 1, "default_outgoing": 1},
        ["name", "awaiting_password"],
        order_by="name asc",
    )
    ready = [row.name for row in accounts if not row.awaiting_password]
    if ready:
        told = _("Mails go out by {0}.").format(ready[0])
    elif accounts:
        told = _("{0} waits for its password.").format(accounts[0].name)
    elif frappe.conf.get("mail_server"):
        ready, told = [""], _("Mails go out by the server's own configuration.")
    else:
        told = _("No Email Account is enabled and the default for outgoing mail.")
    reading = sorted(row.name for row in mailboxes.registering())
    if reading:
        coming = _("Complaints come in by {0}.").format(comma_list(reading))
    else:
        coming = _("No mailbox registers complaints: tick “Register Complaints” in its Email Account.")
    return Found(bool(ready), f"{told} {coming}", ["List", "Email Account"], "Email Account")


def check_calendar(companies: list[CompanySop]) -> Found:
    """The procedure of every company has working hours and holidays that reach beyond today."""
    current = current_holiday_lists(today())
    lacking = []
    for company, holidays, sop in companies:
        if not sop or not (cint(sop.round_the_clock) or sop.working_hours):
            return Found(
                False,
                _("{0} has no procedure with working hours.").format(company),
                ["List", _SOP],
                _SOP,
            )
        if not cint(sop.round_the_clock) and (sop.holiday_list or holidays) not in current:
            lacking.append(company)
    if lacking:
        return Found(
            False,
            _("No holiday list that reaches beyond today, in the procedure or the company: {0}.").format(
                comma_list(lacking)
            ),
            ["Form", "Company", lacking[0]],
            "Company",
            "default_holiday_list",
        )
    if not companies:
        return Found(False, _("There is no company yet."), ["List", "Company"], "Company")
    return Found(
        True,
        _("Working hours and holidays are set for every company."),
        ["List", "Holiday List"],
        "Holiday List",
    )


def check_limits(companies: list[CompanySop]) -> Found:
    """The procedure of every company limits the first response and the solution, and is the site's own choice."""
    route = ["List", _SOP]
    if not companies:
        return Found(False, _("There is no company yet."), ["List", "Company"], "Company")
    for company, _holidays, sop in companies:
        if not sop:
            return Found(False, _("No procedure fits complaints of {0}.").format(company), route, _SOP)
        route = ["Form", _SOP, sop.name]
        if not flt(sop.first_response_time) or not flt(sop.resolution_time):
            told = _("{0} has no limit for the first response or for the solution.").format(_(sop.name))
            return Found(False, told, route, _SOP, "first_response_time")
        if as_shipped(sop):
            told = _(
                "{0} is as it came with the app. Choose a pack for your trade, or change what does not fit."
            ).format(_(sop.name))
            return Found(False, told, route, _SOP, "first_response_time")
    named = comma_list(dict.fromkeys(_(sop.name) for _company, _holidays, sop in companies))
    return Found(True, _("Limits are set: {0}.").format(named), route, _SOP)


def check_approval() -> Found:
    """Somebody who can act may submit a settlement."""
    limited = [
        row.role
        for row in frappe.get_cached_doc(SETTINGS).approval_limits
        if cint(row.unlimited) or flt(row.max_amount)
    ]
    held = holders_of(limited)
    able = [role for role in dict.fromkeys(limited) if held.get(role)]
    if not limited:
        told = _("No role may submit a settlement: there are no approval limits.")
    elif not able:
        told = _("Nobody holds a role with an approval limit: {0}.").format(comma_list(map(_, limited)))
    else:
        told = _("Settlements are submitted by: {0}.").format(comma_list(map(_, able)))
    return Found(bool(able), told, ["Form", SETTINGS, SETTINGS], SETTINGS, "approval_limits")


def check_goodwill() -> Found:
    """The account for goodwill is chosen and can be booked on."""
    account = frappe.get_cached_doc(SETTINGS).goodwill_account
    row = account and frappe.db.get_value("Account", account, ["is_group", "disabled"], as_dict=True)
    if not account:
        told = _("Goodwill is booked on the income account of each invoice, where nobody sees what it costs.")
    elif not row or row.is_group or row.disabled:
        told = _("Nothing can be booked on {0} any more.").format(account)
    else:
        told = _("Goodwill is booked on {0}.").format(account)
    usable = bool(row and not row.is_group and not row.disabled)
    return Found(usable, told, ["Form", SETTINGS, SETTINGS], SETTINGS, "goodwill_account")


def check_intake() -> Found:
    """Complaints can be registered: a channel in use for those that name none, and a type to choose."""
    channel = frappe.get_cached_doc(SETTINGS).default_channel
    enabled = channel and frappe.db.get_value("Complaint Channel", channel, "enabled")
    types = frappe.db.exists("Complaint Type", {"is_group": 0, "disabled": 0})
    route, doctype = ["Form", SETTINGS, SETTINGS], SETTINGS
    if not channel:
        told = _("No channel is set for complaints that name none.")
    elif not enabled:
        told = _("{0} is out of use, and set for complaints that name no channel.").format(_(channel))
    elif not types:
        told = _("There is no complaint type to choose.")
        route, doctype = ["Tree", "Complaint Type"], "Complaint Type"
    else:
        told = _("Complaints are registered in the desk, over REST and by import; those that name no channel count as {0}.").format(_(channel))  # fmt: skip
        route, doctype = ["List", "Complaint Channel"], "Complaint Channel"
    at = "default_channel" if doctype == SETTINGS else ""
    return Found(bool(enabled and types), told, route, doctype, at)


def check_first_complaint() -> Found:
    """Somebody registered a complaint; those of the demo do not count."""
    done = has_own_complaints()
    told = _("Complaints are being registered.") if done else _("No complaint of your own is registered yet.")
    return Found(
        done, told, ["List", "Complaint"] if done else ["Form", "Complaint", "new-complaint"], "Complaint"
    )


CHECKS: Final[dict[str, Callable[..., Found]]] = {
    onboarding.ROLES: check_roles,
    onboarding.MAIL: check_mail,
    onboarding.CALENDAR: check_calendar,
    onboarding.LIMITS: check_limits,
    onboarding.APPROVAL: check_approval,
    onboarding.GOODWILL: check_goodwill,
    onboarding.INTAKE: check_intake,
    onboarding.FIRST_COMPLAINT: check_first_complaint,
}
# These look at every company, which is read once for all of them.
_OF_COMPANIES: Final = (check_calendar, check_limits)


def find_all() -> dict[str, Found]:
    """How each thing stands, by the name of its step."""
    companies = _companies()
    return {name: check(companies) if check in _OF_COMPANIES else check() for name, check in CHECKS.items()}


def as_shipped(sop: Document) -> bool:
    """Whether an SOP is the first one of every site, with its limits as they came."""
    shipped = vocabulary.DEFAULT_SOP
    stages = {stage: (seconds, role) for stage, seconds, role, _above in vocabulary.SOP_STAGES}
    return (
        sop.name == vocabulary.DEFAULT_SOP_NAME
        and flt(sop.first_response_time) == shipped["first_response_time"]
        and flt(sop.resolution_time) == shipped["resolution_time"]
        and {row.stage: (flt(row.time_limit), row.responsible_role) for row in sop.stages} == stages
    )


def _companies() -> list[CompanySop]:
    """Each company that is no group; which procedure holds is told by lists in the cache, and each one is read once."""
    rows = trading_companies()
    chosen = {row.name: procedure.choose_sop(frappe._dict(company=row.name)) for row in rows}
    sops = {name: frappe.get_cached_doc(_SOP, name) for name in dict.fromkeys(chosen.values()) if name}
    return [(row.name, row.default_holiday_list, sops.get(chosen[row.name])) for row in rows]
