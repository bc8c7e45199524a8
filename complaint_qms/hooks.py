import frappe

from complaint_qms.constants import events as _events
from complaint_qms.constants.about_records import LISTED_APART as _ABOUT
from complaint_qms.constants.connectors import EVENT_KEY as _EVENT_KEY
from complaint_qms.constants.connectors import SENT_EVENTS as _SENT_EVENTS
from complaint_qms.constants.document_events import BEHIND as _BEHIND
from complaint_qms.constants.document_events import OF_OWN_RECORDS as _EVENTS_OF_OWN
from complaint_qms.constants.framework_doors import DOORS as _FRAMEWORK_DOORS
from complaint_qms.constants.records import PARENTS as _PARENTS
from complaint_qms.constants.records import RECORDS as _RECORDS

# Frappe 16 moved the desk from /app to /desk.
_DESK_PATH = "/desk" if int(frappe.__version__.split(".")[0]) >= 16 else "/app"

app_name = "complaint_qms"
app_title = "Complaint QMS"
app_publisher = "Complaint QMS"
app_description = "Customer complaints as controlled quality records inside ERPNext"
app_email = "hello@complaint-qms.example"
app_license = "gpl-3.0-or-later"
app_logo_url = "/assets/complaint_qms/images/complaint_qms_logo.svg"
required_apps = ["frappe/erpnext"]

add_to_apps_screen = [
    {
        "name": "complaint_qms",
        "logo": "/assets/complaint_qms/images/complaint_qms_logo.svg",
        "title": "Complaint QMS",
        "route": f"{_DESK_PATH}/complaints",
        "has_permission": "complaint_qms.permissions.app.has_app_permission",
    }
]

# Desk: words and colours everywhere, the rest with the forms that need it
app_include_css = ["complaint_qms.bundle.css"]
app_include_js = ["complaint_qms.bundle.js"]
on_session_creation = ["complaint_qms.overrides.login.on_session_creation"]
extend_bootinfo = ["complaint_qms.overrides.boot.extend_bootinfo"]
# Levels by weight, not by the alphabet
standard_queries = dict.fromkeys(("Risk Severity", "Risk Occurrence"), "complaint_qms.api.risk.offered")
doctype_js = {
    **{
        doctype: [
            "public/js/erpnext/product_code.js",
            "public/js/erpnext/genealogy.js",
            "public/js/erpnext/held_lot.js",
            *(("public/js/erpnext/batch.js",) if doctype == "Batch" else ()),
        ]
        for doctype in ("Batch", "Serial No")
    },
    "Item": [
        "public/js/erpnext/product_code.js",
        "public/js/erpnext/genealogy.js",
        "public/js/erpnext/common_factors.js",
    ],
    **dict.fromkeys(("Purchase Receipt", "Work Order"), "public/js/erpnext/genealogy.js"),
    "Customer": "public/js/erpnext/customer.js",
    "Email Template": "public/js/email_template.js",
    "Help Article": "public/js/help_article.js",
    "Delivery Note": ["public/js/erpnext/delivery_note.js", "public/js/erpnext_documents.js"],
    "Sales Invoice": ["public/js/erpnext/sales_invoice.js", "public/js/erpnext_documents.js"],
    "Sales Order": ["public/js/erpnext/sales_order.js", "public/js/erpnext_documents.js"],
    "Warranty Claim": "public/js/erpnext_documents.js",
}

# The customer portal, beside ERPNext's own pages
website_route_rules = [
    {"from_route": "/complaints/new", "to_route": "complaints/new"},
    {"from_route": "/complaints/<path:complaint>", "to_route": "complaints/case"},
]
standard_portal_menu_items = [
    {
        "title": "Complaints",
        "route": "/complaints",
        "reference_doctype": "Complaint",
        "role": "Customer",
    }
]

# Coming and going
after_install = "complaint_qms.install.after_install"
after_migrate = ["complaint_qms.install.after_migrate"]
before_uninstall = "complaint_qms.uninstall.before_uninstall"

