"""A text model learned from a company's own history: linear, calibrated, explainable, stored without pickle.

One-against-rest linear support vectors (Fan et al., LIBLINEAR, JMLR 9, 2008; ``support_vectors.py``) on the features of
``features.py``, with class weights so that rare labels are learned too. The decision values become probabilities in ``calibrate.py``, so that
of all answers given with 0.8 about 80 % are right. From this the chance of a label never seen before is taken off (the
share of labels seen once; Good, Biometrika 40, 1953).
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import sparse

from complaint_qms.engine.classify.calibrate import Calibration, calibrate
from complaint_qms.engine.classify.features import GROUPS, Context, Vocabulary, learn_vocabulary
from complaint_qms.engine.classify.lexicon import Hit, Lexicon, default_lexicon
from complaint_qms.engine.classify.support_vectors import products, solve
from complaint_qms.engine.message import Message
from complaint_qms.engine.reasons import Reason, about_word

FORMAT = 3
CALIBRATED_ON = 500
FEW_TEXTS = 3_000
"""Up to so many texts the scalar products of all of them are a small table; more are scikit-learn's."""
UNSEEN = -3.0
"""Bias of a label without an example."""
LEAST_SHARE = 1e-3
MESSAGES = {"word": "the text says {word}", "rule": "keywords: {word}", "context": "{word}"}


@dataclass(frozen=True)
class TrainSettings:
    """``min_label``: texts a label needs to be learned; rarer labels are left to people.
    ``strength``: inverse regularisation; ``tolerance`` of the solver; ``folds`` for calibration; ``max_texts``: at most so many are learned from, spread
    evenly over the history; ``seed`` for fold assignment and the solver."""

    min_label: int = 2
    strength: float = 0.3
    tolerance: float = 0.01
    folds: int = 4
    min_texts: int = 2
    max_features: int = 60_000
    max_texts: int = 30_000
    seed: int = 7


@dataclass(frozen=True)
class Predictions:
    """Of many texts at once. ``label`` int64 (n,): index into ``labels``; ``confidence`` float64 (n,), calibrated;
    ``probability`` float64 (n, labels), given that the label is a known one."""

    labels: tuple[str, ...]
    label: np.ndarray
    confidence: np.ndarray
    probability: np.ndarray
    prior: np.ndarray
    """Share of each label among the texts learned from, float64 (labels,)."""
    recall: float
    """How much of the shares is in ``probability`` already, 0 … 1 or more."""

    def expected(self, grade: Mapping[str, float]) -> np.ndarray | None:
        """Expected grade of each text, float64 (n,), over the labels that have one; None when fewer than two have.

        Learning weighs labels so that a rare one is as likely as a common one: good for not missing it, but three
        deaths in a history would then lift every other text. By Bayes' rule the shares of the labels put this right.
        """
        graded = np.array([number for number, label in enumerate(self.labels) if label in grade], np.int64)
        if len(graded) < 2:
            return None
        share = self.probability[:, graded] * self.prior[graded] ** (1.0 - self.recall)
        total = share.sum(axis=1)
        grades = np.array([grade[self.labels[number]] for number in graded], float)
        return np.divide(share @ grades, total, out=np.full(len(share), grades.min()), where=total > 0)

    def values(self) -> list[str]:
        """The chosen label of each text."""
        return [self.labels[number] for number in self.label]


