"""The answer about one motion: probability, interval, factors in words, and the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, computed_field

from data.base_rates import CountedRate
from data.schema import Motion
from features.families import inferred_ratings
from features.indicators import Reading, Source, reading_of_hit
from features.phrases.context import Speaker
from features.phrases.hits import Hit
from features.phrases.lexicon import listed_meaning
from serve.performance import Performance
from train.model.rating_model import is_stop_term
from train.model.readings import Precision
from train.modes import Mode

DISCLAIMER = (
    "A statistical estimate from past published rulings. It is not legal advice and makes no "
    "finding about any judge or party."
)


Side = Literal["movant", "opponent"]
"""Whom a fact speaks for: the party who asks for relief, or the one who opposes it."""
_INFERRED = frozenset(column.name for column in inferred_ratings.COLUMNS)
"""Columns whose evidence is the words that weighed most, whatever they say."""
TextName = Literal["motion", "opposition", "summary", "opposition_summary"]
"""The texts of a motion that evidence may be in."""


@dataclass(slots=True)
class MeasuredPrecision:
    """How often what a phrase indicates was right, where coders had read the papers too."""

    value: Annotated[float, Field(description="share of readings that were right")]
    low: Annotated[float, Field(description="lower end of its 95% interval")]
    high: Annotated[float, Field(description="upper end of its 95% interval")]
    rulings: Annotated[int, Field(description="rulings in which it was read and checked")]


# A plain dataclass: pydantic models check every field, and an answer may have a hundred phrases.
@dataclass(slots=True)
class Phrase:
    """Words in the papers that a feature was read from, or that support its coding."""

    factor: Annotated[str, Field(description="the feature column it is evidence for")]
    paper: Annotated[
        TextName,
        Field(description="the text it is in: a paper, or the summary read in its place"),
    ]
    start: Annotated[int, Field(description="offset of its first character in that text")]
    end: Annotated[int, Field(description="offset just past its last character")]
    text: str
    meaning: Annotated[
        str | None, Field(description="what such words indicate, where a lexicon lists them")
    ]
    negated: Annotated[bool, Field(description="whether a negation cancels it")]
    uncertain: Annotated[
        bool, Field(description="whether the statement is uncertain: may, could, fears")
    ]
    speaker: Annotated[
        Speaker, Field(description="whose statement it is: a party's, or the record's")
    ]
    sentence: Annotated[
        tuple[int, int] | None,
        Field(description="offsets of its sentence: first character, just past the last"),
    ]
    quoted: Annotated[
        bool, Field(description="whether the reader who coded the motion quotes these words")
    ] = False
    quoted_for: Annotated[
        str | None,
        Field(
            description="the field quoted for, where it lists several values: the quotes bear out "
            "the list, not each value"
        ),
    ] = None
    precision: Annotated[
        MeasuredPrecision | None,
        Field(
            description="how often such a reading was right; null for quotes, cases cited and "
            "single words, which are not read by phrases"
        ),
    ] = None


class Factor(BaseModel):
    """One feature's contribution to the probability."""

    factor: str = Field(description="the feature column")
    family: str
    label: str = Field(description="the feature and its value in words")
    value: float | str | None
    source: Source = Field(description="coded by the user, read from text, or not shown")
    log_odds: float = Field(description="TreeSHAP share of the calibrated log-odds")
    points: float = Field(description="percentage points by which it moves the probability")
    favors: Side = Field(description="whom it speaks for: the movant if it raises the probability")
    average: float | None = Field(
        default=None,
        description="of a rating, the average of the training rulings, where it is known",
    )
    error: float | None = Field(
        default=None, description="of a rating inferred from the papers, its typical error"
    )


class ScorecardRow(BaseModel):
    """One of the four factors of Winter v. NRDC, 555 U.S. 7, 20 (2008)."""

    factor: str = Field(
        description="likelihood_of_success, irreparable_harm ...: a field of motion"
    )
    source: Literal["given", "read", "unknown"] = Field(
        description="rated by the user or a reader, inferred from the words of the papers, or "
        "neither"
    )
    value: float | None = Field(description="the rating from 1 to 5; null if unknown")
    error: float | None = Field(
        description="typical error of a rating that was read: root mean square on unseen cases"
    )
    average: float | None = Field(
        description="average rating of the training rulings; null if the model does not keep it"
    )
    favors: Side | Literal["neither"] | None = Field(
        description="whom it speaks for: neither within a quarter of a point of the average, or "
        "the error of a rating that was read (where the average is null, of 3, the middle of "
        "the scale); null if unknown"
    )
    points: float | None = Field(
        description="percentage points by which this rating moves the probability; null if unknown"
    )


