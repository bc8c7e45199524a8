"""Regular expressions that cannot hang: matched by a set of states, in time linear in the text.

Rules are written by users and run on text written by strangers, so a backtracking matcher would let one pattern stop a
worker. The method is Thompson's (Programming Techniques: Regular expression search algorithm, CACM 11(6), 1968); sets of
states already seen are remembered, which makes long texts cheap.

Supported: literals, ``.``, classes ``[a-z]`` ``[^…]``, ``\\d \\w \\s`` and their capitals, escapes, groups ``( )``,
``|``, ``* + ?``, ``{m}`` ``{m,}`` ``{m,n}``, anchors ``^`` ``$`` and word boundary ``\\b``. Not supported, and refused
with a position: back-references, look-around, lazy and possessive forms, inline flags.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MAX_PATTERN = 300
MAX_STATES = 2_000
MAX_CACHE = 20_000

_CHAR, _SPLIT, _ASSERT, _MATCH = range(4)

CharTest = Callable[[str], bool]


class PatternError(ValueError):
    """A pattern that cannot be used; ``position`` is the offending character's index."""

    def __init__(self, message: str, position: int):
        super().__init__(f"{message} (at character {position + 1})")
        self.position = position


@dataclass(slots=True)
class _State:
    kind: int
    out: int = -1
    out2: int = -1
    test: CharTest | None = None
    anchor: str = ""


def _either_case(char: str) -> frozenset[str]:
    return frozenset((char, char.lower(), char.upper()))


def _as_written(char: str) -> frozenset[str]:
    return frozenset((char,))


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