@dataclass
class TextModel:
    """Learned weights. ``weights`` float32 (labels, features), ``bias`` (labels,), ``calibration`` turns decisions into chances,
    ``novelty`` is the estimated chance that a new text has a label that was never seen, ``prior`` (labels,) the share of
    each label among the texts learned from."""

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: np.ndarray
    bias: np.ndarray
    calibration: Calibration
    trained_on: int
    uses_lexicon: bool
    left_out: dict[str, int]
    novelty: float
    prior: np.ndarray

    def predict_many(
        self,
        texts: Sequence[str],
        *,
        contexts: Sequence[Context | None] | None = None,
        hits: Sequence[Sequence[Hit]] | None = None,
        lexicon: Lexicon | None = None,
    ) -> Predictions:
        """Predict many texts; pass ``hits`` when the lexicon has already been run over them."""
        return self.decide(self.matrix(texts, contexts=contexts, hits=hits, lexicon=lexicon))

    def matrix(
        self,
        texts: Sequence[str],
        *,
        contexts: Sequence[Context | None] | None = None,
        hits: Sequence[Sequence[Hit]] | None = None,
        lexicon: Lexicon | None = None,
    ) -> sparse.csr_matrix:
        """The features of texts as this model sees them, CSR of shape (texts, features)."""
        if hits is None and self.uses_lexicon:
            lexicon = lexicon or default_lexicon()
            hits = [lexicon.hits(text) for text in texts]
        return self.vocabulary.matrix(texts, hits if self.uses_lexicon else None, contexts)

    def decide(self, matrix: sparse.csr_matrix) -> Predictions:
        """Labels and confidence for feature rows."""
        probability = self.calibration.probability(matrix @ self.weights.T + self.bias, self.prior)
        label = probability.argmax(axis=1)
        chance = probability[np.arange(len(label)), label]
        confidence = self.calibration.confidence(chance) * (1.0 - self.novelty)
        return Predictions(self.labels, label, confidence, probability, self.prior, self.calibration.recall)

    def reasons(
        self, matrix: sparse.csr_matrix, label: np.ndarray, limit: int = 5
    ) -> list[tuple[Reason, ...]]:
        """What spoke for ``label`` (n,) in each of n feature rows, in log-odds against the other labels; what spoke against it is no reason
        for it."""
        row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        columns = matrix.indices
        against = self.weights.mean(axis=0)
        share = (
            self.calibration.temperature
            * matrix.data
            * (self.weights[label[row_of], columns] - against[columns])
        )
        is_part = (columns >= self.vocabulary.offset("part")) & (columns < self.vocabulary.offset("rule"))
        found: list[list[Reason]] = [[] for _ in range(matrix.shape[0])]
        named = np.flatnonzero(~is_part & (share >= LEAST_SHARE))
        named = named[np.lexsort((-share[named], row_of[named]))]
        rank = np.arange(len(named)) - np.searchsorted(row_of[named], row_of[named])
        for place in named[rank < limit].tolist():
            group, name = self.vocabulary.name(int(columns[place]))
            kind = "keyword" if group == "rule" else "feature"
            found[row_of[place]].append(Reason(kind, about_word(MESSAGES[group], name), float(share[place])))
        spelling = np.bincount(row_of[is_part], share[is_part], matrix.shape[0])
        for row in np.flatnonzero(spelling >= LEAST_SHARE).tolist():
            words = "parts of its words taken together"
            found[row].append(Reason("feature", Message(words), float(spelling[row])))
        return [tuple(sorted(each, key=lambda reason: -reason.weight)) for each in found]

    def to_bytes(self) -> bytes:
        """The model as one ``.npz`` archive of plain arrays and JSON text; loading it runs no code."""
        head = {
            "format": FORMAT,
            "labels": self.labels,
            "calibration": asdict(self.calibration),
            "trained_on": self.trained_on,
            "uses_lexicon": self.uses_lexicon,
            "left_out": self.left_out,
            "novelty": self.novelty,
            "names": self.vocabulary.names,
            "group_weights": self.vocabulary.weights,
        }
        text = json.dumps(head, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
        buffer = io.BytesIO()
        arrays: dict[str, Any] = {f"idf_{group}": self.vocabulary.idf[group] for group in GROUPS}
        head_bytes = np.frombuffer(text, np.uint8)
        np.savez_compressed(
            buffer, head=head_bytes, weights=self.weights, bias=self.bias, prior=self.prior, **arrays
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> TextModel:
        """Inverse of :meth:`to_bytes`. Raises ``ValueError`` for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                head = json.loads(stored["head"].tobytes().decode("utf-8", "surrogatepass"))
                idf = {group: stored[f"idf_{group}"] for group in GROUPS}
                weights, bias, prior = stored["weights"], stored["bias"], stored["prior"]
        except (KeyError, OSError, EOFError, TypeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError(f"not a stored text model: {error}") from error
        if head.get("format") != FORMAT:
            raise ValueError(f"not a stored text model of format {FORMAT}, but {head.get('format')}")
        vocabulary = Vocabulary(head["names"], idf, head["group_weights"])
        if weights.shape != (len(head["labels"]), vocabulary.size):
            raise ValueError("not a stored text model: its parts do not fit each other")
        return cls(
            tuple(head["labels"]),
            vocabulary,
            weights,
            bias,
            Calibration(**{**head["calibration"], "curve": tuple(map(tuple, head["calibration"]["curve"]))}),
            head["trained_on"],
            head["uses_lexicon"],
            head["left_out"],
            head["novelty"],
            prior,
        )


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    contexts: Sequence[Context | None] | None = None,
    lexicon: Lexicon | None = None,
    use_lexicon: bool = True,
    settings: TrainSettings | None = None,
) -> TextModel:
    """Learn ``labels`` from ``texts``. Deterministic.

    Texts with an empty label are skipped. Raises ``ValueError`` when fewer than two labels have enough texts, or when
    the lengths differ.
    """
    return train_many(
        texts,
        {"": labels},
        contexts=contexts,
        lexicon=lexicon,
        use_lexicon=use_lexicon,
        settings=settings,
    )[""]


def train_many(
    texts: Sequence[str],
    labels: Mapping[str, Sequence[str]],
    *,
    contexts: Sequence[Context | None] | None = None,
    lexicon: Lexicon | None = None,
    use_lexicon: bool = True,
    settings: TrainSettings | None = None,
) -> dict[str, TextModel]:
    """Learn several fields from the same texts: ``labels[field]`` as for :func:`train`.

    The models share one vocabulary, so that features are found once for all of them, now and when they predict.
    """
    settings = settings or TrainSettings()
    if contexts is not None and len(contexts) != len(texts):
        raise ValueError(f"as many contexts as texts are needed, got {len(contexts)} and {len(texts)}")
    targets = {field: _Target.of(given, len(texts), settings) for field, given in labels.items()}
    rows = np.flatnonzero(np.any([t.number >= 0 for t in targets.values()], axis=0))
    if len(rows) > settings.max_texts:
        rows = rows[np.linspace(0, len(rows) - 1, settings.max_texts).astype(np.int64)]
    texts = [texts[row] for row in rows.tolist()]
    context_rows = [contexts[row] if contexts is not None else None for row in rows.tolist()]
    if use_lexicon:
        lexicon = lexicon or default_lexicon()
        hits: list[list[Hit]] = [lexicon.hits(text) for text in texts]
    else:
        hits = [[] for _ in texts]
    vocabulary = learn_vocabulary(
        texts, hits, context_rows, min_texts=settings.min_texts, max_features=settings.max_features
    )
    matrix = vocabulary.matrix(texts, hits, context_rows)
    table = products(matrix) if len(rows) <= FEW_TEXTS else None
    models = {}
    for field, target in targets.items():
        number = target.number[rows]
        known = number >= 0
        part = None if table is None else table[np.ix_(known, known)]
        models[field] = _learn(matrix[known], number[known], part, target, vocabulary, use_lexicon, settings)
    return models


@dataclass(frozen=True)
class _Target:
    """A field to learn: its labels, the number of each text's label (-1: none to learn), and how often each label came."""

    labels: tuple[str, ...]
    number: np.ndarray
    counts: Counter[str]

    @classmethod
    def of(cls, given: Sequence[str], texts: int, settings: TrainSettings) -> _Target:
        if len(given) != texts:
            raise ValueError(f"as many labels as texts are needed, got {texts} texts and {len(given)} labels")
        counts = Counter(label for label in given if label)
        learned = tuple(sorted(label for label, number in counts.items() if number >= settings.min_label))
        if len(learned) < 2:
            raise ValueError(
                f"a model needs two labels with at least {settings.min_label} texts each, got {len(learned)}"
            )
        number_of = {label: number for number, label in enumerate(learned)}
        return cls(learned, np.array([number_of.get(label, -1) for label in given]), counts)


def _learn(
    matrix: sparse.csr_matrix,
    number: np.ndarray,
    table: np.ndarray | None,
    target: _Target,
    vocabulary: Vocabulary,
    use_lexicon: bool,
    settings: TrainSettings,
) -> TextModel:
    weights, bias = _fit(matrix, number, len(target.labels), settings, table)
    counts = target.counts
    prior = np.bincount(number, minlength=len(target.labels)) / len(number)
    return TextModel(
        target.labels,
        vocabulary,
        weights.astype(np.float32),
        bias,
        _calibrate(matrix, number, prior, settings, table),
        len(number),
        use_lexicon,
        {label: times for label, times in sorted(counts.items()) if label not in target.labels},
        sum(1 for times in counts.values() if times == 1) / counts.total(),
        prior,
    )


def _fit(
    matrix: sparse.csr_matrix,
    target: np.ndarray,
    labels: int,
    settings: TrainSettings,
    table: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (labels, features) and bias (labels,); a label without an example in ``target`` gets a very low bias.

    ``table``: the scalar products of the rows; without it scikit-learn finds the same solution.
    """
    weights = np.zeros((labels, matrix.shape[1]))
    bias = np.full(labels, UNSEEN)
    if table is not None:
        seen, place = np.unique(target, return_inverse=True)
        amounts = solve(table, place, len(seen), settings.strength)
        weights[seen], bias[seen] = (matrix.T @ amounts).T, amounts.sum(axis=0)
        return weights, bias
    from sklearn.svm import LinearSVC  # imported late: predicting and small histories need no scikit-learn

    solver = LinearSVC(
        C=settings.strength,
        class_weight="balanced",
        random_state=settings.seed,
        max_iter=3000,
        tol=settings.tolerance,
    )
    solver.fit(matrix, target)
    if len(solver.classes_) == 2:
        first, second = solver.classes_
        weights[second], bias[second] = solver.coef_[0], solver.intercept_[0]
        weights[first], bias[first] = -solver.coef_[0], -solver.intercept_[0]
    else:
        weights[solver.classes_], bias[solver.classes_] = solver.coef_, solver.intercept_
    return weights, bias


def _calibrate(
    matrix: sparse.csr_matrix,
    target: np.ndarray,
    prior: np.ndarray,
    settings: TrainSettings,
    table: np.ndarray | None,
) -> Calibration:
    """Fitted to texts that folds did not learn from; it has few numbers, which CALIBRATED_ON texts tell well enough."""
    labels = len(prior)
    folds = min(settings.folds, len(target) // 2)
    if folds < 2:
        return Calibration()
    fold = np.empty(len(target), np.int64)
    generator = np.random.default_rng(settings.seed)
    start = 0
    for label in range(labels):  # spread each label evenly
        rows = generator.permutation(np.flatnonzero(target == label))
        fold[rows] = (start + np.arange(len(rows))) % folds
        start += len(rows)
    used = min(folds, -(-CALIBRATED_ON * folds // len(target)))
    decisions = np.empty((len(target), labels))
    for number in range(used):
        held = fold == number
        if len(np.unique(target[~held])) < 2:
            return Calibration()
        part = None if table is None else table[np.ix_(~held, ~held)]
        weights, bias = _fit(matrix[~held], target[~held], labels, settings, part)
        decisions[held] = matrix[held] @ weights.T + bias
    return calibrate(decisions[fold < used], target[fold < used], prior)
