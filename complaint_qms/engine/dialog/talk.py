"""One turn of a conversation: from what is known and what was said to what is answered and done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from complaint_qms.engine.dialog import asking
from complaint_qms.engine.dialog.harm_first import of_its_own, with_harm
from complaint_qms.engine.dialog.knowledge import Answer, Knowledge
from complaint_qms.engine.dialog.languages import READ
from complaint_qms.engine.dialog.rules import RULES, Rules
from complaint_qms.engine.dialog.state import WHICH, Reply, State, Step, Turn, clipped, silence
from complaint_qms.engine.dialog.turn_meaning import FEARED, TOLD, TurnMeaning, read_turn
from complaint_qms.engine.message import Message

_FILES: Final = 100
_LONG_WORDS: Final = 5
_LONG_SIGNS: Final = 9
_UNANSWERED: Final = Message("A question could not be answered with confidence: {question}")
_DECIDE: Final = ["choice_complaint", "choice_question", "choice_person"]
_YES_NO_PERSON: Final = ["choice_yes", "choice_no", "choice_person"]


@dataclass(frozen=True)
class _Talk:
    """A turn being answered."""

    state: State
    reading: TurnMeaning
    files: int
    name: str
    knowledge: Knowledge
    rules: Rules
    unheard: bool = False


def step(state: State | None, turn: Turn, knowledge: Knowledge, rules: Rules = RULES) -> Step:
    """Answer one turn. Raises nothing for any text or state; the same for the same arguments.

    Args:
        state: what the last turn gave; None, or one with name and contact alone, for the first one.
    """
    state = state or State()
    if state.mode == "done" and silence(state.last_at, turn.at) > rules.new_after.total_seconds():
        state = state.anew()
    reading = read_turn(turn.text, rules)
    begins = state.turns == 0
    state = replace(
        state,
        turns=state.turns + 1,
        last_at=turn.at.isoformat(),
        language=state.language if reading.language in ("", "other") else reading.language,
        complaint=reading.numbers.complaint or state.complaint,
        photos=state.photos + min(max(turn.files, 0), _FILES),
    )
    talk = _Talk(state, reading, max(turn.files, 0), turn.name, knowledge, rules, turn.unheard)
    done = _answered(talk)
    if begins and done.replies and done.action is None and done.replies[0].key != "intro":
        return replace(done, replies=[Reply("intro", choices=[]), *done.replies])
    return done


def _answered(talk: _Talk) -> Step:
    """What comes before any question of the assistant's: a person has it, danger, a wish for a person, the end."""
    state, reading, rules = talk.state, talk.reading, talk.rules
    only_asks = reading.question and not reading.complaint
    if reading.harm == TOLD or (reading.harm == FEARED and not only_asks):
        return _danger(talk)
    if state.mode == "with_person":
        return _waited_for(talk) if talk.unheard and state.registered else Step(state, [], None, [])
    if "person" in reading.found or reading.choice == "choice_person":
        return _hand_over(_kept(talk), [], Message("The sender asks for a person."))
    if reading.language and reading.language not in READ and not reading.only_short:
        reason = Message("The message is in another language ({language}).", {"language": reading.language})
        return _hand_over(_kept(talk), [Reply("foreign")], reason)
    if "stop" in reading.found:
        return _stopped(talk)
    if "abuse" in reading.found and not (reading.complaint or state.mode in ("collecting", "confirming")):
        return _hand_over(_kept(talk), [Reply("upset")], Message("The sender is upset."))
    if state.turns > rules.most_turns:
        return _hand_over(_kept(talk), [], Message("The conversation has gone on for {turns} turns.", {"turns": state.turns}))  # fmt: skip
    if "robot" in reading.found and not reading.complaint and state.mode in ("open", "done"):
        return Step(_understood(state), [Reply("intro", choices=_DECIDE)], None, [])
    if reading.harm == FEARED:
        return _hand_over(_kept(talk), [], Message("The sender asks about a danger."), *reading.why_harm)
    if _names_complaint(talk):
        return _status(talk)
    if state.mode == "done":
        return _after(talk)
    if state.mode in ("collecting", "confirming"):
        return asking.collected(state, reading, talk.files, talk.knowledge, rules)
    return _open(talk)


