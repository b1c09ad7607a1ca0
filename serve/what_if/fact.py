"""What if a fact were in the papers: they are read again with it, and the motion moves along.

An indicator changed by hand says little; a reading moves as a whole, ratings and forecast included.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from data.schema import RATINGS, Motion
from features.coder.coder import Coder, Coding
from features.coder.language_model import OnProgress
from features.coder.reading import CODED, PartialMotion, known_fields
from serve.predictor import Predictor
from serve.what_if.levers import Party
from train.model.prior_shift import BaseRates

NOTE = (
    "The language model read the papers twice, without the fact and with it. Two readings differ "
    "by chance, too: several samples of each average that out. The estimate moves as if the fact "
    "were in the papers; it does not predict what a court would do."
)
_RATING_RANGE = (1.0, 5.0)
_FORECAST_RANGE = (0.02, 0.98)
_SUMMARY_OF: dict[Party, str] = {"movant": "summary", "opponent": "opposition_summary"}
_PAPER_OF: dict[Party, str] = {"movant": "motion", "opponent": "opposition"}


class Moved(BaseModel):
    """A field that the reading moved, and its values without the fact and with it."""

    field: str
    kind: Literal["coding", "rating", "forecast"]
    before: Any
    after: Any
    quotes: list[str] = Field(description="words of the papers, or the fact, for the new value")


class Estimate(BaseModel):
    """A probability and its interval."""

    p_grant: float
    p_low: float
    p_high: float


class FactAnswer(BaseModel):
    """What a fact would change."""

    fact: str
    party: Party = Field(description="the party in whose papers it would stand")
    before: Estimate
    after: Estimate
    points: float = Field(description="percentage points by which p_grant moves")
    moved: list[Moved]
    note: str = NOTE
    model_version: str
    coder: str = Field(description="the language model that read the papers")


def what_if_fact(
    predictor: Predictor,
    coder: Coder,
    motion: PartialMotion,
    fact: str,
    party: Party = "opponent",
    base_rates: BaseRates | None = None,
    on_progress: OnProgress = lambda message: None,
) -> FactAnswer:
    """Read the papers with a fact added, and see what moves.

    Values that the motion has are its author's: a coding stays unless the fact changes it, and a
    rating or forecast moves by as much as the reading's does.

    Parameters
    ----------
    fact
        One or more sentences.
    party
        Whose papers they are added to.

    Raises
    ------
    CoderFailed
        If the language model gives no usable answer.
    pydantic.ValidationError
        If neither the motion nor the reading gives a required field.
    """
    given = known_fields(motion)
    papers = {name: value for name, value in given.items() if not _is_reading(name)}
    paper = _PAPER_OF[party]
    with_fact = papers | {paper: "\n\n".join(filter(None, (papers.get(paper), fact.strip())))}
    without, with_it = (coder.read(papers, on_progress), coder.read(with_fact, on_progress))
    before = without.to_motion(given)
    after = _moved_along(before, without, with_it, party, str(with_fact[paper]))
    table = predictor.probabilities([before, after], base_rates)
    estimates = [
        Estimate(p_grant=row.p_grant, p_low=row.p_low, p_high=row.p_high)
        for row in table.itertuples()
    ]
    return FactAnswer(
        fact=fact.strip(),
        party=party,
        before=estimates[0],
        after=estimates[1],
        points=100 * (estimates[1].p_grant - estimates[0].p_grant),
        moved=_list_moves(before, after),
        model_version=predictor.version,
        coder=coder.settings.model,
    )


def _is_reading(name: str) -> bool:
    """Tell whether a reading gives a field, rather than what the papers are of."""
    read = (*CODED, *RATINGS, "forecast", "forecast_spread", "summary", "opposition_summary")
    return name in (*read, "quotes") and name != "motion_type"


def _moved_along(
    before: Motion, without: Coding, with_it: Coding, party: Party, paper: str
) -> Motion:
    """Return the motion with what differs between the two readings changed alike."""
    old, new = without.checked.to_motion(without.motion), with_it.checked.to_motion(with_it.motion)
    fields: dict[str, Any] = before.model_dump()
    quotes = dict(fields["quotes"] or {})
    for name in CODED:
        if _as_compared(getattr(old, name)) != _as_compared(getattr(new, name)):
            fields[name] = getattr(new, name)
            quotes[name] = (new.quotes or {}).get(name, ())
    for name in RATINGS:
        fields[name] = _shifted(fields[name], getattr(old, name), getattr(new, name))
    fields["forecast"] = _shifted_odds(fields["forecast"], old.forecast, new.forecast)
    if fields["forecast_spread"] is not None and with_it.spread is not None:
        fields["forecast_spread"] = with_it.spread
    # The other party's account is the same paper read twice: its words differ by chance alone.
    fields[_SUMMARY_OF[party]] = getattr(new, _SUMMARY_OF[party])
    fields[_PAPER_OF[party]] = paper
    fields["quotes"] = {name: found for name, found in quotes.items() if found} or None
    return Motion.model_validate(fields)


def _shifted(value: float | None, old: float | None, new: float | None) -> float | None:
    """Move a rating by as much as the reading moved; one that was not given is the reading's."""
    if value is None or old is None or new is None:
        return new if value is None or new is not None else value
    low, high = _RATING_RANGE
    return min(max(value + new - old, low), high)


def _shifted_odds(value: float | None, old: float | None, new: float | None) -> float | None:
    """Move a forecast by as many log-odds as the reading's moved."""
    if value is None or old is None or new is None:
        return new if value is None or new is not None else value
    low, high = _FORECAST_RANGE
    odds = [math.log(p / (1 - p)) for p in (min(max(p, low), high) for p in (value, old, new))]
    return min(max(1 / (1 + math.exp(-(odds[0] + odds[2] - odds[1]))), low), high)


def _list_moves(before: Motion, after: Motion) -> list[Moved]:
    kinds: Mapping[str, Literal["coding", "rating", "forecast"]] = {
        **dict.fromkeys(CODED, "coding"),
        **dict.fromkeys(RATINGS, "rating"),
        "forecast": "forecast",
    }
    return [
        Moved(
            field=name,
            kind=kind,
            before=getattr(before, name),
            after=getattr(after, name),
            quotes=list((after.quotes or {}).get(name, ())) if kind == "coding" else [],
        )
        for name, kind in kinds.items()
        if _as_compared(getattr(before, name)) != _as_compared(getattr(after, name))
    ]


def _as_compared(value: Any) -> Any:
    """Return a value so that lists in another order, and numbers nearly the same, are equal."""
    if isinstance(value, tuple):
        return frozenset(value)
    return round(value, 6) if isinstance(value, float) else value
