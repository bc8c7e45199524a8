"""Requests to the site without a server: Frappe's own router, error handler and answers, on the test's connection.

What an answer is to a client it is here: its status, its messages, whether it shows where the code failed. Everything
that a request wrote is taken back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe
import frappe.api
import frappe.app
from frappe.utils import CallbackManager
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from tests.conftest import fresh_request

SAVEPOINT = "before_request"


@dataclass(frozen=True)
class Answer:
    """Status, body, and the messages that a person would read."""

    status: int
    body: Any

    @property
    def said(self) -> str:
        body = self.body if isinstance(self.body, Mapping) else {}
        rows = [json.loads(row) for row in json.loads(body.get("_server_messages") or "[]")]
        rows += body.get("errors") or []
        lines = [row.get("message", "") if isinstance(row, Mapping) else row for row in rows]
        flat = [text for line in lines for text in (line if isinstance(line, list) else [line])]
        return " | ".join(str(text) for text in flat)

    @property
    def traceback(self) -> str:
        """Where the code failed, as far as the answer shows it."""
        return json.dumps(self.body) if "Traceback (most recent call last)" in json.dumps(self.body) else ""


def ask(method: str, path: str, body: Any = None, user: str = "Administrator", keep: bool = False) -> Answer:
    """One request, its body sent as JSON (`bytes` as they are).

    Args:
        keep: leave what it wrote, until the test ends.
    """
    sent = body if isinstance(body, bytes) else json.dumps({} if body is None else body, default=str).encode()
    environ = EnvironBuilder(path, method=method, data=sent, content_type="application/json").get_environ()
    request = Request(environ)
    frappe.db.savepoint(SAVEPOINT)
    try:
        return _answer(request, user)
    finally:
        if not keep:
            frappe.db.rollback(save_point=SAVEPOINT)
        fresh_request()


def _answer(request: Request, user: str) -> Answer:
    fresh_request()
    frappe.local.error_log = []  # of requests before this one
    frappe.local.request = request
    request.after_response = CallbackManager()
    frappe.local.is_ajax = False
    frappe.local.request_ip = "198.51.100.7"
    frappe.set_user(user)
    try:
        frappe.app.make_form_dict(request)
        response = frappe.api.handle(request)
    except Exception as error:
        response = frappe.app.handle_exception(error)
    text = response.get_data(as_text=True)
    return Answer(
        response.status_code, json.loads(text) if text and response.mimetype == "application/json" else None
    )
