"""Two models compared on the same unseen rulings, and the calibration distance behind it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from train.evaluate.protocols import HEADLINE, MODEL
from train.modes import MODES
from train.tracking.comparison import POOLED, compare

RNG = np.random.default_rng(2)
TRUE = RNG.beta(2, 2, 400)
GRANTED = RNG.random(400) < TRUE


def _predictions(p: Any, protocol: str = HEADLINE) -> pd.DataFrame:
    """Return what a run would have predicted: 400 rulings of 200 cases, alike in every mode."""
    ids = np.arange(len(p))
    facts = {
        "id": [f"r{i}" for i in ids],
        "paper": [f"p{i}" for i in ids],
        "case": ids // 2,
        "granted": GRANTED,
        "p_grant": p,
    }
    modes = [pd.DataFrame(facts).assign(mode=mode) for mode in MODES]
    return pd.concat(modes, ignore_index=True).assign(protocol=protocol, model=MODEL)


def _gaps(champion: pd.DataFrame, challenger: pd.DataFrame) -> dict[tuple[str, str], Any]:
    found = compare(champion, challenger)
    return {(gap.measure, gap.mode): gap for gap in found.gaps}


def test_twins_differ_by_nothing() -> None:
    for gap in _gaps(_predictions(TRUE), _predictions(TRUE)).values():
        assert gap.difference == gap.low == gap.high == 0
        assert gap.champion == gap.challenger


def test_the_difference_is_that_of_the_scores_and_lies_in_its_interval() -> None:
    timid = 0.5 + 0.3 * (TRUE - 0.5)
    gaps = _gaps(_predictions(TRUE), _predictions(timid))
    assert len(gaps) == 2 * len(MODES) + 1
    gap = gaps["Brier score", POOLED]
    assert gap.champion == pytest.approx(np.mean((TRUE - GRANTED) ** 2))
    assert gap.challenger == pytest.approx(np.mean((timid - GRANTED) ** 2))
    assert gap.difference == pytest.approx(gap.challenger - gap.champion)
    assert 0 < gap.low < gap.difference < gap.high


def test_pairing_says_more_than_two_intervals() -> None:
    """Rulings differ far more than models do, and what they share cancels."""
    apart = _gaps(_predictions(TRUE), _predictions(RNG.permutation(TRUE)))
    near = _gaps(_predictions(TRUE), _predictions(expit(logit(TRUE) + 0.05)))
    key = ("Brier score", "rated")
    assert 5 * (near[key].high - near[key].low) < apart[key].high - apart[key].low


def test_only_shared_rulings_of_one_label_count() -> None:
    champion, challenger = _predictions(TRUE), _predictions(TRUE)
    challenger.loc[challenger["id"].eq("r7"), "paper"] = "of another motion"
    champion = champion[~champion["id"].isin(["r0", "r1"])]  # one case
    challenger = challenger.drop(challenger.index[challenger["id"].eq("r2")][:1])  # one mode of it
    challenger.loc[challenger["id"].eq("r4"), "granted"] ^= True
    found = compare(champion, challenger.sample(frac=1, random_state=0))
    assert (found.rulings, found.cases) == (395, 199)
    assert (found.relabelled, found.mismatched) == (1, 1)
    other = pd.concat([champion, _predictions(1 - TRUE, "another test")], ignore_index=True)
    other = pd.concat([other, _predictions(1 - TRUE).assign(model="base rate")])
    assert compare(other, challenger) == compare(champion, challenger)


def test_nothing_shared_gives_no_gap() -> None:
    other = _predictions(TRUE)
    found = compare(other, other.assign(id="x" + other["id"]))
    assert (found.rulings, found.gaps) == (0, ())


@pytest.mark.parametrize(
    ("edited", "words"),
    [
        (_predictions(TRUE).drop(columns="case"), "no column case"),
        (_predictions(TRUE, "another test"), "another test"),
        (pd.concat([_predictions(TRUE)] * 2), "more than once"),
        (_predictions(np.where(TRUE > 0.5, np.nan, TRUE)), "probability"),
        (_predictions(TRUE).assign(granted="yes"), "label"),
    ],
)
def test_an_unusable_table_is_named(edited: pd.DataFrame, words: str) -> None:
    with pytest.raises(ValueError, match=f"the challenger.*{words}"):
        compare(_predictions(TRUE), edited)
    with pytest.raises(ValueError, match=f"the champion.*{words}"):
        compare(edited, _predictions(TRUE))
