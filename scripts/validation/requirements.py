"""Requirements and clauses as they stand in `docs/validation/`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from scripts.bench import CHECKOUT

FOLDER = CHECKOUT / "docs" / "validation"
TESTS = CHECKOUT / "tests"
RISKS = ("high", "medium", "low")


@dataclass(frozen=True)
class Requirement:
    """What the product has to do.

    Attributes:
        risk: one of `RISKS`: what a failure would do to a complaint file.
        gate: the rule of the procedure that it enforces, or nothing.
        tests: patterns of files below `tests/`, each with `::part` where tests whose names contain that part are meant.
    """

    id: str
    group: str
    text: str
    risk: str
    tests: tuple[str, ...]
    gate: str = ""

    def files(self, part: bool = False) -> set[str]:
        """Test files that show it, relative to `tests/`; with `part` those too of which single tests do."""
        wanted = (one for one in self.tests if part or "::" not in one)
        return {found for one in wanted for found in matching(one.partition("::")[0])}

    def is_shown_by(self, file: str, test: str) -> bool:
        """Whether a test, by its file relative to `tests/` and its name, is one of its."""
        for one in self.tests:
            pattern, _colons, name = one.partition("::")
            if name in test and Path(file).match(pattern):
                return True
        return False


@dataclass(frozen=True)
class Clause:
    """What a standard asks: `how` the product meets it by which requirements, and what the `company` does itself."""

    clause: str
    asks: str
    how: str = ""
    requirements: tuple[str, ...] = ()
    company: str = ""


@dataclass(frozen=True)
class Checklist:
    """A standard's clauses."""

    title: str
    source: str
    clauses: tuple[Clause, ...]


def requirements() -> list[Requirement]:
    """All requirements, in their order."""
    groups = yaml.safe_load((FOLDER / "requirements.yaml").read_text("utf-8"))
    return [
        Requirement(**{**row, "group": group["group"], "tests": tuple(row["tests"])})
        for group in groups
        for row in group["requirements"]
    ]


def checklists() -> list[Checklist]:
    """All checklists, by the names of their files."""
    return [
        _checklist(yaml.safe_load(file.read_text("utf-8"))) for file in sorted(FOLDER.glob("clauses/*.yaml"))
    ]


def matching(pattern: str) -> list[str]:
    """Test files of a pattern, relative to `tests/`."""
    return sorted(file.relative_to(TESTS).as_posix() for file in TESTS.glob(pattern))


def problems(
    asked: Iterable[Requirement], lists: Iterable[Checklist], test_files: Iterable[str]
) -> list[str]:
    """What does not hold together, a sentence each; nothing where all does."""
    asked, found, known = list(asked), [], set()
    for one in asked:
        if one.id in known:
            found.append(f"{one.id} is there twice.")
        known.add(one.id)
        if one.risk not in RISKS:
            found.append(f"{one.id}: {one.risk} is no risk.")
        found += [
            f"{one.id}: no test file is {test}."
            for test in one.tests
            if not matching(test.partition("::")[0])
        ]
    shown = {file for one in asked for file in one.files()}
    found += [f"{file} shows no requirement." for file in test_files if file not in shown]
    for checklist in lists:
        for clause in checklist.clauses:
            place = f"{checklist.title}, {clause.clause}"
            found += [
                f"{place}: there is no requirement {name}."
                for name in clause.requirements
                if name not in known
            ]
            if not clause.how and not clause.company:
                found.append(f"{place}: neither how it is met nor what the company does.")
            if clause.requirements and not clause.how:
                found.append(f"{place}: requirements, and not how they meet it.")
    return found


def _checklist(data: dict) -> Checklist:
    clauses = (
        Clause(**{**row, "clause": str(row["clause"]), "requirements": tuple(row.get("requirements", ()))})
        for row in data["clauses"]
    )
    return Checklist(data["title"], data["source"], tuple(clauses))
