"""How well a model did: in the mode of a motion, or on long papers without codings."""

from typing import Any

import pytest

from serve.performance import UNPROVEN, Performance, untested_length
from tests.support.long_paper_record import LONG_PAPERS, TEXT

FACTS: dict[str, Any] = {
    "median_words": 59,
    "performance": {
        "first_test_year": 2022,
        "text": {
            "rulings": 340,
            "roc_auc": [0.76, 0.71, 0.81],
            "brier_score": [0.19, 0.17, 0.21],
            "brier_difference": [-0.03, -0.05, -0.01],
            "log_loss": [0.5, 0.4, 0.6],
        },
    },
    "long_papers": LONG_PAPERS,
}


def _with_difference(value: float, low: float, high: float) -> dict[str, Any]:
    test = TEXT | {"brier_difference": [value, low, high]}
    return FACTS | {"long_papers": LONG_PAPERS | {"by_phrases": {"text": test}}}


def test_performance_is_that_of_the_mode() -> None:
    performance = Performance.from_facts(FACTS, "text")
    assert performance is not None
    assert (performance.rulings, performance.first_year) == (340, 2022)
    assert performance.tested_on == "340 rulings of 2022 and later"
    assert (performance.roc_auc.low, performance.brier_score.value) == (0.71, 0.19)
    assert performance.warning is None
    assert performance.long_papers is None
    assert Performance.from_facts(FACTS, "rated") is None
    assert Performance.from_facts({}, "text") is None


@pytest.mark.parametrize("high", [0.0, 0.02])
def test_a_model_not_shown_to_beat_the_base_rate_warns(high: float) -> None:
    performance = Performance.from_facts(FACTS, "text")
    assert performance is not None
    difference = performance.brier_difference.model_copy(update={"high": high})
    assert performance.model_copy(update={"brier_difference": difference}).warning == UNPROVEN


def test_on_long_papers_the_record_is_told_as_it_is() -> None:
    performance = Performance.on_long_papers(FACTS, "text")
    assert performance is not None
    assert (performance.rulings, performance.first_year) == (34, None)
    assert performance.tested_on == "34 papers of 250 to 3,200 words"
    assert performance.brier_score.value == 0.246
    assert performance.warning == (
        "Tested on papers of about 60 words; on 34 long papers, reading by phrases was no better "
        "than the base rate. Code the motion, or set ENJOIN_CODER so that a language model reads "
        "it."
    )
    shown = performance.model_dump(mode="json")
    assert shown["tested_on"] == performance.tested_on
    assert shown["long_papers"] == {"mode": "text", "words": [250, 3200], "usual_words": 59}
    coded = Performance.on_long_papers(FACTS, "coded")
    assert coded is not None
    assert coded.warning is not None
    assert "reading by phrases and codings was no better than" in coded.warning
    assert "Rate the Winter factors, give a forecast, or set ENJOIN_CODER" in coded.warning


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        ((-0.03, -0.05, -0.01), "phrases was better than the base rate"),
        ((-0.03, -0.05, 0.0), "phrases was no better than the base rate"),
        ((0.03, 0.01, 0.05), "phrases was worse than the base rate"),
    ],
)
def test_the_verdict_on_long_papers_is_that_of_the_record(
    difference: tuple[float, float, float], verdict: str
) -> None:
    performance = Performance.on_long_papers(_with_difference(*difference), "text")
    assert performance is not None
    assert performance.warning is not None
    assert verdict in performance.warning


def test_without_a_test_on_long_papers_that_is_told() -> None:
    assert Performance.on_long_papers({"median_words": 59}, "text") is None
    modes = {"by_phrases": {"coded": TEXT}}
    assert Performance.on_long_papers({"long_papers": LONG_PAPERS | modes}, "text") is None
    assert untested_length(148, "text").startswith(
        "Not tested on papers of this length, but on papers of about 150 words. Code the motion"
    )
    assert "but on short papers" in untested_length(None, "text")


def test_the_test_is_explained_in_words_first() -> None:
    performance = Performance.from_facts(FACTS, "text")
    assert performance is not None
    tested, ranking, error = performance.explained
    assert performance.tested_on in tested
    assert "earlier years only" in tested
    assert ranking.index(f"{performance.roc_auc.value:.0%} of the time") < ranking.index("ROC AUC")
    assert "0.5 is chance" in ranking
    assert error.index("mean square") < error.index("Brier score")
    assert "better than the base rate by motion type and claim area" in error
    of_long_papers = Performance.on_long_papers(FACTS, "text")
    assert of_long_papers is not None
    assert "earlier years" not in of_long_papers.explained[0]
    assert "the base rate by the share granted" in of_long_papers.explained[2]
