"""A person at the REST API: plain `requests`, an API key, nothing else."""

from __future__ import annotations

import json
from typing import Any

import requests


class Person:
    """One user of the API.

    `get`, `post` and `put` give back the answer's data; `refused` gives back the text of a refusal and fails when
    there is none.
    """

    def __init__(self, server: str, key: str) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"token {key}"

    def create(self, doctype: str, **values: Any) -> dict[str, Any]:
        return self._done(self._call("POST", f"/api/resource/{doctype}", values))["data"]

    def read(self, doctype: str, name: str) -> dict[str, Any]:
        return self._done(self._call("GET", f"/api/resource/{doctype}/{name}"))["data"]

    def update(self, doctype: str, name: str, **values: Any) -> dict[str, Any]:
        return self._done(self._call("PUT", f"/api/resource/{doctype}/{name}", values))["data"]

    def call(self, method: str, **values: Any) -> Any:
        return self._done(self._call("POST", f"/api/method/{method}", values)).get("message")

    def step(self, complaint: str, action: str, **values: Any) -> dict[str, Any]:
        return self.call(
            "complaint_qms.api.complaint.take_step", name=complaint, action=action, values=values
        )

    def refused(self, verb: str, *arguments: Any, **values: Any) -> str:
        """Text of the refusal of `create`, `update`, `call` or `step` with these arguments."""
        try:
            got = getattr(self, verb)(*arguments, **values)
        except Refused as refusal:
            return str(refusal)
        raise AssertionError(f"{verb} {arguments} {values} was not refused: {got}")

    def _call(self, method: str, path: str, values: dict[str, Any] | None = None) -> requests.Response:
        return self.session.request(method, self.server + path, json=values, timeout=120)

    def _done(self, response: requests.Response) -> dict[str, Any]:
        if response.status_code >= 400:
            raise Refused(response)
        return response.json()


class Refused(Exception):
    """An answer of 400 and above; its text holds the messages a user would read, and the gates its data names."""

    def __init__(self, response: requests.Response) -> None:
        self.status = response.status_code
        try:
            self.body = response.json()
        except ValueError:
            self.body = {"raw": response.text[:2000]}
        gates = " ".join(f"{row['gate']}:" for row in self.body.get("missing", ()))
        super().__init__(f"{self.status} {self._messages()} {gates}")

    def _messages(self) -> str:
        rows = json.loads(self.body.get("_server_messages") or "[]")
        said = [json.loads(row).get("message", "") if isinstance(row, str) else str(row) for row in rows]
        lines = [line for row in said for line in (row if isinstance(row, list) else [row])]
        return " | ".join(str(line) for line in lines) or str(self.body.get("exception") or self.body)[:2000]
