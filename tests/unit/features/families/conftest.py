"""One indicator of one motion, for tables of texts."""

from collections.abc import Callable

import pytest

from data.schema import Motion
from features.build import build_indicators
from features.document import Papers
from features.indicators import Indicator


@pytest.fixture
def read_indicator() -> Callable[..., Indicator]:
    """Return a function (column, motion, opposition, **coded fields) -> indicator."""

    def read(
        column: str, motion: str, opposition: str | None = None, **coded_fields: object
    ) -> Indicator:
        fields = {"motion_type": "tro", "motion": motion, "opposition": opposition}
        row = Motion.model_validate(fields | coded_fields)
        return build_indicators(row, Papers.of(row))[column]

    return read
