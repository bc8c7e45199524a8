"""Similar complaints: scores, blocking, pairs, clusters."""

import random
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.similar import (
    Index,
    Pair,
    Record,
    Settings,
    Stats,
    blocking_keys,
    clusters,
    find_pairs,
    rank,
    score,
    shared_words,
)
from complaint_qms.engine.similar.features import FeatureTable

_WORDS = (
    "pump valve seal oil water leaks hums rattles crack panel display battery charger cable late courier parcel box "
    "invoice refund engineer plant line shift week order batch 水泵 漏油 噪音 电池 充电 快递 退款 面板"
)
WORDS = _WORDS.split()


def story(rng, length=14):
    return " ".join(rng.choice(WORDS) + rng.choice(["", "a", "ne", "x"]) for _ in range(length))


def crowd(count=300, seed=3):
    rng = random.Random(seed)
    return [Record(str(n), story(rng), f"C{n % 40}", f"I{n % 7}", f"B{n % 60}") for n in range(count)]


def shuffled_words(text, rng):
    words = text.split()
    rng.shuffle(words)
    return " ".join(words)


def mistyped(text, rng):
    at = rng.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


records = st.builds(
    Record,
    id=st.just("x"),
    text=st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)),
    customer=st.sampled_from(["", "A", "B"]),
    item=st.sampled_from(["", "I1", "I2"]),
    batch=st.sampled_from(["", "B1"]),
    order=st.sampled_from(["", "O1", "O2"]),
    date=st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2024, 1, 1))),
)


@given(records, records)
def test_score_is_symmetric_and_bounded(left, right):
    one, other = score(left, right).score, score(right, left).score
    assert one == pytest.approx(other, abs=1e-12)
    assert 0.0 <= one <= 1.0


@given(records)
def test_a_longer_record_is_most_like_itself(record):
    if len(set(record.text.split())) >= 8:
        assert score(record, record).score > 0.95


@given(records, records)
def test_agreeing_fields_never_lower_the_score(left, right):
    plain = score(Record("a", left.text), Record("b", right.text)).score
    same = score(
        Record("a", left.text, "K", "I", "B", "O"), Record("b", right.text, "K", "I", "B", "O")
    ).score
    other = score(
        Record("a", left.text, "K", "I", "B", "O"), Record("b", right.text, "L", "J", "C", "P")
    ).score
    assert other <= plain <= same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The pump leaks after 5 kg of oil, two pieces broken",
            "two pieces broken; after 5 kg of oil the pump leaks",
        ),
        (
            "We received 2 pcs with cracks on the panel, 26,000 hours",
            "we recieved two pieces with cracks on the panel, 26000 hrs",
        ),
        ("收到２件水泵漏油，用了３０天，要求退款", "收到两件水泵漏油，用了三十天，要求退款"),
        ("买了5公斤苹果，全部烂了，客服不理", "买了5 千克苹果,全部烂了,客服不理!"),
        (
            "BATTERY OVERHEATED ON JAN 2, 2020 WHILE CHARGING",
            "battery overheated on 2020-01-02 while charging",
        ),
    ],
)
def test_the_same_story_told_another_way(one, other):
    assert score(Record("a", one), Record("b", other)).score > Settings().duplicate


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The pump leaks oil since Monday", "My invoice is wrong, please refund the difference"),
        ("水泵漏油，要求退款", "快递员态度恶劣，没有送货"),
        ("", "The pump leaks oil since Monday"),
        ("", ""),
    ],
)
def test_other_stories(one, other):
    assert score(Record("a", one), Record("b", other)).score < Settings().similar


def test_reasons_say_what_counted():
    one = Record(
        "a", "The pump leaks oil since Monday in plant two", "Acme", "P-1", "B7", date=date(2024, 3, 1)
    )
    other = Record(
        "b", "Since Monday the pump leaks oil, plant 2", "ACME", "P-1", "B8", date=date(2024, 3, 2)
    )
    reasons = {reason.text: reason.weight for reason in score(one, other).reasons}
    assert reasons["same customer"] > 0
    assert reasons["another batch"] < 0
    assert reasons["received close together"] > 0
    assert any(text.startswith("the texts agree to") for text in reasons)
    assert any("both say" in text and "monday" in text for text in reasons)


