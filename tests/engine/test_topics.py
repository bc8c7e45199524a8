"""Topics, rising terms and tone: found where they were put, the same each time, and nothing of what names a person."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from complaint_qms.engine.topics.boilerplate import matter
from complaint_qms.engine.topics.fit import assign, best_terms, fit_topics
from complaint_qms.engine.topics.han_words import cut, find_words
from complaint_qms.engine.topics.matching import agreement, matched
from complaint_qms.engine.topics.rising import rising_terms, share_changes
from complaint_qms.engine.topics.sentiment import tone_of
from complaint_qms.engine.topics.terms import (
    ComplaintText,
    Vocabulary,
    canonical_word,
    incidence,
    learn_vocabulary,
)
from tests.engine.topic_texts import CHINESE, ENGLISH, JUDGED, complaints


def fitted(themes: dict, code: str, number: int = 300, seed: int = 1, joint: str = ". ", **more):
    told, kinds = complaints(themes, number, seed, joint)
    vocabulary = learn_vocabulary(told, code)
    matrix = vocabulary.matrix([vocabulary.numbers_in(one) for one in told])
    return vocabulary, matrix, fit_topics(matrix, **more), kinds


def weights_of(vocabulary: Vocabulary, topics) -> list[dict[str, float]]:
    return [{vocabulary.terms[at]: row[at] for at in np.flatnonzero(row)} for row in topics.weights]


class TestTopics:
    @pytest.mark.parametrize(("themes", "code", "joint"), [(ENGLISH, "en", ". "), (CHINESE, "zh", "，")])
    def test_each_theme_becomes_a_topic_named_by_its_words(self, themes, code, joint):
        vocabulary, matrix, topics, kinds = fitted(themes, code, joint=joint, number=320)
        main, share = assign(topics.weights, matrix)
        pairs = Counter(zip(main, kinds, strict=True))
        # Of each topic all but a few complaints are of one theme, and every theme has one.
        themes_of = {
            topic: max(themes, key=lambda kind: pairs[topic, kind]) for topic in range(len(topics.weights))
        }
        right = sum(pairs[topic, kind] for topic, kind in themes_of.items())
        assert right / len(kinds) > 0.9
        assert set(themes_of.values()) == set(themes)
        assert ((share > 0) == (main >= 0)).all()
        names = best_terms(topics.weights, vocabulary)
        assert all(2 <= len(name) <= 4 for name in names)
        shown = {
            kind: " ".join(vocabulary.shown[at] for at in names[topic]) for topic, kind in themes_of.items()
        }
        wanted = {
            "leak": "seal",
            "charge": "charg",
            "label": "label",
            "noise": "gearbox",
            "scratch": "display",
            "漏油": "漏油",
            "充电": "电池",
            "标签": "条码",
            "异响": "齿轮箱",
        }
        several = {
            kind: [
                " ".join(vocabulary.shown[at] for at in names[topic])
                for topic in themes_of
                if themes_of[topic] == kind
            ]
            for kind in shown
        }
        for kind, texts in several.items():
            assert any(wanted[kind] in text for text in texts), (kind, texts)

    def test_the_same_texts_give_the_same_topics(self):
        first, second = (fitted(ENGLISH, "en")[2] for _time in range(2))
        assert np.array_equal(first.weights, second.weights)
        assert first.tried == second.tried

    def test_topics_keep_who_they_are_when_complaints_come_in(self):
        vocabulary, _matrix, topics, _kinds = fitted(ENGLISH, "en")
        later, _again, after, _more = fitted(ENGLISH, "en", number=360, seed=2, former=len(topics.weights))
        former = {f"T{at}": row for at, row in enumerate(weights_of(vocabulary, topics))}
        found = weights_of(later, after)
        same = matched(former, found)
        assert len(set(same.values())) == len(same)
        assert len(same) >= 0.8 * len(former)
        for at, key in same.items():
            assert max(found[at], key=found[at].get) in former[key]

    def test_the_number_is_the_most_that_two_halves_find_alike(self):
        topics = fitted(ENGLISH, "en", number=1000)[2]
        stable = [number for number, value in topics.tried.items() if value >= 0.6]
        assert len(topics.weights) == (max(stable) if stable else max(topics.tried, key=topics.tried.get))
        assert len(fitted(ENGLISH, "en", number=1000)[2].tried) > 1

    def test_too_few_texts_give_none(self):
        assert fitted(ENGLISH, "en", number=40)[2] is None

    def test_a_text_about_nothing_common_has_no_topic(self):
        vocabulary, _matrix, topics, _kinds = fitted(ENGLISH, "en")
        rows = [
            vocabulary.numbers_in(ComplaintText(text)) for text in ("Please call me back.", "", "qwert zuiop")
        ]
        main, share = assign(topics.weights, vocabulary.matrix(rows))
        assert main.tolist() == [-1, -1, -1]
        assert share.tolist() == [0, 0, 0]

    def test_a_topic_does_not_hang_on_what_it_is_read_with(self):
        _vocabulary, matrix, topics, _kinds = fitted(ENGLISH, "en")
        together = assign(topics.weights, matrix)
        alone = [assign(topics.weights, matrix[at]) for at in range(40)]
        assert together[0][:40].tolist() == [int(main[0]) for main, _share in alone]
        assert np.allclose(together[1][:40], [share[0] for _main, share in alone])

    def test_agreement_is_one_of_the_same_and_none_of_others(self):
        eye = np.eye(3)
        assert agreement(eye, eye[[2, 0, 1]]) == pytest.approx(1)
        assert agreement(eye[:, [0, 1, 2]], np.zeros((3, 3))) == pytest.approx(0)


class TestTerms:
    def test_what_names_a_person_is_no_term(self):
        text = (
            "Dear Mr Smith,\nthe seal leaks. Order no. 4711-22, call me: +49 171 1234567, jane.doe@example.com.\n"
            "Best regards\nJane Doe\nExample Road 12"
        )
        told = [ComplaintText(text, f"s{at}", frozenset({"acme"})) for at in range(10)]
        told += [
            ComplaintText("Acme says that the seal leaks", f"s{at}", frozenset({"acme"})) for at in range(10)
        ]
        vocabulary = learn_vocabulary(told, "en")
        assert "seal" in vocabulary.terms
        for word in ("smith", "jane", "doe", "4711", "example", "acme", "road"):
            assert not any(word in term for term in vocabulary.terms), word

    def test_a_term_needs_enough_texts_of_two_senders(self):
        told = [ComplaintText("turbine rattles", "one") for _at in range(30)]
        told += [ComplaintText("gasket torn", f"s{at}") for at in range(4)]
        told += [ComplaintText("hinge squeaks", f"s{at % 2}") for at in range(5)]
        assert {"hing", "squeak"} <= set(learn_vocabulary(told, "en").terms)
        assert not {"turbin", "rattl", "gasket"} & set(learn_vocabulary(told, "en").terms)

    def test_who_is_not_known_is_one_sender(self):
        told = [ComplaintText("turbine rattles") for _at in range(30)]
        assert learn_vocabulary(told, "en").terms == []

    @pytest.mark.parametrize(
        ("one", "other"),
        [("leaks", "leaking"), ("leaked", "leak"), ("colour", "color"), ("wi-fi", "wifi"), ("e-04", "e04"), ("broken", "broke"), ("batteries", "battery"), ("leakage", "leaks")],
    )  # fmt: skip
    def test_spellings_of_a_word_are_one(self, one, other):
        assert canonical_word(one) == canonical_word(other) != ""

    def test_a_slip_of_one_letter_is_read_as_the_term(self):
        told = [ComplaintText("the battery overheats", f"s{at}") for at in range(12)]
        vocabulary = learn_vocabulary(told, "en")
        right = vocabulary.numbers_in(told[0])
        for text in ("the batery overheats", "the battrery overheats", "the bottery overheats"):
            assert vocabulary.numbers_in(ComplaintText(text)) == right, text
        assert vocabulary.numbers_in(ComplaintText("the lottery overheats")) != right

    def test_a_denial_makes_a_term_of_its_own(self):
        told = [
            ComplaintText("It doesn't charge. It cannot charge! Not charging.", f"s{at}") for at in range(8)
        ]
        assert "not charg" in learn_vocabulary(told, "en").terms

    def test_numbers_of_terms_stay(self):
        first, _matrix, _topics, _kinds = fitted(ENGLISH, "en")
        told, _more = complaints({key: ENGLISH[key] for key in ("leak", "noise")}, 200, 5)
        second = learn_vocabulary(told, "en", first)
        assert second.terms[: len(first.terms)] == first.terms
        gone = first.numbers["label"]
        assert second.idf[gone] == 0
        assert Vocabulary.from_data(second.to_data()).numbers_in(told[0]) == second.numbers_in(told[0])

    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("Hello team,\nit leaks.\nThanks\nBob", "it leaks."),
            ("您好，\n屏幕碎了\n此致\n敬礼\n王小明", "屏幕碎了"),
            ("It leaks. Thanks for nothing, it still leaks and leaks and leaks on.", "It leaks. Thanks for nothing, it still leaks and leaks and leaks on."),
            ("", ""),
        ],
    )  # fmt: skip
    def test_greetings_and_signatures_are_no_matter(self, text, left):
        assert matter(text).strip() == left


class TestChineseWords:
    def test_words_are_found_in_the_texts(self):
        told, _kinds = complaints(CHINESE, 240, joint="，")
        words = find_words([one.text for one in told])
        assert {"轴封", "漏油", "电池", "条码", "异响", "震动"} <= set(words)
        assert "封漏" not in words
        assert cut("水泵轴封漏油", words) == ["水泵", "轴封", "漏油"]

    def test_nothing_is_lost_in_cutting(self):
        for run in ("漏", "没有词典的一串字", ""):
            assert "".join(cut(run, find_words([run]))) == run


class TestRising:
    def rows(self, *groups: tuple[int, list[int]]):
        return incidence([terms for number, terms in groups for _time in range(number)], 4)

    def test_what_was_planted_is_found_with_its_arithmetic(self):
        now = self.rows((12, [0, 3]), (88, [1]))
        senders = [f"s{at}" for at in range(100)]
        (found,) = rising_terms(now, np.array([10, 470, 0, 10]), 500, senders)
        assert (found.now, found.before, found.senders) == (12, 10, 12)
        assert found.numbers == (0, 3)
        assert found.expected == pytest.approx(2)
        exact = stats.fisher_exact([[12, 88], [10, 490]], alternative="greater").pvalue
        assert found.chance == pytest.approx(exact)
        assert found.corrected >= found.chance
        assert list(found.rows) == list(range(12))

    def test_one_sender_alone_is_no_rise(self):
        now = self.rows((12, [0]), (88, [1]))
        assert rising_terms(now, np.array([1, 470, 0, 0]), 500, ["one"] * 100) == []

    def test_three_complaints_are_no_rise(self):
        now = self.rows((3, [0]), (97, [1]))
        assert rising_terms(now, np.array([0, 5000, 0, 0]), 5000, [f"s{at}" for at in range(100)]) == []

    def test_without_a_past_nothing_rises(self):
        now = self.rows((12, [0]))
        assert rising_terms(now, np.zeros(4), 0, [f"s{at}" for at in range(12)]) == []
        assert rising_terms(incidence([], 4), np.ones(4), 5, []) == []

    def test_where_nothing_has_changed_one_in_twenty_times_at_most_something_is_said(self):
        chance = np.random.default_rng(5)
        shares = chance.uniform(0.01, 0.2, 300)
        said = 0
        for _time in range(100):
            now = incidence(
                [np.flatnonzero(chance.random(300) < shares).tolist() for _text in range(80)], 300
            )
            before = chance.binomial(480, shares)
            said += bool(rising_terms(now, before, 480, [f"s{at}" for at in range(80)]))
        assert said <= 10

    def test_changes_of_shares(self):
        change, marks = share_changes(np.array([30, 5, 10, 0]), np.array([30, 60, 30, 0]), 100, 300)
        assert change[:3].tolist() == pytest.approx([2, -0.75, 0])
        assert np.isnan(change[3])
        assert marks.tolist() == [1, -1, 0, 0]


class TestTone:
    def test_judged_sentences_are_mostly_told_right(self):
        """The figure stands in docs/reports.md."""
        right = Counter(tone_of(text).label == label for text, label in JUDGED)
        grave = [text for text, label in JUDGED if {tone_of(text).label, label} == {"negative", "positive"}]
        assert right[True] / len(JUDGED) >= 0.85, [
            (t, tone_of(t)) for t, label in JUDGED if tone_of(t).label != label
        ]
        assert len(grave) <= 0.03 * len(JUDGED), grave

    def test_a_denied_word_is_turned_round(self):
        good, bad = tone_of("I am happy."), tone_of("I am not happy.")
        assert (good.label, bad.label) == ("positive", "negative")
        assert bad.score == -good.score
        assert bad.words == (("happy", -1.0, True),)

    def test_the_score_is_what_its_words_make(self):
        tone = tone_of("Terrible. The seal is good.")
        weights = [weight for _word, weight, _denied in tone.words]
        good, bad = sum(w for w in weights if w > 0), -sum(w for w in weights if w < 0)
        assert tone.score == pytest.approx((good - bad) / (good + bad + 1), abs=1e-3)

    def test_without_words_it_is_neutral(self):
        assert tone_of("").label == tone_of("E04").label == "neutral"
        assert tone_of("").score == 0
