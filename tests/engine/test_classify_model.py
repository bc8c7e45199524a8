"""The trainable text model: learns, explains, is calibrated, and survives storage."""

import random

import numpy as np
import pytest

from complaint_qms.engine.classify import (
    SEVERITY_KEYS,
    TextModel,
    TrainSettings,
    propose,
    propose_many,
    train,
    train_many,
)

PARTS = {
    "Seal": ["seal ring worn and oil drips", "oil leaks at the shaft seal", "密封圈老化漏油"],
    "Motor": ["motor hums but does not turn", "motor coil burnt through", "电机不转只有嗡嗡声"],
    "Panel": ["the panel shows nothing", "panel keys do not react", "面板按键没反应"],
}
FILLERS = ["since Monday", "again", "after cleaning", "in plant two", "as before", "昨天开始", "第二次了"]


def history(rows=240, seed=1, noise=0.0):
    rng = random.Random(seed)
    texts, labels = [], []
    for _ in range(rows):
        label = rng.choice(sorted(PARTS))
        shown = rng.choice(sorted(PARTS)) if rng.random() < noise else label
        texts.append(f"{rng.choice(PARTS[shown])} {rng.choice(FILLERS)} {rng.randint(1, 99)}")
        labels.append(label)
    return texts, labels


@pytest.fixture(scope="module")
def model():
    return train(*history())


def test_learns_both_languages(model):
    texts, labels = history(60, seed=2)
    assert model.predict_many(texts).values() == labels


def test_mistyped_words_still_count(model):
    assert model.predict_many(["mottor humms but doesnt trun"]).values() == ["Motor"]


def test_several_fields_are_learned_from_the_same_texts(model):
    texts, labels = history()
    grave = ["" if row % 3 else "high" if label == "Motor" else "low" for row, label in enumerate(labels)]
    models = train_many(texts, {"part": labels, "gravity": grave})
    assert models["part"].vocabulary is models["gravity"].vocabulary
    assert (models["part"].weights == model.weights).all()
    assert models["gravity"].labels == ("high", "low")
    assert models["gravity"].trained_on == sum(map(bool, grave))
    new_texts, truth = history(60, seed=2)
    found = propose_many(new_texts, models, fields=())
    assert [each[0].value for each in found] == truth
    assert [each[1].value for each in found] == ["high" if part == "Motor" else "low" for part in truth]
    alone = propose_many(new_texts, {"gravity": models["gravity"]}, fields=())
    assert [each[1] for each in found] == [each[0] for each in alone]


def test_each_field_needs_labels_and_as_many_as_texts():
    texts, labels = history(20)
    with pytest.raises(ValueError, match="two labels"):
        train_many(texts, {"part": labels, "other": ["same"] * 20})
    with pytest.raises(ValueError, match="as many labels"):
        train_many(texts, {"part": labels, "other": ["a", "b"]})


def test_training_is_deterministic(model):
    again = train(*history())
    assert (again.weights == model.weights).all()
    assert again.calibration == model.calibration


def test_storage_changes_nothing_and_runs_no_code(model):
    data = model.to_bytes()
    restored = TextModel.from_bytes(data)
    texts, _ = history(20, seed=3)
    assert (restored.predict_many(texts).probability == model.predict_many(texts).probability).all()
    assert restored.labels == model.labels
    assert restored.to_bytes() == data


@pytest.mark.parametrize("data", [b"", b"not a model", b"\x80\x04N."])
def test_other_bytes_are_refused(data):
    with pytest.raises(ValueError, match="not a stored text model"):
        TextModel.from_bytes(data)


def test_damaged_model_is_refused(model):
    with pytest.raises(ValueError, match="not a stored text model"):
        TextModel.from_bytes(model.to_bytes()[:-200])


def test_probabilities_are_a_distribution(model):
    found = model.predict_many(["seal", "", "完全无关的文字", "!!!"])
    assert np.allclose(found.probability.sum(axis=1), 1.0)
    assert (found.confidence == found.probability.max(axis=1)).all()


