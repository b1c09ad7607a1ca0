"""What the files of a model folder may hold: types, ranges and sizes (see `train.model.damage`).

The limits are far beyond what training writes. What they keep out would end an answer with an
error, with a probability that means nothing, or with all memory used.
"""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from data.codebook import Outcome, SourceKind
from data.labels import PartialGrants
from data.schema import RATINGS

MAX_BAGS = 10_000
_MAX_TERMS = 5_000_000
MAX_SIZE = 1e6
"""Largest absolute value of log-odds, slopes and weights."""
_MAX_DEPTH = 12
_MAX_FACT = 1e15
Kind = TypeVar("Kind")


def _bounded(value: float) -> float:
    """Allow NaN, which stands for a figure that too few rulings leave unknown."""
    if abs(value) > MAX_SIZE:
        raise ValueError("too large")
    return value


def is_plain(value: Any, depth: int = _MAX_DEPTH) -> bool:
    """Return whether an answer or a page can show a value of JSON, whatever it says."""
    if depth < 0:
        return False
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return all(is_plain(key) and is_plain(item, depth - 1) for key, item in value.items())
    if isinstance(value, list):
        return all(is_plain(item, depth - 1) for item in value)
    return value is None or not abs(value) > _MAX_FACT


_Number = Annotated[float, Field(ge=-MAX_SIZE, le=MAX_SIZE, allow_inf_nan=False)]
_Positive = Annotated[float, Field(ge=0, le=MAX_SIZE, allow_inf_nan=False)]
_Figure = Annotated[float, AfterValidator(_bounded)]
_Count = Annotated[int, Field(ge=0, le=10**12)]
_Text = Annotated[str, StringConstraints(max_length=10_000)]
_LongText = Annotated[str, StringConstraints(max_length=100_000)]
_Texts = Annotated[list[_Text], Field(max_length=_MAX_TERMS)]
_Numbers = Annotated[list[_Number], Field(max_length=MAX_BAGS)]
_OfRatings = Annotated[list[_Number], Field(min_length=len(RATINGS), max_length=len(RATINGS))]
_Interval = Annotated[list[_Figure], Field(min_length=3, max_length=3)]
_Pair = Annotated[list[_Count], Field(min_length=2, max_length=2)]
_NBags = Annotated[int, Field(ge=2, le=MAX_BAGS)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _ReaderLine(_Strict):
    intercept: _Number
    slope: _Number
    mean: _Number


class _RatingLine(_Strict):
    intercept: _Number
    slopes: _OfRatings
    means: _OfRatings


class _Calibration(_Strict):
    intercept: _Number
    slope: _Number
    bag_intercepts: _Numbers
    bag_slopes: _Numbers
    spread: _Positive
    offset_slope: _Number
    bag_offset_slopes: _Numbers


class _OfBases(_Strict, Generic[Kind]):
    forecast: Kind
    rated: Kind
    unrated: Kind


class _Reading(_Strict):
    field: _Text
    value: _Text
    hits: _Count
    right: _Count
    low: _Figure
    high: _Figure


class _Metrics(_Strict):
    roc_auc: _Interval
    brier_score: _Interval
    brier_difference: _Interval


class _Test(_Metrics):
    rulings: _Count


class _LongTest(_Metrics):
    spread: _Positive = 0.0


class _Tests(_Strict):
    first_test_year: Annotated[int, Field(ge=0, le=9999)] | None = None
    forecast: _Test | None = None
    rated: _Test | None = None
    coded: _Test | None = None
    text: _Test | None = None


class _LongPapers(_Strict):
    papers: _Count = 0
    words: _Pair = [0, 0]
    by_phrases: dict[_Text, _LongTest] = {}
    readings: dict[_Text, _Pair] = {}


class _Bins(_Strict):
    counts: list[_Count]
    edges: list[_Figure] = []
    values: list[_Text] = []


class _Facts(_Strict):
    builder_digest: _Text = ""
    data_digest: _Text = ""
    distribution: dict[_Text, dict[_Text, _Bins]] | None = None
    long_papers: _LongPapers | None = None
    median_words: _Count | None = None
    partial_grants_as: PartialGrants = "granted"
    performance: _Tests = _Tests()
    rating_averages: dict[_Text, _Figure] = {}
    value_outcomes: dict[_Text, dict[_Text, _Pair]] | None = None


class _Card(_Strict):
    base_rate: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    facts: _Facts


class _Model(_Card):
    columns: Annotated[list[_Text], Field(max_length=10_000)]
    has_rating_model: bool
    categories: dict[_Text, Annotated[list[_Text], Field(max_length=10_000)]]
    calibrations: _OfBases[_Calibration]
    reader_lines: _OfBases[_ReaderLine | None]
    rating_lines: _OfBases[_RatingLine | None]
    n_bags: _OfBases[_NBags]
    lexicon_digest: _Text
    readings: Annotated[list[_Reading], Field(max_length=100_000)]


class _OfBlocks(_Strict, Generic[Kind]):
    words: Kind
    indicators: Kind
    doctrine: Kind


class _RatingModel(_Strict):
    terms: _OfBlocks[_Texts]
    idf: _OfBlocks[list[Annotated[_Positive, Field(gt=0)]]]
    weights: list[list[_Number | None]]
    intercepts: list[_Number | None]
    errors: list[_Positive | None]


class _Scope(_Strict):
    words: _Texts
    strangeness: list[Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]]
    counts: dict[_Text, dict[_Text, _Count]]


class _Record(_Strict):
    id: _LongText
    case_id: _LongText | None
    caption: _LongText | None
    court: _Text | None
    docket_number: _LongText | None
    decided: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")]
    outcome: Annotated[Outcome, Field(strict=False)]
    citation: _LongText | None
    source: _LongText | None
    source_kind: Annotated[SourceKind | None, Field(strict=False)] = None


CARD = TypeAdapter[Any](_Card)
"""What of `model.json` says how good a model is."""
MODEL = TypeAdapter[Any](_Model)
RATING_MODEL = TypeAdapter[Any](_RatingModel | None)
SCOPE = TypeAdapter[Any](_Scope)
RECORD = TypeAdapter[Any](_Record)
