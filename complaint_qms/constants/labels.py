"""English names of the stable keys, by kind: the one table, for the server and, through the boot, for the desk.

A key has one name, whatever kinds it belongs to: a form, a list and a report never call the same thing differently.
Plain data: `services/record/labels.py` and `public/js/labels.js` translate it, within the app's own context: the desk has one
table of translations for all apps, in which a bare "Closed" or "Draft" is everybody's.
"""

from typing import Final

CONTEXT: Final = "Complaint QMS"
"""Context in which the names are translated; a site's own Translation of one names it too."""

LABELS: Final[dict[str, dict[str, str]]] = {
    # stages
    "stage": {
        "intake": "Intake",
        "triage": "Triage",
        "investigate": "Investigation",
        "solve": "Solution",
        "confirm": "Confirmation",
        "execute": "Execution",
        "review": "Review",
        "closed": "Closed",
        "on_hold": "On Hold",
        "rejected": "Rejected",
        "duplicate": "Merged",
        "void": "Void",
    },
    "investigation_stage": {
        "planned": "Planned",
        "in_progress": "In Progress",
        "review": "Review",
        "completed": "Completed",
        "void": "Void",
    },
    "capa_stage": {
        "draft": "Draft",
        "plan_review": "Plan Review",
        "implement": "Implementation",
        "verify": "Verification",
        "effectiveness": "Effectiveness Check",
        "closed": "Closed",
        "ineffective": "Ineffective",
        "void": "Void",
    },
    # clock
    "sla_status": {
        "on_track": "On Track",
        "at_risk": "At Risk",
        "overdue": "Overdue",
        "met": "Met",
        "missed": "Missed",
        "paused": "Paused",
    },
    "clock": {
        "response": "First Response",
        "stage": "This Stage",
        "resolution": "Whole Complaint",
    },
    "escalation": {
        "percent": "At a Share of the Limit",
        "before_due": "Before the Due Time",
        "after_due": "After the Due Time",
        "after_start": "After the Start",
        "remind": "Remind",
        "watch": "Add a Watcher",
        "raise_urgency": "Raise the Urgency",
        "reassign": "Reassign",
        "handler": "Handler",
        "superior": "Superior",
        "manager": "Manager",
        "director": "Director",
        "by_role": "Holders of a Role",
        "by_user": "A Named User",
    },
    # what the customer wants and gets
    "remedy": {
        "refund": "Refund",
        "exchange": "Exchange",
        "repair": "Repair",
        "credit": "Credit",
        "apology": "Apology",
        "information": "Information",
        "other": "Other",
        "return_credit": "Return and Credit",
        "replacement": "Replacement",
        "goodwill": "Goodwill",
    },
    # what a settlement drafts, and how the document stands
    "settlement_document": {
        "credit_note": "Credit Note",
        "return_with_credit": "Return with Credit",
        "goods_return": "Return of Goods",
        "draft": "Draft",
        "submitted": "Submitted",
        "cancelled": "Cancelled",
        "deleted": "Deleted",
        "open": "Open",
        "closed": "Closed",
    },
    "settlement_status": {
        "proposed": "Proposed",
        "approval_rejected": "Rejected by Approver",
        "drafted": "Waits for Accounts",
        "in_repair": "In Repair",
        "settled": "Settled",
        "incomplete": "Incomplete",
        "cancelled": "Cancelled",
    },
    "closing_decision": {
        "justified": "Justified",
        "partly_justified": "Partly Justified",
        "not_justified": "Not Justified",
        "withdrawn": "Withdrawn",
    },
    "sentiment": {"negative": "Negative", "neutral": "Neutral", "positive": "Positive"},
    "classifier_state": {"active": "Active", "retired": "Retired", "rejected": "Rejected"},
    # degrees and answers
    "degree": {
        "low": "Low",
        "normal": "Normal",
        "medium": "Medium",
        "high": "High",
        "critical": "Critical",
    },
    "answer": {
        "yes": "Yes",
        "no": "No",
        "unknown": "Unknown",
        "assessing": "Being Assessed",
        "agreed": "Agreed",
        "disagreed": "Disagreed",
        "no_answer": "No Answer",
    },
    # risk and harm
    "acceptability": {
        "acceptable": "Acceptable",
        "alarp": "As Low as Reasonably Practicable",
        "unacceptable": "Unacceptable",
    },
    "harm": {
        "none": "None",
        "minor": "Minor",
        "serious": "Serious",
        "death": "Death",
    },
    "reportability": {
        "reported": "Reported",
        "not_reportable": "Not Reportable",
    },
    "evidence": {
        "photo": "Photo",
        "video": "Video",
        "document": "Document",
        "audio": "Audio",
    },
    # investigation and root cause
    "finding": {
        "confirmed": "Confirmed",
        "not_confirmed": "Not Confirmed",
        "inconclusive": "Inconclusive",
        "use_error": "Use Error",
        "conforms": "Conforms",
        "does_not_conform": "Does Not Conform",
    },
    "cause_status": {
        "draft": "Draft",
        "verified": "Verified",
        "rejected": "Rejected",
    },
    "cause_type": {
        "occurrence": "Occurrence",
        "non_detection": "Non-detection",
        "systemic": "Systemic",
    },
    "cause_category": {
        "man": "People",
        "machine": "Machine",
        "material": "Material",
        "method": "Method",
        "measurement": "Measurement",
        "environment": "Environment",
    },
    "cause_origin": {
        "supplier": "Supplier",
        "design": "Design",
        "process": "Process",
        "handling": "Handling",
        "software": "Software",
        "customer": "Customer",
    },
    "cause_method": {
        "5_why": "5 Whys",
        "ishikawa": "Ishikawa",
        "fault_tree": "Fault Tree",
        "8d": "8D",
    },
    # CAPA
    "capa_type": {
        "corrective": "Corrective",
        "preventive": "Preventive",
        "both": "Corrective and Preventive",
        "containment": "Containment",
    },
    "action_status": {
        "open": "Open",
        "in_progress": "In Progress",
        "done": "Done",
        "cancelled": "Cancelled",
    },
    "verdict": {
        "effective": "Effective",
        "ineffective": "Ineffective",
        "insufficient_data": "Not Enough Data",
    },
    "metric": {
        "complaint_rate": "Complaint Rate",
        "complaint_count": "Number of Complaints",
    },
    "related_change": {
        "similar_item": "Similar Item",
        "procedure": "Procedure",
        "fmea": "FMEA",
        "bom": "BOM",
        "training": "Training",
    },
    "part": {
        "creator": "Creator",
        "editor": "Editor",
        "answerable": "Answerable",
        "submitter": "Submitter",
        "handed_over": "Handed Over",
    },
    # import of a file
    "import_status": {
        "draft": "Draft",
        "queued": "Queued",
        "running": "Running",
        "completed": "Completed",
        "failed": "Failed",
    },
    # messages that come in
    "inbox_state": {
        "new": "New",
        "waiting": "Waiting",
        "registered": "Registered",
        "added": "Added to a Complaint",
        "dismissed": "Not a Complaint",
    },
    "road": {
        "mail": "Email",
        "rest": "API",
        "page": "Web Page",
        "portal": "Customer Portal",
        "chat": "Chat",
    },
    # messages and events
    "message": {
        "desk": "Desk",
        "email": "Email",
        "waiting": "Waiting",
        "queued": "Queued",
        "sent": "Sent",
        "given_up": "Given Up",
        "taken": "Taken",
        "expired": "Expired",
        "escalated": "Escalated",
        "escalation_step": "Escalation Steps",
        "grave": "Severe or Harmful",
        "hold_over": "Hold Over",
        "moved": "Waits for You",
        "due_times_moved": "Due Times Moved",
        "investigation_reopened": "Investigation Reopened",
        "cause_rejected": "Root Cause Ruled Out",
        "evidence_lost": "Evidence Lost",
        "settlement_lost": "Settlement Lost",
        "settlement_proposed": "Settlement to Approve",
        "settlement_rejected": "Settlement Rejected",
        "settlement_done": "Settlement Carried Out",
        "customer_wrote": "Customer Wrote",
        "mail_returned": "Mail Returned",
        "chat_waits": "Chat Waits",
        "chat_failed": "Chat Message Not Sent",
        "cause_ready": "Root Cause to Verify",
        "assessment_opened": "Reportability to Decide",
        "surveyed": "Customer Not Content",
    },
    "survey": {
        "survey": "Survey",
        "answered": "Answered",
        "follow_up": "Follow-up",
        "reopen": "Open the Complaint Again",
        "reopened": "Complaint Opened Again",
    },
    "chat": {
        "whatsapp": "WhatsApp",
        "wecom": "WeCom",
        "wechat": "WeChat Service Account",
        "dingtalk": "DingTalk",
        "signed_webhook": "Signed Webhook",
        "collecting": "Asks What Is Missing",
        "confirming": "Asks for a Yes",
        "with_person": "With a Person",
        "received": "Received",
        "not_sent": "Not Sent",
        "sender": "Sender",
        "assistant": "Assistant",
        "person": "Person",
    },
    "date_order": {
        "dmy": "Day, Month, Year",
        "mdy": "Month, Day, Year",
        "ymd": "Year, Month, Day",
    },
}

OWN_NAMES: Final[dict[str, dict[str, str]]] = {
    "Root Cause": {"rejected": "Ruled Out"},
    "Complaint Classifier": {"rejected": "Not Better"},
}
"""DocType → key → name, where a key of records of that kind means something else: a complaint is rejected, a cause ruled out."""

WORDS: Final[dict[str, str]] = {key: name for names in LABELS.values() for key, name in names.items()}
"""Name of every key, as the desk needs it: a value does not say of which kind it is."""
