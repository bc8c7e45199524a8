"""The Error Log tells where the code failed, and nothing about people: without a message Frappe stores every local variable."""

from __future__ import annotations

import ast
from pathlib import Path

from scripts.bench import CHECKOUT

PEOPLE = ("user", "person", "email", "name", "customer")


def faults(path: Path) -> list[str]:
    """Calls of `log_error` without a message, or with somebody in the title."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("log_error"):
            continue
        given = dict(zip(("title", "message"), node.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in node.keywords}
        if "message" not in given or "with_context" in ast.unparse(given["message"]):
            found.append(f"{path.name}:{node.lineno}: no message of its own")
        named = [part for part in ast.walk(given["title"]) if isinstance(part, ast.Name | ast.Attribute)]
        if any(ast.unparse(part).rpartition(".")[2] in PEOPLE for part in named):
            found.append(f"{path.name}:{node.lineno}: the title names somebody")
    return found


def test_the_check_sees_what_it_is_for(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "frappe.log_error(title='Failed')\n"
        "frappe.log_error('Failed', frappe.get_traceback(with_context=True))\n"
        "frappe.log_error(title=f'Mail to {user}', message=frappe.get_traceback())\n"
        "frappe.log_error(title=f'Event {row.event}', message=error)\n"
    )
    assert [line.partition(":")[2][:1] for line in faults(wrong)] == ["1", "2", "3"]


def test_no_local_variable_and_nobody_gets_into_the_error_log() -> None:
    assert [
        line for path in sorted((CHECKOUT / "complaint_qms").rglob("*.py")) for line in faults(path)
    ] == []