def test_near_dates_count_more_than_far_ones():
    base = Record("a", "the pump leaks oil", date=date(2024, 1, 1))
    scores = [
        score(base, Record("b", "the pump leaks oil", date=day)).score
        for day in (date(2024, 1, 1), date(2024, 1, 20), date(2024, 6, 1), date(2026, 1, 1))
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_planted_duplicates_are_found_in_a_crowd():
    rng = random.Random(8)
    crowded = crowd()
    copies = [
        Record(f"copy{n}", mistyped(shuffled_words(crowded[n].text, rng), rng), crowded[n].customer)
        for n in range(0, 300, 10)
    ]
    found = {
        (pair.left, pair.right) for pair in find_pairs([*crowded, *copies], threshold=Settings().duplicate)
    }
    planted = {(str(n), f"copy{n}") for n in range(0, 300, 10)}
    assert planted <= found
    assert len(found - planted) <= 3


def invented(rng):
    """A word of two to four syllables, so that a vocabulary can be larger than a list of words written here."""
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(2, 4)))


def garbled(text, rng, share):
    """Slips of the finger in ``share`` of the words."""
    out = text.split()
    for place in rng.sample(range(len(out)), round(share * len(out))):
        word, at = out[place], rng.randrange(len(out[place]))
        letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
        kept = rng.choice((word[at + 1 :], letter + word[at + 1 :], word[at] + word[at:]))
        out[place] = word[:at] + kept
    return " ".join(out)


@pytest.mark.parametrize("length", [25, 80, 250])
@pytest.mark.parametrize("share", [0.0, 0.15, 0.3])
def test_a_third_of_mistyped_words_does_not_hide_a_duplicate(length, share):
    rng = random.Random(17)
    vocabulary = [invented(rng) for _ in range(600)]
    common = vocabulary[:80]
    texts = [
        " ".join(rng.choice(common if rng.random() < 0.5 else vocabulary) for _ in range(length))
        for _ in range(120)
    ]
    copies = {f"copy{n}": garbled(shuffled_words(texts[n], rng), rng, share) for n in range(0, 120, 3)}
    crowded = [Record(str(n), text) for n, text in enumerate(texts)]
    crowded += [Record(name, text) for name, text in copies.items()]
    found = {(pair.left, pair.right) for pair in find_pairs(crowded)}
    planted = {(name.removeprefix("copy"), name) for name in copies}
    assert len(found & planted) >= 0.95 * len(planted)
    assert len(found - planted) <= 1


def test_one_candidate_set_tells_slips_from_words():
    rng = random.Random(4)
    vocabulary = [invented(rng) for _ in range(400)]
    texts = [" ".join(rng.choices(vocabulary, k=60)) for _ in range(60)]
    asked = Record("q", garbled(texts[7], rng, 0.3))
    candidates = [Record(str(n), text) for n, text in enumerate(texts)]
    best, second = rank(asked, candidates, limit=2)
    assert best.id == "7"
    assert best.score > score(asked, candidates[7]).score
    assert best.score > Settings().similar > second.score


@given(st.lists(st.integers(0, 2**31 - 1), max_size=30), st.integers(0, 10_000))
def test_weights_fall_with_frequency_except_for_what_one_text_has(features, count):
    stats = Stats.empty()
    stats.add(np.array(sorted(set(features)), np.int64), 1)
    stats.count += count
    frequency = np.arange(2, 50)
    for kind in (0, 1):
        weights = stats.weigh(frequency, np.full(len(frequency), kind))
        assert (np.diff(weights) < 0).all()
        assert (weights > 0).all()
        # The more is known, the less a feature of a single text weighs against one that two texts share.
        alone, shared = stats.weigh(np.array([1, 2]), np.full(2, kind))
        assert alone / shared == pytest.approx(
            np.sqrt(np.log1p((stats.count + 20) / 2) / np.log1p((stats.count + 20) / 3))
            / (1 + stats.count / 20),
            rel=1e-5,
        )


@given(
    st.lists(st.text(alphabet="abcd ", min_size=5, max_size=40), min_size=1, max_size=8), st.text(max_size=40)
)
def test_weights_with_one_more_text_are_those_after_adding_it(texts, new):
    table, stats = FeatureTable(), Stats.empty()
    flat, _ = table.features(texts)
    stats.add(flat, len(texts))
    more, _ = table.features([new])
    before = stats.squared_weights().copy()
    found = stats.squared_weights_with(more)
    stats.add(more, 0)
    assert np.array_equal(found, stats.squared_weights())
    assert np.array_equal(before != found, before != stats.squared_weights())


def test_pairs_do_not_depend_on_how_records_are_added():
    crowded = crowd(120)
    whole = list(find_pairs(crowded, threshold=0.01))
    index = Index()
    for start in range(0, 120, 7):
        index.add_many(crowded[start : start + 7])
    assert list(index.pairs(0.01)) == whole
    assert whole


def test_left_came_first_and_threshold_holds():
    crowded = crowd(150)
    position = {record.id: n for n, record in enumerate(crowded)}
    for pair in find_pairs(crowded, threshold=0.05):
        assert position[pair.left] < position[pair.right]
        assert pair.score >= 0.05


