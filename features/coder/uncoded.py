"""A motion as it is before it is coded: only its text is required."""

from pydantic import Field

from data.codebook import MotionType
from data.field_types import OptionalCode
from data.schema import Motion


class UncodedMotion(Motion):
    """A motion whose type, too, may be left to the reading."""

    motion_type: OptionalCode[MotionType] = Field(  # type: ignore[assignment]
        None, description="type of interim relief requested"
    )
