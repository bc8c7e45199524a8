"""The interface over REST, told to programs."""

import json

import frappe
from werkzeug.wrappers import Response

from complaint_qms.api.arguments import checked
from complaint_qms.services.openapi.document import openapi_document


@frappe.whitelist(methods=["GET"])
@checked
def document() -> Response:
    """The OpenAPI 3.1 document of this site, as JSON without an envelope."""
    frappe.has_permission("Complaint", "create", throw=True)
    return Response(json.dumps(openapi_document(), ensure_ascii=False), mimetype="application/json")
