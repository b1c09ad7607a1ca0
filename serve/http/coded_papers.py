"""A motion as a language model read its papers, in the form that the endpoint answers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from data.codebook import MotionType
from features.coder.reading import known_fields
from features.coder.uncoded import UncodedMotion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from features.coder.checking import CheckedReading, QuoteSpan
    from features.coder.coder import Coding


class QuoteInPaper(BaseModel):
    """Words of a paper that bear a value out."""

    paper: str
    start: int = Field(description="offset of its first character in that paper")
    end: int = Field(description="offset just past its last character")
    text: str


class ReadField(BaseModel):
    """What the reading says of one field."""

    value: Any = Field(description="null if the papers do not show it, or do not bear it out")
    quotes: list[QuoteInPaper] = []
    reason: str | None = Field(
        default=None, description="of a rating or forecast, in a sentence or two"
    )


class UnprovenValue(BaseModel):
    """A value that the language model gave, and that is left out."""

    field: str
    value: Any
    reason: str = Field(description="why it is left out")


class CodedPapers(BaseModel):
    """A motion as its papers were read, for `/v1/predict`; its own values were kept."""

    motion: UncodedMotion
    fields: dict[str, ReadField] = Field(description="the reading, by field of the motion")
    unproven: list[UnprovenValue]
    instructions_found: list[QuoteInPaper] = Field(
        description="sentences of the papers that tell their reader what to do; check what no "
        "quote proves, the ratings and the forecast"
    )
    reading: str = Field(description="key of the reading, for `/v1/predict?reading=`")
    model: str
    protocol_digest: str = Field(description="SHA-256 of what the language model was told")
    tokens_in: int = Field(description="tokens that the language model read just now")
    tokens_out: int = Field(description="tokens that it wrote just now")
    cost: float | None = Field(description="US dollars, where the model's prices are known")
    from_store: bool = Field(description="whether it had read these papers before")
    seconds: float


def coded_papers(coding: "Coding", given: UncodedMotion, seconds: float) -> CodedPapers:
    """Return a reading as it is answered."""
    return CodedPapers(
        motion=_coded_motion(coding, given),
        fields=_read_fields(coding.checked),
        unproven=[
            UnprovenValue(field=each.field, value=each.value, reason=each.reason)
            for each in coding.checked.unproven
        ],
        instructions_found=_quotes(coding.checked.instructions),
        reading=coding.key,
        model=coding.model,
        protocol_digest=coding.protocol_digest,
        tokens_in=coding.tokens_in,
        tokens_out=coding.tokens_out,
        cost=coding.cost,
        from_store=coding.from_store,
        seconds=seconds,
    )


def read_values(checked: "CheckedReading") -> dict[str, Any]:
    """Return the values of a reading by field, without any words of the papers."""
    reading = checked.reading
    return {
        **{name: coded.value for name, coded in reading.coded.items()},
        **{name: opinion.value for name, opinion in reading.opinions.items()},
    }


def _read_fields(checked: "CheckedReading") -> dict[str, ReadField]:
    reading = checked.reading
    opinions = reading.opinions
    fields = {
        name: ReadField(
            value=value,
            quotes=_quotes(checked.spans.get(name, ())),
            reason=opinions[name].reason or None if name in opinions else None,
        )
        for name, value in read_values(checked).items()
    }
    fields["summary"] = ReadField(value=reading.summary.motion)
    fields["opposition_summary"] = ReadField(value=reading.summary.opposition)
    return fields


def _quotes(spans: "Iterable[QuoteSpan]") -> list[QuoteInPaper]:
    return [
        QuoteInPaper(paper=span.paper, start=span.start, end=span.end, text=span.text)
        for span in spans
    ]


def _coded_motion(coding: "Coding", given: UncodedMotion) -> UncodedMotion:
    """Return the coded motion; without a type if neither the request nor the papers show one."""
    known = known_fields(given)
    if "motion_type" in known or coding.checked.reading.coded["motion_type"].value is not None:
        return UncodedMotion.model_construct(**dict(coding.to_motion(known)))
    any_type: Mapping[str, Any] = {**known, "motion_type": MotionType.STAY}
    return UncodedMotion.model_construct(**dict(coding.to_motion(any_type)) | {"motion_type": None})
