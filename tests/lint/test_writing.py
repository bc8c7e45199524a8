"""What goes past a document goes through one door, `services/writing.py`, so that nothing is changed without a trace."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scripts.bench import CHECKOUT

APP = CHECKOUT / "complaint_qms"
ROOMS = (
    "services",
    "controllers",
    "complaint_qms",
    "overrides",
    "permissions",
    "integrations",
    "api",
    "jobs",
)
ON_THE_DATABASE = {"set_value", "set_single_value", "bulk_insert", "bulk_update", "delete"}
ON_THE_BUILDER = {"update", "into"}
# Where else, and why
ALLOWED = {
    "services/writing.py": "the door",
    "services/marks.py": "what jobs remember between their runs, no record of the app's users",
    "services/events.py": "its own queue, no record of the app's users",
    "services/compliance/audit_trail/entries.py": "the trail itself",
    "services/compliance/audit_trail/beside.py": "how the trail keeps what stands beside its chain",
    "services/compliance/audit_trail/erasing.py": "what the trail keeps beside its chain",
    "services/compliance/audit_trail/sealing.py": "links of the trail",
    "services/notify/outbox.py": "the bell of Notification Settings, and the state of its own messages",
    "integrations/erpnext/contact_keys.py": "keys beside telephones and addresses of contacts",
    "services/record/match_keys.py": "what a complaint is found by, made from what it says",
    "services/record/naming.py": "the counters of series",
    "services/importing/writer.py": "inserts whole batches of new records and announces them",
    "services/importing/preparation.py": "the state of the import itself",
    "services/importing/row_errors.py": "the list of what could not be imported",
    "services/importing/run.py": "the progress of its own batch",
    "services/sop/escalation.py": "builds a statement that the door runs",
    "controllers/record.py": "the document's own insert",
    "services/onboarding/packs.py": "a pack's own memory of what it wrote",
    "services/signals/kept_weeks.py": "sums that are made from deliveries at any time again",
    "services/knowledge/uses.py": "counts that go with their article",
    "services/language_model/calls.py": "calls that Log Settings let go",
    "services/connectors/calls.py": "calls that Log Settings let go",
    "services/rules/log.py": "firings that Log Settings let go",
    "services/visitor/uploads.py": "files that nobody sent to the end",
    "complaint_qms/doctype/qms_event/qms_event.py": "what Log Settings let go",
    "complaint_qms/doctype/qms_message/qms_message.py": "what Log Settings let go",
    "services/signals/comparing.py": "findings of a back-test, which each run writes anew",
    "services/signals/storing.py": "the complaints of signals, which each scan writes anew",
    "services/onboarding/progress.py": "marks of the framework's Onboarding Steps",
    "services/disposal/removal.py": "what is let go after its term, by two people; it tells the trail by itself",
    "services/signals/confidential_cases.py": "the same, of a complaint that has become confidential",
    "services/topics/keeping.py": "terms of complaints, made from what they say",
    "permissions/shares.py": "DocShare of the framework",
}


def writes(path: Path) -> list[int]:
    """Lines of a file with a call that writes past a document."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, owner = node.func.attr, ast.unparse(node.func.value)
        if (
            name in ("db_set", "db_insert", "db_update")
            or (name in ON_THE_DATABASE and owner == "frappe.db")
            or (name in ON_THE_BUILDER and owner == "frappe.qb")
        ):
            found.append(node.lineno)
    return found


def test_the_check_sees_what_it_is_for(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "doc.db_set('a', 1)\nfrappe.db.set_value('A', 'b', 'c', 1)\nfrappe.qb.update(t)\ndoc.update({})\n"
    )
    assert writes(wrong) == [1, 2, 3]


@pytest.mark.parametrize("room", ROOMS)
def test_no_write_goes_past_the_door(room: str) -> None:
    found = {
        str(path.relative_to(APP)): lines
        for path in sorted((APP / room).rglob("*.py"))
        if (lines := writes(path)) and str(path.relative_to(APP)) not in ALLOWED
    }
    assert not found


def test_every_exception_is_still_one() -> None:
    assert [name for name in ALLOWED if not writes(APP / name)] == []
