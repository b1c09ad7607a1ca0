"""Cells of typed columns (Parquet, databases, data frames) as JSON would hold them."""

import math
import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

_UUID_BYTES = 16
_MAX_DIGITS = 1000
"""Digits of a number that is not taken for infinity: they would fill a page."""
_MAX_BITS = 10_000
"""Bits of an integer that Python would not write in digits."""


def plain_value(value: Any) -> Any:
    """Return a value as text, number, boolean, date, list or mapping of these.

    A UUID is its text, and so are bytes that are UTF-8; other bytes are a UUID if they are sixteen,
    else left as they are. A whole `Decimal` is an integer, exactly. A list loses its nulls, and a
    list of structs of one field, as Spark and Arrow write lists, is a list of the values.

    Examples
    --------
    >>> from decimal import Decimal
    >>> plain_value([{"element": "voting"}, None]), plain_value(Decimal("17")), plain_value(b"a")
    (['voting'], 17, 'a')
    """
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return math.inf if value > 0 else -math.inf
    if value is None or isinstance(value, str | bool | int | float | date):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _text(bytes(value))
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        return {name: plain_value(item) for name, item in value.items()}
    if hasattr(value, "tolist"):  # NumPy's arrays and scalars
        value = value.tolist()
    if isinstance(value, list | tuple | set | frozenset):
        return _items(list(value))
    return value


def _text(value: bytes) -> Any:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return str(uuid.UUID(bytes=value)) if len(value) == _UUID_BYTES else value


def _number(value: Decimal) -> Any:
    if not value.is_finite():
        return math.nan if value.is_nan() else math.copysign(math.inf, value)
    if value.adjusted() > _MAX_DIGITS:
        return math.copysign(math.inf, value)
    return int(value) if value == value.to_integral_value() else float(value)


def _items(items: list[Any]) -> Any:
    shown = [plain_value(item) for item in items if item is not None]
    if shown and all(isinstance(item, tuple) and len(item) == 2 for item in items):
        return {str(name): plain_value(item) for name, item in items}  # an Arrow map
    if shown and all(isinstance(item, Mapping) and len(item) == 1 for item in shown):
        return [next(iter(item.values())) for item in shown]
    return shown