def _danger(talk: _Talk) -> Step:
    state, reading = talk.state, talk.reading
    if state.registered and not state.warned and (talk.unheard or state.mode != "with_person"):
        topic = state.topic if state.asked == WHICH else ""
        files = talk.files + (state.topic_files if topic else 0)
        state = of_its_own(state, reading, files, topic, talk.rules)
        talk = replace(talk, state=state)
    reasons = [Message("The message tells of harm or danger."), *reading.why_harm]
    told = _kept(talk) if state.registered else with_harm(_with_numbers(talk), reading)
    if state.mode == "with_person" and state.warned:
        return Step(told, [], None, reasons)  # it was said, and a person has it
    handed = replace(told, mode="with_person", asked="", warned=True)
    if state.registered:
        if state.mode == "with_person":
            return Step(handed, [Reply("safety")], None, reasons)
        return Step(handed, [Reply("safety"), Reply("with_person")], "hand_over", reasons)
    handed = replace(handed, registered=True)
    if handed.apart:
        reasons.append(Message("The message does not say which product caused it. Ask the sender."))
    return Step(handed, [Reply("safety"), Reply("registered"), Reply("with_person")], "register", reasons)


def _waited_for(talk: _Talk) -> Step:
    """After a registration, while nobody has taken up what waits for a person: a further complaint is taken down, all else is
    confirmed once."""
    state, reading = talk.state, talk.reading
    asked, state = state.asked, replace(state, asked="")
    talk = replace(talk, state=state)
    if asked == WHICH and (done := _which(talk)):
        return done
    if "person" in reading.found or reading.choice == "choice_person":
        return _once(state, "with_person")
    if "another" in reading.found or reading.choice == "choice_complaint" or _only_complains(reading):
        return _anew(talk)
    if talk.files == 0 and (reading.is_empty or reading.only_short or reading.choice):
        return Step(state, [], None, [])
    if asking.tells_another(state, reading):
        return _ask_whether_another(talk)
    return _once(_with_numbers(talk), "added")


def _once(state: State, key: str) -> Step:
    if key in state.repeated:
        return Step(state, [], None, [])
    return Step(replace(state, repeated=(*state.repeated, key)), [Reply(key)], None, [])


def _stopped(talk: _Talk) -> Step:
    """What was told already is a complaint, whether its sender goes on or not: a person decides."""
    state = _kept(talk) if talk.reading.complaint else talk.state
    if state.registered and "withdraw" in talk.reading.found:
        return _hand_over(state, [], Message("The sender wants to take the complaint back."))
    if state.mode in ("collecting", "confirming") and not state.registered:
        return _hand_over(state, [Reply("stopped")], Message("The sender stopped before the complaint was registered."))  # fmt: skip
    return Step(replace(state, mode="done", asked=""), [Reply("stopped")], None, [])


def _names_complaint(talk: _Talk) -> bool:
    if not talk.reading.numbers.complaint:
        return False
    return talk.state.mode in ("open", "done") or talk.reading.question


def _status(talk: _Talk) -> Step:
    number = talk.reading.numbers.complaint
    reply = Reply("status", {"number": number})
    if talk.rules.tells_status:
        return Step(replace(talk.state, misunderstood=0), [reply], None, [])
    return _hand_over(_kept(talk), [reply], Message("The sender asks about complaint {number}.", {"number": number}))  # fmt: skip


def _after(talk: _Talk) -> Step:
    """After the end: nothing is registered a second time, unless another complaint is meant."""
    state, reading = talk.state, talk.reading
    if not state.registered:
        return _after_nothing(talk)
    asked, state = state.asked, replace(state, asked="")
    talk = replace(talk, state=state)
    if asked == WHICH and (done := _which(talk)):
        return done
    if "another" in reading.found or reading.choice == "choice_complaint" or _only_complains(reading):
        return _anew(talk)
    if reading.choice == "choice_question":
        return Step(state, [Reply("ask_question")], None, [])
    if talk.files == 0 and (reading.is_empty or reading.only_short):
        return _short_after(talk)
    if "withdraw" in reading.found and not reading.complaint:
        return _hand_over(_with_numbers(talk), [], Message("The sender wants to take the complaint back."))
    if reading.question:
        answer = _confident(talk)
        if answer:
            return Step(state, [_answer(answer)], None, [])
        told = [Reply("added")] if reading.complaint or talk.files else []
        return _hand_over(_with_numbers(talk), told, _UNANSWERED.having(question=clipped("question", reading.text)))  # fmt: skip
    if "not_right" in reading.found and not (reading.complaint or _is_long(reading)):
        return Step(state, [Reply("ask_correction")], None, [])
    if asking.tells_another(state, reading):
        return _ask_whether_another(talk)
    return Step(_with_numbers(talk), [Reply("added")], None, [])


