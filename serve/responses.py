"""What an answer says: probability, interval, factors in plain words, and the phrases behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Annotated, Any

from pydantic import BaseModel, Field, computed_field

from features.indicators import Source
from features.phrases.context import Speaker
from features.phrases.hits import Hit
from features.phrases.lexicon import PaperName, listed_meaning
from train.modes import Mode

DISCLAIMER = (
    "A statistical estimate from past published rulings; not legal advice, and not a finding about "
    "any judge or party."
)
UNPROVEN = (
    "In this mode the model has not been shown to do better than the base rate by motion type and "
    "claim area: do not rely on it. Codings of the case help."
)


# Neither a pydantic model, which checks itself, nor frozen: an answer may hold a hundred.
@dataclass(slots=True)
class Phrase:
    """Words of the papers that an indicator was read from, or that bear out its coding."""

    factor: Annotated[str, Field(description="the feature column it speaks for")]
    paper: PaperName
    start: Annotated[int, Field(description="first character in that paper")]
    end: Annotated[int, Field(description="one past the last character")]
    words: str
    means: Annotated[
        str | None, Field(description="what such words speak for, where a lexicon lists them")
    ]
    negated: Annotated[bool, Field(description="a negation cancels it")]
    hedged: Annotated[bool, Field(description="the sentence leaves it open: may, could, fears")]
    speaker: Annotated[Speaker, Field(description="who says it: a party, or the record")]
    sentence: Annotated[
        tuple[int, int] | None,
        Field(description="first character of its sentence, and one past the last"),
    ]


class Factor(BaseModel):
    """One feature's part in the probability."""

    factor: str = Field(description="the feature column")
    family: str
    says: str = Field(description="the feature and its value in plain words")
    value: float | str | None
    source: Source = Field(description="coded by the user, read from text, or not shown")
    log_odds: float = Field(description="TreeSHAP share of the calibrated log-odds")
    points: float = Field(description="percentage points of probability this share moves")


class FamilyShare(BaseModel):
    """All of one family's features together."""

    family: str
    log_odds: float
    points: float


class Estimate(BaseModel):
    """A figure with its 95% interval, bootstrapped by case."""

    value: float
    low: float
    high: float


class PriorShift(BaseModel):
    """The adjustment to a population with another grant rate (Saerens et al. 2002)."""

    grant_rate: float = Field(description="grant rate adjusted to")
    base_rate: float = Field(description="grant rate of the training rulings, adjusted from")
    court: str | None = Field(description="the court whose own counts gave the rate, if any")
    p_unadjusted: float = Field(description="p_grant without the adjustment")
    log_odds: float = Field(description="what it adds to the log-odds of p_grant and its interval")
    points: float = Field(description="percentage points of probability it moves")


class ComparableRate(BaseModel):
    """How often the training rulings most like the motion granted relief."""

    rulings: int = Field(description="how many rulings of other cases were looked at")
    granted: int
    counted: str = Field(description="what counts as granted: relief at least in part, or in full")
    rate: float
    low: float = Field(description="lower end of the 95% Wilson interval of the rate")
    high: float = Field(description="upper end of the 95% Wilson interval of the rate")


class Tested(BaseModel):
    """How the model did in this mode on rulings later than those it was then trained on."""

    rulings: int
    first_year: int = Field(description="first year tested; training used earlier years only")
    roc_auc: Estimate
    brier_score: Estimate
    brier_difference: Estimate = Field(
        description="Brier score less that of the base rate by motion type and claim area; "
        "negative is better"
    )

    @computed_field(description="what to beware of, if anything")  # type: ignore[prop-decorator]
    @property
    def warning(self) -> str | None:
        """Words unless the whole interval of the Brier difference is on the better side."""
        return None if self.brier_difference.high < 0 else UNPROVEN


class Answer(BaseModel):
    """The whole answer about one motion."""

    id: str | None
    p_grant: float = Field(description="calibrated probability that the motion is granted")
    p_low: float = Field(description="lower end of the interval of p_grant")
    p_high: float = Field(description="upper end of the interval of p_grant")
    interval: float = Field(description="nominal level of the interval")
    in_scope: bool = Field(description="whether the motion is like the training rulings")
    out_of_scope: list[str] = Field(description="why it is not; its interval is wider for it")
    mode: Mode = Field(description="what was given: ratings, codings, or text only")
    base_rate: float = Field(description="share granted among the training rulings")
    comparable_rate: ComparableRate | None = Field(
        None, description="grant rate of the training rulings most like the motion"
    )
    tested: Tested | None = Field(description="how far this mode's probabilities can be trusted")
    notes: list[str] = Field(description="what in the motion could not be used, and why")
    base_log_odds: float = Field(
        description="log-odds before any feature; with the families' (and the prior's, where one "
        "is given) it adds up to that of p_grant"
    )
    prior: PriorShift | None = Field(None, description="adjustment to another grant rate, if asked")
    families: list[FamilyShare]
    factors: list[Factor] = Field(description="the largest, largest first")
    phrases: list[Phrase]
    model_version: str
    model_digest: str = Field(description="SHA-256 of the model files")
    data_digest: str = Field(description="SHA-256 of the training rulings")
    request_id: str | None = Field(default=None, description="the request's own id, over HTTP")
    disclaimer: str = DISCLAIMER


def as_phrases(hits: Mapping[str, tuple[Hit, ...]]) -> list[Phrase]:
    """List the phrases of one motion, in reading order."""
    phrases = [
        Phrase(
            factor=name,
            paper=hit.paper,
            start=hit.start,
            end=hit.end,
            words=hit.words,
            means=listed_meaning(hit.field, hit.value),
            negated=hit.negated,
            hedged=hit.hedged,
            speaker=hit.speaker,
            sentence=hit.sentence,
        )
        for name, found in hits.items()
        for hit in found
    ]
    return sorted(phrases, key=lambda phrase: (phrase.paper, phrase.start, phrase.end))


def plain(value: Any) -> float | str | None:
    """Turn a frame's cell into a JSON value: NaN and None are both "not shown"."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    return value if isinstance(value, str) else float(value)
