"""Text becomes markup in one place: what JavaScript puts between tags, or hands to what draws markup, went through it.

The rule is read off the source, not off a parse tree: within a template literal that holds a tag, and as argument of a sink,
an expression is made of calls of ESCAPING functions, of BUILDERS of markup (or a name that ends in `_html`), of literals, and
of PLAIN names that hold numbers or constants. Conditions are free. What is not, is named here or goes through `esc`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bench import CHECKOUT

APP = CHECKOUT / "complaint_qms"
FILES = sorted(
    path
    for path in APP.rglob("*.js")
    if "node_modules" not in path.parts and "dist" not in path.parts and path.name != "markup.js"
)
ESCAPING = {
    "esc",
    "empty",
    "esc_signs",
    "address",
    "formatted",
    "told",
    "safe_color",
    "ink",
    "color",
    "cint",
    "Number",
}
BUILDERS = {
    *(
        "pill",
        "list_pill",
        "record_link",
        "indicator",
        "link",
        "linked",
        "risk_badge",
        "grid_cell",
        "matrix_cell",
        "movement",
    ),
    *(
        "cell_style",
        "bars",
        "bar",
        "ratio",
        "mark",
        "svg",
        "ticks",
        "branch",
        "fact",
        "one",
        "draw",
        "evidence",
        "clock_tone",
    ),
    *(
        "default_formatter",
        "format",
        "filterable",
        "attached",
        "lines",
        "server_words",
        "matrix_table",
        "register_table",
    ),
}
"""Functions that give markup or an attribute's fixed words; what they put into it is looked at where they stand."""
PLAIN = {
    *(
        "x",
        "y",
        "at",
        "bone",
        "middle",
        "height",
        "width",
        "share",
        "foot",
        "tip_x",
        "tip_y",
        "indent",
        "length",
        "level",
    ),
    *("WIDTH", "HEAD", "TOP", "LINE", "value", "from", "to", "low", "high", "point", "least", "deepest"),
}
"""Names of numbers."""
FIXED = {
    "key",
    "tone",
    "kind",
    "cell",
    "border",
    "style",
    "attributes",
    "html",
    "icon",
    "day",
    "today",
    "part",
    "extra",
    "note",
}
"""Names of what the code itself wrote: constants, or markup that a caller made by the same rule."""
SINKS = re.compile(
    r"\.(?:html|set_title|set_intro|insertAdjacentHTML)\(|innerHTML = |\b(?:msgprint\((?!\{)|freeze_message: |message: )"
)


def test_the_rule_finds_what_it_is_for() -> None:
    assert list(_problems("`<b>${row.subject}</b>`"))
    assert list(_problems("`<b title=\"${__('of {0}', [row.name])}\"></b>`"))
    assert list(_problems("$x.html(row.subject)"))
    assert list(_problems("frappe.msgprint(__('{0} is late', [row.name]))"))
    assert not list(_problems('`<b>${esc(row.subject)} ${row.late ? esc(__("late")) : ""}</b>`'))
    assert not list(_problems("`<ul>${rows.map((row) => `<li>${esc(row.name)}</li>`).join('')}</ul>`"))
    assert not list(_problems("`${row.name} is late`"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(APP)))
def test_text_becomes_markup_through_one_helper(path: Path) -> None:
    problems = list(_problems(path.read_text(encoding="utf-8")))
    assert not problems, "\n".join(problems)


def _problems(source: str) -> Iterator[str]:
    source = re.sub(r"(?m)^\s*(//|\*|/\*\*).*$", "", source)
    for literal in _templates(source):
        text, expressions = _parts(literal)
        if re.search(r"<[a-zA-Z/]", text):
            for expression in expressions:
                if rest := _raw(expression, source):
                    yield f"{rest} in ${{{expression.strip()[:100]}}}"
    for match in SINKS.finditer(source):
        argument = _argument(source, match.end(), first=match.group().endswith(": "))
        if rest := _raw(argument, source):
            yield f"{rest} in {match.group()}{argument.strip()[:100]}"


def _templates(source: str) -> Iterator[str]:
    """Every template literal, inner ones too."""
    place = 0
    while (place := source.find("`", place)) >= 0:
        end = _end_of_template(source, place)
        yield source[place:end]
        for expression in _parts(source[place:end])[1]:
            yield from _templates(expression)
        place = end


def _end_of_template(source: str, start: int) -> int:
    place = start + 1
    while source[place] != "`":
        if source.startswith("${", place):
            place = _end_of_brace(source, place + 1)
        else:
            place += 2 if source[place] == "\\" else 1
    return place + 1


