"""The examples of docs/integration.md are what the site really answers, played in their order by an agent."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import frappe
import pytest
import requests

from scripts.bench import CHECKOUT
from tests.desk import factory
from tests.desk.wire import ask

pytestmark = pytest.mark.usefixtures("site")
PAGE = (CHECKOUT / "docs" / "integration.md").read_text("utf-8")
EXAMPLE = re.compile(r"```http\n(GET|POST) (\S+)\n(.*?)```\n+```json\n(.*?)```", re.DOTALL)
NAMED = "CMP-2026-00001"


def differences(shown: Any, real: Any, at: str = "") -> list[str]:
    """Where the answer lacks what the page shows. An empty object, list or text stands for any of its kind."""
    if isinstance(shown, dict):
        if not isinstance(real, dict):
            return [f"{at}: {real!r} is no object"]
        return [
            found
            for key, value in shown.items()
            for found in differences(value, real.get(key, ...), f"{at}.{key}")
        ]
    if isinstance(shown, list):
        if not isinstance(real, list):
            return [f"{at}: {real!r} is no list"]
        lacking = [one for one in shown if not any(not differences(one, other) for other in real)]
        return [f"{at}: {one!r} is not in {real!r}" for one in lacking]
    if shown == "":
        return [] if isinstance(real, str) else [f"{at}: {real!r} is no text"]
    return [] if shown == real else [f"{at}: {real!r} instead of {shown!r}"]


def test_the_examples_are_what_the_site_answers():
    agent = factory.user("Complaint Agent", "Complaint Manager", email="docs@qms.example")
    name, found = NAMED, []
    examples = EXAMPLE.findall(PAGE)
    assert len(examples) == 8
    for number, (method, path, body, shown) in enumerate(examples):
        sent = json.loads(body.replace(NAMED, name)) if body.strip() else b""
        answer = ask(method, path.replace(NAMED, name), sent, user=agent, keep=True)
        if path.endswith("register_many"):
            told = [json.loads(shown)["message"]["results"], answer.body["message"]["results"]]
            assert [set(row) for row in told[0]] == [set(row) for row in told[1]], "nothing is left out"
        if number == 0:
            assert answer.status == 200, answer.said
            name = answer.body["message"]["name"]
        found += [
            f"{path} {text} ({answer.said})"
            for text in differences(json.loads(shown.replace(NAMED, name)), answer.body)
        ]
    assert not found
    assert frappe.db.count("Complaint", {"complainant_name": "Ada Example", "owner": agent}) == 1


@pytest.mark.parametrize(
    "fault", ["ConnectionError", "ReadTimeout", "ConnectTimeout", "ChunkedEncodingError"]
)
def test_the_program_sends_again_until_there_is_an_answer(monkeypatch: pytest.MonkeyPatch, fault: str):
    (program,) = re.findall(r"```python\n(import time.*?)```", PAGE, re.DOTALL)
    sent: list[Any] = []

    def post(_session: requests.Session, _url: str, json: Any, timeout: int) -> requests.Response:
        sent.append(json)
        if len(sent) == 1:
            raise getattr(requests.exceptions, fault)
        answer = requests.Response()
        answer.status_code = 503 if len(sent) == 2 else 200
        answer._content = b'{"message": {"results": [{"idempotency_key": "python-1", "name": "CMP-1"}]}}'
        return answer

    monkeypatch.setattr(requests.Session, "post", post)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    exec(compile(program, "integration.md", "exec"), {})
    assert len(sent) == 3
    assert sent[0] == sent[1] == sent[2]


@pytest.mark.slow
@pytest.mark.commits
def test_the_programs_run_as_they_stand(server, tmp_path):
    """curl and Python, with this server and this key in place of those of the page."""
    user = frappe.get_doc("User", factory.user("Complaint Agent"))
    user.api_key, user.api_secret = frappe.generate_hash(length=15), "secret-of-the-test"
    user.save(ignore_permissions=True)
    frappe.db.commit()
    page = PAGE.replace("https://your.site", server).replace(
        "KEY:SECRET", f"{user.api_key}:secret-of-the-test"
    )
    told = [
        subprocess.run(
            ["bash", "-ec", block], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        for block in re.findall(r"```bash\n(.*?)```", page, re.DOTALL)
    ]
    (program,) = re.findall(r"```python\n(import time.*?)```", page, re.DOTALL)
    for _again in range(2):
        run = [sys.executable, "-c", program]
        told.append(subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout)
    frappe.db.rollback()
    keys = ("curl-1", "python-1")
    made = {
        key: frappe.get_all("Complaint", {"idempotency_key": key}, pluck="name", order_by="name")
        for key in keys
    }
    assert [len(names) for names in made.values()] == [1, 1]
    assert json.loads(told[0])["message"]["name"] == made["curl-1"][0]
    assert told[-2] == told[-1] == f"python-1 {made['python-1'][0]}\n"
    assert json.loads((tmp_path / "complaint-qms.openapi.json").read_text("utf-8"))["openapi"] == "3.1.0"


def test_the_check_sees_what_it_is_for():
    assert differences({"a": [{"b": 1}]}, {"a": [{"b": 2}]})
    assert differences({"a": ""}, {})
    assert not differences({"a": {}, "b": [{"c": 1}]}, {"a": {"x": 1}, "b": [{"c": 0}, {"c": 1, "d": 2}]})


@pytest.mark.parametrize("page", ["integration", "administration", "import", "security", "engine"])
def test_the_readme_leads_to_every_page(page: str):
    assert f"docs/{page}.md" in (CHECKOUT / "README.md").read_text("utf-8")
