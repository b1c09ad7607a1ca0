"""A reading: what a language model, or a person by the same protocol, says the papers show."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, model_serializer, model_validator

from data.schema import POST_RULING_FIELDS, RATINGS, Motion
from features.coder.answers import (
    CODED,
    FIELDS,
    FORECAST,
    SUMMARY,
    BadReading,
    Value,
    find_object,
    read_forecast,
    read_quotes,
    read_value,
    read_words,
    taken_apart,
    wrong,
)

__all__ = [
    "CODED",
    "FIELDS",
    "FORECAST",
    "QUOTELESS",
    "SUMMARY",
    "BadReading",
    "Coded",
    "PartialMotion",
    "Rated",
    "Reading",
    "Summary",
    "Value",
    "known_fields",
    "parse_reading",
]

PartialMotion = Motion | Mapping[str, Any]
"""A motion, or what is known of one: its papers and any other fields by their names."""
QUOTELESS = frozenset(
    {"motion_type", "claim_area", "movant_type", "respondent_type", "notice", "relief_form"}
    | {"pro_se", "class_or_mdl"}
)
"""Fields whose values need no quote: the whole of a paper shows them."""
T = TypeVar("T")


class Coded(BaseModel):
    """A coded value and the quotes that bear it out; None is "not shown"."""

    model_config = ConfigDict(frozen=True)

    value: Value = None
    quotes: tuple[str, ...] = ()

    @property
    def claims_nothing(self) -> bool:
        """Whether the value says that there is nothing, which no quote can bear out."""
        return self.value is None or self.value is False or self.value in ("none", ())


class Rated(BaseModel):
    """A rating or a forecast and its reason: the reader's opinion, which no quote proves."""

    model_config = ConfigDict(frozen=True)

    value: int | float | None = None
    reason: str = ""


class Summary(BaseModel):
    """A neutral account of both papers; `opposition` is None where there is none."""

    model_config = ConfigDict(frozen=True)

    motion: str
    opposition: str | None = None


class Reading(BaseModel):
    """What a reader of the papers says they show.

    It is written and read as the protocol's one flat object.

    Attributes
    ----------
    coded
        Every coded field of the schema.
    ratings
        Every Winter factor.
    forecast
        The reader's own probability that the motion is granted at least in part.
    summary
        The papers in the reader's words.
    """

    model_config = ConfigDict(frozen=True)

    coded: dict[str, Coded]
    ratings: dict[str, Rated]
    forecast: Rated
    summary: Summary

    @model_validator(mode="before")
    @classmethod
    def _of_flat(cls, data: Any) -> Any:
        return _fields_of(data) if isinstance(data, Mapping) and "coded" not in data else data

    @property
    def opinions(self) -> dict[str, Rated]:
        """The ratings and the forecast, by field: what no quote can prove."""
        return {**self.ratings, FORECAST: self.forecast}

    @model_serializer
    def to_answer(self) -> dict[str, Any]:
        """Return the reading as the protocol's object."""
        parts = {**self.coded, **self.opinions, SUMMARY: self.summary}
        return {name: part.model_dump() for name, part in parts.items()}

    def to_motion(self, motion: PartialMotion) -> Motion:
        """Return the motion with what it lacks taken from this reading.

        A value that the motion has is its author's own and stays. Quotes come along with the values
        they belong to.

        Raises
        ------
        pydantic.ValidationError
            If a required field is still missing, or one of the motion's own values is wrong.
        """
        own = known_fields(motion)
        read: dict[str, Any] = {name: coded.value for name, coded in self.coded.items()}
        read |= {name: opinion.value for name, opinion in self.opinions.items()}
        read |= {
            "summary": self.summary.motion,
            "opposition_summary": self.summary.opposition,
        }
        quotes = {
            name: coded.quotes
            for name, coded in self.coded.items()
            if name not in own and coded.value is not None and coded.quotes
        }
        quotes = {**quotes, **own.get("quotes", {})}
        shown = {name: value for name, value in read.items() if value is not None}
        return Motion.model_validate({**shown, **own, "quotes": quotes or None})


def parse_reading(answer: str) -> Reading:
    """Return the reading that a language model answered.

    Fences and words around the one JSON object are ignored, and so are keys that the protocol does
    not have. A coded field that is missing counts as not shown.

    Raises
    ------
    BadReading
        If it is no reading. The message tells the model what to mend: each field, what was found
        and what was expected.
    """
    return Reading(**_fields_of(find_object(answer)))


def known_fields(motion: PartialMotion) -> dict[str, Any]:
    """Return the fields that a motion has: not null, not blank, and no labels."""
    fields = dict(motion) if isinstance(motion, Mapping) else motion.as_motion().model_dump()
    return {
        name: value
        for name, value in fields.items()
        if name not in POST_RULING_FIELDS and not _is_blank(value)
    }


def _is_blank(value: Any) -> bool:
    is_nan = isinstance(value, float) and value != value
    return value is None or is_nan or (isinstance(value, str) and not value.strip())


def _fields_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a `Reading`; all that is wrong is told at once.

    Raises
    ------
    BadReading
        If anything is.
    """
    problems: list[str] = []

    def read(part: Callable[[str, Any], T], name: str) -> T | None:
        try:
            return part(name, answer.get(name))
        except BadReading as error:
            problems.append(str(error))
            return None

    parts = {
        "coded": {name: read(_coded, name) for name in CODED},
        "ratings": {name: read(_rated, name) for name in RATINGS},
        "forecast": read(_forecast, FORECAST),
        "summary": read(_summary, SUMMARY),
    }
    if problems:
        raise BadReading("wrong_values", *problems)
    return parts


def _coded(name: str, answer: Any) -> Coded:
    value, quotes = taken_apart(name, answer, "quotes")
    return Coded(value=read_value(name, value), quotes=read_quotes(name, quotes))


def _rated(name: str, answer: Any) -> Rated:
    value, reason = taken_apart(name, answer, "reason")
    return Rated.model_validate(
        {"value": read_value(name, value), "reason": read_words(f"{name}.reason", reason)}
    )


def _forecast(name: str, answer: Any) -> Rated:
    value, reason = taken_apart(name, answer, "reason")
    return Rated(value=read_forecast(value), reason=read_words(f"{name}.reason", reason))


def _summary(name: str, answer: Any) -> Summary:
    accounts = answer if isinstance(answer, Mapping) else {"motion": answer}
    motion = read_words(f"{name}.motion", accounts.get("motion"))
    if not motion:
        raise wrong(f"{name}.motion", accounts.get("motion"), "an account of the motion")
    opposition = read_words(f"{name}.opposition", accounts.get("opposition"))
    return Summary(motion=motion, opposition=opposition or None)
