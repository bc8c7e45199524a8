"""What happens to the records of the app, as other parts of it, and other apps, may listen to it."""

from typing import Final

REGISTERED: Final = "registered"
CHANGED: Final = "changed"
MOVED: Final = "moved"
DECIDED: Final = "decided"
ANSWERED: Final = "answered"
HANDED_OVER: Final = "handed_over"
AT_RISK: Final = "at_risk"
OVERDUE: Final = "overdue"
HOLD_OVER: Final = "hold_over"
ESCALATION_STEP: Final = "escalation_step"
DUE_TIMES_MOVED: Final = "due_times_moved"
INVESTIGATION_REOPENED: Final = "investigation_reopened"
CAUSE_REJECTED: Final = "cause_rejected"
EVIDENCE_LOST: Final = "evidence_lost"
SETTLED: Final = "settled"
DOCUMENT_CHANGED: Final = "document_changed"
SETTLEMENT_LOST: Final = "settlement_lost"
SETTLEMENT_PROPOSED: Final = "settlement_proposed"
SETTLEMENT_REJECTED: Final = "settlement_rejected"
SETTLEMENT_DONE: Final = "settlement_done"
CAUSE_READY: Final = "cause_ready"
ASSESSMENT_OPENED: Final = "assessment_opened"
ASSESSMENT_DUE: Final = "assessment_due"
CUSTOMER_WROTE: Final = "customer_wrote"
MAIL_RETURNED: Final = "mail_returned"
MAIL_FAILED: Final = "mail_failed"
CHAT_WAITS: Final = "chat_waits"
CHAT_FAILED: Final = "chat_failed"
GRAVE: Final = "grave"
SURVEYED: Final = "surveyed"
WRITTEN: Final = "written"
SIGNED_RECORD: Final = "signed_record"
SIGNING_FAILED: Final = "signing_failed"
RULE_CALLED: Final = "rule_called"
HELD: Final = "held"
RELEASED: Final = "released"
SIGNAL_RAISED: Final = "signal_raised"
SIGNAL_DECIDED: Final = "signal_decided"

# Kind → when it happens, and what the event's `data` holds
EVENTS: Final[dict[str, str]] = {
    REGISTERED: "A complaint is in the database for the first time. {channel, by_import}",
    CHANGED: "A stored complaint was saved with other values. {old: field → what it was}",
    MOVED: "A complaint, investigation, CAPA or field action has another stage. {origin, target, handed_to}",
    DECIDED: "Somebody's name was put beside a decision about a complaint. {decision}",
    ANSWERED: "The customer got a first response. {at}",
    HANDED_OVER: "Somebody else is answerable for a record. {field, old, new, by_task, by_procedure: {sop, why} where an SOP named them, told_together: whoever has it now hears of it with all else that they got}",
    AT_RISK: "A clock of a complaint reached its warning point. {complaint, steps: [(clock, standing, due)], hold_over, taken: [steps of the ladder, as the log of the complaint keeps them]}",
    OVERDUE: "A clock of a complaint ran out. {complaint, steps, hold_over, taken}",
    HOLD_OVER: "The day until which a complaint was to wait has come. {complaint, steps, hold_over, taken}",
    ESCALATION_STEP: "A step of the ladder was taken while no clock changed its standing. {complaint, steps, hold_over, taken}",
    DUE_TIMES_MOVED: "Hours, holidays or limits of its SOP changed. {complaint, moved: [(clock, old, new)]}",
    INVESTIGATION_REOPENED: "A completed investigation was opened again. {complaints}",
    CAUSE_REJECTED: "A verified root cause was ruled out. {capas}",
    EVIDENCE_LOST: "Bytes of evidence are gone or others. {file, row, changed, company}",
    SETTLED: "A settlement was submitted and its documents are drafted. {complaint}",
    DOCUMENT_CHANGED: "Finance changed a document that a settlement drafted. {document_type, document_name, state}",
    SETTLEMENT_LOST: "An ended complaint lost what settled it. {document_type, document_name, settlement, state}",
    SETTLEMENT_PROPOSED: "A settlement waits for somebody who may grant it, for the first time or again. {complaint}",
    SETTLEMENT_REJECTED: "Somebody said no to a settlement, with a reason. {complaint}",
    SETTLEMENT_DONE: "Finance has finished every document of a settlement. {complaint}",
    CAUSE_READY: "A root cause has everything that somebody else needs to verify it. {}",
    ASSESSMENT_OPENED: "It is to be decided whether an event is reportable. {complaint}",
    ASSESSMENT_DUE: "The deadline of an open reportability assessment is near, or has passed. {jurisdiction, about: name of its complaint or signal, deadline, days: left, below 0 once it has passed, assessor}",
    CUSTOMER_WROTE: "A mail or message about a complaint came in that a person wrote. {sender, address, said, tell_helpers: nobody mails them a copy, verdict: of a word on a solution}",
    MAIL_RETURNED: "A mail about a complaint was given back by a server. {sender, address, said}",
    MAIL_FAILED: "A mail about a complaint could not be sent, and is not tried any more. {sender: to whom it was, address, said: why}",
    CHAT_WAITS: "A chat waits for a person. {user (who has it), role, sender, said, reasons}",
    CHAT_FAILED: "A person's message in a chat could not be sent. {user, sender, error, chat}",
    GRAVE: "The severity or harm of a complaint is known, by a person or by its words. {company, severity, harm_level, reasons: [(key, params)]}",
    SURVEYED: "A customer has said how a complaint was handled. {csat, nps, solved, comment, road: survey, page or portal, survey: answered by its link}",
    RULE_CALLED: "A step of a procedure asks for a rule. {rule, reason: why, as text or as a line of the timeline}",
    HELD: "Batches or serial numbers may not leave from now on. {lots, company}",
    RELEASED: "Somebody else has let go batches or serial numbers on hold. {lots, company, is_over: nothing of the hold is left}",
    SIGNAL_RAISED: "A scan found a rise that no signal tells of, or one that was decided about grew beyond. {title, company, observed, expected, words, preset, again}",
    SIGNAL_DECIDED: "Somebody decided what follows from a signal. {decision, company, title}",
    SIGNED_RECORD: "Somebody signed a record. {meaning, signature: name of its Quality Signature}",
    SIGNING_FAILED: "Somebody who was to sign a record did not prove who they are. {meaning, why: user_id, password, code or locked}",
    WRITTEN: "Fields of a record or row whose changes are kept were written past a document. {fields, old: None of one that was made, new, why}",
}