class FamilyShare(BaseModel):
    """The contribution of all features of a family."""

    family: str
    log_odds: float
    points: float


class BaseRateAdjustment(BaseModel):
    """The adjustment to a population with another grant rate (Saerens et al. 2002)."""

    grant_rate: float = Field(description="grant rate adjusted to")
    base_rate: float = Field(description="grant rate of the training rulings, adjusted from")
    court: str | None = Field(description="the court whose own counts gave the rate, if any")
    p_unadjusted: float = Field(description="p_grant before the adjustment")
    log_odds: float = Field(description="what it adds to the log-odds of p_grant and its interval")
    points: float = Field(description="percentage points by which it moves the probability")


class CorrectedForecast(BaseModel):
    """The reader's own forecast, and what such forecasts were worth."""

    given: float = Field(description="the forecast of the motion, from 0 to 1")
    corrected: float = Field(
        description="share of grants among training rulings with such a forecast, by a logistic "
        "regression; p_grant adds what the papers, codings and ratings say"
    )
    spread: float | None = Field(
        description="standard deviation of the log-odds of several forecasts, if given; the "
        "interval is wider by it"
    )

    @computed_field(description="the same in words")  # type: ignore[prop-decorator]
    @property
    def text(self) -> str:
        """The forecast as given and as recalibrated, which is what counts."""
        spread = (
            f", the mean of several that differ by {self.spread:.2f} in log-odds, so the interval "
            "is wider"
            if self.spread
            else ""
        )
        return (
            f"{self.given:.0%}{spread}; recalibrated to {self.corrected:.0%}, the share granted "
            "among training rulings with such an estimate"
        )


class ComparableRate(BaseModel):
    """How often the training rulings most like the motion granted relief."""

    rulings: int = Field(description="number of rulings, all from other cases")
    granted: int
    in_full: int = Field(description="rulings that granted the motion in full")
    in_part: int = Field(
        description="rulings that granted it in part, whether or not these count as granted"
    )
    counted_as: str = Field(
        description="what counts as granted: relief at least in part, or in full"
    )
    rate: float
    low: float = Field(description="lower end of the 95% Wilson interval of the rate")
    high: float = Field(description="upper end of the 95% Wilson interval of the rate")

    @computed_field(description="the same in a sentence")  # type: ignore[prop-decorator]
    @property
    def text(self) -> str:
        """The rate in a sentence, with the grants in full and in part."""
        if self.granted == self.in_full + self.in_part:
            granted = f"{self.granted} granted relief"
            split = f": {self.in_full} in full, {self.in_part} in part" if self.granted else ""
        else:  # only a grant in full counts as one
            granted, split = (
                f"{self.granted} granted relief in full",
                f" and {self.in_part} in part",
            )
        return (
            f"Of the {self.rulings} training rulings most like this motion, {granted}{split} "
            f"({self.rate:.0%}; 95% interval {self.low:.0%} to {self.high:.0%})"
        )


class CourthouseRate(BaseModel):
    """How often courts grant such motions, by a count other than that of the training rulings."""

    rate: float = Field(description="share granted at least in part")
    population: str = Field(description="what was counted")
    source: str = Field(description="where the count was published")
    text: str = Field(description="the rate in words")

    @classmethod
    def of(
        cls, counted: CountedRate, motion: Motion, in_state_court: bool
    ) -> "CourthouseRate | None":
        """Return the rate to set beside that of the training rulings; None if it does not fit.

        Parameters
        ----------
        in_state_court
            Whether the motion is before a state court, of which the count says nothing.
        """
        if motion.motion_type not in counted.motion_types:
            return None
        beyond = "; no count of state courts is known" if in_state_court else ""
        return cls(
            rate=counted.rate,
            population=counted.population,
            source=counted.source,
            text=f"about {counted.rate:.0%} {counted.courts}{beyond}",
        )


