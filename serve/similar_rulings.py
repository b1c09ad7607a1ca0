"""Comparable rulings: the training rulings most like a motion, what they share, how they differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, Field

from data.arrays import Floats
from data.bluebook import bluebook_citation
from data.codebook import Outcome, SourceKind
from data.courts import court_citation
from data.describe import wilson_interval
from data.schema import Motion
from features.build import COLUMNS, build_features
from features.frame import FeatureFrame
from features.indicators import NOT_SHOWN_CODE
from serve.responses import ComparableRate, plain
from train.model.grant_model import GrantModel, describe_relief
from train.model.likeness import (
    CLAIM_AREA,
    MOTION_TYPE,
    RATED_MODES,
    CodedValues,
    Compared,
    suppose_claim_area,
)
from train.model.likeness import Likeness as LikenessOfAll
from train.model.neighbors import Neighbors
from train.model.vocabulary import row_of
from train.modes import mode_of

RATE_RULINGS = 20
"""Most similar rulings, whose grant rate is given: fewer give a noisy rate, more are less alike."""
LISTED_FROM = 100
"""Most similar rulings, of which those of the claim area and kind of motion are listed first."""
DEFAULT_LIMIT = 5
"""Rulings listed unless another number is asked for."""
MAX_FEATURES = 4
"""Shared and differing features listed for each ruling."""
MAX_SHARE = 0.25
"""Share of the rulings above which a value is too common to be a reason for comparing two."""
SOURCE_WORDS: Mapping[str, str] = {
    SourceKind.OPINION: "opinion",
    SourceKind.BRIEF: "case brief or digest",
    SourceKind.APPEAL: "opinion on appeal",
    SourceKind.NEWS: "news report",
}
"""What kind of page a link leads to."""


class NoComparables(LookupError):
    """The model holds no rulings to compare with."""


class Likeness(BaseModel):
    """How alike a ruling and the motion are, part by part, from 0 to 1; null where not shown."""

    ratings: float | None = Field(
        None, description="of the Winter ratings: 1 for the same, 0 for opposite ends of the scale"
    )
    codings: float | None = Field(
        None,
        description="of the coded facts that either shows, the share that both show; rare ones "
        "count for more",
    )
    words: float | None = Field(None, description="of the words and phrases of the papers (cosine)")
    model: float | None = Field(
        None, description="share of the model's trees that put both into the same leaf"
    )
    forecast: float | None = Field(
        None, description="of the forecasts, where the motion has one: 1 less their difference"
    )


class Comparable(BaseModel):
    """One training ruling similar to the motion."""

    id: str
    caption: str | None
    court: str | None = Field(
        description="the court as lawyers cite it, or its name or id where it has no such form"
    )
    decided: str
    year: int
    outcome: str
    citation: str | None = Field(
        description="Bluebook citation without the case name, where there is one; as coded where "
        "the court's Bluebook form is unknown"
    )
    source: str | None = Field(description="address of the page the ruling was coded from")
    source_kind: SourceKind | None = Field(
        description="what that page is: the opinion, a case brief or digest, an opinion on appeal, "
        "or news"
    )
    claim_area: str | None
    motion_type: str | None
    similarity: float = Field(description="0 to 1: weighted mean of the parts of the likeness")
    likeness: Likeness
    shared: list[str] = Field(
        description="coded facts both have, the most telling (the rarest) first; none that is "
        "common among the rulings, and nothing of the forum"
    )
    differences: list[str] = Field(
        description="coded facts of the ruling where the motion shows another, the most telling "
        "first"
    )


class ComparablesAnswer(BaseModel):
    """The training rulings most like a motion, and the grant rate of the 20 most similar.

    Of the 100 most similar, those of the motion's claim area and kind of motion come first, then
    those of its claim area; each by similarity.
    """

    court: str | None = Field(
        description="the motion's own court as lawyers cite it, or its name or id"
    )
    claim_area: str | None = Field(description="the motion's claim area, as coded or as read")
    motion_type: str | None
    ratings_inferred: bool = Field(
        description="whether the likeness of ratings is of those inferred from the papers, the "
        "motion having none"
    )
    comparable_rate: ComparableRate
    rulings: list[Comparable]
    model_version: str


def find_comparables(
    model: GrantModel,
    neighbors: Neighbors,
    version: str,
    motion: Motion,
    limit: int = DEFAULT_LIMIT,
) -> ComparablesAnswer:
    """Find the training rulings most like a motion; rulings of its own case are left out.

    Parameters
    ----------
    neighbors
        The rulings kept with the model.
    version
        The model's version, for the answer.
    limit
        Number of rulings to list.
    """
    mode = mode_of(motion)
    frame = model.prepare(build_features([motion]))
    batches = model.split_by_ensemble(frame, [mode])
    (leaves,) = model.leaf_indices(batches)
    terms = None if frame.terms is None else row_of(frame.terms, 0)
    supposed = suppose_claim_area(frame.papers[0], model.categories)
    compared = Compared(mode, batches[0].matrix[0], leaves, terms, supposed)
    nearest = _nearest(model, neighbors, motion, compared, limit)
    facts = _Facts(frame, compared.encoded, neighbors.coded_values, model.categories)
    return ComparablesAnswer(
        court=_court_name(motion.court),
        claim_area=_category(CLAIM_AREA, compared.encoded, model.categories),
        motion_type=motion.motion_type,
        ratings_inferred=mode not in RATED_MODES,
        comparable_rate=_grant_rate(model, neighbors, nearest.of_rate),
        rulings=[_comparable(neighbors, nearest, row, facts) for row in nearest.listed],
        model_version=version,
    )


def comparable_rate(
    model: GrantModel, neighbors: Neighbors, motion: Motion, compared: Compared
) -> ComparableRate:
    """Return how often the training rulings most like a motion granted relief."""
    nearest = _nearest(model, neighbors, motion, compared, RATE_RULINGS)
    return _grant_rate(model, neighbors, nearest.of_rate)


def nearest_outcomes(
    model: GrantModel, neighbors: Neighbors, motion: Motion, compared: Compared, limit: int
) -> list[dict[str, str]]:
    """Return `id` and `outcome` of the rulings that `find_comparables` would list."""
    rows = _nearest(model, neighbors, motion, compared, limit).listed
    records = [neighbors.records[row] for row in rows]
    return [{name: str(record[name]) for name in ("id", "outcome")} for record in records]


class _Nearest(NamedTuple):
    """The rulings most like a motion.

    Attributes
    ----------
    likeness, similarity
        Of all rulings.
    of_rate
        Rows of the `RATE_RULINGS` most similar, of other cases.
    listed
        The rows to list: of the `LISTED_FROM` most similar, those of the motion's claim area and
        kind come first.
    """

    likeness: LikenessOfAll
    similarity: Floats
    of_rate: list[int]
    listed: list[int]


def _nearest(
    model: GrantModel, neighbors: Neighbors, motion: Motion, compared: Compared, limit: int
) -> _Nearest:
    likeness = neighbors.likeness(model, compared)
    similarity = likeness.similarity
    rows = np.flatnonzero(neighbors.from_other_cases(motion))
    distance, n = -similarity[rows], max(limit, LISTED_FROM)
    if n < len(rows):  # a partition first: sorting all rulings would take longer
        near = distance <= np.partition(distance, n - 1)[n - 1]
        rows, distance = rows[near], distance[near]
    by_similarity = rows[np.argsort(distance, kind="stable")[:n]]
    first, others = by_similarity[:LISTED_FROM], by_similarity[LISTED_FROM:]
    by_subject = first[np.argsort(-likeness.shared_subject[first], kind="stable")]
    listed = [*by_subject.tolist(), *others.tolist()][:limit]
    of_rate = by_similarity[:RATE_RULINGS].tolist()
    return _Nearest(likeness, similarity, of_rate, listed)


def _grant_rate(model: GrantModel, neighbors: Neighbors, rows: Sequence[int]) -> ComparableRate:
    granted = int(neighbors.granted[rows].sum()) if rows else 0
    outcomes = Counter(str(neighbors.records[row]["outcome"]) for row in rows)
    low, high = wilson_interval(granted, len(rows))
    return ComparableRate(
        rulings=len(rows),
        granted=granted,
        in_full=outcomes[Outcome.GRANTED],
        in_part=outcomes[Outcome.GRANTED_IN_PART],
        counted_as=f"relief {describe_relief(model.facts)}",
        rate=granted / len(rows) if rows else model.base_rate,
        low=low,
        high=high,
    )


class _Facts(NamedTuple):
    """A motion's coded facts, and what is needed to compare a ruling's with them.

    Attributes
    ----------
    frame
        The frame of the motion alone.
    encoded
        (columns,) its encoded features.
    values
        The values of the rulings' codings.
    categories
        As in `GrantModel.categories`.
    """

    frame: FeatureFrame
    encoded: Floats
    values: CodedValues
    categories: Mapping[str, Sequence[str]]

    def compare(self, other: Floats) -> tuple[list[str], list[str]]:
        """Return the telling facts a ruling shares with the motion, and those in which it differs.

        A fact is telling if few rulings have it. Where the motion shows nothing of a field, the two
        do not differ in it.

        Parameters
        ----------
        other
            (columns,) the ruling's encoded codings.
        """
        values = self.values
        telling = values.shown(other) & (values.shares <= MAX_SHARE)
        own = values.shown(self.encoded)
        known = self.frame.provenance[0, values.columns] != NOT_SHOWN_CODE
        return self._words(telling & own), self._words(telling & ~own & known)

    def _words(self, chosen: Any) -> list[str]:
        rows = np.flatnonzero(chosen)
        rarest = rows[np.argsort(self.values.shares[rows], kind="stable")][:MAX_FEATURES]
        return [self._describe(*self.values.column_and_code(row)) for row in rarest.tolist()]

    def _describe(self, index: int, code: float) -> str:
        column = COLUMNS[index]
        if column.name in self.categories:
            return column.describe(self.categories[column.name][int(code)])
        return column.describe(plain(code))


def _comparable(neighbors: Neighbors, nearest: _Nearest, row: int, facts: _Facts) -> Comparable:
    record, coded = neighbors.records[row], neighbors.matrices["coded"][row].astype(float)
    shared, differences = facts.compare(coded)
    parts = {part: values[row] for part, values in nearest.likeness.parts.items()}
    cited = ("court", "decided", "citation", "docket_number", "source_kind")
    return Comparable(
        **{name: record[name] for name in ("id", "caption", "decided", "outcome", "source")},
        court=_court_name(record["court"]),
        year=int(record["decided"][:4]),
        citation=bluebook_citation(**{name: record[name] for name in cited}),
        source_kind=record["source_kind"],
        claim_area=_category(CLAIM_AREA, coded, facts.categories),
        motion_type=_category(MOTION_TYPE, coded, facts.categories),
        similarity=float(nearest.similarity[row]),
        likeness=Likeness(**{part: float(v) for part, v in parts.items() if not np.isnan(v)}),
        shared=shared,
        differences=differences,
    )


def _category(index: int, encoded: Floats, categories: Mapping[str, Sequence[str]]) -> str | None:
    """Return the value of a column of categories, None if it is not shown."""
    code = encoded[index]
    return None if np.isnan(code) else categories[COLUMNS[index].name][int(code)]


def _court_name(court: str | None) -> str | None:
    return court_citation(court) if court else None
