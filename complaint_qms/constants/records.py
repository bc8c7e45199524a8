"""The DocTypes of the app, one row each: the one list that every other list of records is derived from.

A new record needs its row here, its DocType folder and, when it has rules of sight of its own, a file in `permissions/`. One that
moves through stages names them in its row; its folder has its `workflow.json`, its controller what its gates ask and miss.
`tests/desk/test_record_registry.py` fails for a DocType without a row and for a row that contradicts its DocType.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from complaint_qms.constants import stages
from complaint_qms.constants.stages import Stages

# Kinds of records
QUALITY: Final = (
    "quality"  # what happened and was decided: evidence hangs on it, it is confidential and is never deleted
)
VOCABULARY: Final = "vocabulary"  # words, levels, matrices and procedures that quality records are written in
SETTINGS: Final = "settings"
TOOL: Final = "tool"  # of the app's own work, no part of a complaint's file
ROW: Final = "row"  # rows of another record's table


class Names(NamedTuple):
    """A record that another one names, and whose restrictions it therefore follows.

    Attributes:
        row: DocType of the row that names it; empty for the record itself.
        field: the Link field that does.
        record: DocType of what is named.
    """

    row: str
    field: str
    record: str


class OutOfUse(NamedTuple):
    """Field that puts a word of a vocabulary out of use, and the value that does."""

    field: str
    value: int


class FileField(NamedTuple):
    """A row's field that names a file as evidence.

    Attributes:
        field: with the address.
        sum: with the SHA-256 of the bytes, written by the server.
        record: DocType of the record the rows stand in.
        table: that record's field with the rows.
    """

    field: str
    sum: str
    record: str
    table: str


class Record(NamedTuple):
    """What the app knows of one of its DocTypes.

    Attributes:
        doctype: its name.
        kind: one of the kinds above.
        series: first letters of its numbers, where it is numbered by year.
        names: the records it follows in who may see it.
        company_from: its fields whose record gives it its company, the nearest first; empty where it has its own or none.
        answerable: the field that names who answers for it.
        retention: class of its keeping (see `constants/retention.py`); empty where nothing obliges to keep it.
        work: kind of work it is on “My Work Today” (see `constants/work.py`).
        searched: whether the desk's search finds it; `search_index` puts it among other apps' records.
        sight: module of `permissions/` with its rules; empty where roles and user permissions are enough.
        out_of_use: how a word of a vocabulary is put out of use.
        evidence: for rows that name files as evidence.
        tracked: whether its versions are kept.
        stages: of a record that moves through some. Its workflow stands in its DocType's folder as `workflow.json`, the gates at its
            steps are its controller's.
    """

    doctype: str
    kind: str
    series: str = ""
    names: tuple[Names, ...] = ()
    company_from: tuple[str, ...] = ()
    answerable: str = ""
    retention: str = ""
    work: str = ""
    searched: bool = False
    search_index: int | None = None
    sight: str = ""
    out_of_use: OutOfUse | None = None
    evidence: FileField | None = None
    tracked: bool = False
    stages: Stages | None = None


def _quality(doctype: str, series: str, retention: str, work: str, **more) -> Record:
    return Record(
        doctype, QUALITY, series, retention=retention, work=work, tracked=True, **{"sight": "records", **more}
    )


def _vocabulary(doctype: str, field: str, value: int) -> Record:
    return Record(doctype, VOCABULARY, out_of_use=OutOfUse(field, value), tracked=True)


def _row(doctype: str, **more) -> Record:
    return Record(doctype, ROW, sight="rows", **more)


_OWN: Final = ""  # the record itself names it, in a field of its own

RECORDS: Final[tuple[Record, ...]] = (
    _quality(
        "Complaint", "CMP-", "product", "complaint",
        answerable="complaint_owner", searched=True, search_index=5, sight="complaint", stages=stages.COMPLAINT,
    ),
    _quality(
        "Investigation", "CIV-", "record", "investigation",
        names=(Names(_OWN, "complaint", "Complaint"), Names("Investigation Complaint", "complaint", "Complaint")),
        answerable="investigator", searched=True, stages=stages.INVESTIGATION,
    ),
    _quality(
        "Root Cause", "CRC-", "record", "root_cause",
        names=(Names(_OWN, "complaint", "Complaint"), Names(_OWN, "investigation", "Investigation")),
        company_from=("investigation", "complaint"), answerable="analyst", searched=True,
    ),
    _quality(
        "CAPA", "CAPA-", "record", "capa",
        names=(
            Names(_OWN, "investigation", "Investigation"),
            Names("CAPA Complaint", "complaint", "Complaint"),
            Names("CAPA Root Cause", "root_cause", "Root Cause"),
        ),
        answerable="capa_owner", searched=True, search_index=8, sight="capa", stages=stages.CAPA,
    ),
    _quality(
        "Reportability Assessment", "CRA-", "event", "assessment",
        names=(Names(_OWN, "complaint", "Complaint"),), company_from=("complaint",), sight="assessment",
    ),
    _quality(
        "Regulatory Report", "CRR-", "event", "authority_report",
        names=(
            Names(_OWN, "assessment", "Reportability Assessment"),
            Names(_OWN, "complaint", "Complaint"),
            Names(_OWN, "signal", "Complaint Signal"),
        ),
    ),
    _quality(
        "Complaint Settlement", "CST-", "product", "settlement",
        names=(Names(_OWN, "complaint", "Complaint"),),
    ),
    _quality(
        "Complaint Inbox Item", "CIN-", "product", "message",
        names=(Names(_OWN, "complaint", "Complaint"), Names(_OWN, "sent_about", "Complaint")), searched=True,
    ),
    _quality(
        "Field Action", "CFA-", "product", "field_action",
        names=(
            Names(_OWN, "complaint", "Complaint"),
            Names(_OWN, "investigation", "Investigation"),
            Names(_OWN, "capa", "CAPA"),
        ),
        answerable="handler", searched=True, sight="field_action", stages=stages.FIELD_ACTION,
    ),
    _quality(
        "Quality Hold", "CQH-", "record", "",
        names=(Names(_OWN, "complaint", "Complaint"), Names(_OWN, "investigation", "Investigation")), searched=True,
    ),
    _quality(
        "Legal Hold", "CLH-", "record", "",
        names=(Names(_OWN, "complaint", "Complaint"),), searched=True,
    ),
    _quality("Record Disposal", "CRD-", "record", "disposal"),
    _quality(
        "Complaint Signal", "CSG-", "record", "signal",
        names=(
            Names(_OWN, "investigation", "Investigation"),
            Names(_OWN, "capa", "CAPA"),
            Names(_OWN, "reportability_assessment", "Reportability Assessment"),
        ),
        searched=True, sight="signal",
    ),
    _vocabulary("Complaint Channel", "enabled", 0),
    _vocabulary("Complaint SOP", "enabled", 0),
    _vocabulary("Complaint Type", "disabled", 1),
    _vocabulary("Risk Matrix", "disabled", 1),
    _vocabulary("Risk Occurrence", "disabled", 1),
    _vocabulary("Risk Severity", "disabled", 1),
    Record("Complaint QMS Settings", SETTINGS, tracked=True),
    Record("Complaint Article Use", TOOL, names=(Names(_OWN, "complaint", "Complaint"),), sight="records"),
    Record(
        "Complaint Chat", TOOL,
        names=(Names(_OWN, "complaint", "Complaint"), Names(_OWN, "inbox_item", "Complaint Inbox Item"), Names(_OWN, "moved_from", "Complaint")),
        sight="records", work="chat",
    ),
    Record("Complaint Chat Channel", TOOL, tracked=True),
    Record("Complaint Chat Message", TOOL, sight="chat_message"),
    Record("Complaint Classifier", TOOL),
    Record("Complaint Demo Record", TOOL),
    Record("Complaint Handler", TOOL, tracked=True),
    Record("Complaint Import", TOOL),
    Record("Complaint Language Model", SETTINGS, tracked=True),
    Record(
        "Complaint Model Call", TOOL,
        names=(Names(_OWN, "complaint", "Complaint"),), sight="records",
    ),
    Record("Complaint Notification Channel", TOOL, tracked=True),
    Record("Complaint Notification Preference", TOOL, sight="preference"),
    Record("Complaint Rule", TOOL, tracked=True),
    Record(
        "Complaint Rule Log", TOOL,
        names=(Names(_OWN, "complaint", "Complaint"),), sight="records",
    ),
    Record(
        "Complaint Survey", TOOL,
        names=(Names(_OWN, "complaint", "Complaint"),), company_from=("complaint",), work="follow_up", sight="records",
    ),
    Record("Complaint Text Terms", TOOL),
    Record("Complaint Topic", TOOL, sight="topic", tracked=True),
    Record("Complaint Topic Fit", TOOL, sight="topic"),
    Record("Complaint Tracking Link", TOOL),
    Record("Complaint Upload", TOOL),
    Record("Complaint Match Key", TOOL),
    Record("Delivered Units", TOOL, sight="delivered_units"),
    Record("Delivered Units Week", TOOL, sight="delivered_units"),
    Record(
        "Field Action Customer", TOOL,
        names=(Names(_OWN, "field_action", "Field Action"),), company_from=("field_action",), sight="records", tracked=True,
    ),
    Record(
        "Field Action Notice", TOOL,
        names=(Names(_OWN, "field_action", "Field Action"),), sight="records",
    ),
    Record("Management Review", TOOL, sight="management_review", tracked=True),
    Record("Personal Data Request", TOOL, tracked=True),
    Record("QMS Connector", TOOL, tracked=True),
    Record(
        "QMS Connector Call", TOOL,
        names=(
            Names(_OWN, "complaint", "Complaint"),
            Names(_OWN, "investigation", "Investigation"),
            Names(_OWN, "capa", "CAPA"),
            Names(_OWN, "settlement", "Complaint Settlement"),
            Names(_OWN, "field_action", "Field Action"),
            Names(_OWN, "quality_hold", "Quality Hold"),
        ),
        sight="connector_call",
    ),
    Record("QMS Event", TOOL, sight="activity"),
    Record("QMS Message", TOOL, sight="activity"),
    Record(
        "QMS Outside Fact", TOOL,
        names=(Names(_OWN, "complaint", "Complaint"), Names(_OWN, "investigation", "Investigation")), sight="records",
    ),
    Record(
        "QMS Outside Issue", TOOL,
        names=(Names(_OWN, "investigation", "Investigation"), Names(_OWN, "capa", "CAPA")), sight="records",
    ),
    Record("Quality Audit Entry", TOOL, sight="audit_entry"),
    Record("Quality Signature", TOOL, sight="activity", tracked=True),
    Record("Reporting Rule Set", TOOL, tracked=True),
    Record("Signal Back-test", TOOL, sight="signal"),
    Record("Signal Scan", TOOL, sight="signal"),
    _row("Approval Role Grant"),
    _row("CAPA Action", evidence=FileField("evidence", "evidence_sha256", "CAPA", "actions")),
    _row("CAPA Complaint"),
    _row("CAPA Related Change"),
    _row("CAPA Residual Risk"),
    _row("CAPA Root Cause"),
    _row("CAPA Window Extension"),
    _row("Complaint Alert"),
    _row("Complaint Checklist Item"),
    _row("Complaint Classifier Field"),
    _row("Complaint Confidant"),
    _row("Complaint Escalation"),
    _row("Complaint Evidence", evidence=FileField("file", "sha256", "Complaint", "evidence")),
    _row("Complaint Handler Match"),
    _row("Complaint Import Column"),
    _row("Complaint Import Error"),
    _row("Complaint Notification Choice"),
    _row("Complaint Notification Default"),
    _row("Complaint Rule Action"),
    _row("Complaint Settlement Document"),
    _row("Complaint Settlement Line"),
    _row("Complaint Settlement Rejection"),
    _row("Complaint Signal Step"),
    _row("Complaint SOP Check"),
    _row("Complaint SOP Stage"),
    _row("Complaint SOP Step"),
    _row("Complaint Stage Log"),
    _row("Complaint Topic Word"),
    _row("Disposed Record"),
    _row("Encrypted Field"),
    _row("Field Action Quantity"),
    _row("Field Action Text"),
    _row("Investigation Check", evidence=FileField("evidence", "evidence_sha256", "Investigation", "checks")),
    _row("Investigation Complaint"),
    _row("Management Review Action"),
    _row("Management Review Attendee"),
    _row("Management Review Section"),
    _row("QMS Connector Event"),
    _row("QMS Connector Fact"),
    _row("QMS Outside Fact Value"),
    _row("Investigation Threshold"),
    _row("Personal Data Access"),
    _row("Quality Contributor"),
    _row("Quality Hold Lot"),
    _row("Quarantine Warehouse"),
    _row("Reportability Answer"),
    _row("Regulatory Report Element"),
    _row("Reporting Outcome"),
    _row("Reporting Question"),
    _row("Risk Matrix Cell"),
    _row("Root Cause Factor"),
    _row("Root Cause Why"),
    _row("Scheduled Scan Setting"),
    _row("Settlement Approval Limit"),
    _row("Signal Back-test Finding"),
    _row("Signal Back-test Setting"),
    _row("Signal Complaint"),
    _row("Signature Rule"),
)  # fmt: skip

BY_DOCTYPE: Final = {record.doctype: record for record in RECORDS}
DOCTYPES: Final = tuple(BY_DOCTYPE)
ROWS: Final = tuple(record.doctype for record in RECORDS if record.kind == ROW)
# Those with a life of their own
PARENTS: Final = tuple(record.doctype for record in RECORDS if record.kind != ROW)
# Quality records: what is attached to one of them, or came with a mail or comment about it, is evidence; who may not see a
# record that one of them names does not see the one that names it either.
QUALITY_RECORDS: Final = tuple(record.doctype for record in RECORDS if record.kind == QUALITY)
STAGED: Final = {record.doctype: record.stages for record in RECORDS if record.stages}
FLOW: Final = {doctype: way.flow for doctype, way in STAGED.items()}
MOVES: Final = {doctype: way.moves for doctype, way in STAGED.items()}
ENDED: Final = {doctype: way.ended for doctype, way in STAGED.items()}
FIRST_STAGE: Final = {doctype: way.flow[0] for doctype, way in STAGED.items()}
SERIES: Final = tuple(record.series for record in RECORDS if record.series)


def record(doctype: str) -> Record | None:
    """The row of a DocType; None for one of another app."""
    return BY_DOCTYPE.get(doctype)


def named_by(doctype: str) -> tuple[Names, ...]:
    """What records of a DocType name and follow; nothing for a DocType of another app."""
    row = BY_DOCTYPE.get(doctype)
    return row.names if row else ()
