"""What a run of the tests gave, from the JUnit files that pytest writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

OUTCOMES = ("failed", "skipped", "passed")
"""In the order in which they count for a requirement: one that failed is not made good by those that passed."""


@dataclass(frozen=True)
class Result:
    """One test.

    Attributes:
        file: relative to `tests/`.
        outcome: one of `OUTCOMES`.
        run: on which bench.
        why: what was said of a test that failed or was skipped.
    """

    file: str
    test: str
    outcome: str
    run: str
    why: str = ""


def read(folder: Path) -> list[Result]:
    """Results of all runs in a folder.

    Raises:
        ValueError: there is none.
    """
    files = sorted(folder.glob("*.xml"))
    if not files:
        raise ValueError(f"There are no results in {folder}.")
    return [result for file in files for result in _of_run(file)]


def counted(results: Iterable[Result]) -> Counter[str]:
    """Outcome → how many."""
    return Counter(result.outcome for result in results)


def verdict(results: Iterable[Result]) -> str:
    """What the results of a requirement come to: failed where one failed, passed where one passed, else skipped; `none` without any."""
    found = counted(results)
    if found["failed"]:
        return "failed"
    return "passed" if found["passed"] else "skipped" if found["skipped"] else "none"


def _of_run(file: Path) -> list[Result]:
    found = []
    cases = [
        (suite, case)
        for suite in ElementTree.parse(file).iter("testsuite")
        for case in suite.iter("testcase")
    ]
    for suite, case in cases:
        where, name = case.get("classname", "").split("."), case.get("name", "")
        if "tests" not in where:
            continue
        inner = where[where.index("tests") + 1 :]
        module = next(
            (number for number, part in enumerate(inner) if part.startswith("test_")), len(inner) - 1
        )
        told = {kind: case.find(kind) for kind in ("failure", "error", "skipped")}
        worst = next((kind for kind, element in told.items() if element is not None), "")
        outcome = {"": "passed", "skipped": "skipped"}.get(worst, "failed")
        why = (told[worst].get("message") or "").splitlines()[:1] if worst else []
        found.append(
            Result(
                "/".join(inner[: module + 1]) + ".py",
                "::".join([*inner[module + 1 :], name]),
                outcome,
                suite.get("name", ""),
                "".join(why),
            )
        )
    return found
