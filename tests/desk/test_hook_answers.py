"""A hook that denies must never grant: what the app's hooks answer when they have no objection."""

from __future__ import annotations

import pytest

from complaint_qms.permissions.answer import no_objection, unless


@pytest.mark.parametrize(("major", "answer"), [(15, None), (16, True), (17, True)])
def test_no_objection_in_the_words_of_each_version(major, answer):
    assert no_objection(major) is answer


def test_an_objection_is_no_on_every_version():
    assert unless("the record has ended") is False
    assert unless(None) is no_objection()
