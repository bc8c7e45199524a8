"""Regular expressions of rules: what they find, what is refused and how it is said, and that none of them hangs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.rules import Pattern, PatternError

pieces = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", r"\d", r"\w", "1", "(?:ab)", "(a|bc)", "火"])
simple_patterns = st.lists(
    st.tuples(pieces, st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}", "{0,}"])), min_size=1, max_size=5
).map(lambda parts: "".join(piece + times for piece, times in parts))


@given(
    simple_patterns, st.text("abc1火 ", max_size=12), st.sampled_from(["", "^"]), st.sampled_from(["", "$"])
)
@settings(max_examples=200)
def test_patterns_agree_with_the_standard_library(pattern, text, start, end):
    whole = start + pattern + end
    assert Pattern(whole, ignore_case=False).search(text) == (re.search(whole, text) is not None)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("fire", "On FIRE", True),
        (r"\bfire\b", "firewall", False),
        (r"\bfire\b", "fire!", True),
        ("a|b$", "ab", True),
        ("[a-c]{2,3}x", "abcx", True),
        (r"\$\d+", "costs $5", True),
        ("", "anything", True),
        ("[]a]", "]", True),
        (r"[\d-]+x", "1-2x", True),
        ("É", "é", True),
        (r"\bfire\b", "发生fire了", True),
        (r"^\w+$", "火警éà_1", True),
        (r"^[\w ]+$", "火 é", True),
        (r"^\W$", "é", False),
        (r"\s", "a\u3000b", True),
        (r"^\d+$", "１２３", True),
        (r"^\D$", "１", False),
        (r"[[]", "[", True),
        (r"[^]a]", "]", False),
        (r"[a\]]", "]", True),
        (r"\.", "x", False),
        (r"\。", "。", True),
        ("a.b", "a\nb", False),
        ("b$", "ab\n", False),
        ("a*?b", "aab", True),
        ("(?P<x>a)", "a", True),
        ("a\ud800", "a\ud800", True),
    ],
)
def test_patterns(pattern, text, expected):
    assert Pattern(pattern).search(text) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(a",
        "a)",
        "[a",
        "*a",
        "a**",
        "a{2",
        "a{3,2}",
        "a{1001}",
        "(?=a)",
        "(?<=a)b",
        r"\q",
        r"\C",
        r"[\W]",
        r"\bé",
        r"火\b",
        "a{,3}",
        r"\1",
        "\\",
        "[z-a]",
        "(((a{90}){90}){90})",
        "x" * 301,
    ],
)
def test_unsafe_or_broken_patterns_are_refused(pattern):
    with pytest.raises(PatternError):
        Pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("(a", "a parenthesis is not closed (at character 2)"),
        ("a)", "unbalanced closing parenthesis (at character 2)"),
        ("x[a", "a character class is not closed (at character 2)"),
        ("*a", "nothing to repeat (at character 1)"),
        ("ab**", "a repeat cannot be repeated (at character 3)"),
        ("b(?=a)", "look-around is not supported (at character 2)"),
        (r"a\1", "the escape \\1 is not supported (at character 2)"),
        ("a\\", "a backslash ends the pattern (at character 2)"),
        ("a{2", "a repeat looks like {2}, {2,} or {2,5} (at character 2)"),
        ("x" * 301, "a pattern may have 300 characters at most (at character 301)"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_said_with_its_place(pattern, told):
    with pytest.raises(PatternError) as caught:
        Pattern(pattern)
    assert str(caught.value) == told


def test_patterns_that_hang_other_matchers_end():
    """A matcher that goes back would try 2 to the power of 20,000 ways, and the test would not come to its end."""
    assert Pattern("(a*)*b").search("a" * 20_000) is False
    assert Pattern("(a|aa)+$").search("a" * 20_000 + "!") is False
    assert Pattern("(.*)(.*)(.*)(.*)x").search("y" * 20_000) is False
