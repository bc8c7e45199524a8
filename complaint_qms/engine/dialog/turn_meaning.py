"""What a turn means: language, intent, harm, numbers. Every pattern is bounded and the text is cut first."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from complaint_qms.constants.dialog import DANGER_KEEPS, HARM_ABROAD, LEAST_RANK, TRADITIONAL
from complaint_qms.engine.classify.harm import assess
from complaint_qms.engine.classify.lexicon import Hit
from complaint_qms.engine.dialog.languages import READ, chat_language
from complaint_qms.engine.dialog.numbers import Numbers, model_in, numbers_of, product_in
from complaint_qms.engine.dialog.reply_texts import WORDS
from complaint_qms.engine.dialog.rules import RULES, Rules
from complaint_qms.engine.message import Message
from complaint_qms.engine.text import HAN, fold

TOLD, FEARED = "told", "feared"
_CLAUSE: Final = re.compile(r"(?<=[.!?;,。！？；，\n])")
_HAN_SIGN: Final = re.compile(f"[{HAN}]")
_QUESTION_END: Final = re.compile(r"[?？]\s*\Z")
_NOT_SAID: Final = re.compile(rf"[^a-z0-9{HAN}]+")
# Halves of signs can be stored nowhere.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_QUESTION_START: Final = re.compile(
    r"\s*(?:and |but |so |hi |hello |please )?(?:how|what|where|which|who|when|why|can|could|do you|does|is (?:it|there|this|that)|are (?:there|you)|will|would|should|may|am i)(?![a-z])"
)
_SIMPLIFIED: Final = {
    ord(traditional): simplified
    for traditional, simplified in zip(TRADITIONAL[::2], TRADITIONAL[1::2], strict=True)
}
# “会不会” asks; its second half alone would deny.
_WHETHER: Final = re.compile("会不会|能不能|是不是")
_SUBJECT: Final = 2
_A_WISH: Final = 200
_MOST_CLAUSES: Final = 120
_DEFECT: Final = 1.0
_BAD_MOOD: Final = -1.0
_WISHES: Final = ("refund", "exchange", "repair", "credit")
_HARM_ABROAD: Final = {
    language: re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word.strip()) for word in words.split(",")) + r")(?!\w)")
    for language, words in HARM_ABROAD.items()
}  # fmt: skip
_CHOICES: Final = {key: key for key in WORDS if key.startswith("choice_")} | {
    fold(text): key for key, text in WORDS.items() if key.startswith("choice_")
}
_CHOICES_ZH: Final = {
    fold(text): key
    for text, key in (
        ("是", "choice_yes"),
        ("否", "choice_no"),
        ("我有问题要问", "choice_question"),
        ("反馈问题", "choice_complaint"),
        ("转人工", "choice_person"),
        ("新的投诉", "choice_new"),
        ("属于原来的投诉", "choice_same"),
        ("不知道", "choice_unknown"),
        ("没有照片，继续", "choice_no_photo"),
    )
}


@dataclass(frozen=True)
class TurnMeaning:
    """A turn as it was understood.

    Attributes:
        text: what was read of it, as it was written.
        folded: the same with plain signs, small letters and simplified characters.
        language: of this turn; empty where it does not tell.
        short: meanings of the short phrases in it.
        first: meanings of the phrase it begins with.
        rest: what is left without them, folded.
        found: meanings that stand anywhere.
        harm: `told`, `feared` or empty.
        choice: the offered answer that was chosen.
    """

    text: str
    folded: str
    language: str
    short: frozenset[str]
    first: frozenset[str]
    rest: str
    found: frozenset[str]
    harm: str
    why_harm: tuple[Message, ...]
    complaint: bool
    question: bool
    numbers: Numbers
    product: str
    product_told: bool
    choice: str

    @property
    def only_short(self) -> bool:
        """Whether it says nothing but short phrases."""
        return bool(self.short) and not self.rest

    def says(self, *meanings: str) -> bool:
        """Whether the whole turn says one of these and nothing else."""
        return self.only_short and not self.short.isdisjoint(meanings)

    @property
    def is_empty(self) -> bool:
        return not self.text or not (self.rest or self.short)


def read_turn(text: str, rules: Rules) -> TurnMeaning:
    said = _CONTROL.sub(" ", (text or "")[: rules.longest]).strip()
    plain = unicodedata.normalize("NFKC", said)[: rules.longest].translate(_SIMPLIFIED)
    folded = fold(plain)
    short, first, rest = _short(folded, rules)
    found = {
        meaning
        for meaning, pattern in rules.patterns.items()
        if not meaning.endswith("_alone") and pattern.search(folded)
    }
    if len(folded) > _A_WISH:  # what somebody tells at length is a story, not a wish
        found -= {"person", "stop"}
    bare = _NOT_SAID.sub(" ", folded).strip()
    for meaning in ("person", "stop", "abuse"):
        alone = rules.patterns[f"{meaning}_alone"]
        if any(alone.fullmatch(part) for part in (bare, rest)):
            found.add(meaning)
    choice = _chosen(folded)
    language = chat_language(plain)
    if choice and language == "en":
        language = ""  # an answer that was offered in English may be pressed by anybody
    harm, why = _harm(plain, folded, language, rules)
    complaint, question = _kind(folded, rules)
    product, told = product_in(plain)
    product = " ".join(rules.patterns["abuse"].sub(" ", product).split())
    if not product and rules.product_names and (named := rules.product_names.search(folded)):
        product = named[0]
    numbers = numbers_of(plain)
    product = product or model_in(plain, numbers)
    return TurnMeaning(
        text=said,
        folded=folded,
        language=language,
        short=short,
        first=first,
        rest=rest,
        found=frozenset(found),
        harm=harm,
        why_harm=why,
        complaint=complaint and bool(rest),
        question=question,
        numbers=numbers,
        product=product,
        product_told=told,
        choice=choice,
    )


def tells_of_harm(text: str, rules: Rules = RULES) -> bool:
    """Whether somebody tells that there was harm, or that something dangerous has happened."""
    return read_turn(text, rules).harm == TOLD


def offered_choice(text: str) -> str:
    """The offered answer that a whole message is; empty for any other."""
    return _chosen(fold(unicodedata.normalize("NFKC", text[:_A_WISH]).translate(_SIMPLIFIED)))


def _chosen(folded: str) -> str:
    pressed = folded.strip("[]【】「」\"' ")  # as a caller without buttons writes them
    return _CHOICES.get(pressed) or _CHOICES_ZH.get(pressed, "")


def _short(folded: str, rules: Rules) -> tuple[frozenset[str], frozenset[str], str]:
    """Meanings of the short phrases, of the first one of them if the text begins with it, and what is left."""
    meanings: set[str] = set()
    first: frozenset[str] = frozenset()
    left: list[str] = []
    at = 0
    for match in rules.short_pattern.finditer(folded):
        between = _NOT_SAID.sub(" ", folded[at : match.start()]).strip()
        listed = rules.meanings[match[0]]
        if not first and not "".join(left).strip() and not between and listed != {"filler"}:
            first = listed
        left.append(between)
        meanings |= listed - {"filler"}
        at = match.end()
    left.append(_NOT_SAID.sub(" ", folded[at:]).strip())
    return frozenset(meanings), first, " ".join(part for part in left if part)


def _harm(plain: str, folded: str, language: str, rules: Rules) -> tuple[str, tuple[Message, ...]]:
    if language not in ("", *READ) and language in _HARM_ABROAD:
        found = _HARM_ABROAD[language].search(folded)
        if found:
            return TOLD, (Message("tells of: {word}", {"word": found[0]}),)
    plainly = _WHETHER.sub("可能", rules.harmless.sub(" ", folded))
    harm = assess(plainly, lexicon=rules.lexicon)
    reasons = tuple(reason.message for reason in harm.reasons if reason.kind == "keyword")[:3]
    if harm.certain and (harm.severity in DANGER_KEEPS or harm.rank >= LEAST_RANK):
        return TOLD, reasons
    return (FEARED, reasons) if harm.severity else ("", ())


def _kind(folded: str, rules: Rules) -> tuple[bool, bool]:
    """Whether a text complains, and whether it asks. What asks how something is done when something is broken only asks."""
    folded = rules.no_complaint.sub(" ", folded)
    if rules.patterns["explicit"].search(folded):
        return True, False
    complaint = question = conditional = False
    for clause in _CLAUSE.split(folded)[:_MOST_CLAUSES]:
        if not clause.strip():
            continue
        begins = bool(_QUESTION_START.match(clause))
        indirect = bool(rules.patterns["indirect"].search(clause))
        asks = bool(rules.patterns["asking"].search(clause))
        question = question or begins or indirect or asks or bool(_QUESTION_END.search(clause))
        if complaint:
            continue
        condition = bool(rules.patterns["condition"].match(clause.strip())) or "的话" in clause
        # In Chinese the word that asks may stand anywhere; in English one in the middle follows what is told.
        only_asks = begins or indirect or (asks and bool(_HAN_SIGN.search(clause)))
        wonders = bool(rules.patterns["why"].search(clause))
        if condition or conditional or (only_asks and not (wonders or _tells_first(clause, rules))):
            conditional = condition
            continue
        complaint = _complains(clause, rules)
    return complaint, question


def _tells_first(clause: str, rules: Rules) -> bool:
    """Whether a Chinese clause tells of its own thing before it asks: “水壶坏了怎么修”, not “坏了保修吗”."""
    told, asked = rules.patterns["complaint"].search(clause), rules.patterns["asking"].search(clause)
    if not (told and asked and told.end() <= asked.start()):
        return False
    return "了" in clause[told.start() : asked.start()] and len(clause[: told.start()].strip()) >= _SUBJECT


def _complains(clause: str, rules: Rules) -> bool:
    if rules.patterns["complaint"].search(clause):
        return True
    hits = rules.lexicon.hits(clause)
    return any(_speaks_of_fault(hit) for hit in hits) or _mood(hits) <= _BAD_MOOD


def _mood(hits: list[Hit]) -> float:
    """Below 0 where words of a bad mood outweigh those of a good one."""
    mood = 0.0
    for hit in hits:
        if hit.term.field == "sentiment":
            good = (hit.term.value == "positive") != hit.negated
            mood += hit.term.weight if good else -hit.term.weight
    return mood


def _speaks_of_fault(hit: Hit) -> bool:
    term = hit.term
    if hit.negated and "not" not in term.words:
        return False
    if term.field == "type":
        return "." in term.value and term.value != "billing.contract" and term.weight > _DEFECT
    return term.field == "expectation" and term.value in _WISHES and term.weight > 2.0 and not hit.feared