# Who sees what: a record by its own rules, rows with their records, and so does what the framework keeps about them
_SIGHT = "complaint_qms.permissions"
permission_query_conditions = {
    **dict.fromkeys(_ABOUT, f"{_SIGHT}.activity.query"),
    **{record.doctype: f"{_SIGHT}.{record.sight}.query" for record in _RECORDS if record.sight},
    "File": f"{_SIGHT}.activity.files",
    "Help Article": f"{_SIGHT}.help_article.query",
    "Prepared Report": f"{_SIGHT}.prepared_report.query",
}
has_permission = {
    **dict.fromkeys(_ABOUT, f"{_SIGHT}.activity.document"),
    # The framework asks for the record around a row by itself.
    **{
        record.doctype: f"{_SIGHT}.{record.sight}.document"
        for record in _RECORDS
        if record.sight not in ("", "rows")
    },
    "File": "complaint_qms.overrides.files.may_use",
    "Help Article": f"{_SIGHT}.help_article.document",
    "Prepared Report": f"{_SIGHT}.prepared_report.document",
}
auth_hooks = ["complaint_qms.overrides.requests.check_request"]
before_request = [
    "complaint_qms.overrides.signed_addresses.before_request",
    "complaint_qms.overrides.requests.before_request",
]
after_request = [
    "complaint_qms.overrides.visitor_pages.after_request",
    "complaint_qms.overrides.audited.after_request",
    "complaint_qms.overrides.encrypted_lists.after_request",
]
override_whitelisted_methods = dict(_FRAMEWORK_DOORS)

# Chat services and outside systems post to addresses of their own, outside the framework's methods
page_renderer = [
    "complaint_qms.overrides.signed_addresses.SignedAddress",
    # Below the public pages what is no page is no DocType either.
    "complaint_qms.overrides.unknown_pages.UnknownPage",
]

# Evidence is kept where the framework's File would let it go; reports are mailed with the rights of their user
override_doctype_class = {
    "Auto Email Report": "complaint_qms.overrides.auto_email_report.LimitedEmailReport",
    "Communication": "complaint_qms.overrides.outgoing_mail.DirectedCommunication",
    "Email Account": "complaint_qms.overrides.incoming_mail.NotedEmailAccount",
    "File": "complaint_qms.overrides.evidence_file.EvidenceFile",
}

# ERPNext's records
override_doctype_dashboards = {
    doctype: f"complaint_qms.overrides.dashboards.{doctype.lower().replace(' ', '_')}"
    for doctype in ("Batch", "Customer", "Delivery Note", "Item", "Sales Invoice", "Sales Order", "Serial No", "Supplier")
}  # fmt: skip

# What the print formats of the app lay out
jinja = {
    "methods": [
        "complaint_qms.services.paper.sheet.quality_record_sheet",
        "complaint_qms.services.review.sheet.management_review_sheet",
    ]
}

