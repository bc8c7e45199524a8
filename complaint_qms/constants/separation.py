"""Separation of duties: who may not take a step although a role allows it. Enforced on the server for every way in, Administrator included.

`docs/permissions.md` lists it, and `tests/lint/test_permissions_page.py` finds a row whose test is not there.
"""

from typing import Final, NamedTuple

from complaint_qms.constants import roles


class Separation(NamedTuple):
    """Two deeds of one record that one person does not do both.

    Attributes:
        record: DocType.
        deed: what is done last, in words.
        by: roles that may; of a step those that its workflow names.
        never_by: who of these may not, in words.
        test: the test that proves it, as pytest names it.
        step: the workflow's action, where it is one.
    """

    record: str
    deed: str
    by: tuple[str, ...]
    never_by: str
    test: str
    step: str = ""


_QUALITY: Final = (roles.QUALITY_MANAGER,)

SEPARATIONS: Final[tuple[Separation, ...]] = (
    Separation(
        "Investigation", "complete", (),
        "who was its investigator at any time, wrote a word of it, made it or submitted it",
        "tests/desk/test_independence.py::TestAuthors::test_whoever_wrote_a_word_does_not_judge_it", step="Complete",
    ),
    Separation(
        "Root Cause", "verify or reject", _QUALITY,
        "who was its analyst at any time, wrote a word of it or made it",
        "tests/desk/test_independence.py::TestAuthors::test_whoever_was_answerable_once_does_not_judge",
    ),
    Separation(
        "CAPA", "approve the plan", (), "who owned, wrote, made or submitted it",
        "tests/desk/test_independence.py::TestAuthors::test_whoever_wrote_a_word_does_not_judge_it", step="Approve Plan",
    ),
    Separation(
        "CAPA", "verify", (), "who owned or wrote it or one of its actions, or submitted it for verification",
        "tests/desk/test_independence.py::TestAuthors::test_who_submits_for_verification_does_not_verify", step="Verify",
    ),
    Separation(
        "CAPA", "judge effectiveness and residual risk", (), "who owned or wrote it or one of its actions",
        "tests/desk/test_independence.py::TestAuthors::test_nobody_takes_an_ended_capa_for_their_own_by_its_lessons", step="Close as Effective",
    ),
    Separation(
        "CAPA", "report an action as done", (roles.ACTION_OWNER,), "anybody but the owner of that action",
        "tests/desk/test_quality_records.py::TestCapa::test_only_the_owner_reports_an_action",
    ),
    Separation(
        "Complaint", "review and close", (), "its handler, and who sent it to review",
        "tests/desk/test_complaint.py::TestGates::test_who_sent_it_to_review_does_not_close_it", step="Close",
    ),
    Separation(
        "Complaint Settlement", "submit", (roles.MANAGER, roles.ACCOUNTS_MANAGER),
        "who proposed it or wrote a figure of it, above the limit for own settlements",
        "tests/desk/test_settlement_limits.py::test_nobody_submits_what_they_proposed_above_the_own_limit",
    ),
    Separation(
        "Complaint Settlement", "reject the approval", (roles.MANAGER, roles.ACCOUNTS_MANAGER), "who proposed or wrote it",
        "tests/desk/test_settlement_rejection.py::test_who_proposed_it_does_not_reject_it",
    ),
    Separation(
        "Complaint QMS Settings", "make use of a raised approval limit, or of a role with one", ("System Manager", roles.QUALITY_MANAGER),
        "who raised the limit or gave themselves the role, until somebody else has confirmed it",
        "tests/desk/test_limit_changes.py::TestLimits::test_a_raise_counts_for_others_at_once_and_for_its_author_when_confirmed",
    ),
    Separation(
        "Quality Hold", "release", _QUALITY, "who put the goods on hold",
        "tests/desk/test_quality_hold.py::test_one_holds_and_another_releases_with_a_reason",
    ),
    Separation(
        "Field Action", "approve, and end short of its target", (), "who leads, wrote or submitted it",
        "tests/desk/test_field_action.py::test_somebody_else_approves_with_a_signature_and_what_is_signed_stands_still", step="Sign and Approve",
    ),
    Separation(
        "Field Action", "leave customers out while it is under way", (roles.QUALITY_MANAGER, roles.REGULATORY), "who leads, wrote or submitted it, or changed its list of customers",
        "tests/desk/test_field_action_ways.py::test_who_answers_or_is_left_out_while_a_notice_waits_gets_none",
    ),
    Separation(
        "Quality Signature", "sign as another signer of the same step", (), "who has signed the step already, where the settings ask for different people",
        "tests/desk/test_signatures.py::test_signers_keep_their_order_and_do_not_stand_for_each_other",
    ),
)  # fmt: skip
