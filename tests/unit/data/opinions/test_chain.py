"""Facts come in runs: what the chain makes of the scores of single paragraphs."""

import numpy as np

from data.opinions.chain import Chain

RUNS = [np.array([False] * 5 + [True] * 20 + [False] * 25)] * 4


def test_a_paragraph_among_facts_gains_and_a_lone_one_loses() -> None:
    chain = Chain.fit(RUNS, base=0.0)
    among_facts = chain.smooth(np.array([3.0, 3.0, 0.0, 3.0, 3.0]))
    alone = chain.smooth(np.array([-3.0, -3.0, 0.0, -3.0, -3.0]))
    assert among_facts[2] > 2
    assert alone[2] < -2


def test_states_and_changes_are_counted() -> None:
    chain = Chain.fit(RUNS, base=0.0)
    assert np.allclose(chain.transitions.sum(1), 1)
    assert chain.transitions[1, 1] > 0.9
    assert np.isclose(chain.start[1], 0.4)


def test_a_single_paragraph_keeps_its_score() -> None:
    even = Chain(np.array([0.5, 0.5]), np.full((2, 2), 0.5), base=0.0)
    assert np.allclose(even.smooth(np.array([1.5])), [1.5])


def test_extreme_scores_stay_finite() -> None:
    scores = np.tile([1e6, -1e6], 500)
    assert np.isfinite(Chain.fit(RUNS, base=0.0).smooth(scores)).all()