# Settlements: the ERPNext documents they drafted tell them of every change
_SETTLED = "complaint_qms.overrides.settlement_documents"
_SETTLED_EVENTS = {
    event: f"{_SETTLED}.{event}"
    for event in (
        "before_validate",
        "validate",
        "before_submit",
        "on_update",
        "on_submit",
        "before_cancel",
        "on_cancel",
        "on_trash",
    )
}
# What every record of the app goes through on its way to the database
_OWN = "complaint_qms.overrides.own_records"
_OWN_EVENTS = {event: f"{_OWN}.{event}" for event in _EVENTS_OF_OWN}
_SHARING = "complaint_qms.overrides.sharing"
_OWN_EVENTS["validate_share"] = f"{_SHARING}.validate_share"
_TALK_EVENTS = {"validate": f"{_SHARING}.refuse_auditor", "on_trash": f"{_SHARING}.refuse_auditor"}
_MOVING_EVENTS = {**_TALK_EVENTS, "on_update": "complaint_qms.overrides.talk.on_update"}
_TASKS = "complaint_qms.overrides.tasks"
_MAIL_TEMPLATES = "complaint_qms.overrides.mail_templates"
_ARTICLES = "complaint_qms.overrides.help_articles"
# Text of these records in the desk's own lists, tables and boards is shown as it was written.
doctype_list_js = dict.fromkeys(_PARENTS, "public/js/stored_text_list.js")
doc_events = {
    **dict.fromkeys(_PARENTS, _OWN_EVENTS),
    # What due times are counted by
    "Company": {
        "on_update": "complaint_qms.overrides.companies.on_update",
        "before_rename": "complaint_qms.overrides.companies.before_rename",
        "after_rename": "complaint_qms.overrides.companies.after_rename",
    },
    "Tag Link": _TALK_EVENTS,
    "ToDo": {
        **_TALK_EVENTS,
        "validate": [f"{_SHARING}.refuse_auditor", f"{_SHARING}.refuse_idle_helper"],
        "before_insert": f"{_SHARING}.refuse_stranger",
        "after_insert": f"{_TASKS}.after_insert",
        "before_validate": f"{_TASKS}.before_validate",
        "on_update": f"{_TASKS}.on_update",
        "on_trash": [_TALK_EVENTS["on_trash"], f"{_TASKS}.on_trash"],
    },
    "Comment": {**_MOVING_EVENTS, "before_insert": "complaint_qms.overrides.comments.before_insert"},
    "Communication": {
        **_MOVING_EVENTS,
        "before_insert": "complaint_qms.overrides.talk.before_insert",
        "after_insert": "complaint_qms.overrides.talk.after_insert",
        "before_save": "complaint_qms.overrides.talk.before_save",
    },
    "Contact": {"validate": "complaint_qms.overrides.contacts.validate"},
    "Delivery Note": _SETTLED_EVENTS,
    "DocShare": dict.fromkeys(("on_change", "on_trash"), f"{_SHARING}.share_changed"),
    "Document Follow": {"validate": f"{_SHARING}.refuse_following"},
    "Email Template": {"before_validate": f"{_MAIL_TEMPLATES}.before_validate"},
    "Email Queue": {"before_insert": f"{_MAIL_TEMPLATES}.before_insert"},
    "File": {event: f"complaint_qms.overrides.files.{event}" for event in ("before_validate", "on_trash")},
    "Has Role": {
        "on_update": "complaint_qms.overrides.users.role_row_saved",
        "after_delete": "complaint_qms.overrides.users.role_row_deleted",
    },
    "Help Article": {
        "validate": f"{_ARTICLES}.validate",
        "on_update": f"{_ARTICLES}.on_update",
        "on_trash": f"{_ARTICLES}.on_trash",
        "after_rename": f"{_ARTICLES}.after_rename",
    },
    "Help Category": {
        "before_validate": f"{_ARTICLES}.keep_category",
        **dict.fromkeys(("on_update", "on_trash", "after_rename"), f"{_ARTICLES}.category_changed"),
    },
    "Holiday List": {"on_update": "complaint_qms.overrides.holiday_lists.on_update"},
    "Role": {"before_rename": "complaint_qms.overrides.users.role_renamed"},
    "Sales Invoice": _SETTLED_EVENTS,
    "Sales Order": _SETTLED_EVENTS,
    "Translation": dict.fromkeys(("on_update", "on_trash"), "complaint_qms.overrides.translations.changed"),
    "Transaction Deletion Record": {"before_submit": "complaint_qms.overrides.company_data.before_submit"},
    "User": {
        "on_update": f"{_SHARING}.user_changed",
        "validate": "complaint_qms.overrides.users.validate",
        "on_trash": "complaint_qms.overrides.users.on_trash",
        "after_rename": "complaint_qms.overrides.users.after_rename",
    },
    "User Permission": dict.fromkeys(("on_update", "after_delete"), f"{_SHARING}.restriction_changed"),
    "Version": {"before_insert": "complaint_qms.overrides.versions.before_insert"},
    "Warranty Claim": _SETTLED_EVENTS,
}
# What hears of other apps' documents behind whatever else does
for _doctype, _event, _listener in _BEHIND:
    _heard = doc_events.get(_doctype, {})
    _before = _heard.get(_event, [])
    doc_events[_doctype] = {
        **_heard,
        _event: [*([_before] if isinstance(_before, str) else _before), _listener],
    }
