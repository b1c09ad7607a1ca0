"""Write opinions to Parquet as they come, in row groups that fit in memory."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.fetch.opinion import FIELDS, Opinion
from data.io.atomic import atomic_write

SCHEMA = pa.schema([(name, pa.string()) for name in FIELDS])
MAX_ROWS, MAX_CHARACTERS = 2_000, 2**24
"""Rows and characters after which a row group is written."""
_KEY = b"enjoin.source"


def write_opinions(path: Path, opinions: Iterable[Opinion], identity: Any) -> int:
    """Write opinions to a file that appears when it is complete, readable by its owner only.

    Parameters
    ----------
    identity
        What the file was made from, as JSON values; kept in it.

    Returns
    -------
    The number of opinions.
    """
    total = characters = 0
    rows: list[dict[str, Any]] = []
    schema = SCHEMA.with_metadata({_KEY: json.dumps(identity)})
    with (
        atomic_write(path) as temporary,
        temporary.open("wb") as stream,  # Arrow takes no name that is not UTF-8
        pq.ParquetWriter(stream, schema, compression="zstd") as writer,
    ):
        for opinion in opinions:
            rows.append(opinion.as_row())
            characters += len(opinion.text or "") + len(opinion.html or "")
            if len(rows) == MAX_ROWS or characters >= MAX_CHARACTERS:
                writer.write_table(pa.Table.from_pylist(rows, schema))
                total, rows, characters = total + len(rows), [], 0
        if rows:
            writer.write_table(pa.Table.from_pylist(rows, schema))
            total += len(rows)
    return total


def rows_if_made_from(path: Path, identity: Any) -> int | None:
    """Return the number of opinions in a file that was made from this; None if it was not."""
    try:
        with path.open("rb") as stream:
            footer = pq.read_metadata(stream)
    except (OSError, pa.ArrowException):
        return None
    kept = (footer.metadata or {}).get(_KEY)
    return int(footer.num_rows) if kept == json.dumps(identity).encode() else None
