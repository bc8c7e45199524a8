"""`docs/permissions.md` says what the DocTypes and the lists of rules say, and each separation of duties has a test."""

from __future__ import annotations

import ast

import pytest

from complaint_qms.constants.separation import SEPARATIONS, Separation
from complaint_qms.services.compliance.shipped_rights import steps_of
from scripts.bench import CHECKOUT
from scripts.permissions_page import PAGE, page


def test_the_page_is_true() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python3 -m scripts.permissions_page"


@pytest.mark.parametrize("row", SEPARATIONS, ids=lambda row: f"{row.record}: {row.deed}")
def test_a_separation_is_tested_and_names_a_step_that_there_is(row: Separation) -> None:
    file, *names = row.test.split("::")
    body = ast.parse((CHECKOUT / file).read_text("utf-8")).body
    for name in names:
        (found,) = (node for node in body if getattr(node, "name", "") == name)
        body = found.body
    assert not row.step or row.step in {step.action for step in steps_of(row.record)}
