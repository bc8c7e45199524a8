"""In which language a text is, and what is read in it: never another language's words taken for English."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.constants import lexicon_languages as words
from complaint_qms.constants import vocabulary
from complaint_qms.constants.risk import SEVERITIES
from complaint_qms.engine.classify import default_lexicon, propose_many
from complaint_qms.engine.classify.languages import OWN_LISTS, hits_of, told_harm, told_hits, word_list
from complaint_qms.engine.text_language import written_language

TEXTS = {
    "en": "The handle broke off on the second day and nobody answered my calls.",
    "zh": "新车三个月变速箱漏油，要求更换。",
    "ja": "取っ手が二日目に外れました。交換してください。",
    "ru": "Ручка сломалась на второй день, никто не отвечает.",
    "de": "Der Griff ist am zweiten Tag abgebrochen und niemand meldet sich.",
    "fr": "La poignée s'est cassée le deuxième jour et personne ne répond.",
    "es": "La manija se rompió el segundo día y nadie contesta mis llamadas.",
    "pt": "A alça quebrou no segundo dia e ninguém atende o telefone.",
    "it": "La maniglia si è rotta il secondo giorno e non risponde nessuno.",
    "nl": "Het handvat is op de tweede dag afgebroken en niemand heeft ons gebeld.",
    "": "Door adjar, pump 12 bar, DN 50",
}


@pytest.mark.parametrize("code", TEXTS)
def test_the_language_of_a_text(code):
    assert written_language(TEXTS[code]) == code


def read(text: str, code: str | None = None) -> dict[str, str]:
    found = propose_many(
        [text],
        fields=("type", "severity", "harm"),
        languages=[written_language(text) if code is None else code],
    )
    return {proposal.field: proposal.value for proposal in found[0]}


@pytest.mark.parametrize(
    ("text", "kind", "harm"),
    [
        ("Das Kind hat sich die Hand verbrannt und musste ins Krankenhaus.", "", "serious"),
        ("Der Griff ist undicht, verletzt wurde niemand.", "product.leak", "none"),
        ("Der Griff könnte abbrechen und jemanden verletzen.", "", "none"),
        ("Mon fils s'est brûlé la main, la poignée est cassée.", "product.broken", "minor"),
        ("Personne n'a été blessé mais le produit ne fonctionne plus.", "product.function", "none"),
        ("Le colis n'est jamais arrivé et le client attend.", "logistics.lost", "none"),
        ("Mi hija fue hospitalizada después de usar la crema.", "", "serious"),
        ("No hubo heridos pero la caja llegó rota.", "product.broken", "none"),
        ("O cliente faleceu depois de um choque elétrico na máquina.", "product.harm", "death"),
        ("O freio quase falhou e ninguém se machucou, mas a porta não fecha.", "product.function", "none"),
        ("Fui ao hospital e a atendente do balcão não quis marcar a consulta que eu pedi", "", "none"),
        ("O hospital da rede mudou de endereço e ninguém avisou os clientes do plano novo", "", "none"),
    ],
)
def test_harm_and_types_in_languages_with_a_list(text, kind, harm):
    assert (read(text)["type"], read(text)["harm"]) == (kind, harm)


@pytest.mark.parametrize("code", ["it", "nl", "pl", "ru", "ja"])
def test_a_language_without_a_list_is_not_judged_as_english(code):
    text = "hospital, fire, killed, leak, refund"
    assert set(read(text, code).values()) <= {"", "none"}
    assert read(text, "en")["severity"] == "catastrophic"


def test_the_lists_are_written_as_texts_are_compared():
    kinds = set()

    def walk(types) -> None:
        for each in types:
            kinds.add(each["key"])
            walk(each["children"])

    walk(vocabulary.TYPES)
    for code in OWN_LISTS:
        assert words.TYPES[code].keys() <= kinds
        assert {severity for severity, *_ in words.HARM[code]} <= {each["key"] for each in SEVERITIES}
        lines = [line for *_, line in words.HARM[code]] + list(words.TYPES[code].values())
        for term in ",".join(lines).split(","):
            plain = term.strip().replace("*", "").replace("~", "ja")
            assert plain.isascii(), term
            assert plain == plain.lower(), term
            assert word_list(code).hits(plain), f"{code}: {term} is not found in a text that has it"


def test_a_sites_own_words_count_in_every_language():
    own = default_lexicon().extended({"type": {"seal-kit": {"dichtsatz": 1.0}}})
    found = told_hits("Der Dichtsatz ist undicht und die Refund Hotline meldet sich nicht.", own)
    assert {hit.term.value for hit in found} == {"seal-kit", "product.leak"}
    assert told_harm("Ein Kunde hat sich die Hand verbrannt, er ist beim Arzt.").level == "minor"
    assert told_harm("It burned my hand and I went to the doctor.").level == "minor"


ENGLISH = st.sampled_from(
    [
        "the",
        "door",
        "handle",
        "broke",
        "off",
        "and",
        "cut",
        "my",
        "hand",
        "when",
        "it",
        "closed",
        "again",
        "after",
        "two",
        "days",
        "we",
        "were",
        "told",
        "that",
        "nobody",
        "would",
        "call",
        "us",
        "back",
        "seal",
        "drips",
        "loud",
        "hum",
        "motor",
        "hot",
        "battery",
        "crack",
        "on",
        "lid",
        "refund",
        "please",
        "order",
        "was",
        "late",
        "box",
        "crushed",
        "pump",
        "noise",
        "from",
        "bearing",
        "adjar",
        "no",
        "power",
        "screen",
        "dark",
        "error",
        "code",
        "missing",
        "part",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ENGLISH, min_size=1, max_size=30))
def test_english_words_are_no_other_language(text):
    said = " ".join(text)
    code = written_language(said)
    assert code in ("", "en")
    assert hits_of(said, code, default_lexicon()) == default_lexicon().hits(said)
