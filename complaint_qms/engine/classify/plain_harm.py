"""Harm that has no word of its own: a blow near a part of somebody's body, and people's plain grammar ("I got cut", "手被烫了").

What is found begins at the word of harm and not at the person, so that what denies it or makes it a fear stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from complaint_qms.constants import harm_grammar as grammar
from complaint_qms.constants import lexicon_harm as words

Found = tuple[int, int, str, float, str]
"""First token, token after the last one, severity, rank weight, text."""


def _any(*lists: str) -> str:
    """The words of lists as one alternative, the longest first."""
    parts = {part.strip() for text in lists for part in text.split(",") if part.strip()}
    return "|".join(sorted(parts, key=lambda part: (-len(part), part)))


_PERSON: Final = _any(words.PERSONS, grammar.STAFF, "us, me")
_KIN: Final = rf"(?:{_any(*(part for part in words.PERSONS.split(',') if part.strip() not in ('him', 'her', 'they', 'them')), grammar.STAFF)})"
_SUBJECT: Final = rf" (?:i|i've|i'm|i'd|we|we've|he's|she's|you|{_KIN})"
_FILL: Final = (
    "(?: (?:have|has|had|could|would|might|may|can|will|also|even|almost|nearly|not|never|badly|severely|slightly|seriously|really|just|then|"
    "actually|both|all|once|twice|accidentally|suddenly|repeatedly|easily|a|little|bit|pretty|quite|very|did))"
)
_BE: Final = " (?:was|were|am|is|are|be|been|being|got|get|gets|getting|gotten)"
_GOT: Final = " (?:got|gets|get|getting)"
_END: Final = r"(?= [.!?;,]| $| (?:and|when|while|as|on|with|badly|so|because|in|at|after|by|again|twice|but|from|severely|quite|very|really|before|until)\b)"
_NOT_MEANT: Final = rf"(?! (?:{_any(grammar.NO_HURT)}) )"
_OBJECT: Final = (
    rf" (?:me|him|us|her{_END}|(?:my|our|his|her|their|your|the|a|one|two|an)(?: (?:little|young|elderly|old|other|best|\d+))?"
    rf" (?:{_PERSON}))(?= )"
)
_BODY: Final = rf"(?:{_any(words.BODY)})"
_OWNED_BODY: Final = rf" (?:{_any(words.OWNERS)}|the|both|one)(?: \w+)? {_BODY}(?= )"
_DEGREE: Final = (
    "(?: (?:a|an|some|several|multiple|two|another|bad|severe|serious|minor|small|slight|nasty|painful|deep|big|huge|large|horrible|terrible|"
    "little|mild|chemical|skin|steam|oil|static|electric|electrical|strong|first|second|third|degree|hand|finger|facial|really|very|quite|of))"
)
_HAD: Final = rf" (?:(?:got|gets|get|getting|suffer\w*|sustain\w*|receiv\w+|felt)|(?:gave|gives|give|caused|causes|causing)(?:{_OBJECT})?)"
_GAVE: Final = rf" (?:(?:got|gets|get|getting|receiv\w+|felt|feel)|(?:gave|gives|give){_OBJECT})"
_OWN: Final = rf" (?:{_any(words.OWNERS)})(?: (?:{_any(grammar.SIDES)}))?"
_BONE: Final = rf" (?:{_any(grammar.BONES)})(?= )"
_ARE: Final = "(?: (?:was|were|is|are|got|has|have|had|been|badly|severely|all))+"
_TOOTH: Final = r" (?:tooth|teeth)(?= )"
_ON_THING: Final = (
    rf"(?! (?:mark|hole|smell|spot|stain|time|test|rate)s? )(?! (?:on|in|to) (?:the|a) (?!{_BODY} ))"
)
_NO_SURPRISE: Final = rf"(?![^.!?;]* (?:{_any(grammar.SURPRISES)}) )"

# In each pattern the group `harm` is what is found; no text without one of the words behind it has any.
_PATTERNS: Final = tuple(
    (re.compile(pattern), *amount, frozenset(signs.split("|")))
    for pattern, amount, signs in (
        (rf"{_SUBJECT}{_FILL}{{0,3}}{_BE}{_FILL}{{0,3}}(?P<harm> (?:{_any(grammar.HURT_GRAVE)})){_NOT_MEANT}(?= )", grammar.GRAVE, _any(grammar.HURT_GRAVE)),
        (rf"{_SUBJECT}{_FILL}{{0,3}}{_BE}{_FILL}{{0,3}}(?P<harm> (?:{_any(grammar.HURT_LIGHT)})){_NOT_MEANT}(?= )", grammar.LIGHT, _any(grammar.HURT_LIGHT)),
        (rf"{_SUBJECT} [^.!?;]{{0,60}}(?:and|then|,){_FILL}{{0,2}}{_GOT}{_FILL}{{0,3}}(?P<harm> (?:{_any(grammar.HURT_GRAVE)})){_NOT_MEANT}(?= )", grammar.GRAVE, _any(grammar.HURT_GRAVE)),
        (rf"(?:^|[.!?;,]){_GOT}{_FILL}{{0,3}}(?P<harm> (?:{_any(grammar.HURT_GRAVE)})){_NOT_MEANT}(?= )", grammar.GRAVE, _any(grammar.HURT_GRAVE)),
        (rf"(?:^|[.!?;,]){_GOT}{_FILL}{{0,3}}(?P<harm> (?:{_any(grammar.HURT_LIGHT)})){_NOT_MEANT}(?= )", grammar.LIGHT, _any(grammar.HURT_LIGHT)),
        (rf"(?P<harm> (?:{_any(grammar.HURTS_GRAVE)}){_OBJECT}){_NOT_MEANT}", grammar.GRAVE, _any(grammar.HURTS_GRAVE)),
        (rf"(?P<harm> (?:{_any(grammar.HURTS_LIGHT)}){_OBJECT}){_NOT_MEANT}", grammar.LIGHT, _any(grammar.HURTS_LIGHT)),
        (rf"(?P<harm> (?:{_any(grammar.HURTS_GRAVE, grammar.HURT_GRAVE, 'burn, shocked')}) (?:myself|himself|herself|ourselves|themselves|yourself)) ", grammar.GRAVE, _any(grammar.HURTS_GRAVE, grammar.HURT_GRAVE, 'burn, shocked')),
        (rf"(?P<harm> (?:{_any(grammar.HURTS_LIGHT, grammar.HURT_LIGHT)}) (?:myself|himself|herself|ourselves|themselves|yourself)) ", grammar.LIGHT, _any(grammar.HURTS_LIGHT, grammar.HURT_LIGHT)),
        # A hand that was burned.
        (rf"(?P<harm>{_OWN} {_BODY}{_ARE} (?:{_any(grammar.HURT_GRAVE)})){_NOT_MEANT}(?= )", grammar.GRAVE, _any(grammar.HURT_GRAVE)),
        # Shocks: of electricity, and no surprise.
        (rf"(?:{_SUBJECT}{_FILL}{{0,3}}|^|[.!?;,]|and|then){_GOT}{_FILL}{{0,3}}(?P<harm> (?:shocked|zapped))(?! (?:{_any(grammar.NO_SHOCK)}) ){_NO_SURPRISE}(?= )", grammar.GRAVE, "shocked|zapped"),
        (rf" {_KIN}{_FILL}{{0,3}}{_BE}{_FILL}{{0,3}}(?P<harm> (?:shocked|zapped))(?! (?:{_any(grammar.NO_SHOCK)}) ){_NO_SURPRISE}(?= )", grammar.GRAVE, "shocked|zapped"),
        (rf" (?:i|we|i've|we've){_FILL}{{0,3}}{_BE}{_FILL}{{0,3}}(?P<harm> shocked)(?! (?:{_any(grammar.NO_SHOCK)}) ){_NO_SURPRISE}(?=[^.!?;]* (?:{_any(grammar.CURRENT)}) )", grammar.GRAVE, "shocked"),
        (rf"(?P<harm>{_GAVE}{_DEGREE}{{1,4}} (?:shocks?|zap|jolt))(?! (?:absorber|wave|of)){_NO_SURPRISE}(?= )", grammar.GRAVE, "shock|shocks|zap|jolt"),
        # Wounds as things that somebody has.
        (rf"(?P<harm>{_HAD}{_DEGREE}{{0,4}} (?:burns?|burn injur\w+)){_ON_THING}(?= )", grammar.GRAVE, "burn|burns"),
        (rf"(?P<harm> burns? (?:on|to|over|all over){_OWNED_BODY})", grammar.GRAVE, "burn|burns"),
        (rf"(?:^|[.!?;,])(?P<harm>{_DEGREE}{{0,4}} burns)(?= [.!?;,]| $)", grammar.GRAVE, "burns"),
        (rf"(?:^|[.!?;,])(?P<harm>{_DEGREE}{{1,4}} burn)(?= [.!?;,]| $)", grammar.GRAVE, "burn"),
        (rf"(?P<harm>{_HAD}{_DEGREE}{{1,4}} cuts?)(?! (?:off|of|in) ){_ON_THING}(?= )", grammar.LIGHT, "cut|cuts"),
        (rf"{_SUBJECT}{_FILL}{{0,3}}(?P<harm> (?:fell|slipped|tripped|stumbled))(?! (?:{_any(grammar.NO_FALL)}) )(?= )", grammar.LIGHT, "fell|slipped|tripped|stumbled"),
        (rf"(?P<harm> (?:{_any(grammar.HOT)}) (?:{_any(grammar.LIQUIDS)})(?: \w+){{0,4}} (?:on|over|onto|into|in|down|at)(?: top of)?(?:{_OBJECT}|{_OWNED_BODY}))", grammar.GRAVE, _any(grammar.HOT)),
    )
)  # fmt: skip
_BROKEN: Final = tuple(
    (re.compile(pattern), *amount, frozenset(signs.split("|")))
    for pattern, amount, signs in (
        (rf"(?P<harm> (?:broke|breaks|breaking|broken|fractured|fractures){_OWN}{_BONE})(?! of )", grammar.BROKEN, "broke|breaks|breaking|broken|fractured|fractures"),
        (rf"(?P<harm>{_OWN}{_BONE}{_ARE} (?:broken|fractured))(?= )", grammar.BROKEN, "broken|fractured"),
        (rf"(?P<harm> (?:broke|broken|chipped|cracked|lost|losing)(?: off)?(?: (?:a|one|two|part of)|{_OWN})(?: front| back)?{_TOOTH})", grammar.GRAVE, "broke|broken|chipped|cracked|lost|losing"),
    )
)  # fmt: skip
"""A broken arm, a broken tooth."""
_SIGNS: Final = frozenset().union(*(pattern[-1] for pattern in _PATTERNS + _BROKEN))
_SIGNS_OF_BROKEN: Final = frozenset(_any(grammar.BONES, "tooth, teeth").split("|"))

_P, _B, _OF = grammar.PERSON_ZH, grammar.BODY_ZH, grammar.WHOSE_THING_ZH
_SOMEBODY: Final = rf"(?:(?:(?:{_P})(?:的)?)?(?:{_B})|(?:{_P})(?!{_OF}))"
_DONE: Final = "(?:到|着|伤|破|坏|断|红|肿|烂|穿|开|出|起|晕|麻)了?|了(?!一?[\\d百千万几两多]*[笔元块钱款次])"
_WAY: Final = "(?:也|都|还|就|又|直接|当场|不小心|一不小心|居然|竟然|一下子|经常|老是|总是|差点|好几次|曾|已经|刚|刚刚|上|里|指|的时候|用的时候|差一点){0,3}"
_TAIL: Final = r"(?![一-鿿])|(?=[啊呀啦呢吧哦,，]|自己|一下|好|很|疼|痛|起|出)"
_PATTERNS_ZH: Final = tuple(
    (re.compile(pattern), *amount, re.compile(verbs))
    for verbs, amount in ((grammar.GRAVE_ZH, grammar.GRAVE), (grammar.CURRENT_ZH, grammar.GRAVE), (grammar.LIGHT_ZH, grammar.LIGHT))
    for pattern in (
        # 烫到了孩子, 割到手
        rf"(?P<harm>(?:{verbs})(?:{_DONE}){{1,2}}{_SOMEBODY})",
        # 手被烫了, 孩子被热水烫了, 我被电到
        rf"{_SOMEBODY}{_WAY}(?P<harm>(?:被|给|让)(?:(?!韭菜|[没未]).){{0,7}}?(?:{verbs})(?:{_DONE}|(?![一-鿿])))",
        # 手烫到了, 手指割了
        rf"(?:(?:{_P})的?|(?<!的))(?:{_B}){_WAY}(?P<harm>(?:{verbs})(?:{_DONE}))",
    )
) + tuple(
    (re.compile(pattern), *amount, re.compile(sign))
    for pattern, amount, sign in (
        # 孩子烫到了, 我呛到了: nobody else behind it
        (rf"(?:{_P}){_WAY}(?P<harm>(?:{grammar.GRAVE_ZH}|{grammar.CURRENT_ZH})(?:到|着|伤)了?)(?:{_TAIL})", grammar.GRAVE, rf"{grammar.GRAVE_ZH}|{grammar.CURRENT_ZH}"),
        (rf"(?P<harm>(?:摔|砸|压|夹|撞|弄|跌)断了?(?:(?:{_P})的?)?(?:左|右|两|一)?[条只根]?(?:{grammar.BONES_ZH}))", grammar.BROKEN, "断"),
        (rf"(?P<harm>(?:{grammar.BONES_ZH})(?:都|也|就|直接)?(?:被|给)?.{{0,4}}?(?:摔|砸|压|夹|撞|弄|跌)断)", grammar.BROKEN, "断"),
        (rf"(?P<harm>(?:{grammar.TEETH_ZH})(?:都|也|就|直接)?(?:被|给)?.{{0,4}}?(?:崩|硌|磕|咬)?(?:断|掉|坏|碎|崩|缺)了)", grammar.GRAVE, "牙"),
        (rf"(?P<harm>(?:崩|硌|磕|咬)(?:断|掉|坏|碎)了?.{{0,4}}?(?:{grammar.TEETH_ZH}))", grammar.GRAVE, "牙"),
        (rf"(?P<harm>(?:{grammar.HOT_ZH}|水).{{0,6}}?(?:洒|溅|泼|浇|喷|流|倒|淋|滴)(?:到|在|了|进|上){{1,2}}.{{0,2}}?(?:(?:{_P})的?)?(?:{_B}))", grammar.GRAVE, "[洒溅泼浇喷流倒淋滴]"),
        (rf"(?P<harm>(?:{grammar.HOT_ZH}).{{0,6}}?(?:洒|溅|泼|浇|喷|流|倒|淋|滴)(?:到|在|了|进|上){{1,2}}{_SOMEBODY})", grammar.GRAVE, "[洒溅泼浇喷流倒淋滴]"),
        (rf"(?P<harm>(?:{grammar.HOT_ZH})(?:给|就)?烫(?:到|着|伤|了))", grammar.GRAVE, "烫"),
        (rf"(?:{_B})[^起]{{0,3}}(?P<harm>起了?(?:满|很多|好多|好几个|几个|一个|个|大|小){{0,3}}(?:水泡|泡|疱))", grammar.GRAVE, "[泡疱]"),
        (r"(?P<harm>(?:烫|烧|灼)(?:出|起)了?(?:很多|好几个|几个|一个|个|大|小){0,3}(?:水泡|泡|疱))", grammar.GRAVE, "[泡疱]"),
        (rf"(?:{_P}){_WAY}(?P<harm>摔(?:了一?跤|了下来|下来|着|到了?)|绊了一?跤|滑了一?跤|吃坏了?)", grammar.LIGHT, "[摔绊滑吃]"),
    )
)  # fmt: skip
_SIGNS_ZH: Final = re.compile(
    "[烫烧灼电咬蜇蛰砸夹压轧碾割切扎刺戳噎呛划刮磕碰撞绊蹭崩剪洒溅泼浇喷流倒淋滴泡疱摔滑吃断硌牙跌]"
)


_BLOWS: Final = frozenset(word.strip().split()[0] for word in words.BLOWS.split(","))
_BODIES: Final = frozenset(part.strip() for part in words.BODY.split(","))
_OWNERS: Final = frozenset(part.strip() for part in words.OWNERS.split(","))
_BREAKS: Final = frozenset(".!?;。")
BODY_REACH: Final = 6


def blows(tokens: Sequence[str]) -> Iterator[Found]:
    """ "closed on my wife's hand": a blow near a part of somebody's body."""
    for at in [at for at, token in enumerate(tokens) if token in _BODIES]:
        owner = next((back for back in (1, 2, 3) if at >= back and tokens[at - back] in _OWNERS), 0)
        if not owner:
            continue
        for place in range(max(0, at - BODY_REACH), min(len(tokens), at + 4)):
            first, last = min(place, at), max(place, at)
            if any(mark in _BREAKS for mark in tokens[first:last]):
                continue
            if place != at and tokens[place] in _BLOWS:
                yield first, last + 1, *grammar.LIGHT, " ".join(tokens[first : last + 1])
                break


def plain_harm(tokens: Sequence[str]) -> Iterator[Found]:
    """Harm that English tokens tell of in people's plain grammar."""
    found = _SIGNS.intersection(tokens)
    if not found:
        return
    line = " ".join(("", *tokens, ""))
    patterns = _PATTERNS if _SIGNS_OF_BROKEN.isdisjoint(tokens) else _PATTERNS + _BROKEN
    for pattern, severity, weight, signs in patterns:
        if signs.isdisjoint(found):
            continue
        for match in pattern.finditer(line):
            start, end = match.span("harm")
            first = line.count(" ", 0, start + 1) - 1
            yield first, first + line.count(" ", start, end), severity, weight, match["harm"].strip()


def plain_harm_zh(run: str) -> Iterator[tuple[int, str, str, float]]:
    """(offset, text, severity, rank weight) of the same in a run of Chinese characters."""
    if not _SIGNS_ZH.search(run):
        return
    for pattern, severity, weight, sign in _PATTERNS_ZH:
        if not sign.search(run):
            continue
        for match in pattern.finditer(run):
            yield match.start("harm"), match["harm"], severity, weight