# ERPNext sweeps out the transactions of a company by SQL, past every controller; quality records stay.
company_data_to_be_ignored = [record.doctype for record in _RECORDS]
# A settlement's list of documents is a record of what happened; it holds none of them back.
auto_cancel_exempted_doctypes = ["Complaint Settlement"]
# What was told, or waits to be, holds back neither its reader nor what it is about.
ignore_links_on_delete = [
    "Complaint Model Call", "Complaint Article Use", "Complaint Rule Log",
    "Complaint Settlement Document", "Complaint Topic", "Delivered Units", "Delivered Units Week",
    "QMS Connector Call", "QMS Event", "QMS Message", "QMS Outside Fact", "QMS Outside Issue",
]  # fmt: skip

# Who hears of what happened (services/events.py); other apps may listen in the same way
_CLOCKS = "complaint_qms.services.sop.notices.of_clocks"
_WORK = "complaint_qms.services.work"
_TRAIL = "complaint_qms.services.compliance.audit_trail.recording"
_RULES = "complaint_qms.services.rules.runner.of_events"
qms_listeners_in_transaction = {
    **{kind: [_CLOCKS, _RULES] for kind in (_events.AT_RISK, _events.OVERDUE, _events.HOLD_OVER)},
    _events.ESCALATION_STEP: _CLOCKS,
    **dict.fromkeys((_events.CHANGED, _events.ANSWERED, _events.RULE_CALLED), _RULES),
    _events.WRITTEN: f"{_TRAIL}.of_written",
    **dict.fromkeys((_events.SIGNED_RECORD, _events.SIGNING_FAILED), f"{_TRAIL}.of_signing"),
    _events.DUE_TIMES_MOVED: "complaint_qms.services.sop.notices.of_moved_due_times",
    _events.EVIDENCE_LOST: "complaint_qms.services.evidence.integrity_check.tell_quality",
    _events.INVESTIGATION_REOPENED: "complaint_qms.services.lifecycle.reliance.tell_handlers",
    _events.CAUSE_REJECTED: "complaint_qms.services.lifecycle.reliance.tell_owners",
    _events.SETTLEMENT_LOST: "complaint_qms.services.settlement.lost_settlement_alert.ask_to_look",
    _events.HANDED_OVER: [
        "complaint_qms.services.people.assignment.follow",
        "complaint_qms.services.work.hand_overs.of_hand_overs",
    ],
    _events.MOVED: [
        "complaint_qms.services.signatures.signing.of_moved",
        "complaint_qms.services.people.assignment.end_or_resume",
        "complaint_qms.services.work.hand_overs.of_moves",
        "complaint_qms.services.outreach.status.of_moves",
        _RULES,
    ],
    _events.CUSTOMER_WROTE: [f"{_WORK}.hand_overs.of_mails", _RULES],
    **dict.fromkeys((_events.MAIL_RETURNED, _events.MAIL_FAILED), f"{_WORK}.hand_overs.of_mails"),
    _events.CHAT_WAITS: "complaint_qms.services.work.chats.of_waiting",
    _events.CHAT_FAILED: "complaint_qms.services.work.chats.of_failed",
    _events.SURVEYED: ["complaint_qms.services.survey.recording.of_surveyed", _RULES],
    _events.GRAVE: "complaint_qms.services.work.alerts.of_grave",
    _events.REGISTERED: [
        "complaint_qms.services.classifier.requests.of_registered",
        "complaint_qms.services.outreach.acknowledgement.of_registered",
        _RULES,
    ],
    _events.CAUSE_READY: "complaint_qms.services.work.hand_overs.of_causes",
    _events.ASSESSMENT_OPENED: "complaint_qms.services.work.hand_overs.of_assessments",
    _events.ASSESSMENT_DUE: "complaint_qms.services.reportability.reminders.of_due",
    _events.SIGNAL_RAISED: "complaint_qms.services.signals.telling.of_raised",
    _events.SETTLEMENT_PROPOSED: "complaint_qms.services.work.settlement_hand_overs.of_proposals",
    _events.SETTLEMENT_REJECTED: "complaint_qms.services.work.settlement_hand_overs.of_rejections",
    _events.SETTLED: "complaint_qms.services.work.settlement_hand_overs.of_drafts",
    _events.SETTLEMENT_DONE: "complaint_qms.services.work.settlement_hand_overs.of_finished",
}
# Outside systems are told of some of it
for _kind in (_key.removeprefix(_EVENT_KEY) for _key in _SENT_EVENTS):
    _listening = qms_listeners_in_transaction.get(_kind, [])
    qms_listeners_in_transaction[_kind] = [
        *([_listening] if isinstance(_listening, str) else _listening),
        "complaint_qms.services.connectors.telling.of_events",
    ]
