"""Files stay readable: 400 lines at most, what others call stands above what they do not, and a name means one thing."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bench import CHECKOUT

MOST = 400
ROOMS = ("complaint_qms", "scripts")
# A verb that leaves open what is read, checked or run says it of one thing alone.
BARE = {"apply", "build", "check", "find", "figures", "keep", "load", "read", "run", "start", "write"}
MOST_MODULES = 2
SHARED = {
    "execute": "a report or a patch, as the framework calls it",
    "get": "a chart source or a number card, as the framework calls it",
    "on_doctype_update": "what the framework calls when the table of a DocType is made",
    "get_context": "a page of the website, as the framework calls it",
    "query": "who sees a kind of record, in a file of permissions/ each",
    "document": "the same for one record",
    "receive_request": "what a client of a chat service reads, in a file of integrations/messaging/ each",
    "send_reply": "what it sends",
    "fetch_file": "what it fetches",
    "send_notice": "what a client sends to staff, in a file of integrations/messaging/ each",
}
# Rooms whose functions are named after what they stand for: a use case of a service, an event of a document.
NAMED_AFTER = ("api", "overrides")
COLUMN = re.compile(r"\s{2,}")
NAMES = re.compile(r"\w+(?:, \w+)*")
KINDS = (".py", ".js", ".css", ".html", ".jinja")


def files(*kinds: str, rooms: tuple[str, ...] = ROOMS) -> Iterator[Path]:
    for room in rooms:
        for path in sorted((CHECKOUT / room).rglob("*")):
            if path.suffix in kinds and "dist" not in path.parts and "node_modules" not in path.parts:
                yield path


def below_private(body: list[ast.stmt]) -> list[str]:
    """Public functions of a module or class that stand below a private one, though nothing asks them to stand there.

    What runs while the module is read (decorators, defaults, tables of functions) needs its functions above it.
    """
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    early = set()
    for node in body:
        parts = _read_at_once(node)
        early |= {leaf.id for part in parts for leaf in ast.walk(part) if isinstance(leaf, ast.Name)}
    names = [node.name for node in functions]
    seen, found = False, []
    for node in functions:
        if node.name in early or names.count(node.name) > 1 or node.name.startswith("__"):
            continue
        if node.name.startswith("_"):
            seen = True
        elif seen:
            found.append(node.name)
    return found


def _read_at_once(node: ast.stmt) -> list[ast.AST]:
    if isinstance(node, ast.FunctionDef):
        return [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    if isinstance(node, ast.ClassDef):
        inner = [part for child in node.body for part in _read_at_once(child)]
        return [*node.decorator_list, *node.bases, *inner]
    return [node]


def test_the_check_sees_what_it_is_for() -> None:
    source = "def _a(): ...\ndef b(): ...\nT = {1: c}\ndef c(): ...\nclass K:\n  def _m(self): ...\n  def n(self): ...\n"
    tree = ast.parse(source)
    assert below_private(tree.body) == ["b"]
    assert below_private(tree.body[-1].body) == ["n"]


@pytest.mark.parametrize("room", ROOMS)
def test_public_functions_stand_above_private_ones(room: str) -> None:
    found = {}
    for path in files(".py"):
        if path.relative_to(CHECKOUT).parts[0] != room:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        scopes = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
        if names := [name for scope in scopes for name in below_private(scope.body)]:
            found[str(path.relative_to(CHECKOUT))] = names
    assert not found


def test_no_file_is_longer_than_a_reader_keeps_in_mind() -> None:
    found = {
        str(path.relative_to(CHECKOUT)): lines
        for path in files(*KINDS, rooms=(*ROOMS, "tests"))
        if (lines := len(path.read_text("utf-8").splitlines())) > MOST
    }
    assert not found


def index_of(told: str) -> tuple[set[str], set[str]]:
    """Modules that the index of a room lists (`name  what it is for`, in one column or several), and all words beside them."""
    listed: set[str] = set()
    for line in told.splitlines():
        parts = [part for part in COLUMN.split(line.rstrip()) if not part.startswith("(")]
        if len(parts) > 1 and NAMES.fullmatch(parts[0]):
            listed |= {name for part in parts[::2] for name in part.split(", ")}
    return listed, set(re.findall(r"\w+", told))


def test_the_index_of_a_room_is_seen() -> None:
    listed, words = index_of(
        "Its purpose: two  things.\n\na, b_c   what (d: more)   e  other   (writes nothing)\nIt is so"
    )
    assert listed == {"a", "b_c", "e"}
    assert "d" in words
    assert index_of("The purpose.\n\nNo index here.")[0] == set()


def test_a_room_of_services_tells_its_purpose_and_its_index_is_its_folder() -> None:
    found, with_index = {}, 0
    for room in sorted((CHECKOUT / "complaint_qms/services").glob("*/__init__.py")):
        told = ast.get_docstring(ast.parse(room.read_text("utf-8"))) or ""
        modules = {path.stem for path in room.parent.glob("*.py")} - {"__init__"}
        listed, words = index_of(told)
        with_index += bool(listed)
        missing = modules - words if listed else set()
        if not told or missing or listed - modules:
            found[room.parent.name] = {"missing": sorted(missing), "not there": sorted(listed - modules)}
    assert not found
    assert with_index > 10


def public_names() -> dict[str, list[str]]:
    """Public function or class → the modules that define it."""
    found = defaultdict(list)
    for path in files(".py"):
        parts = path.relative_to(CHECKOUT).parts
        if parts[0] != "complaint_qms" or parts[1] in NAMED_AFTER:
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append("/".join(parts[1:]))
    return found


def test_a_name_means_one_thing() -> None:
    found = {
        name: modules
        for name, modules in public_names().items()
        if len(modules) > (1 if name in BARE else MOST_MODULES) and name not in SHARED
    }
    assert not found


def test_no_name_is_allowed_in_vain() -> None:
    names = public_names()
    assert {name for name in SHARED if len(names[name]) > MOST_MODULES} == set(SHARED)