def test_copies_of_one_text_do_not_explode():
    pairs = list(
        find_pairs(Record(str(n), "the same pump leaks oil again in plant two") for n in range(2_000))
    )
    assert len(pairs) <= 2_000 * Settings().neighbours
    assert len(clusters(pairs)) == 1


def test_long_texts_are_compared_by_a_consistent_sample():
    rng = random.Random(5)
    long_text = " ".join(f"{rng.choice(WORDS)}{rng.randint(0, 999)}q" for _ in range(600))
    other = shuffled_words(long_text, rng)
    (pair,) = find_pairs([Record("a", long_text), Record("b", other)])
    assert pair.score > 0.95


def test_query_finds_what_pairs_find():
    crowded = crowd(200)
    index = Index()
    index.add_many(crowded)
    wanted = crowded[77]
    matches = index.query(Record("new", wanted.text, wanted.customer, wanted.item), limit=3)
    assert matches[0].id == "77"
    assert matches[0].score > 0.95
    assert Index().query(wanted) == []
    assert index.query(Record("new", "")) == [] or index.query(Record("new", ""))[0].score < 0.75


def test_rank_orders_candidates():
    wanted = Record("q", "pump leaks oil at the shaft seal", "A")
    options = [
        Record("far", "invoice wrong", "B"),
        Record("near", "the pump leaks oil at its shaft seal", "A"),
        Record("mid", "pump leaks water at the shaft", "B"),
    ]
    assert [match.id for match in rank(wanted, options)] == ["near", "mid", "far"]
    assert rank(wanted, []) == []
    assert len(rank(wanted, options, limit=1)) == 1


def test_blocking_keys_are_stable_and_shared():
    one = Record("a", "The pump leaks oil since Monday in plant two", "Acme", "P-1", "B7", "SO-1")
    other = Record("b", "since Monday the pumb leaks oil in plant 2", "acme", "p-1")
    assert blocking_keys(one) == blocking_keys(one)
    assert set(blocking_keys(one)) & set(blocking_keys(other))
    assert all(-(2**63) <= key < 2**63 for key in blocking_keys(one))
    assert blocking_keys(Record("c", "")) == []
    assert not set(blocking_keys(Record("d", "billing error", "X"))) & set(blocking_keys(one))


def test_unicode_and_empty_input():
    odd = [Record("1", "\ud800 broken surrogate"), Record("2", "😀😀"), Record("3", ""), Record("4", "   ")]
    assert list(find_pairs(odd)) == []
    assert list(find_pairs([])) == []
    assert list(find_pairs(odd[:1])) == []


edges = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from([0.76, 0.8, 0.9, 0.99])), max_size=40
)


@given(edges, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_clusters_do_not_depend_on_order(links, rng):
    pairs = [Pair(str(a), str(b), s) for a, b, s in links]
    turned = [Pair(pair.right, pair.left, pair.score) for pair in pairs]
    rng.shuffle(turned)
    assert clusters(pairs) == clusters(turned)


@given(edges)
def test_clusters_are_disjoint_and_linked(links):
    found = clusters(Pair(str(a), str(b), s) for a, b, s in links)
    members = [name for cluster in found for name in cluster.ids]
    assert len(members) == len(set(members))
    for cluster in found:
        assert len(cluster.ids) >= 2
        assert 0.75 <= cluster.score <= 1.0


def test_a_single_weak_bridge_does_not_join_two_groups():
    def group(names, strength):
        return [Pair(a, b, strength) for n, a in enumerate(names) for b in names[n + 1 :]]

    pairs = [*group("abcd", 0.95), *group("wxyz", 0.95), Pair("d", "w", 0.76)]
    assert [cluster.ids for cluster in clusters(pairs)] == [tuple("abcd"), tuple("wxyz")]


def test_clusters_ignore_weak_pairs():
    assert clusters([Pair("a", "b", 0.5)]) == []
    assert [cluster.ids for cluster in clusters([Pair("a", "b", 0.5)], threshold=0.4)] == [("a", "b")]


def test_words_that_say_nothing_are_no_reason():
    assert (
        shared_words(
            "The lid of the kettle is broken, and it was hot.", "The lamp is new and it is the best of them."
        )
        == []
    )
    assert shared_words("The lid broke and the handle too", "Here the lid and its handle broke") == [
        "handle",
        "broke",
        "lid",
    ]
    assert shared_words("我的水壶是坏的", "他的电灯是新的") == []
    common = shared_words("水壶的把手断了", "这个把手断裂了")
    assert "把手" in common
    assert not any(word[0] in "的了是" or word[-1] in "的了是" for word in common)