# What stands on a batch in a genealogy (services/trace/marks.py); other rooms and apps may add to it in the same way
qms_trace_marks = [
    "complaint_qms.services.trace.marks.complained_about",
    "complaint_qms.services.trace.held_marks.on_hold",
]
default_log_clearing_doctypes = {
    "Complaint Model Call": 365,
    "Complaint Rule Log": 730,
    "QMS Connector Call": 365,
    "QMS Event": 365,
    "QMS Message": 90,
}

# The clock, what waits to be sent or told, and whether evidence is what it was
scheduler_events = {
    "cron": {
        "*/5 * * * *": [
            "complaint_qms.jobs.audit.seal_entries",
            "complaint_qms.jobs.sweep.sweep_clocks",
            "complaint_qms.jobs.messages.send_and_deliver",
            "complaint_qms.jobs.inbox.read_messages",
            "complaint_qms.jobs.chats.send_and_hand_over",
            "complaint_qms.jobs.classifier.read_new_complaints",
            "complaint_qms.jobs.customers.tell_left",
            "complaint_qms.jobs.field_actions.send_notices",
            "complaint_qms.jobs.rules.do_waiting",
            "complaint_qms.jobs.connectors.call_waiting",
            "complaint_qms.jobs.thresholds.ask_new",
        ]
    },
    "hourly_long": [
        "complaint_qms.jobs.audit.stamp_head",
        "complaint_qms.jobs.uploads.delete_left_uploads",
        "complaint_qms.jobs.customers.tell_and_ask",
        "complaint_qms.jobs.disposal.do_left_disposals",
        "complaint_qms.jobs.connectors.read_statuses",
        "complaint_qms.jobs.exposure.close_weeks",
        "complaint_qms.jobs.encryption.go_on_encrypting",
        *(f"complaint_qms.jobs.assessments.{name}" for name in ("remind", "propose_later_reports")),
        "complaint_qms.jobs.field_actions.remind",
        "complaint_qms.jobs.topics.read_new_texts",
    ],
    "weekly_long": ["complaint_qms.jobs.classifier.train_weekly", "complaint_qms.jobs.topics.find_weekly"],
    "daily_long": [
        "complaint_qms.jobs.audit.mail_head",
        "complaint_qms.jobs.case_files.delete_old",
        "complaint_qms.jobs.evidence.check_evidence",
        "complaint_qms.jobs.encryption.encrypt_daily",
        "complaint_qms.jobs.personal_data.remove_expired",
        "complaint_qms.jobs.rules.ask_daily",
        "complaint_qms.jobs.signals.scan_when_due",
        "complaint_qms.jobs.reviews.make_and_mail",
    ],
}

# What the search of the desk finds. Read by the setup wizard alone: other sites get it from setup.search.
global_search_doctypes = {
    "Default": [
        {"doctype": record.doctype} | ({"index": record.search_index} if record.search_index else {})
        for record in _RECORDS
        if record.searched
    ]
}