def _after_nothing(talk: _Talk) -> Step:
    """After a talk that ended without a complaint."""
    state, reading = talk.state, talk.reading
    if "another" in reading.found or reading.complaint or reading.question:
        return _anew(talk)
    if talk.files == 0 and (reading.is_empty or reading.only_short):
        key = "bye" if reading.says("bye") else "greeting" if reading.says("greeting") else "welcome"
        return Step(state, [Reply(key)], None, [])
    return _open(replace(talk, state=replace(state, mode="open")))


def _short_after(talk: _Talk) -> Step:
    """A few words after a registration: thanks and a farewell are answered; all else may be any of what can be wanted now."""
    state, reading = talk.state, talk.reading
    asks = reading.text.rstrip().endswith(("?", "？"))
    if not asks and reading.says("bye"):
        return Step(state, [Reply("bye")], None, [])
    if not asks and (reading.says("thanks") or (reading.says("yes") and "no" not in reading.short)):
        return Step(state, [Reply("welcome")], None, [])
    if "not_right" in reading.found:
        return Step(state, [Reply("ask_correction")], None, [])
    if not reading.says("greeting", "no", "none"):
        state = replace(state, misunderstood=state.misunderstood + 1)
        if state.misunderstood >= talk.rules.most_misunderstood:
            return _hand_over(state, [], Message("The assistant could not help in {turns} turns.", {"turns": state.misunderstood}))  # fmt: skip
    return Step(state, [Reply("after_registered", choices=["choice_question", "choice_complaint", "choice_person"])], None, [])  # fmt: skip


def _ask_whether_another(talk: _Talk) -> Step:
    topic = clipped("topic", talk.reading.text)
    return _ask_which(replace(talk, state=replace(talk.state, topic=topic, topic_turns=(), topic_files=0)))


def _ask_which(talk: _Talk) -> Step:
    """Ask whether something told after a registration, this turn with it, is another complaint."""
    state = talk.state
    asked = replace(
        state,
        asked=WHICH,
        topic_turns=(*state.topic_turns, talk.name),
        topic_files=state.topic_files + min(talk.files, _FILES),
    )
    return Step(asked, [Reply("which_complaint", choices=["choice_new", "choice_same", "choice_person"])], None, [])  # fmt: skip


def _which(talk: _Talk) -> Step | None:
    """The answer to that, or a photo that belongs to it and after which it is asked again; None where it is neither."""
    state, reading = talk.state, talk.reading
    if reading.choice in ("choice_new", "choice_complaint") or "another" in reading.found or reading.says("yes"):  # fmt: skip
        return _anew(talk, state.topic)
    if reading.choice in ("choice_same", "choice_no") or reading.says("no") or "same" in reading.found:
        return Step(replace(state, topic="", topic_turns=(), topic_files=0), [Reply("added")], None, [])
    if _only_complains(reading):
        return _anew(talk, state.topic)
    return _ask_which(talk) if talk.files and reading.is_empty else None


def _only_complains(reading: TurnMeaning) -> bool:
    """Whether somebody says that they want to complain, and nothing of what."""
    return reading.complaint and not asking.says_what_happened(reading.text, reading)


def _anew(talk: _Talk, told: str = "") -> Step:
    """A further complaint of the same sender, or the first after a talk that came to none."""
    state = talk.state
    photos = talk.files + (state.topic_files if told else 0)
    begun = replace(state.anew(), language=state.language, turns=state.turns, last_at=state.last_at, photos=photos)  # fmt: skip
    if told:
        return _begin(replace(talk, state=begun, reading=read_turn(told, talk.rules)), told)
    if talk.reading.choice == "choice_complaint" or "another" in talk.reading.found:
        return _begin(replace(talk, state=begun), "")
    return _open(replace(talk, state=begun))


def _open(talk: _Talk) -> Step:
    state, reading = talk.state, talk.reading
    if state.asked == "helped" and (done := _helped(talk)):
        return done
    if state.asked == "is_complaint" and (done := _is_complaint(talk)):
        return done
    if state.asked == "doubt" and reading.only_short and not reading.short.isdisjoint(("yes", "no")):
        if "no" in reading.short:
            return Step(replace(state, asked=""), [Reply("welcome")], None, [])
        return _hand_over(_kept(talk), [], _UNANSWERED.having(question=clipped("question", state.topic)))
    if reading.complaint or talk.files or reading.choice == "choice_complaint":
        return _begin(talk, reading.text if reading.complaint else "")
    if reading.choice == "choice_question":
        return Step(_understood(state), [Reply("ask_question")], None, [])
    if reading.only_short or ("thanks" in reading.short and not reading.question):
        for meaning, reply in (
            ("bye", Reply("bye")),
            ("thanks", Reply("welcome")),
            ("greeting", Reply("greeting", choices=_DECIDE)),
        ):
            if meaning in reading.short:
                return Step(_understood(state), [reply], None, [])
        return _not_understood(talk, Reply("not_understood", choices=_DECIDE))
    if reading.is_empty:
        return _not_understood(talk, Reply("not_understood", choices=_DECIDE))
    return _question(talk)