def _end_of_brace(source: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`, over literals."""
    pairs, depth, place = {"(": ")", "[": "]", "{": "}"}, 0, start
    while place < len(source):
        sign = source[place]
        if sign == "`":
            place = _end_of_template(source, place)
            continue
        if sign in "\"'":
            place = _end_of_string(source, place)
            continue
        depth += (sign in pairs) - (sign in pairs.values())
        place += 1
        if depth == 0:
            return place
    return place


def _end_of_string(source: str, start: int) -> int:
    place = start + 1
    while place < len(source) and source[place] not in (source[start], "\n"):
        place += 2 if source[place] == "\\" else 1
    return place + 1


def _parts(literal: str) -> tuple[str, list[str]]:
    text, expressions, place = [], [], 1
    while place < len(literal) - 1:
        if literal.startswith("${", place):
            end = _end_of_brace(literal, place + 1)
            expressions.append(literal[place + 2 : end - 1])
            place = end
        else:
            text.append(literal[place])
            place += 1
    return "".join(text), expressions


def _argument(source: str, start: int, first: bool = False) -> str:
    """What stands from `start` to the end of its call, item or statement: the last argument of a call."""
    place, last = start, start
    while place < len(source) and source[place] not in ")]};":
        sign = source[place]
        if sign == "`":
            place = _end_of_template(source, place)
        elif sign in "\"'":
            place = _end_of_string(source, place)
        elif sign in "([{":
            place = _end_of_brace(source, place)
        else:
            if sign == "," and first:
                break
            place += 1
            last = place if sign == "," else last
    return source[last:place]


def _raw(expression: str, source: str, depth: int = 0) -> str:
    """The first name in an expression that may hold text as it was written; empty where none does."""
    expression = expression.strip()
    while expression.startswith("(") and _end_of_brace(expression, 0) == len(expression):
        expression = expression[1:-1].strip()
    cut = _at_depth(expression, "?")
    colon = None if cut is None else _at_depth(expression, ":", cut + 1)
    if colon is not None:
        return _raw(expression[cut + 1 : colon], source, depth) or _raw(
            expression[colon + 1 :], source, depth
        )
    for operator in ("||", "&&", "+"):
        if (cut := _at_depth(expression, operator)) is not None:
            right = _raw(expression[cut + len(operator) :], source, depth)
            return right if operator == "&&" else _raw(expression[:cut], source, depth) or right
    if not expression or re.match(r"^[\"'`\d.-]", expression):
        return (
            ""
            if expression[:1] != "`" or _end_of_template(expression, 0) == len(expression)
            else expression[:30]
        )
    while match := re.search(r"\.(?:join|filter|slice|reverse)\([^()]*(?:\(\w*\) =>[^()]*)?\)$", expression):
        expression = expression[: match.start()].strip()
    if match := re.search(r"\.map\(", expression):
        return _mapped(
            expression[match.end() : _end_of_brace(expression, match.end() - 1) - 1], source, depth
        )
    if expression.startswith("["):
        return next(filter(None, (_raw(one, source, depth) for one in _items(expression[1:-1]))), "")
    match = re.match(r"^(?:this\.|reports\.|desk\.|complaint_qms\.(?:\w+\.)?)?(\w+)\(", expression)
    if match and _end_of_brace(expression, match.end() - 1) == len(expression):
        name = match.group(1)
        if name == "__":
            return "" if len(list(_items(expression[3:-1]))) == 1 else "__ with values"
        known = name in ESCAPING | PLAIN or _is_builder(name) or _defined(name, source, depth)
        return "" if known else name
    if re.match(r"^(Math\.|\$\()", expression) or re.fullmatch(r"[A-Z]+\[[\w.]+\]", expression):
        return ""
    names = set(re.findall(r"(?<![\w.])[A-Za-z_$][\w$.]*", expression))
    names = {
        name
        for name in names
        if name.rpartition(".")[2] not in PLAIN and not re.match(r"^(shape|WIDE|NARROW|ICONS|MARKS?)\b", name)
    }
    names = {
        name
        for name in names
        if name not in FIXED and not _is_builder(name) and not _defined(name, source, depth)
    }
    return ", ".join(sorted(names))


def _mapped(function: str, source: str, depth: int) -> str:
    arrow = _at_depth(function, "=>")
    if arrow is None:
        name = function.strip()
        return "" if name in ESCAPING or _is_builder(name) or _defined(name, source, depth) else name
    body = function[arrow + 2 :].strip()
    if not body.startswith("{"):
        return _raw(body, source, depth)
    given = (_raw(_argument(body, match.end()), source, depth) for match in re.finditer(r"\breturn\s+", body))
    return next(filter(None, given), "")


def _defined(name: str, source: str, depth: int) -> bool:
    """Whether every definition of a name in its file is made by the rule."""
    if depth > 4 or not re.fullmatch(r"\w+", name):
        return False
    given = [
        _argument(source, match.end())
        for match in re.finditer(rf"(?<![\w.])(?:const |let )?{name} =\s(?!=)", source)
    ]
    given = [body[arrow + 2 :] if (arrow := _at_depth(body, "=>")) is not None else body for body in given]
    return bool(given) and not any(_raw(body, source, depth + 1) for body in given)


def _items(text: str) -> Iterator[str]:
    while (cut := _at_depth(text, ",")) is not None:
        yield text[:cut]
        text = text[cut + 1 :]
    if text.strip():
        yield text


def _is_builder(name: str) -> bool:
    return name in BUILDERS or name.endswith("_html")


def _at_depth(expression: str, sign: str, start: int = 0) -> int | None:
    """Place of `sign` outside of brackets and literals."""
    place, inner = start, 0
    while place < len(expression):
        if expression[place] == "`":
            place = _end_of_template(expression, place)
        elif expression[place] in "\"'":
            place = _end_of_string(expression, place)
        elif expression[place] in "([{":
            place = _end_of_brace(expression, place)
        else:
            if expression.startswith("?.", place) or expression.startswith("??", place):
                place += 2
                continue
            if sign == ":" and expression[place] == "?":
                inner += 1
            if expression.startswith(sign, place):
                if sign != ":" or not inner:
                    return place
                inner -= 1
            place += 1
    return None
