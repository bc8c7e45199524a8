"""Keyword rules: what is found, denied, merely feared; harm and its ranking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants import lexicon as words
from complaint_qms.constants import vocabulary
from complaint_qms.constants.risk import SEVERITIES
from complaint_qms.engine.classify import SEVERITY_KEYS, assess, default_lexicon, propose
from complaint_qms.engine.classify.lexicon import stem


def found(text, field="harm"):
    return {
        (hit.term.text, hit.negated, hit.feared)
        for hit in default_lexicon().hits(text)
        if hit.term.field == field
    }


def type_keys(types=vocabulary.TYPES):
    return {key for entry in types for key in (entry["key"], *type_keys(entry["children"]))}


def test_every_value_of_the_lexicon_exists():
    assert set(words.TYPES) <= type_keys()
    severities = {entry["key"] for entry in SEVERITIES}
    for term in default_lexicon().terms:
        if term.field == "harm":
            assert term.value in severities
        if term.field == "type":
            assert term.value in type_keys()
        assert term.words
        assert all(term.words)


@pytest.mark.parametrize(
    "forms",
    [
        ("leak", "leaks", "leaked", "leaking"),
        ("injury", "injuries"),
        ("stop", "stopped", "stopping"),
        ("crash", "crashes"),
    ],
)
def test_inflections_share_a_stem(forms):
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("text", "severity", "certain"),
    [
        ("The driver died in the crash.", "catastrophic", True),
        ("My mother was taken to hospital by ambulance.", "critical", True),
        ("Two people were injured.", "serious", True),
        ("The charger caught fire.", "serious", True),
        ("The lid closed on my wife's hand.", "minor", True),
        ("Without warning I was injured.", "serious", True),
        ("Somebody could be injured.", "minor", False),
        ("This could have killed someone.", "serious", False),
        ("No injuries, fire or death were reported.", "", False),
        ("No one was injured.", "", False),
        ("Medical attention was not required.", "", False),
        ("The battery died after a week and killed my phone.", "", False),
        ("有人受伤住院", "critical", True),
        ("工人触电身亡", "catastrophic", True),
        ("没有人受伤", "", False),
        ("万一起火怎么办", "minor", False),
        ("气死我了，手机老死机", "", False),
        ("我妈妈用了以后死了", "catastrophic", True),
        ("我妈妈用了你们的药。第二天死了", "catastrophic", True),
        ("我爸开着这台机器的时候被电死了", "catastrophic", True),
        ("我奶奶上个月去世了", "catastrophic", True),
        ("工人被砸身亡", "catastrophic", True),
        ("差点没命了", "serious", False),
        ("他没抢救过来", "catastrophic", True),
        ("孩子昏迷了两天", "critical", True),
        ("邻居还在抢救", "critical", True),
        ("家人住院了", "critical", True),
        ("电死了我家的狗", "serious", True),
        ("狗吃了就死了", "serious", True),
        ("人没死", "", False),
        ("幸好没死人", "", False),
        ("吓死我了", "", False),
        ("笑死，太丑了", "", False),
        ("累死我妈了", "", False),
        ("手机死机了", "", False),
        ("电池没电死了", "", False),
        ("我妈妈的手机用了两天就死了", "", False),
        ("扫地机器人死了", "", False),
        ("用了三天就死了", "", False),
        ("没有住院", "", False),
        ("My mother passed away after using it.", "catastrophic", True),
        ("The machine killed him.", "catastrophic", True),
        ("My son used it and died.", "catastrophic", True),
        ("My husband is dead.", "catastrophic", True),
        ("Your cream killed my dog.", "serious", True),
        ("Our cat passed away the next day.", "serious", True),
        ("The death of the battery came early.", "", False),
        ("The remote is dead.", "", False),
        ("It killed my plants.", "", False),
        ("It scared me to death.", "", False),
        ("Nobody died.", "", False),
        ("The colour is not nice.", "", False),
        ("", "", False),
    ],
)
def test_severity_of_harm(text, severity, certain):
    harm = assess(text)
    assert (harm.severity, harm.certain) == (severity, certain), harm.reasons


def test_denied_harm_is_named_as_denied():
    assert any(reason.kind == "negation" for reason in assess("There were no injuries.").reasons)


def test_ranking_orders_harm():
    ordered = [
        "The passenger was killed in the collision and the driver was injured.",
        "He was hospitalized with a skull fracture.",
        "She was injured.",
        "I got a small cut on my finger, it hurts.",
        "It may injure somebody some day.",
        "The window does not close.",
    ]
    ranks = [assess(text).rank for text in ordered]
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[-1] == 0


@given(st.text(max_size=80))
def test_any_text_is_judged(text):
    harm = assess(text)
    assert harm.rank >= 0
    assert harm.severity in ("", *SEVERITY_KEYS)
    for proposal in propose(text):
        assert 0.0 <= proposal.confidence <= 1.0
        assert all(isinstance(reason.text, str) for reason in proposal.reasons)


@given(
    st.sampled_from(["It leaks. ", "水泵漏水。", "No problem. "]),
    st.sampled_from(["She was injured.", "有人受伤了。"]),
)
def test_harm_added_never_lowers_the_rank(before, harm):
    assert assess(before + harm).rank >= assess(before).rank


def test_longest_term_wins_within_a_field():
    texts = {text for text, _, _ in found("不好用", "type")}
    assert texts == {"不好用"}


def test_wildcards_reach_over_words_but_not_over_denials():
    assert ("sustained * injury", False, False) in found("The contact sustained a hand injury")
    assert all(text != "sustained * injury" for text, _, _ in found("He sustained no injury"))


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("The courier was late, the parcel has not arrived.", "type", "logistics.late"),
        ("快递太慢了，等了一个星期才收到", "type", "logistics.late"),
        ("客服态度恶劣", "type", "service.rude"),
        ("I was charged twice for one order", "type", "billing.overcharge"),
        ("The valve is leaking oil", "type", "product.leak"),
        ("I want my money back", "expectation", "refund"),
        ("请尽快换货", "expectation", "exchange"),
        ("请尽快换货", "urgency", "high"),
        ("Please explain what happened.", "expectation", "information"),
        ("The line is stopped, production stopped!", "urgency", "critical"),
        ("Great product, very satisfied", "sentiment", "positive"),
        ("不满意", "sentiment", "negative"),
        ("Weather report", "sentiment", "neutral"),
        ("Weather report", "expectation", "other"),
        ("Weather report", "urgency", "normal"),
        ("Weather report", "type", ""),
        ("水泵漏水", "language", "zh"),
        ("He died in the accident", "harm", "death"),
    ],
)
def test_keyword_proposals(text, field, value):
    (proposal,) = propose(text, fields=(field,))
    assert proposal.value == value, proposal
    if value not in ("", "neutral", "other", "normal", "zh"):
        assert proposal.reasons


def test_usual_severity_of_the_type_without_harm():
    (severity,) = propose("The courier was rude to me", fields=("severity",))
    assert severity.value == "minor"
    assert severity.reasons[0].kind == "note"


def test_own_words_of_a_site():
    lexicon = default_lexicon().extended({"type": {"Valve / Seat": {"seat erosion": 2.5, "阀座冲蚀": 2.5}}})
    for text in ("We see seat erosion again", "发现阀座冲蚀"):
        (proposal,) = propose(text, lexicon=lexicon, fields=("type",))
        assert proposal.value == "Valve / Seat"
    assert propose("We see seat erosion again", fields=("type",))[0].value != "Valve / Seat"


@pytest.mark.parametrize(
    "word", ["wasn't", "wasnt", "was not", "isnt", "werent", "hasnt been", "havent been"]
)
def test_denial_is_heard_with_and_without_the_apostrophe(word):
    hits = [hit for hit in default_lexicon().hits(f"An injury {word} seen.") if hit.term.field == "harm"]
    assert hits
    assert all(hit.negated for hit in hits)
