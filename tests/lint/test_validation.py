"""Requirements, clauses and tests hold together, and a pack says of a run what the run was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.validation import pack, results
from scripts.validation.requirements import (
    FOLDER,
    TESTS,
    Checklist,
    Clause,
    Requirement,
    checklists,
    problems,
    requirements,
)

RUN = """<testsuites><testsuite name="Frappe 15">
<testcase classname="ci.tests.desk.test_signatures.TestWays" name="test_bulk[a]" time="1"/>
<testcase classname="ci.tests.desk.test_signatures" name="test_two" time="1"><failure message="it was 3&#10;and more"/></testcase>
<testcase classname="ci.tests.desk.test_audit_trail" name="test_an_earlier_backup" time="1"/>
<testcase classname="ci.tests.desk.test_audit_trail" name="test_other" time="1"><skipped message="no bench"/></testcase>
</testsuite></testsuites>"""


def test_each_requirement_has_tests_and_each_test_file_a_requirement():
    files = [
        file.relative_to(TESTS).as_posix()
        for file in TESTS.glob("*/test_*.py")
        if file.parent.name != "benchmarks"
    ]
    assert problems(requirements(), checklists(), files) == []


def test_what_does_not_hold_together_is_named():
    asked = [
        Requirement("A-1", "A", "One", "high", ("lint/test_validation.py",)),
        Requirement("A-1", "A", "Again", "grave", ("lint/test_nothing.py",)),
    ]
    lists = [Checklist("Law", "", (Clause("1", "Do it"), Clause("2", "Do more", requirements=("B-1",))))]
    assert problems(asked, lists, ["lint/test_code.py"]) == [
        "A-1 is there twice.",
        "A-1: grave is no risk.",
        "A-1: no test file is lint/test_nothing.py.",
        "lint/test_code.py shows no requirement.",
        "Law, 1: neither how it is met nor what the company does.",
        "Law, 2: there is no requirement B-1.",
        "Law, 2: neither how it is met nor what the company does.",
        "Law, 2: requirements, and not how they meet it.",
    ]


def test_each_gate_has_its_requirement():
    assert {one.gate for one in requirements()} - {""} == {f"G{number}" for number in range(1, 11)}


def test_the_page_of_checklists_is_what_the_clauses_say():
    assert (FOLDER / "checklists.md").read_text("utf-8") == pack.checklists_page()


def test_results_of_a_run_are_read_by_file_and_name(tmp_path: Path):
    (tmp_path / "run.xml").write_text(RUN, "utf-8")
    found = results.read(tmp_path)
    assert [(one.file, one.test, one.outcome, one.why) for one in found] == [
        ("desk/test_signatures.py", "TestWays::test_bulk[a]", "passed", ""),
        ("desk/test_signatures.py", "test_two", "failed", "it was 3"),
        ("desk/test_audit_trail.py", "test_an_earlier_backup", "passed", ""),
        ("desk/test_audit_trail.py", "test_other", "skipped", "no bench"),
    ]
    named = {one.id: one for one in requirements()}
    shown = {
        name: results.verdict(one for one in found if named[name].is_shown_by(one.file, one.test))
        for name in ("CMP-04", "PLT-06", "CMP-01", "INT-02")
    }
    assert shown == {"CMP-04": "failed", "PLT-06": "passed", "CMP-01": "passed", "INT-02": "none"}


def test_a_pack_names_what_failed_and_what_nothing_shows(tmp_path: Path):
    (tmp_path / "run.xml").write_text(RUN, "utf-8")
    told = pack.write(tmp_path, tmp_path / "pack")
    assert "4 tests (1 failed, 2 passed, 1 skipped)" in told
    assert "CMP-04" in told
    page = (tmp_path / "pack" / "matrix.html").read_text("utf-8")
    assert "desk/test_signatures.py::test_two – it was 3" in page
    tested = json.loads((tmp_path / "pack" / "tested.json").read_text("utf-8"))
    assert tested["tested_on"] == ["Frappe 15"]
    assert len(tested["files"]["hooks.py"]) == 64
    rows = (tmp_path / "pack" / "matrix.csv").read_text("utf-8-sig").splitlines()
    assert any(row.startswith("CMP-04,Compliance,G9,high,") and "test_two" in row for row in rows)


def test_a_folder_without_results_is_told(tmp_path: Path):
    with pytest.raises(ValueError, match="There are no results"):
        results.read(tmp_path)
