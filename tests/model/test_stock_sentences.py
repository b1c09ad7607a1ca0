"""Stock sentences of briefs hardly move the probability; facts do."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from data.embedded import embedded_rulings
from data.schema import Motion, MotionType
from serve.predictor import Predictor
from train.modes import masked

SENTENCES = tomllib.loads(
    Path(__file__).parents[1].joinpath("support", "stock_sentences.toml").read_text("utf-8")
)
BAKERY = Motion(
    motion_type=MotionType.PRELIMINARY_INJUNCTION,
    motion="A bakery asks for a preliminary injunction to keep its former head baker from using "
    "or disclosing its secret recipes. He signed a confidentiality agreement, copied the recipe "
    "files before he resigned and opened a rival shop two streets away. The bakery says it is "
    "losing customers and goodwill that money cannot replace.",
    opposition="The baker opposes and says that the recipes are known in the trade.",
)


def with_sentence(motion: Motion, paper: str, sentence: str, kind: str = "") -> Motion:
    """Append a sentence to a paper; a heading stands on a line of its own."""
    space = "\n\n" if kind == "heading" else " "
    return motion.model_copy(update={paper: f"{getattr(motion, paper)}{space}{sentence}"})


def points(predictor: Predictor, motions: list[Motion]) -> np.ndarray:
    return 100 * predictor.score(motions)["p_grant"].to_numpy()


def test_stock_sentences_hardly_move_the_probability(full_predictor: Predictor) -> None:
    opposed = [ruling for ruling in embedded_rulings() if ruling.opposition]
    motions = [masked(ruling.as_motion(), "text") for ruling in opposed[:: len(opposed) // 12]]
    stock = [
        (paper, sentence, kind)
        for kind, by_side in SENTENCES.items()
        for side, sentences in by_side.items()
        for sentence in sentences
        for paper in (("motion", "opposition") if side == "either" else (side,))
    ]
    assert len({sentence for _, sentence, _ in stock}) >= 60
    before = points(full_predictor, motions)
    variants = [with_sentence(motion, *item) for motion in motions for item in stock]
    moved = np.abs(points(full_predictor, variants).reshape(len(motions), -1) - before[:, None])
    assert (moved < 1).mean() >= 0.95
    assert moved.max() <= 3


@pytest.mark.parametrize("paper", ["motion", "opposition"])
def test_a_recital_does_not_move_the_bakery_case(full_predictor: Predictor, paper: str) -> None:
    recital = "The harm must be actual and imminent, not conjectural, hypothetical or speculative."
    before, after = points(full_predictor, [BAKERY, with_sentence(BAKERY, paper, recital)])
    assert abs(after - before) < 1


@pytest.mark.parametrize(
    "words",
    [
        "His declarations show that he has a strong interest in working.",
        "The bakery's own sales records show that no customer has left.",
        "Every file was returned, the copies were deleted and a consent order was signed.",
    ],
)
def test_what_phrases_read_wrongly_too_often_is_not_read(
    full_predictor: Predictor, words: str
) -> None:
    motion = with_sentence(BAKERY, "opposition", words)
    before, after = points(full_predictor, [BAKERY, motion])
    assert abs(after - before) < 3
    assert any("remedial steps" in note for note in full_predictor.answer([motion])[0].notes)


def test_a_contradiction_that_is_coded_lowers_it(full_predictor: Predictor) -> None:
    signals = [(), ("contradicted_by_record",)]
    coded = [BAKERY.model_copy(update={"speculation_signals": values}) for values in signals]
    before, after = points(full_predictor, coded)
    assert after < before - 5


def test_steps_that_are_coded_lower_it(full_predictor: Predictor) -> None:
    taken = ("ceased_conduct", "compensated_or_restored", "stipulated_undertaking")
    coded = [BAKERY.model_copy(update={"remedial_steps": values}) for values in ((), taken)]
    before, after = points(full_predictor, coded)
    assert after < before - 1


@pytest.mark.parametrize("paper", ["motion", "opposition"])
def test_a_dismissal_does_not_raise_it(full_predictor: Predictor, paper: str) -> None:
    dismissed = "The claims were dismissed with prejudice."
    before, after = points(full_predictor, [BAKERY, with_sentence(BAKERY, paper, dismissed)])
    assert after <= before
