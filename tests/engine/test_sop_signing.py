"""G9 and G10: what binds a signature to its record, and who may give one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.engine.audit_chain import ChainError
from complaint_qms.engine.sop import signatures_missing, signed, signing_missing
from complaint_qms.engine.sop.signing import MANIFEST, content_hash, flaws, seal

CONTENT = {
    "closing_decision": "justified",
    "closing_summary": "Seal replaced, 密封件",
    "qty": 3,
    "lines": [{"a": None}],
}
WHO = {"user": "anna@example.com", "full_name": "Anna Berg", "signed_at": "2026-03-01T09:30:00+01:00"}
RECORD = {"doctype": "Complaint", "name": "CMP-1"}

texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
contents = st.dictionaries(texts, st.none() | st.booleans() | st.integers() | texts, max_size=4)


def signature(content=CONTENT, **changes):
    return signed(content, **{**WHO, **RECORD, "meaning": "closing", **changes})


def asked(content=CONTENT, signatures=(), **changes):
    facts = {**RECORD, "content": content, "needed": ["closing"], "signatures": signatures, **changes}
    return [(row.gate, row.text()) for row in signatures_missing(facts)]


def test_a_signature_holds_for_what_was_signed():
    assert asked(signatures=[signature()]) == []
    assert asked(content=dict(reversed(CONTENT.items())), signatures=[signature()]) == []


def test_a_missing_signature_is_named():
    assert asked() == [("G9", "The signature “closing” is missing.")]
    assert asked(signatures=[signature(meaning="review")]) == [("G9", "The signature “closing” is missing.")]
    assert asked(needed=[]) == []


def test_a_later_edit_shows():
    edited = {**CONTENT, "qty": 4}
    assert asked(content=edited, signatures=[signature()]) == [
        ("G9", "Anna Berg signed “closing” before the record was changed: sign again.")
    ]
    # Who signs again mends it; the old one stays as history.
    assert asked(content=edited, signatures=[signature(), signature(edited)]) == []


def test_a_signature_cannot_be_moved_to_another_record():
    moved = signature(name="CMP-2")
    assert asked(signatures=[moved]) == [
        ("G9", "The signature “closing” of Anna Berg was given under another record.")
    ]
    forged = {**moved, "name": "CMP-1"}
    assert [text for _, text in asked(signatures=[forged])] == [
        "Anna Berg signed “closing” before the record was changed: sign again.",
        "The signature “closing” of Anna Berg was altered after it was given.",
    ]


@pytest.mark.parametrize("part", [part for part in MANIFEST if part != "content_hash"])
def test_each_part_of_a_signature_is_sealed(part):
    altered = {**signature(), part: "other"}
    assert "was altered after it was given" in " ".join(
        row.text() for row in flaws(altered, **RECORD, content=CONTENT)
    )


@pytest.mark.parametrize("part", MANIFEST)
def test_a_signature_shows_name_time_and_meaning(part):
    bare = {**signature(), part: ""}
    bare["seal"] = seal(bare)
    assert any(
        "does not show its name, time and meaning" in row.text()
        for row in flaws(bare, **RECORD, content=CONTENT)
    )


@given(contents, contents)
def test_two_contents_have_one_hash_only_if_they_are_the_same(one, other):
    same = content_hash("Complaint", "CMP-1", one) == content_hash("Complaint", "CMP-1", other)
    # 1 and True are equal in Python and differ in a record.
    assert same == (repr(sorted(one.items())) == repr(sorted(other.items())))


def test_what_has_no_canonical_form_cannot_be_signed():
    with pytest.raises(ChainError, match=r"payload\.content\.when"):
        signature({"when": object()})
    with pytest.raises(ChainError, match="half a character"):
        signature({"text": "\ud83d"})


SIGNER = {
    "user": "anna@example.com",
    "full_name": "Anna Berg",
    "enabled": True,
    "roles": ["Quality Manager", "All"],
    "meaning": "approval",
    "rights": {"approval": ["Quality Manager"], "closing": ["Complaint Manager", "Quality Manager"]},
    "password_given": True,
    "user_id_given": True,
    "first_in_session": True,
    "signed_in_as": "anna@example.com",
}


def test_who_has_the_right_and_gives_the_password_signs():
    assert signing_missing(SIGNER) == []
    assert signing_missing({**SIGNER, "first_in_session": False, "user_id_given": False}) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"password_given": False}, ("password", "Enter your password to sign.")),
        ({"password_given": False, "first_in_session": False}, ("password", "Enter your password to sign.")),
        ({"user_id_given": False}, ("user_id", "Enter your user id for the first signature of this session.")),
        ({"roles": ["Complaint Agent"], "meaning": "closing"}, ("meaning", "To sign “closing” you need one of these roles: Complaint Manager, Quality Manager.")),
        ({"roles": []}, ("meaning", "To sign “approval” you need one of these roles: Quality Manager.")),
        ({"meaning": "whatever"}, ("meaning", "Choose what your signature means.")),
        ({"meaning": None}, ("meaning", "Choose what your signature means.")),
        ({"enabled": False}, ("", "A disabled account does not sign.")),
        ({"full_name": " "}, ("", "Your account has no full name, which a signature has to show.")),
        ({"signed_in_as": "Administrator"}, ("", "Nobody signs in the name of somebody else: sign in yourself.")),
    ],
)  # fmt: skip
def test_what_is_missing_to_sign_is_named(change, expected):
    found = signing_missing({**SIGNER, **change})
    assert [(row.gate, row.field, row.text()) for row in found] == [("G10", *expected)]


def test_a_right_that_nobody_was_given_is_nobodys():
    (found,) = signing_missing({**SIGNER, "rights": {"approval": []}})
    assert found.text() == "No role may sign “approval” yet: somebody has to be given the right."