class Answer(BaseModel):
    """The answer about one motion."""

    id: str | None
    court: str | None = Field(
        None, description="the court as lawyers cite it, or its name or id; null if not given"
    )
    conclusion: list[str] = Field(
        description="the answer in two plain sentences, how often such motions are granted and "
        "what decides it; out of scope a third, the warning"
    )
    p_grant: float = Field(description="calibrated probability that the motion is granted")
    p_low: float = Field(description="lower end of the interval of p_grant")
    p_high: float = Field(description="upper end of the interval of p_grant")
    interval: float = Field(description="nominal level of the interval")
    in_scope: bool = Field(
        description="whether the motion is like the training rulings, and has codings if its "
        "papers are long"
    )
    out_of_scope: list[str] = Field(description="why it is not, if so; the interval is then wider")
    mode: Mode = Field(description="the strongest input that the estimate is based on")
    based_on: list[str] = Field(
        description="what the estimate rests on, in words, the strongest input first"
    )
    forecast: CorrectedForecast | None = Field(
        None, description="the reader's own forecast and its correction, if there is one"
    )
    base_rate: float = Field(description="share granted among the training rulings")
    courthouse_rate: CourthouseRate | None = Field(
        None,
        description="share granted in the courthouse, which is lower, by a published count; null "
        "for kinds of motion that were not counted",
    )
    comparable_rate: ComparableRate | None = Field(
        None, description="grant rate of the training rulings most like the motion"
    )
    performance: Performance | None = Field(
        description="how well the model predicted later rulings in this mode; where the motion is "
        "a long paper without codings, how well it predicted long papers"
    )
    notes: list[str] = Field(description="parts of the motion that could not be used, and why")
    base_log_odds: float = Field(
        description="log-odds before any feature; adding those of the families (and of the base "
        "rate adjustment, if any) gives the log-odds of p_grant"
    )
    base_rate_adjustment: BaseRateAdjustment | None = Field(
        None, description="adjustment to another base rate, if requested"
    )
    scorecard: list[ScorecardRow] = Field(
        description="the four Winter factors: given, read or unknown, and whom each speaks for"
    )
    families: list[FamilyShare]
    factors: list[Factor] = Field(description="the largest contributions, largest first")
    evidence: list[Phrase] = Field(description="phrases in the papers, in reading order")
    model_version: str
    model_digest: str = Field(description="SHA-256 of the model files")
    data_digest: str = Field(description="SHA-256 of the training rulings")
    request_id: str | None = Field(default=None, description="id of the HTTP request")
    disclaimer: str = DISCLAIMER


def list_evidence(
    hits: Mapping[str, tuple[Hit, ...]],
    motion: Motion,
    precision: Mapping[Reading, Precision],
    quotes: Sequence[Phrase] = (),
) -> list[Phrase]:
    """Return the evidence about one motion in reading order.

    Parameters
    ----------
    hits
        The phrases behind each feature column, as in `FeatureFrame.hits`.
    motion
        The motion: phrases found in a summary are said to be there.
    precision
        How often each reading that counts in such papers was right. Of any other phrase, the words
        are shown and not what they mean: they weighed in an inferred rating, no more. Of those,
        words that say nothing of the case are not shown.
    quotes
        Quotes from the papers; a column that has some needs no phrases from a summary.
    """
    texts: dict[str, TextName] = {
        "motion": "summary" if motion.summary else "motion",
        "opposition": "opposition_summary" if motion.opposition_summary else "opposition",
    }
    quoted = {phrase.factor for phrase in quotes}
    measured = {hit: precision.get(reading_of_hit(hit)) for hits_ in hits.values() for hit in hits_}
    phrases = [
        Phrase(
            factor=column,
            paper=texts[hit.paper],
            start=hit.start,
            end=hit.end,
            text=hit.words,
            meaning=listed_meaning(hit.field, hit.value)
            if measured[hit] and hit.quotable
            else None,
            negated=hit.negated,
            uncertain=hit.uncertain,
            speaker=hit.speaker,
            sentence=hit.sentence,
            precision=_measured(measured[hit]) if hit.quotable else None,
        )
        for column, hits_of_column in hits.items()
        for hit in hits_of_column
        if not (column in quoted and texts[hit.paper] != hit.paper)
        and (
            (hit.quotable and (measured[hit] or column not in _INFERRED))
            or (column in _INFERRED and not is_stop_term(hit.words.lower()))
        )
    ]
    order = get_args(TextName)
    return sorted(
        [*phrases, *quotes],
        key=lambda phrase: (order.index(phrase.paper), phrase.start, phrase.end),
    )


def _measured(precision: Precision | None) -> MeasuredPrecision | None:
    if precision is None:
        return None
    return MeasuredPrecision(precision.value, precision.low, precision.high, precision.hits)


def plain(value: Any) -> float | str | None:
    """Return a feature value as JSON can hold it: NaN and None are both None ("not shown")."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    return value if isinstance(value, str) else float(value)