def _question(talk: _Talk) -> Step:
    state, reading = talk.state, talk.reading
    topic = clipped("topic", reading.text)
    answer = _confident(talk)
    if answer:
        told = replace(_understood(state), asked="helped", topic=topic)
        return Step(told, [_answer(answer), Reply("helped", choices=_YES_NO_PERSON)], None, [])
    asked = replace(state, topic=topic)
    if reading.question:
        return _doubt(replace(talk, state=asked))
    if _is_long(reading) or reading.numbers.order or reading.numbers.serial:
        asked = replace(asked, asked="is_complaint")
        return _not_understood(replace(talk, state=asked), Reply("is_complaint", choices=_YES_NO_PERSON))
    return _not_understood(replace(talk, state=asked), Reply("not_understood", choices=_DECIDE))


def _doubt(talk: _Talk) -> Step:
    state = replace(talk.state, asked="doubt")
    return _not_understood(
        replace(talk, state=state), Reply("doubt", choices=["choice_person", "choice_complaint"])
    )


def _helped(talk: _Talk) -> Step | None:
    state, reading = talk.state, talk.reading
    if reading.complaint or talk.files:
        return None
    if reading.says("yes", "thanks") or reading.choice == "choice_yes":
        return Step(replace(_understood(state), topic=""), [Reply("glad")], None, [])
    if reading.says("no") or reading.choice == "choice_no":
        return _doubt(talk)
    return None


def _is_complaint(talk: _Talk) -> Step | None:
    state, reading = talk.state, talk.reading
    numbers = reading.numbers
    if (
        reading.says("yes")
        or reading.choice == "choice_yes"
        or numbers.order
        or numbers.serial
        or numbers.loose
    ):
        return _begin(talk, state.topic)
    if reading.says("no") or reading.choice == "choice_no":
        return Step(replace(state, asked=""), [Reply("ask_question")], None, [])
    return None


def _begin(talk: _Talk, told: str) -> Step:
    """Take up a complaint: with the words that told it, and what else is in them."""
    state = replace(talk.state, mode="collecting", asked="", misunderstood=0, topic="")
    state = asking.filled(state, talk.reading, "")
    told = told or ("" if talk.reading.only_short or talk.reading.choice else talk.reading.text)
    if told and asking.says_what_happened(told, talk.reading):
        state = replace(state, happened=clipped("happened", told))
    opening = [Reply("thanks_photo")] if talk.files and not told else [Reply("sorry")]
    return asking.going_on(state, opening, talk.rules)


def _confident(talk: _Talk) -> Answer | None:
    return asking.confident(talk.reading, talk.state.language, talk.knowledge, talk.rules)


def _answer(answer: Answer) -> Reply:
    return asking.answering(answer)


def _not_understood(talk: _Talk, reply: Reply) -> Step:
    state = replace(talk.state, misunderstood=talk.state.misunderstood + 1)
    if state.misunderstood >= talk.rules.most_misunderstood:
        return _hand_over(_kept(replace(talk, state=state)), [], Message("The assistant could not help in {turns} turns.", {"turns": state.misunderstood}))  # fmt: skip
    return Step(state, [reply], None, [])


def _hand_over(state: State, replies: list[Reply], *reasons: Message) -> Step:
    action: Literal["hand_over"] = "hand_over"
    handed = replace(state, mode="with_person", asked="", repeated=())
    return Step(handed, [*replies, Reply("with_person")], action, list(reasons))


def _understood(state: State) -> State:
    return replace(state, misunderstood=0, asked="")


def _kept(talk: _Talk) -> State:
    """The state with whatever this turn tells, for the person who takes over."""
    return asking.with_story(_with_numbers(talk), talk.reading)


def _with_numbers(talk: _Talk) -> State:
    # Words that answer a question for a product or a name may be anything else here; a number is a number.
    return asking.filled(talk.state, talk.reading, "order" if talk.state.asked == "order" else "")


def _is_long(reading: TurnMeaning) -> bool:
    han = sum("\u3400" <= sign <= "\u9fff" for sign in reading.rest)
    return han >= _LONG_SIGNS or len(reading.rest.split()) >= _LONG_WORDS