_CLASSES: dict[str, CharTest] = {
    "d": str.isdigit,
    "D": lambda char: not char.isdigit(),
    "w": _is_word,
    "W": lambda char: not _is_word(char),
    "s": str.isspace,
    "S": lambda char: not char.isspace(),
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class _Parser:
    """Recursive descent straight into states; each method returns a fragment (start, dangling ends)."""

    def __init__(self, pattern: str, ignore_case: bool):
        self.pattern = pattern
        self.variants = _either_case if ignore_case else _as_written
        self.at = 0
        self.states: list[_State] = []

    def error(self, message: str) -> PatternError:
        return PatternError(message, min(self.at, max(len(self.pattern) - 1, 0)))

    def peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def add(self, state: _State) -> int:
        if len(self.states) >= MAX_STATES:
            raise self.error("the pattern is too large once its repeats are written out")
        self.states.append(state)
        return len(self.states) - 1

    def patch(self, ends: list[tuple[int, int]], target: int) -> None:
        for state, slot in ends:
            if slot == 1:
                self.states[state].out = target
            else:
                self.states[state].out2 = target

    def parse(self) -> int:
        start, ends = self.alternatives()
        if self.at < len(self.pattern):
            raise self.error("unbalanced closing parenthesis")
        self.patch(ends, self.add(_State(_MATCH)))
        return start

    def alternatives(self) -> tuple[int, list[tuple[int, int]]]:
        start, ends = self.sequence()
        while self.peek() == "|":
            self.at += 1
            other, other_ends = self.sequence()
            start = self.add(_State(_SPLIT, start, other))
            ends = ends + other_ends
        return start, ends

    def sequence(self) -> tuple[int, list[tuple[int, int]]]:
        empty = self.add(_State(_SPLIT))
        start, ends = empty, [(empty, 1)]
        while self.peek() and self.peek() not in "|)":
            item, item_ends = self.repeated()
            self.patch(ends, item)
            ends = item_ends
        return start, ends

    def repeated(self) -> tuple[int, list[tuple[int, int]]]:
        begin = self.at
        start, ends = self.atom()
        finish = self.at
        low, high = self.quantifier()
        if (low, high) == (1, 1):
            return start, ends
        if self.peek() and self.peek() in "*+?{":
            raise self.error("a repeat cannot be repeated, lazy or possessive")

        # Each further copy is parsed again from the same stretch of the pattern.
        def copy() -> tuple[int, list[tuple[int, int]]]:
            after, self.at = self.at, begin
            fragment = self.atom()
            assert self.at == finish
            self.at = after
            return fragment

        joint = self.add(_State(_SPLIT))
        first, tail = joint, [(joint, 1)]
        used_original = False

        def piece() -> tuple[int, list[tuple[int, int]]]:
            nonlocal used_original
            if not used_original:
                used_original = True
                return start, ends
            return copy()

        for _ in range(low):
            item, item_ends = piece()
            self.patch(tail, item)
            tail = item_ends
        if high is None:
            item, item_ends = piece()
            loop = self.add(_State(_SPLIT, item, -1))
            self.patch(item_ends, loop)
            self.patch(tail, loop)
            tail = [(loop, 2)]
        else:
            leave: list[tuple[int, int]] = []
            for _ in range(high - low):
                item, item_ends = piece()
                option = self.add(_State(_SPLIT, item, -1))
                self.patch(tail, option)
                leave.append((option, 2))
                tail = item_ends
            tail = tail + leave
        return first, tail

    def quantifier(self) -> tuple[int, int | None]:
        char = self.peek()
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if char in simple and char:
            self.at += 1
            return simple[char]
        if char != "{":
            return 1, 1
        close = self.pattern.find("}", self.at)
        body = self.pattern[self.at + 1 : close] if close > 0 else ""
        low, comma, high = body.partition(",")
        if not low.isdigit() or (high and not high.isdigit()):
            raise self.error("a repeat looks like {2}, {2,} or {2,5}")
        minimum = int(low)
        maximum = (int(high) if high else None) if comma else minimum
        if minimum > 100 or (maximum or 0) > 100:
            raise self.error("repeats are limited to 100")
        if maximum is not None and maximum < minimum:
            raise self.error("the second number of a repeat is smaller than the first")
        self.at = close + 1
        return minimum, maximum

    def atom(self) -> tuple[int, list[tuple[int, int]]]:
        char = self.peek()
        if char == "(":
            self.at += 1
            if self.peek() == "?":
                if self.pattern[self.at : self.at + 2] != "?:":
                    raise self.error("look-around, named groups and inline flags are not supported")
                self.at += 2
            start, ends = self.alternatives()
            if self.peek() != ")":
                raise self.error("a parenthesis is not closed")
            self.at += 1
            return start, ends
        if char in "*+?{":
            raise self.error("nothing to repeat")
        self.at += 1
        if char in "^$":
            return self.single(_State(_ASSERT, anchor=char))
        if char == ".":
            return self.single(_State(_CHAR, test=lambda c: c != "\n"))
        if char == "[":
            return self.single(_State(_CHAR, test=self.char_class()))
        if char == "\\":
            return self.escape()
        return self.literal(char)

    def escape(self) -> tuple[int, list[tuple[int, int]]]:
        char = self.peek()
        if not char:
            raise self.error("a backslash ends the pattern")
        self.at += 1
        if char == "b":
            return self.single(_State(_ASSERT, anchor="b"))
        if char in _CLASSES:
            return self.single(_State(_CHAR, test=_CLASSES[char]))
        if char.isalnum() and char not in _ESCAPES:
            raise self.error(f"the escape \\{char} is not supported")
        return self.literal(_ESCAPES.get(char, char))

    def literal(self, char: str) -> tuple[int, list[tuple[int, int]]]:
        wanted = self.variants(char)
        return self.single(_State(_CHAR, test=lambda c: c in wanted))

    def char_class(self) -> CharTest:
        negate = self.peek() == "^"
        self.at += negate
        ranges: list[tuple[str, str]] = []
        tests: list[CharTest] = []
        opened = self.at
        while self.peek() != "]" or self.at == opened:
            char = self.peek()
            if not char:
                raise self.error("a character class is not closed")
            self.at += 1
            if char == "\\":
                char = self.peek()
                self.at += 1
                if char in _CLASSES:
                    tests.append(_CLASSES[char])
                    continue
                char = _ESCAPES.get(char, char)
            if self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self.peek()
                self.at += 1
                if high < char:
                    raise self.error("a range in a character class runs backwards")
                ranges.append((char, high))
            else:
                ranges.append((char, char))
        self.at += 1

        variants = self.variants

        def test(char: str) -> bool:
            hit = any(low <= c <= high for c in variants(char) for low, high in ranges)
            return (hit or any(check(char) for check in tests)) != negate

        return test

    def single(self, state: _State) -> tuple[int, list[tuple[int, int]]]:
        index = self.add(state)
        return index, [(index, 1)]


class Pattern:
    """A compiled pattern. Case is ignored unless ``ignore_case=False``."""

    def __init__(self, pattern: str, *, ignore_case: bool = True):
        if len(pattern) > MAX_PATTERN:
            raise PatternError(f"a pattern may have {MAX_PATTERN} characters at most", MAX_PATTERN)
        self.pattern = pattern
        parser = _Parser(pattern, ignore_case)
        self._start = parser.parse()
        self._states = parser.states
        self._cache: dict[tuple[frozenset[int], int, str], tuple[bool, frozenset[int]]] = {}

    def search(self, text: str) -> bool:
        """Whether the pattern occurs anywhere in ``text``."""
        live: frozenset[int] = frozenset()
        before = _START
        for char in [*text, ""]:
            key = (live, before, char)
            step = self._cache.get(key)
            if step is None:
                step = self._step(live, before, char)
                if len(self._cache) < MAX_CACHE:
                    self._cache[key] = step
            matched, live = step
            if matched:
                return True
            before = _WORD if _is_word(char) else _OTHER
        return False

    def _step(self, live: frozenset[int], before: int, char: str) -> tuple[bool, frozenset[int]]:
        """Whether a match ends before ``char``, and the states live after reading it.

        A new attempt starts at every position, which makes this a search and not a match from the start.
        """
        seen: set[int] = set()
        todo = [*live, self._start]
        following: set[int] = set()
        while todo:
            index = todo.pop()
            if index < 0 or index in seen:
                continue
            seen.add(index)
            state = self._states[index]
            if state.kind == _MATCH:
                return True, frozenset()
            if state.kind == _SPLIT:
                todo.extend((state.out, state.out2))
            elif state.kind == _ASSERT:
                if _holds(state.anchor, before, char):
                    todo.append(state.out)
            elif char and state.test(char):
                following.add(state.out)
        return False, frozenset(following)


_START, _WORD, _OTHER = range(3)


def _holds(anchor: str, before: int, char: str) -> bool:
    if anchor == "^":
        return before == _START
    if anchor == "$":
        return char == ""
    return (before == _WORD) != bool(char and _is_word(char))
