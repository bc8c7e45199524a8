"""A text model learned from a company's own history: linear, calibrated, explainable, stored without pickle.

One-against-rest linear support vectors (Fan et al., LIBLINEAR, JMLR 9, 2008) on the features of ``features.py``, with
class weights so that rare labels are learned too. Confidence: the decision values of texts that a fold did not see are
turned into probabilities by a softmax whose temperature minimises their log loss (Guo et al., ICML 2017), so that
of all answers given with 0.8 about 80 % are right. From this the chance of a label never seen before is taken off (the
share of labels seen once; Good, Biometrika 40, 1953).
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from complaint_qms.engine.classify.features import GROUPS, Context, Vocabulary, learn_vocabulary
from complaint_qms.engine.classify.lexicon import Hit, Lexicon, default_lexicon
from complaint_qms.engine.reasons import Reason

FORMAT = 2


@dataclass(frozen=True)
class TrainSettings:
    """``min_label``: texts a label needs to be learned; rarer labels are left to people.
    ``strength``: inverse regularisation; ``folds`` for calibration; ``max_texts``: at most so many are learned from, spread
    evenly over the history; ``seed`` for fold assignment and the solver."""

    min_label: int = 2
    strength: float = 0.3
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

    def values(self) -> list[str]:
        """The chosen label of each text."""
        return [self.labels[number] for number in self.label]


@dataclass
class TextModel:
    """Learned weights. ``weights`` float32 (labels, features), ``bias`` (labels,), ``temperature`` multiplies decisions,
    ``novelty`` is the estimated chance that a new text has a label that was never seen."""

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: np.ndarray
    bias: np.ndarray
    temperature: float
    trained_on: int
    uses_lexicon: bool
    left_out: dict[str, int]
    novelty: float

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
        probability = softmax(self.temperature * (matrix @ self.weights.T + self.bias), axis=1)
        label = probability.argmax(axis=1)
        confidence = probability[np.arange(len(label)), label] * (1.0 - self.novelty)
        return Predictions(self.labels, label, confidence, probability)

    def reasons(self, matrix: sparse.csr_matrix, row: int, label: int, limit: int = 5) -> tuple[Reason, ...]:
        """What spoke for (and most against) ``label`` in one feature row, in log-odds against the other labels."""
        begin, end = matrix.indptr[row], matrix.indptr[row + 1]
        columns, amounts = matrix.indices[begin:end], matrix.data[begin:end]
        against = self.weights[:, columns].mean(axis=0)
        share = self.temperature * amounts * (self.weights[label, columns] - against)
        first_part = self.vocabulary.offset("part")
        is_part = (columns >= first_part) & (columns < self.vocabulary.offset("rule"))
        found = []
        strongest = np.argsort(-np.abs(np.where(is_part, 0.0, share)), kind="stable")[:limit]
        for place in strongest:
            if is_part[place] or abs(share[place]) < 1e-3:
                continue
            group, name = self.vocabulary.name(int(columns[place]))
            message = {"word": "the text says {0}", "rule": "keywords: {0}", "context": "{0}"}[group]
            found.append(
                Reason("keyword" if group == "rule" else "feature", message, (name,), float(share[place]))
            )
        spelling = float(share[is_part].sum())
        if abs(spelling) >= 1e-3:
            found.append(Reason("feature", "parts of its words taken together", (), spelling))
        return tuple(sorted(found, key=lambda reason: -abs(reason.weight)))

    def to_bytes(self) -> bytes:
        """The model as one ``.npz`` archive of plain arrays and JSON text; loading it runs no code."""
        head = {
            "format": FORMAT,
            "labels": self.labels,
            "temperature": self.temperature,
            "trained_on": self.trained_on,
            "uses_lexicon": self.uses_lexicon,
            "left_out": self.left_out,
            "novelty": self.novelty,
            "names": self.vocabulary.names,
            "group_weights": self.vocabulary.weights,
        }
        text = json.dumps(head, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            head=np.frombuffer(text, np.uint8),
            weights=self.weights,
            bias=self.bias,
            **{f"idf_{group}": self.vocabulary.idf[group] for group in GROUPS},
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> TextModel:
        """Inverse of :meth:`to_bytes`. Raises ``ValueError`` for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                head = json.loads(stored["head"].tobytes().decode("utf-8", "surrogatepass"))
                idf = {group: stored[f"idf_{group}"] for group in GROUPS}
                weights, bias = stored["weights"], stored["bias"]
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
            head["temperature"],
            head["trained_on"],
            head["uses_lexicon"],
            head["left_out"],
            head["novelty"],
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
    settings = settings or TrainSettings()
    if len(texts) != len(labels) or (contexts is not None and len(contexts) != len(texts)):
        raise ValueError(
            f"as many labels as texts are needed, got {len(texts)} texts and {len(labels)} labels"
        )
    counts = Counter(label for label in labels if label)
    learned = tuple(sorted(label for label, number in counts.items() if number >= settings.min_label))
    if len(learned) < 2:
        raise ValueError(
            f"a model needs two labels with at least {settings.min_label} texts each, got {len(learned)}"
        )
    number_of = {label: number for number, label in enumerate(learned)}
    rows = [row for row, label in enumerate(labels) if label in number_of]
    if len(rows) > settings.max_texts:
        rows = [rows[int(place)] for place in np.linspace(0, len(rows) - 1, settings.max_texts)]
    texts = [texts[row] for row in rows]
    target = np.array([number_of[labels[row]] for row in rows])
    context_rows = [contexts[row] if contexts is not None else None for row in rows]
    if use_lexicon:
        lexicon = lexicon or default_lexicon()
        hits: list[list[Hit]] = [lexicon.hits(text) for text in texts]
    else:
        hits = [[] for _ in texts]
    vocabulary = learn_vocabulary(
        texts, hits, context_rows, min_texts=settings.min_texts, max_features=settings.max_features
    )
    matrix = vocabulary.matrix(texts, hits, context_rows)
    weights, bias = _fit(matrix, target, len(learned), settings)
    return TextModel(
        learned,
        vocabulary,
        weights.astype(np.float32),
        bias,
        _temperature(matrix, target, len(learned), settings),
        len(texts),
        use_lexicon,
        {label: number for label, number in sorted(counts.items()) if label not in number_of},
        sum(1 for number in counts.values() if number == 1) / counts.total(),
    )


