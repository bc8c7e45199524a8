"""What a connector to an outside system is reckoned with: its request, what it reads out of an answer, and when it is tried again.

Public API::

    read_path(text) -> Path, values_at(path, data)
        a small part of JSONPath (RFC 9535): names, places in lists and `[*]`
    Template(method, path, query, headers, body), rendered(template, values) -> Request
        merge fields alone, no expressions: nothing that is filled in becomes part of an address, a header or JSON that it was not meant for
    facts_of(mapping, answer), compared(facts, before)
        named facts out of an answer, and what is new in them
    read_message(body), the_text(path, data, written), depth_of(data)
        what a system sends by itself, read strictly
    pause_after(attempt, asked), retry_after(header, now)
        when a call is made again
    Breaker
        a system that fails again and again is left alone for a while
"""

from complaint_qms.engine.connectors.facts import Compared, compared, facts_of
from complaint_qms.engine.connectors.messages import depth_of, read_message, the_text
from complaint_qms.engine.connectors.paths import Path, read_path, values_at
from complaint_qms.engine.connectors.resilience import Breaker, pause_after, retry_after
from complaint_qms.engine.connectors.templates import (
    Request,
    Template,
    check_headers,
    fields_in,
    filled_address,
    is_header_text,
    masked,
    rendered,
    template_of,
    without_secrets,
)
from complaint_qms.engine.connectors.unusable import Unusable

__all__ = [
    "Breaker",
    "Compared",
    "Path",
    "Request",
    "Template",
    "Unusable",
    "check_headers",
    "compared",
    "depth_of",
    "facts_of",
    "fields_in",
    "filled_address",
    "is_header_text",
    "masked",
    "pause_after",
    "read_message",
    "read_path",
    "rendered",
    "retry_after",
    "template_of",
    "the_text",
    "values_at",
    "without_secrets",
]
