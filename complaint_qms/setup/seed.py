"""First vocabulary of a site. Only what is missing is made, so a site's own words are never overwritten."""

import csv
import json
from collections.abc import Collection
from pathlib import Path

import frappe
from frappe.model.document import Document

from complaint_qms.constants import risk, roles, rules, vocabulary
from complaint_qms.constants.correspondence import KIND_FIELD
from complaint_qms.constants.knowledge import ARTICLE, CATEGORY, CATEGORY_TYPE
from complaint_qms.constants.reportability import RULE_SET
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.knowledge.drafting import ensure_category
from complaint_qms.services.onboarding.packs import pack_templates
from complaint_qms.services.reportability.rule_sets import put_rules_into_force, shipped_sets


def seed() -> None:
    """Make the vocabulary a new site starts with; run at install and safe to run again."""
    seed_risk()
    seed_channels()
    seed_sop()
    seed_types()
    seed_settings()
    seed_templates()
    seed_rules()
    seed_knowledge()
    seed_rule_sets()


def seed_risk() -> None:
    """Severities, occurrences and the default matrix."""
    severities = {row["key"]: row["name"] for row in risk.SEVERITIES}
    occurrences = [row["name"] for row in risk.OCCURRENCES]
    for row in risk.SEVERITIES:
        _make(
            "Risk Severity",
            row["name"],
            severity_name=row["name"],
            **_only(row, "rank", "color", "harm_level", "fmea_rating", "description"),
        )
    for row in risk.OCCURRENCES:
        _make(
            "Risk Occurrence",
            row["name"],
            occurrence_name=row["name"],
            **_only(row, "rank", "color", "rate_from", "rate_to", "fmea_rating", "description"),
        )
    cells = [
        {
            "severity": severities[key],
            "occurrence": occurrence,
            "risk_level": risk.RISK_LEVELS[level]["name"],
            **_only(risk.RISK_LEVELS[level], "acceptability", "color", "required_action"),
        }
        for key, levels in risk.DEFAULT_GRID.items()
        for occurrence, level in zip(occurrences, levels, strict=True)
    ]
    _make(
        "Risk Matrix",
        risk.DEFAULT_MATRIX_NAME,
        matrix_name=risk.DEFAULT_MATRIX_NAME,
        is_default=1,
        cells=cells,
    )


def seed_channels() -> None:
    """The ways in which complaints arrive.

    Frappe imports every JSON file of `fixtures/` at each migrate and writes over what a site changed; this is a table
    that only we read, and only for what is missing.
    """
    table = Path(frappe.get_app_path("complaint_qms", "fixtures", "complaint_channel.csv"))
    for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
        if not frappe.db.exists("Complaint Channel", {"channel_key": row["channel_key"]}):
            _make("Complaint Channel", row["channel_name"], **row)


def seed_templates(kinds: Collection[str] = ()) -> None:
    """What customers are written, in English and Chinese, to start from; of these kinds alone where any are given."""
    for row in _templates():
        if kinds and row[KIND_FIELD] not in kinds:
            continue
        if not frappe.db.exists("Email Template", row["name"]):
            doc = frappe.get_doc({"doctype": "Email Template"} | row)
            doc.insert(ignore_permissions=True, set_name=row["name"])


def seed_rules() -> None:
    """Rules to start from, off until somebody switches them on."""
    for row in rules.SHIPPED:
        values = {
            **row,
            "conditions": json.dumps(row["conditions"]),
            "actions": [dict(act) for act in row["actions"]],
        }
        _make(rules.RULE, row["title"], enabled=0, **values)


def seed_rule_sets() -> None:
    """The questions of reportability. Those that are shipped as read are in force, the others wait to be confirmed; a
    jurisdiction of which the site has any version is left alone."""
    for row in shipped_sets():
        if frappe.db.exists(RULE_SET, {"jurisdiction_key": row["jurisdiction_key"]}):
            continue
        values = {key: value for key, value in row.items() if key != "released"}
        doc = frappe.get_doc(
            {"doctype": RULE_SET, **values, "version": 1, "is_preset": int(not row["released"])}
        )
        doc.flags.ignore_permissions = doc.flags.by_server = True
        doc.insert()
        if row["released"]:
            put_rules_into_force(doc, row["regulation"], "Administrator")


