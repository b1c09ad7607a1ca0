"""Cells of typed columns (Parquet, databases, data frames) as JSON would hold them."""

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

_UUID_BYTES = 16


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
        return float(value) if not value.is_snan() else float("nan")
    if value.adjusted() > 1000:  # a number whose digits would fill pages
        return float("inf")
    return int(value) if value == value.to_integral_value() else float(value)


def _items(items: list[Any]) -> Any:
    shown = [plain_value(item) for item in items if item is not None]
    if shown and all(isinstance(item, tuple) and len(item) == 2 for item in items):
        return {str(name): plain_value(item) for name, item in items}  # an Arrow map
    if shown and all(isinstance(item, Mapping) and len(item) == 1 for item in shown):
        return [next(iter(item.values())) for item in shown]
    return shown