def _fit(
    matrix: sparse.csr_matrix, target: np.ndarray, labels: int, settings: TrainSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (labels, features) and bias (labels,); a label without an example in ``target`` gets a very low bias."""
    from sklearn.svm import LinearSVC  # imported late: predicting needs no scikit-learn

    solver = LinearSVC(
        C=settings.strength, class_weight="balanced", random_state=settings.seed, max_iter=3000
    )
    solver.fit(matrix, target)
    weights = np.zeros((labels, matrix.shape[1]))
    bias = np.full(labels, -3.0)
    if len(solver.classes_) == 2:
        first, second = solver.classes_
        weights[second], bias[second] = solver.coef_[0], solver.intercept_[0]
        weights[first], bias[first] = -solver.coef_[0], -solver.intercept_[0]
    else:
        weights[solver.classes_], bias[solver.classes_] = solver.coef_, solver.intercept_
    return weights, bias


def _temperature(
    matrix: sparse.csr_matrix, target: np.ndarray, labels: int, settings: TrainSettings
) -> float:
    """The factor on decision values that makes held-out probabilities honest."""
    folds = min(settings.folds, len(target) // 2)
    if folds < 2:
        return 1.0
    fold = np.empty(len(target), np.int64)
    generator = np.random.default_rng(settings.seed)
    start = 0
    for label in range(labels):  # spread each label evenly
        rows = generator.permutation(np.flatnonzero(target == label))
        fold[rows] = (start + np.arange(len(rows))) % folds
        start += len(rows)
    decisions = np.empty((len(target), labels))
    for number in range(folds):
        held = fold == number
        if len(np.unique(target[~held])) < 2:
            return 1.0
        weights, bias = _fit(matrix[~held], target[~held], labels, settings)
        decisions[held] = matrix[held] @ weights.T + bias

    def loss(log_factor: np.ndarray) -> float:
        return -log_softmax(np.exp(log_factor[0]) * decisions, axis=1)[np.arange(len(target)), target].mean()

    best = minimize(loss, np.array([0.7]), method="Nelder-Mead", bounds=[(-3.0, 4.0)])
    return float(np.exp(best.x[0]))
