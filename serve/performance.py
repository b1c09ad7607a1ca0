"""How well a model did in its tests, as an answer tells it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, computed_field

from train.model.grant_model import LONG_PAPERS
from train.modes import Mode

UNPROVEN = (
    "Do not rely on this estimate: with this kind of input, the model has not been shown to "
    "predict better than the base rate by motion type and claim area. Codings of the case help."
)
_READ_IT = "or set ENJOIN_CODER so that a language model reads it."
ADVICE: dict[Mode, str] = {
    "text": f"Code the motion, {_READ_IT}",
    "coded": f"Rate the Winter factors, give a forecast, {_READ_IT}",
}
"""What to do about a long paper that is read by phrases, by mode."""
_READING: dict[Mode, str] = {
    "text": "reading by phrases",
    "coded": "reading by phrases and codings",
}


class Estimate(BaseModel):
    """A metric with its 95% interval, bootstrapped by case."""

    value: float
    low: float
    high: float


class LongPapers(BaseModel):
    """The long papers that a performance was measured on."""

    mode: Mode = Field(description="what the estimates were based on, besides phrases")
    words: tuple[int, int] = Field(description="words of the shortest and the longest of them")
    usual_words: int | None = Field(
        description="median words of the motions that the model was trained on, and otherwise "
        "tested on; null if unknown"
    )


class Performance(BaseModel):
    """How well the model predicted rulings that it was not trained on, with one kind of input.

    That is rulings of later years, in one mode; or long papers read by phrases.
    """

    rulings: int = Field(description="number of rulings tested on")
    first_year: int | None = Field(
        None,
        description="first year tested; the model was trained on earlier years only. Null where "
        "it was tested on long papers",
    )
    long_papers: LongPapers | None = Field(
        None,
        description="the papers tested on, where the motion is a long paper read by phrases; "
        "the figures are then those of such papers",
    )
    roc_auc: Estimate
    brier_score: Estimate
    brier_difference: Estimate = Field(
        description="Brier score minus that of the base rate (by motion type and claim area; of "
        "long papers, the share granted); negative is better"
    )

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], mode: Mode) -> "Performance | None":
        """Return the test results among a model's facts; None if the mode was not tested.

        `facts["performance"]` holds `first_test_year` and, for each mode tested, `rulings` and
        each metric as [value, low, high].
        """
        tests = facts.get("performance", {})
        if mode not in tests:
            return None
        fields = {"rulings": tests[mode]["rulings"], "first_year": tests["first_test_year"]}
        return cls.model_validate(fields | _metrics(tests[mode]))

    @classmethod
    def on_long_papers(cls, facts: Mapping[str, Any], mode: Mode) -> "Performance | None":
        """Return the test results on long papers read by phrases; None if there are none.

        `facts[LONG_PAPERS]` holds the number of `papers`, the `words` of the shortest and the
        longest, and in `by_phrases` each metric of each mode as [value, low, high].
        """
        test = facts.get(LONG_PAPERS)
        if not test or mode not in test["by_phrases"]:
            return None
        usual_words = facts.get("median_words")
        long_papers = {"mode": mode, "words": test["words"], "usual_words": usual_words}
        fields = {"rulings": test["papers"], "long_papers": long_papers}
        return cls.model_validate(fields | _metrics(test["by_phrases"][mode]))

    @computed_field(description="the rulings tested on, in words")  # type: ignore[prop-decorator]
    @property
    def tested_on(self) -> str:
        """The rulings in words: their number, and their years or the length of their papers."""
        if self.long_papers:
            shortest, longest = self.long_papers.words
            return f"{self.rulings} papers of {shortest:,} to {longest:,} words"
        return f"{self.rulings} rulings of {self.first_year} and later"

    @computed_field(  # type: ignore[prop-decorator]
        description="how good the model was in the test, in sentences: words first, then figures"
    )
    @property
    def explained(self) -> list[str]:
        """The test in sentences, for a reader who has not met the figures before."""
        earlier = "" if self.long_papers else ", by a model trained on earlier years only"
        auc, brier, difference = self.roc_auc, self.brier_score, self.brier_difference
        by = "the share granted" if self.long_papers else "motion type and claim area"
        apart = f"{abs(difference.value):.3f} {'better' if difference.value < 0 else 'worse'}"
        return [
            f"Tested with this kind of input on {self.tested_on}{earlier}.",
            "Of a motion that was granted and one that was denied, it gave the granted one the "
            f"higher probability {auc.value:.0%} of the time (ROC AUC {auc.value:.2f}, 95% "
            f"interval {auc.low:.2f} to {auc.high:.2f}; 0.5 is chance, 1 is perfect).",
            f"The probabilities missed by a mean square of {brier.value:.3f} (Brier score, 95% "
            f"interval {brier.low:.3f} to {brier.high:.3f}; 0 is perfect, and 50% for every motion "
            f"scores 0.25), {apart} than the base rate by {by}.",
        ]

    @computed_field(  # type: ignore[prop-decorator]
        description="a warning, unless the model is better than the base rate with motions of the "
        "usual length"
    )
    @property
    def warning(self) -> str | None:
        """A warning unless the whole interval of the Brier difference is below 0.

        Of long papers it says how the test came out, whichever way.
        """
        if self.long_papers is None:
            return None if self.brier_difference.high < 0 else UNPROVEN
        mode = self.long_papers.mode
        return (
            f"Tested on {_usual_papers(self.long_papers.usual_words)}; on {self.rulings} long "
            f"papers, {_READING[mode]} was {_beside_base_rate(self.brier_difference)}. "
            f"{ADVICE[mode]}"
        )


def untested_length(usual_words: int | None, mode: Mode) -> str:
    """Say that a model was not tested on long papers, and what to do about it.

    Parameters
    ----------
    usual_words
        Median words of the motions that it was trained on; None if unknown.
    mode
        What the motion gives: text, or codings too.
    """
    usual = _usual_papers(usual_words)
    return f"Not tested on papers of this length, but on {usual}. {ADVICE[mode]}"


def _metrics(test: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: dict(zip(("value", "low", "high"), test[name], strict=True))
        for name in ("roc_auc", "brier_score", "brier_difference")
    }


def _usual_papers(words: int | None) -> str:
    """Name the papers of the usual length.

    >>> _usual_papers(59), _usual_papers(None)
    ('papers of about 60 words', 'short papers')
    """
    return "short papers" if words is None else f"papers of about {max(10, round(words, -1))} words"


def _beside_base_rate(difference: Estimate) -> str:
    if difference.high < 0:
        return "better than the base rate"
    return "worse than the base rate" if difference.low > 0 else "no better than the base rate"
