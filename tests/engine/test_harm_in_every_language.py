"""The same event told in six languages is as grave in each."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.classify import propose_many
from complaint_qms.engine.classify.languages import told_harm
from complaint_qms.engine.text_language import written_language
from tests.engine.harm_sentences import AROUND, LANGUAGES, TOLD

ROWS = [
    (severity, level, code, sentence)
    for severity, level, sentences in TOLD
    for code, sentence in zip(LANGUAGES, sentences, strict=True)
]


@pytest.mark.parametrize(("severity", "level", "code", "sentence"), ROWS)
def test_the_same_harm_is_as_grave_in_each_language(severity, level, code, sentence):
    harm = told_harm(sentence)
    assert (harm.severity, harm.level) == (severity, level), [reason.text for reason in harm.reasons]
    assert written_language(sentence) in (code, "zh-TW" if code == "zh" else code)


@pytest.mark.parametrize("place", range(len(TOLD)))
def test_what_is_proposed_does_not_depend_on_the_language(place):
    """A type whose words are those of the harm adds nothing to it; one that is about the goods may."""
    severity, _level, sentences = TOLD[place]
    found = propose_many(list(sentences), fields=("type", "severity"), languages=list(LANGUAGES))
    for code, (kind, proposed) in zip(LANGUAGES, found, strict=True):
        if kind.value in ("", "product.harm") and severity not in ("", "minor"):
            assert proposed.value == severity, code


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(ROWS),
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from([str, str.upper]),
    st.sampled_from([" ", "\n", "\n\n"]),
)
def test_nothing_told_beside_it_changes_it(row, before, after, case, between):
    severity, level, code, sentence = row
    around = AROUND[code]
    text = between.join((around[before], case(sentence), around[after]))
    harm = told_harm(text)
    assert (harm.severity, harm.level) == (severity, level), text


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        # A fear is told by its verb, and "hatte" is none
        ("Er hatte einen Unfall mit der Leiter und war danach im Büro.", "serious"),
        ("Er hätte einen Unfall mit der Leiter haben können, sagt der Meister.", "minor"),
        # What does not work denies no harm, nor does who does not answer
        ("It does not start and it burned my hand.", "serious"),
        ("Nobody called me back and I was injured.", "serious"),
        ("No injuries and no fire, thank you.", ""),
        ("He was not injured and the door is fine.", ""),
        ("Das Gerät lädt nicht und meine Tochter wurde verletzt.", "serious"),
        ("No enciende y mi hijo resultó herido por la tapa.", "serious"),
        ("No hubo muertos ni heridos en el incidente de la planta.", ""),
        ("A tampa não fecha e minha mãe se feriu na cozinha.", "serious"),
        ("Il n'y a aucun blessé et aucun dégât dans la maison.", ""),
        ("Verletzt wurde dabei zum Glück niemand, aber der Griff ist ab.", ""),
        # A part of the goods is no part of a person
        ("Se rompió el brazo de la silla cuando la movimos en la casa.", ""),
        ("Quebrou o braço da cadeira quando a gente foi sentar nela.", ""),
        ("The arm of the chair broke in two after a week.", ""),
        ("Der Arm der Leuchte ist nach zwei Wochen gebrochen, bitte um Ersatz.", ""),
        ("她说梯子断了一条腿。", ""),
        ("The teeth of the saw broke off after a day.", ""),
    ],
)
def test_what_is_no_such_harm_and_what_is(text, severity):
    assert told_harm(text).severity == severity, [reason.text for reason in told_harm(text).reasons]
