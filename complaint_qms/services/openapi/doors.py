"""The doors that the document tells of: what is sent beyond the signature, and what is answered."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from complaint_qms.services.inbox.rest_batch import MOST

Schema = dict[str, Any]
_API: Final = "complaint_qms.api"


class Door(NamedTuple):
    """A whitelisted function.

    Attributes:
        path: dotted path of the function.
        verb: the method by which it is told of.
        answer: schema of what it answers.
        sent: schema of arguments whose signature says no more than that something is sent.
        tag: the group it stands in.
    """

    path: str
    verb: str
    answer: Schema
    tag: str
    sent: dict[str, Schema] = {}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(optional: dict[str, Schema] | None = None, **properties: Schema) -> Schema:
    """An object with these properties and no others; `optional` are not in every answer."""
    return {
        "type": "object",
        "properties": properties | (optional or {}),
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


TEXT: Final[Schema] = {"type": "string"}
_MAYBE: Final[Schema] = {"type": ["string", "null"]}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_ANY_OBJECT: Final[Schema] = {"type": "object"}
_YES_NO: Final[Schema] = {"type": "boolean"}
_STEP: Final = _object(
    action=TEXT,
    label=TEXT,
    kind={"enum": ["forward", "back", "side"]},
    missing=_list(_ref("Missing")),
    blocked=_MAYBE,
    primary=_YES_NO,
    optional={
        "to_state": TEXT,
        "to_stage": TEXT,
        "to_label": TEXT,
        "fields": _list(TEXT),
        "signature": {"type": ["object", "null"]},
    },
)
# Of a candidate of the matching: how sure it is, and why.
_CERTAINTY: Final[dict[str, Schema]] = {
    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    "reasons": {**_list(TEXT), "description": "Sentences, the weightiest first."},
    "ambiguous": {"type": "boolean", "description": "Another is about as likely: a person has to choose."},
}
_CHOICE: Final[dict[str, Schema]] = {
    "doctype": TEXT,
    "label": TEXT,
    "notes": _list(TEXT),
    "values": {**_ANY_OBJECT, "description": "Fields of Complaint."},
}

SCHEMAS: Final[dict[str, Schema]] = {
    "Registered": _object(name=TEXT, stage=TEXT, workflow_state=_MAYBE),
    "RegisteredMany": _object(
        registered=_COUNT,
        refused=_COUNT,
        results=_list({"oneOf": [_ref("RegisteredOne"), _ref("RefusedOne")]}),
    ),
    "RegisteredOne": _object(index=_COUNT, idempotency_key=TEXT, name=TEXT, stage=TEXT, workflow_state=_MAYBE)
    | {"not": {"required": ["error"]}},
    "RefusedOne": _object(
        index=_COUNT,
        idempotency_key={},
        error=_object(type=TEXT, messages=_list(TEXT), fields=_list(TEXT)),
    ),
    "Missing": _object(
        gate=_MAYBE,
        field=_MAYBE,
        label=_MAYBE,
        message=TEXT,
        optional={"records": _list(_object(doctype=TEXT, name=TEXT)), "lies_with": TEXT},
    ),
    "Overview": _object(
        stage=TEXT,
        stage_label=TEXT,
        is_closed=_YES_NO,
        steps=_list(_ANY_OBJECT),
        next=_list(_STEP),
        clock={"type": ["object", "null"]},
        optional={
            "held_stage": _MAYBE,
            "signatures": _list(_ANY_OBJECT),
            "signatures_wanted": _list(_ANY_OBJECT),
            "handler_reason": TEXT,
            "not_at_once": _list(TEXT),
            "headline": _ANY_OBJECT,
            "ladder": _list(_ANY_OBJECT),
        },
    ),
    "Candidate": _object(**_CHOICE, **_CERTAINTY),
    "Choice": _object(**_CHOICE, optional=_CERTAINTY),
    "Looked": _object(
        filled=_ANY_OBJECT,
        items=_list(_ANY_OBJECT),
        sales=_list(_ANY_OBJECT),
        mentions=_list(_ANY_OBJECT),
        candidates=_object(who=_list(_ref("Candidate")), what=_list(_ref("Candidate"))),
        proposals=_ANY_OBJECT,
        context=_ANY_OBJECT,
        at_once=_YES_NO,
        not_at_once=_list(TEXT),
        handler={"type": ["object", "null"]},
    ),
    "Noted": _object(message=TEXT, values=_ANY_OBJECT),
    "Error": {
        "type": "object",
        "properties": {
            "exc_type": {"type": "string", "description": "Kind of the error."},
            "exception": {"type": "string"},
            "_server_messages": {
                "type": "string",
                "description": "JSON list of JSON objects with `message`: sentences in the language of the API user.",
            },
            "missing": {**_list(_ref("Missing")), "description": "Of a GateError: what a step lacks."},
        },
    },
}

DOORS: Final = (
    Door(f"{_API}.complaint.register", "post", _ref("Registered"), "Register", {"data": _ref("Complaint")}),
    Door(
        f"{_API}.complaint.register_many",
        "post",
        _ref("RegisteredMany"),
        "Register",
        {"data": {**_list(_ref("KeyedComplaint")), "minItems": 1, "maxItems": MOST}},
    ),
    Door(f"{_API}.intake.parties", "get", _list(_ref("Choice")), "Ask"),
    Door(f"{_API}.intake.products", "get", _list(_ref("Choice")), "Ask"),
    Door(f"{_API}.intake.look", "post", _ref("Looked"), "Ask", {"data": _ref("Complaint")}),
    Door(f"{_API}.complaint.overview", "get", _ref("Overview"), "Follow"),
    Door(
        f"{_API}.complaint.take_step", "post", _ref("Overview"), "Follow", {"values": _ref("ComplaintChange")}
    ),
    Door(f"{_API}.at_once.solve", "post", _ref("Overview"), "Follow", {"values": _ref("ComplaintChange")}),
    Door(f"{_API}.answers.note", "post", _ref("Noted"), "Follow"),
    Door(f"{_API}.openapi.document", "get", {}, "This Document"),
)
RAW: Final = f"{_API}.openapi.document"
"""Answers its document itself, and no envelope."""
