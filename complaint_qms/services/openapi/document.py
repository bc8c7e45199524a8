"""The whole document: paths from the doors and their signatures, schemas from the DocTypes."""

from __future__ import annotations

import inspect
import types
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import frappe

from complaint_qms import __version__
from complaint_qms.services.intake.idempotency import LONGEST
from complaint_qms.services.openapi.doors import DOORS, RAW, SCHEMAS, Door
from complaint_qms.services.openapi.schemas import Schema, document_schema

_VERSION: Final = "3.1.0"
_KINDS: Final = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    dict: "object",
    list: "array",
}
_KEY: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST,
    "pattern": r"\S",
    "description": "Names this one complaint of yours: sent again, the first record is the answer.",
}
# Status → what it means, of every door.
_ERRORS: Final = {
    "400": "The request cannot be read.",
    "401": "The key or its secret is wrong.",
    "403": "Your user may not.",
    "404": "No such record, or none you may know of.",
    "409": "Somebody changed the same at that moment and nothing was changed: send it again.",
    "413": "The request is too large.",
    "417": "A value is wrong, or something is missing; the sentence names the field and the remedy.",
    "429": "Too many requests: slow down.",
}


def openapi_document() -> Schema:
    """The document, for this site: its fields, its choices, its address."""
    return {
        "openapi": _VERSION,
        "info": {
            "title": "Complaint QMS",
            "version": __version__,
            "description": "Register complaints, each once, and follow them to their end.",
        },
        "servers": [{"url": frappe.utils.get_url()}],
        "security": [{"token": []}, {"basic": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(door.tag for door in DOORS)],
        "paths": {f"/api/method/{door.path}": {door.verb: _operation(door)} for door in DOORS},
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`token KEY:SECRET` of an API user (User, API Access).",
                },
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "API key and secret as name and password.",
                },
            },
            "schemas": _schemas(),
        },
    }


def _schemas() -> dict[str, Schema]:
    complaint = document_schema("Complaint", required=("subject",), more={"idempotency_key": _KEY})
    keyed = {"allOf": [{"$ref": "#/components/schemas/Complaint"}, {"required": ["idempotency_key"]}]}
    return SCHEMAS | {
        "Complaint": complaint,
        "KeyedComplaint": keyed,
        "ComplaintChange": document_schema("Complaint"),
    }


def _operation(door: Door) -> Schema:
    function = inspect.unwrap(frappe.get_attr(door.path))
    summary, _blank, rest = inspect.cleandoc(function.__doc__ or "").partition("\n")
    operation: Schema = {
        "operationId": door.path.removeprefix("complaint_qms.api.").replace(".", "_"),
        "tags": [door.tag],
        "summary": summary.strip(),
        "responses": {"200": _response("Done.", _envelope(door))}
        | {
            status: _response(meaning, {"$ref": "#/components/schemas/Error"})
            for status, meaning in _ERRORS.items()
        },
    }
    if rest.strip():
        operation["description"] = rest.strip()
    arguments = _arguments(door, function)
    if door.verb == "get":
        operation["parameters"] = [
            {"name": name, "in": "query", "required": required, "schema": schema}
            for name, (schema, required) in arguments.items()
        ]
    else:
        body = {
            "type": "object",
            "properties": {name: schema for name, (schema, _required) in arguments.items()},
            "required": [name for name, (_schema, required) in arguments.items() if required],
        }
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _envelope(door: Door) -> Schema:
    if door.path == RAW:
        return {"type": "object", "required": ["openapi", "paths"]}
    return {"type": "object", "properties": {"message": door.answer}, "required": ["message"]}


def _response(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _arguments(door: Door, function: Any) -> dict[str, tuple[Schema, bool]]:
    """Name → (schema, whether it has to be sent), of the function's signature."""
    hints = get_type_hints(function)
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        optional = parameter.default is not inspect.Parameter.empty
        if name in door.sent:
            found[name] = (door.sent[name], name == "data" or not optional)
        else:
            found[name] = (_typed(hints.get(name, str), parameter.default), not optional)
    return found


def _typed(hint: Any, default: Any) -> Schema:
    kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    names = [
        "null" if kind is type(None) else _KINDS.get(get_origin(kind) or kind, "string") for kind in kinds
    ]
    schema: Schema = {"type": names[0] if len(names) == 1 else names}
    if default not in (None, inspect.Parameter.empty):
        schema["default"] = default
    return schema