def test_labels_seen_once_lower_the_confidence():
    texts, labels = history(90)
    learned = train(
        [*texts, *(f"strange{n}" for n in range(10))], [*labels, *(f"Once{n}" for n in range(10))]
    )
    assert learned.novelty == pytest.approx(0.1)
    assert learned.predict_many(["oil leaks at the shaft seal"]).confidence[0] <= 0.9


def test_confidence_is_calibrated_on_noisy_history():
    texts, labels = history(1200, seed=4, noise=0.3)
    noisy = train(texts, labels)
    new_texts, new_labels = history(1200, seed=5, noise=0.3)
    found = noisy.predict_many(new_texts)
    right = np.mean([value == label for value, label in zip(found.values(), new_labels, strict=True)])
    assert abs(found.confidence.mean() - right) < 0.05


def test_rare_and_empty_labels_are_left_out():
    texts, labels = history(60)
    learned = train([*texts, "strange", "unlabelled"], [*labels, "Once", ""])
    assert "Once" not in learned.labels
    assert "" not in learned.labels
    assert learned.left_out == {"Once": 1}
    assert learned.trained_on == 60


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        (["a", "b"], ["x"], "as many labels as texts"),
        (["a", "b"], ["x", "x"], "two labels"),
        ([], [], "two labels"),
    ],
)
def test_what_cannot_be_learned(texts, labels, message):
    with pytest.raises(ValueError, match=message):
        train(texts, labels)


def test_long_histories_are_sampled_evenly():
    texts, labels = history(300)
    assert train(texts, labels, settings=TrainSettings(max_texts=100)).trained_on == 100


def test_reasons_name_the_words(model):
    (proposal,) = propose("oil drips from the seal ring", {"component": model}, fields=())
    assert (proposal.field, proposal.value, proposal.source) == ("component", "Seal", "model")
    told = [reason.message for reason in proposal.reasons]
    said = {message.params["word"] for message in told if message.key == "the text says {word}"}
    assert said & {"seal", "oil", "seal ring", "drips"}
    weights = [reason.weight for reason in proposal.reasons]
    assert weights == sorted(weights, reverse=True)
    assert min(weights) > 0, "what speaks against it is no reason for it"
    (torn,) = propose("seal ring drips, the motor hums and smells", {"component": model}, fields=())
    assert torn.reasons
    assert all(reason.weight > 0 for reason in torn.reasons)
    assert proposal.alternatives[0][1] <= proposal.confidence


def test_context_counts():
    texts = ["it broke"] * 60
    labels = ["Pump", "Valve"] * 30
    contexts = [{"item": "P-1"}, {"item": "V-1"}] * 30
    learned = train(texts, labels, contexts=contexts)
    found = learned.predict_many(["it broke", "it broke"], contexts=[{"item": "V-1"}, {"item": "P-1"}])
    assert found.values() == ["Valve", "Pump"]
    (proposal,) = propose("it broke", {"part": learned}, context={"item": "V-1"}, fields=())
    assert any(reason.message.params.get("word") == "item=v-1" for reason in proposal.reasons)


def test_batches_and_single_texts_agree(model):
    texts, _ = history(12, seed=9)
    together = propose_many(texts, {"component": model})
    alone = [propose(text, {"component": model}) for text in texts]
    for one, other in zip(together, alone, strict=True):
        assert [(p.field, p.value, p.source) for p in one] == [(p.field, p.value, p.source) for p in other]
        assert [p.confidence for p in one] == pytest.approx([p.confidence for p in other])


def test_learned_severity_never_hides_told_harm():
    texts = ["the colour is wrong", "the label is crooked", "the pump stopped", "the motor stopped"] * 10
    labels = ["negligible", "negligible", "minor", "minor"] * 10
    learned = train(texts, labels)
    assert set(learned.labels) < set(SEVERITY_KEYS)
    (mild,) = propose("the colour is wrong", {"severity": learned}, fields=("severity",))
    assert (mild.value, mild.source) == ("negligible", "model")
    (grave,) = propose(
        "the colour is wrong and the painter died in hospital", {"severity": learned}, fields=("severity",)
    )
    assert grave.value == "catastrophic"
    assert grave.source == "keywords"
    assert grave.alternatives[0][0] in learned.labels
    assert grave.rank > mild.rank
