"""Seconds and memory of topics over many texts: learning a vocabulary and topics from a sample, and reading every text by them.

    python -m tests.benchmarks.bench_topics [TEXTS] [WORDS]

Texts are generated (seeded): themes of a few hundred words of their own in a vocabulary with Zipf's frequencies. Processor seconds of
this one process. Bars: 100,000 texts of 40 words in at most 300 s and 1 GB.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator

import numpy as np

from complaint_qms.constants.topics import MOST_LEARNED
from complaint_qms.engine.topics.fit import assign, fit_topics
from complaint_qms.engine.topics.sentiment import tone_of
from complaint_qms.engine.topics.terms import ComplaintText, learn_vocabulary
from tests.benchmarks.syllables import SYLLABLES

BAR_SECONDS, BAR_MEGABYTES = 300, 1024
THEMES, WORDS_EACH, COMMON = 25, 120, 8_000
PART = 1_000


def word(number: int) -> str:
    """A word of its own for each number."""
    said = ""
    number += 16 * 16
    while number:
        number, rest = divmod(number, len(SYLLABLES))
        said += SYLLABLES[rest]
    return said


def texts(number: int, words: int) -> Iterator[ComplaintText]:
    """Half of the words of a text are of its theme, the others any."""
    chance = random.Random(11)
    own = [[word(theme * WORDS_EACH + at) for at in range(WORDS_EACH)] for theme in range(THEMES)]
    common = [word(THEMES * WORDS_EACH + at) for at in range(COMMON)]
    weights = [1 / (at + 2) for at in range(COMMON)]
    of_theme = [1 / (at + 5) for at in range(WORDS_EACH)]
    for at in range(number):
        said = chance.choices(own[at % THEMES], of_theme, k=words // 2)
        said += chance.choices(common, weights, k=words - words // 2)
        chance.shuffle(said)
        sentences = [" ".join(said[begin : begin + 10]).capitalize() for begin in range(0, words, 10)]
        yield ComplaintText(". ".join(sentences), f"s{at % 997}")


def main(number: int, words: int) -> None:
    step = max(1, -(-number // MOST_LEARNED))
    began = time.process_time()
    sample = [one for at, one in enumerate(texts(number, words)) if at % step == 0]
    made = time.process_time()
    vocabulary = learn_vocabulary(sample, "en")
    learned = time.process_time()
    topics = fit_topics(vocabulary.matrix([vocabulary.numbers_in(one) for one in sample]))
    fitted = time.process_time()
    if topics is None:
        print(f"too few texts ({number})")
        return
    right = read = 0
    part: list[ComplaintText] = []
    of_theme = np.zeros((len(topics.weights), THEMES), int)
    for one in texts(number, words):
        part.append(one)
        if len(part) == PART or read + len(part) == number:
            best, _share = assign(topics.weights, vocabulary.matrix([vocabulary.numbers_in(text) for text in part]))  # fmt: skip
            for text in part:
                tone_of(text.text)
            for place, topic in enumerate(best):
                if topic >= 0:
                    of_theme[topic, (read + place) % THEMES] += 1
            read += len(part)
            part = []
    done = time.process_time()
    right = int(of_theme.max(axis=1).sum())
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    making = made - began
    total = done - made - making
    print(
        f"{number:,} texts of {words} words, {len(sample):,} learned from, {len(vocabulary.terms):,} terms, {len(topics.weights)} topics"
    )
    print(
        f"vocabulary {learned - made:.1f} s, topics {fitted - learned:.1f} s, reading and assigning all {done - fitted - making:.1f} s"
    )
    print(f"texts whose topic is that of their theme: {100 * right / number:.1f} %")
    print(f"together {total:.1f} s (bar {BAR_SECONDS}), {megabytes:.0f} MB (bar {BAR_MEGABYTES})")


if __name__ == "__main__":
    asked = [int(one) for one in sys.argv[1:3]]
    main(*asked, *(100_000, 40)[len(asked) :])
