"""One request of a connector: filled in, sent, its answer read. What is kept of it holds no secret and no personal data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from frappe.model.document import Document

from complaint_qms.constants.connectors import PERSONAL
from complaint_qms.engine.connectors import (
    Request,
    Template,
    Unusable,
    check_headers,
    facts_of,
    masked,
    rendered,
    values_at,
    without_secrets,
)
from complaint_qms.engine.message import Message
from complaint_qms.integrations.connectors.calling import Answered, call, source_address
from complaint_qms.integrations.connectors.system import System
from complaint_qms.integrations.messaging.inbound import ServiceError, text_value
from complaint_qms.services.connectors import settings
from complaint_qms.services.connectors.subjects import Subject, merge_values
from complaint_qms.services.record.service_tokens import CachedTokens

FAULT = Message("The system could not be called. See the Error Log.")
_NOT_WELL = Message("The system says in its answer that it refused: {code}.")


@dataclass(frozen=True)
class Prepared:
    """A request that is ready.

    Attributes:
        shown: what is sent, as it may be kept and shown.
        source: the address without parameters.
    """

    system: System
    request: Request
    shown: str
    source: str


@dataclass(frozen=True)
class SeenFacts:
    facts: dict[str, str]
    answer: Answered


def prepare_request(
    connector: Document, subject: Subject, most_seconds: int = 25, more: dict[str, str] | None = None
) -> Prepared:
    """Args:
        more: further values of merge fields.

    Raises:
        ServiceError: the connector was written past its checks, or the record's name cannot be asked about.
    """
    system = settings.system_of(connector, most_seconds)
    values = merge_values(subject) | (more or {})
    try:
        template = settings.template_from(connector)
        request = rendered(template, values)
        check_headers(request.headers, settings.connector_label(connector, "headers"))
    except Unusable as error:
        raise ServiceError(error.said, passing=False) from None
    told = rendered(template, masked(values, PERSONAL))
    return Prepared(system, request, _shown(template, told, system), source_address(system, told))


def ask_system(connector: Document, prepared: Prepared) -> SeenFacts:
    """Raises:
    ServiceError: see integrations.connectors.calling.call; or the answer says that the request was refused.
    """
    answer = call(prepared.system, prepared.request, CachedTokens())
    try:
        success = settings.success_of(connector)
        mapping = settings.mapping_of(connector)
    except Unusable as error:
        raise ServiceError(error.said, passing=False, status=answer.status) from None
    if success:
        said = [text_value(one, 40) for one in values_at(success[0], answer.data)]
        if not said or said[0] not in success[1]:
            raise ServiceError(
                _NOT_WELL.having(code=said[0] if said else "—"), passing=False, status=answer.status
            )
    return SeenFacts(facts_of(mapping, answer.data), answer)


def _shown(template: Template, told: Request, system: System) -> str:
    lines = [f"{told.method} {system.base_url}{told.target}"]
    lines += [f"{name}: {value}" for name, value in told.headers.items()]
    if template.body is not None:
        data: Any = json.loads(told.body)
        lines += ["", json.dumps(without_secrets(data), ensure_ascii=False, indent=1)]
    return "\n".join(lines)
