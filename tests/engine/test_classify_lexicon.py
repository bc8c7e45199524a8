"""Keyword rules: what is found, denied, merely feared; harm and its ranking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants import lexicon as words
from complaint_qms.constants import vocabulary
from complaint_qms.constants.risk import SEVERITIES
from complaint_qms.engine.classify import SEVERITY_KEYS, assess, default_lexicon, propose, propose_many
from complaint_qms.engine.classify.harm import not_denied
from complaint_qms.engine.classify.languages import told_harm
from complaint_qms.engine.classify.stems import stem


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
            assert term.value in severities or term.weight == 0  # a saying that tells of no harm
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
        ("She got an electric shock from the kettle.", "critical", True),
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


TOLD_PLAINLY = """
got a burn; suffered burns; burns; I got burned; He was burned; my child was burned by the kettle; My son was burnt; burnt her tongue
hot water ran over my hand; hot water spilled on my child; Boiling water splashed onto her legs; I touched the pan and got burned
Got burned by the lid; caused burns on his arm; I have burns on my hand; I got cut; the lid cut me; The glass cut my daughter
My husband cut himself on the edge; he was shocked; I got a shock from the plug; It gave me a nasty shock; the handle burned him
I was shocked when I touched the metal case; my daughter got sick after eating; My daughter was poisoned; she choked on it
threw up after eating; fell ill; food poisoning; She was bitten by an insect in the box; he got stung; My wife fell off the chair
I slipped on the leak; I fell because the leg broke; 手被烫了; 手烫到了; 烫了手; 烫到了孩子; 热水洒到手上; 手上起了水泡; 水壶漏水烫到手了
手被80度的热水烫了; 孩子被热水烫了; 烫到我的手; 热油溅到脸上; 不小心烫到手; 割到手; 划破手; 手指割破了; 被刀片割到手指; 手指被门夹到; 脚被划破了
被电到; 我被电了一下; 电到我了; 触电; 吃坏肚子; 我妈吃坏了肚子; 孩子吃坏了; 食物吃了上吐下泻; 呛到; 宝宝呛到了; 噎到了; 卡到喉咙; 摔倒; 老人摔了一跤
砸到脚; 狗咬到我
"""
NOT_TOLD = """
burnt toast; the fuse burned; the motor was burned; the toast got burned; The rice burned on the bottom; burn mark on the table
no one was burned; nobody got burned; I was not burned; My son was never cut; My son's phone was burned; I was burned out
we got burned by this company; cut the price; price cut; cut me a check; I got cut off on the phone; they cut us off; The invoice was cut
shocked by the service; I was shocked by the service; he was shocked by the price; I was shocked when I saw the bill; shock absorber
short circuit shock to the device; sick of waiting; I am sick of waiting; I fell for the advert; fell asleep; ordered by accident
没有烫到人; 没人被烫到; 人没有被烫伤; 手没烫到; 孩子没被烫到; 我被电话骚扰; 被电商骗了; 充电到手机; 没电了我才发现; 致电到我; 划到手机屏幕; 烫了头发
我的手机被砸了; 我被骗了; 我被割了韭菜; 划了我300元; 泵的嘴都压断了; 搞砸了我的生日; 快递到我手上; 手机到手了; 熨烫衣服; 师傅撞到了门
"""
FEARED_PLAINLY = """
I could have been burned; I was almost burned; someone could get burned; my child might get hurt; 差点烫到手; 怕烫到孩子; 容易割到手; 会烫到孩子
小心烫手; 以免烫到手; 防止烫到孩子
"""


def test_harm_is_heard_in_plain_grammar_and_not_in_what_only_sounds_like_it():
    def severities(block):
        return {text: assess(text) for line in block.split("\n") for text in line.split("; ") if text}

    assert not [
        text for text, harm in severities(TOLD_PLAINLY).items() if not (harm.severity and harm.certain)
    ]
    assert not [(text, harm) for text, harm in severities(NOT_TOLD).items() if harm.severity]
    assert not [
        (text, harm) for text, harm in severities(FEARED_PLAINLY).items() if harm.certain or not harm.severity
    ]
    # A burn is graver than a cut or a fall.
    assert assess("I got burned").severity == assess("手被烫了").severity == "serious"
    assert assess("I got cut").severity == assess("划破手").severity == "minor"


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


@given(st.lists(st.sampled_from([term.text for term in default_lexicon().terms]), max_size=12))
def test_a_field_alone_is_read_as_among_all(terms):
    text = " ".join(terms)
    for name in ("harm", "type", "urgency"):
        alone = [
            hit for hit in default_lexicon().of_fields(name, "harm").hits(text) if hit.term.field == name
        ]
        assert alone == [hit for hit in default_lexicon().hits(text) if hit.term.field == name]


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
        ("The kettle burned my hand", "harm", "minor"),
        ("I got a cut", "harm", "minor"),
        ("划破手", "harm", "minor"),
        ("It could have killed me. I got a small cut", "harm", "minor"),
        ("It smokes", "harm", "none"),
        ("希望得到解释", "expectation", "information"),
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


@pytest.mark.parametrize(
    "saying",
    [
        "I was passed on 3 times and nobody felt responsible.",
        "Deadline passed on Friday",
        "The bill was passed on to accounting",
        "She passed on the information",
        "The charger is killing the battery",
        "The smell is killing me",
        "The conversation died",
        "My hard drive died",
        "Got the yellow wrench of death",
        "You will be sued for a wrongful death",
        "We suffered a financial loss",
        "The account of my recently deceased husband",
    ],
)
def test_what_is_handed_on_or_runs_out_is_nobodys_death(saying):
    harm = assess(saying)
    assert (harm.severity, harm.rank) == ("", 0.0)


@pytest.mark.parametrize(
    "told",
    [
        "My husband passed on Friday",
        "My father passed on after the surgery",
        "The passengers died",
        "The rider died on the spot",
        "Two people killed in the crash",
        "The fire killed 3",
        "The cause of death was electrocution",
        "The patient is deceased",
    ],
)
def test_deaths_of_persons_stay_deaths(told):
    harm = assess(told)
    assert (harm.severity, harm.certain) == ("catastrophic", True)


@pytest.mark.parametrize(
    "told",
    [
        "The account holder is deceased.",
        "The policyholder has passed away, please cancel",
        "I am the executor of my late mother's estate. She died in March.",
        "My husband passed away. I sent the death certificate three times.",
        "When he died in 2021 I was the beneficiary, and suffered a loss",
        "账户持有人已去世，请销户",
        "我父亲过世了，遗产继承手续一直办不下来",
        "Der Kontoinhaber ist verstorben, bitte kündigen Sie das Konto und den Vertrag",
        "Meine Mutter ist gestorben und die Erben erhalten von der Bank keine Auskunft",
        "Le titulaire du compte est décédé, merci de clôturer le compte",
        "Mon père est mort et la succession est bloquée par votre agence",
        "El titular de la cuenta falleció el mes pasado y no cierran la cuenta",
        "Mi padre murió y los herederos no pueden cobrar la póliza",
        "O titular da conta faleceu em março e não encerram a conta",
        "Meu pai morreu e o inventário não anda por causa do banco",
    ],
)
def test_an_account_holder_who_died_is_no_death_by_goods(told):
    assert told_harm(told).severity == ""


@pytest.mark.parametrize(
    "told",
    [
        "My mother died when the bed collapsed and the estate will sue",
        "The heater killed my father, writes the executor of the estate",
        "The patient died after the pump stopped. The estate of the patient writes.",
        "My husband died after taking this medicine, the account holder is me",
        "Account holder: J. Smith. His son died in the crib",
        "The account holder died in hospital after the crash",
        "用户使用后死亡，家属要求继承人赔偿",
        "我父亲被电死了，遗产问题请联系律师",
        "Der Kunde ist durch das Gerät gestorben und die Erben klagen gegen Sie",
        "Le client est mort après avoir utilisé le radiateur et ses héritiers portent plainte",
        "El cliente murió al usar la estufa y los herederos reclaman a la empresa",
        "O cliente morreu ao usar o aquecedor e os herdeiros reclamam da empresa",
    ],
)
def test_a_death_by_goods_stays_one_whoever_inherits(told):
    harm = told_harm(told)
    assert (harm.severity, harm.certain) == ("catastrophic", True)


@given(
    st.sampled_from(["battery", "conversation", "deal", "chat", "charger", "connection", "hard drive"]),
    st.sampled_from(["The {} died", "It is killing the {}", "It killed my {}", "The {} of death"]),
)
def test_things_die_without_harm(thing, sentence):
    assert assess(sentence.format(thing)).level == "none"


@pytest.mark.parametrize(
    ("counted", "severity"),
    [
        ((0, 0), ""),
        ((0, None), "critical"),
        ((None, 0), "catastrophic"),
        ((None, None), "catastrophic"),
        ((1, 0), "catastrophic"),
    ],
)
def test_a_count_of_nobody_outranks_words(counted, severity):
    told, denied = not_denied(default_lexicon().hits("The driver died in hospital."), *counted)
    assert assess("", hits=told).severity == severity
    assert bool(denied) is (0 in counted)
    (proposals,) = propose_many(["The driver died."], fields=("severity",), counted=[counted])
    mentions = [reason.text for reason in proposals[0].reasons if "the record counts 0" in reason.text]
    assert bool(mentions) is (counted[0] == 0)


def test_a_count_of_nobody_leaves_fires_and_fears():
    for text in ("The charger caught fire.", "It could have killed someone."):
        (proposals,) = propose_many([text], fields=("severity",), counted=[(0, 0)])
        assert bool(proposals[0].value) is ("fire" in text)
