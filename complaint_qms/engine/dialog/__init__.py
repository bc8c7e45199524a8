"""The first-reply assistant of chats: rules and data, no outside service, nothing learned, the same answer for the same turns.

Public API::

    Turn(text, files, at, unheard=False)         what somebody sent in one go, and whether what waits for a person still does
    State                                        what is known; `to_data()` / `from_data()` are plain JSON, hostile data included
    step(state, turn, knowledge, rules=RULES) -> Step(state, replies, action, reasons)
        replies   Reply(key, values, article, choices): `WORDS[key]` in `state.language`, together one message, a line each;
                  `choices` are keys of WORDS too, an answer by their words or by the key itself is understood
        action    None, "register" or "hand_over"; "register" with a state that is `with_person` means both (`Step.hands_over`)
        reasons   Messages for those who read the conversation
    Knowledge.build([Article(name, title, text, language)]) -> Knowledge;  .best(text, language) -> Answer | None
        .find(text, language, most) -> the best articles, with the words they share;  as_written(text, words): as the text has them
    own_words(text, said) -> str                 a message without what it quotes of `said`;  is_offered(text): an offered answer
    verdict_of(text, asked=False) -> "agreed" | "disagreed" | "doubt" | ""     what a turn says of a solution that was told
    asks_standing(text) -> (asks, number)        whether a turn asks how a complaint stands
    tells_of_harm(text) -> bool                  whether a text tells that somebody came to harm, or of a danger
    Rules, RULES                                 phrases and limits; `RULES.extended({"person": {"en": "get me the boss"}})`

The caller keeps every turn, puts replies into words, registers (and adds `registered_number` with the number it gave) and
hands over; `state.released()` is what a person hands back. While a person has the conversation (`with_person`) the assistant is
silent, unless harm is told; as long as that person is `unheard`, a further complaint is taken down after a registered one, and an
addition and a wish for a person are confirmed once.
"""

from __future__ import annotations

from complaint_qms.engine.dialog.knowledge import Answer, Article, Knowledge, as_written, plain_text
from complaint_qms.engine.dialog.own_words import is_offered, own_words
from complaint_qms.engine.dialog.reply_texts import WORDS
from complaint_qms.engine.dialog.rules import RULES, Rules
from complaint_qms.engine.dialog.solution import asks_standing, verdict_of
from complaint_qms.engine.dialog.state import Reply, State, Step, Turn
from complaint_qms.engine.dialog.talk import step
from complaint_qms.engine.dialog.turn_meaning import tells_of_harm

__all__ = [
    "RULES",
    "WORDS",
    "Answer",
    "Article",
    "Knowledge",
    "Reply",
    "Rules",
    "State",
    "Step",
    "Turn",
    "as_written",
    "asks_standing",
    "is_offered",
    "own_words",
    "plain_text",
    "step",
    "tells_of_harm",
    "verdict_of",
]
