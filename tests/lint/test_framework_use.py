"""The framework is used, not patched: its functions are stood in for in one file alone."""

from __future__ import annotations

import ast
from pathlib import Path

from scripts.bench import CHECKOUT

APP = CHECKOUT / "complaint_qms"
SEAMS = APP / "services" / "framework_seams.py"
# State of one request that the framework means to be set, and names of our own on `frappe.local`
STATE = {
    "flags",
    "response",
    "message_log",
    "session",
    "form_dict",
    "role_permissions",
    "new_doc_templates",
    "user_perms",
    "lang",
}


def replaced(path: Path) -> list[int]:
    """Lines that put something in the place of an attribute of the framework or of one of its classes."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign):
            flat = [
                leaf
                for target in node.targets
                for leaf in (target.elts if isinstance(target, ast.Tuple) else (target,))
            ]
            targets = [leaf for leaf in flat if isinstance(leaf, ast.Attribute)]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr":
            targets = [ast.Attribute(node.args[0], ast.unparse(node.args[1]).strip("'"), lineno=node.lineno)]
        else:
            continue
        for target in targets:
            owner = ast.unparse(target.value)
            parts = f"{owner}.{target.attr}".split(".")
            of_framework = parts[0] == "frappe" or owner in ("BaseDocument", "Document", "Meta")
            if of_framework and not STATE & set(parts) and not target.attr.startswith("complaint_qms"):
                found.append(node.lineno)
    return sorted(set(found))


def test_the_check_sees_what_it_is_for(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "BaseDocument.extend = ours\nfrappe.local.db.get_value = ours\nfrappe.get_all = ours\n"
        "setattr(frappe, 'get_doc', ours)\nfrappe.flags.seen = 1\nfrappe.local.complaint_qms_seen = 1\n"
    )
    assert replaced(wrong) == [1, 2, 3, 4]


def test_who_acts_is_changed_in_one_place() -> None:
    """`frappe.set_user` within a request wrecks the session of who is logged in."""
    found = [
        path.relative_to(APP).as_posix()
        for path in APP.rglob("*.py")
        if "frappe.set_user(" in path.read_text("utf-8")
    ]
    assert sorted(found) == ["commands.py", "services/acting_as.py"]


def test_messages_are_taken_back_in_one_place() -> None:
    found = [
        path.relative_to(APP).as_posix()
        for path in sorted(APP.rglob("*.py"))
        if any(name in path.read_text("utf-8") for name in ("local.message_log", "mute_messages"))
    ]
    assert found == ["message_log.py"]


def test_no_script_writes_words_into_the_desks_table() -> None:
    """All apps share it; names of our choices come to it with the boot, each within its DocType."""
    found = [
        str(path.relative_to(APP))
        for kind in ("*.js", "*.json", "*.html")
        for path in sorted(APP.rglob(kind))
        if "dist" not in path.parts and "frappe._messages" in path.read_text("utf-8")
    ]
    assert not found


def test_functions_of_the_framework_are_replaced_in_one_file_alone() -> None:
    found = {
        str(path.relative_to(APP)): lines for path in sorted(APP.rglob("*.py")) if (lines := replaced(path))
    }
    assert set(found) == {str(SEAMS.relative_to(APP))}


def test_a_function_of_the_desk_is_replaced_for_a_reason_that_stands_beside_it() -> None:
    """eslint finds them (`no-restricted-syntax`); whoever sends it away says why."""
    lines = [
        line
        for path in sorted(APP.rglob("*.js"))
        if "dist" not in path.parts
        for line in path.read_text("utf-8").splitlines()
        if "eslint-disable" in line
    ]
    assert lines
    assert all("-next-line no-restricted-syntax -- " in line for line in lines), lines


def test_no_job_is_given_what_the_queue_takes_for_itself() -> None:
    """`now`, `event`, `method` … are parameters of `frappe.enqueue`: a job's own of the same name never arrives, and `now` runs it at once."""
    theirs = {"now", "event", "method", "is_async", "job_name"}
    given = [
        f"{path.relative_to(APP)}:{node.lineno}"
        for path in APP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("frappe.enqueue", "enqueue", "frappe.enqueue_doc")
        and theirs & {keyword.arg for keyword in node.keywords}
    ]
    assert given == []


def test_no_default_of_the_site_is_written_while_it_runs() -> None:
    """Each such write empties every cache of the site, the counts of rate limits too: jobs remember by `services/marks.py`."""
    theirs = {
        "set_default",
        "add_default",
        "clear_default",
        "set_global",
        "set_global_default",
        "add_global_default",
    }
    written = [
        f"{path.relative_to(APP)}:{node.lineno}"
        for path in APP.rglob("*.py")
        if path.relative_to(APP).parts[0] != "setup"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in theirs
        and ast.unparse(node.func.value) in ("frappe.db", "frappe.defaults")
    ]
    assert written == []