def seed_knowledge() -> None:
    """The category of articles about complaints."""
    ensure_category()


def remove_knowledge() -> None:
    """Take the category back where it holds no article; articles are the site's."""
    if not frappe.db.exists(ARTICLE, {"category": CATEGORY}):
        frappe.delete_doc(
            CATEGORY_TYPE,
            CATEGORY,
            ignore_permissions=True,
            force=True,
            ignore_missing=True,
            delete_permanently=True,
        )


def remove_templates() -> None:
    """Take the templates back that came with the app; those of the site's own stay."""
    ours = [row["name"] for row in _templates()] + pack_templates()
    frappe.db.delete("Email Template", {"name": ("in", ours)})


def seed_sop() -> None:
    """One procedure to start from."""
    name = vocabulary.DEFAULT_SOP_NAME
    _make(
        "Complaint SOP",
        name,
        **vocabulary.DEFAULT_SOP,
        working_hours=[
            {"workday": day, "start_time": start, "end_time": end}
            for day in vocabulary.WORKDAYS
            for start, end in vocabulary.SHIFTS
        ],
        stages=[
            {
                "stage": stage,
                "time_limit": seconds,
                "warn_percent": 75,
                "responsible_role": role,
                "escalate_to_role": above,
            }
            for stage, seconds, role, above in vocabulary.SOP_STAGES
        ],
        checks=[
            {"stage": stage, "check": check, "mandatory": mandatory}
            for stage, check, mandatory in vocabulary.SOP_CHECKS
        ],
        basic_reminders=1,
        escalation_steps=[{"action": "remind", **step} for step in vocabulary.SOP_LADDER],
    )


def seed_types() -> None:
    """The tree of complaint types; a site that has a tree already keeps it as it is."""
    if frappe.db.count("Complaint Type"):
        return
    severities = {row["key"]: row["name"] for row in risk.SEVERITIES}
    _make("Complaint Type", vocabulary.ROOT_TYPE, complaint_type_name=vocabulary.ROOT_TYPE, is_group=1)

    def plant(rows: tuple, parent: str) -> None:
        for row in rows:
            _make(
                "Complaint Type",
                row["name"],
                complaint_type_name=row["name"],
                type_key=row["key"],
                parent_complaint_type=parent,
                is_group=int(bool(row["children"])),
                default_severity=severities[row["severity"]],
                keywords="\n".join(row["keywords"].split(",")),
            )
            plant(row["children"], row["name"])

    plant(vocabulary.TYPES, vocabulary.ROOT_TYPE)


def seed_settings() -> None:
    """Defaults of the settings page where it is still empty."""
    settings = frappe.get_single(SETTINGS)
    if settings.default_sop:
        return
    settings.default_sop = vocabulary.DEFAULT_SOP_NAME
    settings.default_risk_matrix = risk.DEFAULT_MATRIX_NAME
    settings.default_channel = vocabulary.DEFAULT_CHANNEL
    settings.fallback_handler_role = roles.MANAGER
    settings.replacement_document = "Sales Order"
    settings.notify_by_email = 1
    settings.retention_years = 2
    for role, amount, unlimited in vocabulary.APPROVAL_LIMITS:
        settings.append("approval_limits", {"role": role, "max_amount": amount, "unlimited": unlimited})
    seed_alerts(settings)
    settings.flags.ignore_permissions = True
    settings.save()


def seed_alerts(settings: Document) -> None:
    """Who is told at once of severe and harmful complaints, unless the site names somebody."""
    severities = {row["key"]: row["name"] for row in risk.SEVERITIES}
    for role, severity, harm in vocabulary.ALERTS if not settings.alerts else ():
        settings.append("alerts", {"role": role, "severity": severities.get(severity), "harm_level": harm})


def _templates() -> list[dict[str, str]]:
    table = Path(frappe.get_app_path("complaint_qms", "fixtures", "email_template.csv"))
    with table.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def _make(doctype: str, name: str, **values) -> None:
    if not frappe.db.exists(doctype, name):
        doc = frappe.get_doc({"doctype": doctype, **values})
        doc.flags.ignore_permissions = True
        doc.insert()
        if doc.get("company"):
            # Frappe put in that of whoever installs; a first vocabulary is for every company.
            doc.db_set("company", None)


def _only(row: dict, *keys: str) -> dict:
    return {key: row[key] for key in keys}
