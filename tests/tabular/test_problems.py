"""Problems of tables are data: each that is raised is listed, each that is listed is raised, and none is a sentence."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

import complaint_qms.tabular
from complaint_qms.tabular import problems
from complaint_qms.tabular.errors import TableError, UnreadableFileError

ROOM = Path(complaint_qms.tabular.__file__).parent


def constants() -> set[str]:
    """Every text in the sources of the room but its documentation."""
    found = set()
    for path in ROOM.glob("*.py"):
        if path.name == "problems.py":
            continue
        found |= {
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return found


def test_every_problem_that_is_listed_can_happen():
    texts = constants()
    built = {
        f"columns_{gone}_{kind}" for gone in ("missing", "no_content") for kind in ("csv", "xlsx", "json")
    }
    built |= {f"mapping_{key}" for key in ("name", "encoding", "delimiter", "sheet", "header_row")}
    assert problems.PROBLEMS.keys() - texts - built == set()


@pytest.mark.parametrize(
    ("key", "params"),
    [("file_gone", {"file": "x"}), ("file_empty", {}), ("file_empty", {"file": "x", "row": 1})],
)
def test_a_problem_that_is_not_listed_is_refused(key, params):
    with pytest.raises(ValueError, match="not listed"):
        problems.problem(key, **params)


def test_the_room_holds_no_word_of_a_command_and_no_language():
    for text in constants():
        assert "--" not in text.replace("---", "").replace('"--"', "") or text == "--", text
        assert "mapping.yaml" not in text


def test_an_error_carries_its_problem(tmp_path):
    from complaint_qms.tabular.rows import Table

    with pytest.raises(UnreadableFileError) as caught:
        Table(tmp_path / "none.csv")
    assert isinstance(caught.value, TableError)
    assert (caught.value.message.key, caught.value.message.params) == (
        "file_missing",
        {"file": tmp_path / "none.csv"},
    )


def test_rows_that_cannot_be_read_say_what_was_found_and_what_was_expected(tmp_path):
    from complaint_qms.tabular.rows import Table

    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        rows = [["id", "received", "text"], *([f"{n}", "2024-01-05", "it broke"] for n in range(1, 9))]
        csv.writer(handle).writerows([*rows, ["9", "2024-01-05", "it broke", "once more"]])
    bad = next(Table(path).chunks(100)).bad
    assert [(row, why.key, dict(why.params)) for row, why in bad] == [
        (10, "row_too_long", {"found": 4, "expected": 3})
    ]
