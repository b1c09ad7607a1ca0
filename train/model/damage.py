"""Read the files of a model folder, which may be damaged or made to do harm.

Whatever a file holds, it is read or refused: its size is limited, nothing is waited for, and a
message names the file and the place, never what stands there.
"""

import json
import os
from pathlib import Path
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from data.io.private_files import NotRegular, open_regular
from data.io.redact import describe_damage

MAX_JSON_BYTES = 200_000_000
"""A hundred times the largest file that was trained."""
MAX_TREES_BYTES = 50_000_000
MAX_PLACE = 45
"""Characters of the place of an error."""
TRAIN_AGAIN = "train again with `enjoin train`, then `enjoin promote`"


class UnusableModel(ValueError):
    """A model folder that cannot be used; the message says why and what to do."""


class Misfit(ValueError):
    """A value of a file that does not fit; the message names the place, and not the value."""


def read_text(path: Path, max_bytes: int) -> str:
    """Return the text of a regular file of a limited size.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is no regular file, too large, or not UTF-8.
    """
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > max_bytes:
                raise Misfit(f"larger than the {max_bytes / 1e6:g} MB that are read")
            return file.read().decode("utf-8")
    except NotRegular:
        raise Misfit("no regular file") from None


def read_json(path: Path, schema: TypeAdapter[Any]) -> Any:
    """Return what a JSON file holds, once it fits a schema.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is no JSON or does not fit; `describe` says how, without its content.
    """
    return checked(parse_json(read_text(path, MAX_JSON_BYTES)), schema)


def parse_json(text: str) -> Any:
    """Return the value of a JSON text; ValueError if it is none, or nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise Misfit("nested too deeply") from None


def checked(content: Any, schema: TypeAdapter[Any]) -> Any:
    """Return a value of JSON that fits a schema; `Misfit` if it does not."""
    try:
        schema.validate_python(content)
    except ValidationError as error:
        raise Misfit(_first_place(error, schema)) from None
    return content


def refuse(folder: Path, name: str, error: Exception) -> NoReturn:
    """Raise the error of a file of a model folder."""
    reason = str(error) if isinstance(error, Misfit) else describe_damage(error)
    raise UnusableModel(
        f"the model in {folder} is damaged ({name}: {reason}); {TRAIN_AGAIN}"
    ) from None


def _first_place(error: ValidationError, schema: TypeAdapter[Any]) -> str:
    """Say where the first value is that does not fit, and how.

    Only names of the schema are shown: other keys are content.
    """
    details = error.errors(include_url=False, include_context=False, include_input=False)
    known = _names(schema.json_schema())
    parts = [
        str(part) if isinstance(part, int) or part in known else "..."
        for part in details[0]["loc"]
        if part != "[key]"
    ]
    place = ".".join(parts)[:MAX_PLACE]
    kind = details[0]["type"].replace("_", " ")
    more = f"; {len(details)} values do not fit" if len(details) > 1 else ""
    return f"{kind} at {place or 'the top'}{more}"


def _names(json_schema: Any) -> set[str]:
    """Return the names of all fields of a JSON Schema."""
    if isinstance(json_schema, list):
        return set().union(*map(_names, json_schema))
    if not isinstance(json_schema, dict):
        return set()
    own = set(json_schema.get("properties", ()))
    return own.union(*map(_names, json_schema.values()))
