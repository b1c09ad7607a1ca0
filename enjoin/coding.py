"""Have the papers of motions read by a language model, as options ask for it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enjoin.terminal import info, spinner, warn

if TYPE_CHECKING:
    from data.schema import Motion
    from features.coder.coder import Coder, Coding
    from features.coder.reading import PartialMotion


@dataclass(frozen=True)
class ReadingOptions:
    """How papers are read.

    Attributes
    ----------
    samples, budget, with_caption, trace
        As `enjoin/options.py` describes them.
    """

    samples: int = 1
    budget: int | None = None
    with_caption: bool = False
    trace: bool = False


def refuse_reading_options(options: ReadingOptions, unless: str) -> None:
    """Refuse options of readings where nothing is read.

    Parameters
    ----------
    unless
        The option that has papers read.

    Raises
    ------
    ValueError
        If any is given.
    """
    if options != ReadingOptions():
        raise ValueError(
            f"--samples, --budget, --with-caption and --trace are for {unless}; give it too"
        )


def open_coder(options: ReadingOptions, keep: bool = True) -> "Coder":
    """Return the coder that the environment sets; say where the papers go.

    Parameters
    ----------
    keep
        Whether readings are kept, and earlier ones used.

    Raises
    ------
    CoderFailed
        If no language model is set; the message says how to set it.
    """
    from features.coder.settings import CoderSettings

    settings = CoderSettings.require()
    from features.coder.coder import Coder
    from features.coder.store import ReadingStore, default_store

    blanks = (
        "nothing in them is blanked"
        if options.with_caption
        else "names, dates and court are blanked where they are found"
    )
    info(f"{settings.model} reads the papers: they go to {settings.destination}; {blanks}")
    if options.trace:
        from train.tracking.coding_run import trace_requests

        readers = trace_requests()
        warn(f"--trace keeps the papers' text in the MLflow store: {readers}")
    store = ReadingStore(default_store(), warn) if keep else None
    return Coder(settings, store, not options.with_caption, options.budget, options.samples)


def read_papers(coder: "Coder", motion: "PartialMotion") -> "tuple[Motion, Coding]":
    """Have one motion's papers read, and show on standard error what was not proven.

    Raises
    ------
    ValueError
        If there is no usable answer (as `CoderFailed`), or a required field is still missing.
    """
    from pydantic import ValidationError

    from data.io.problems import problem_from_error
    from enjoin.render.coding import (
        instructions_in_words,
        reading_in_words,
        unproven_in_words,
    )

    if coder.blind and not _names_found(motion):
        warn(
            "no caption was found in the papers, so names of parties are not blanked; "
            'give them with --set "caption=A v. B"'
        )
    with spinner("reading the papers") as on_progress:
        coding = coder.read(motion, on_progress)
    try:
        coded = coding.to_motion()
    except ValidationError as error:
        problems = (problem_from_error(detail, {}) for detail in error.errors())
        raise ValueError(
            f"the reading does not give all that is needed: {'; '.join(map(str, problems))}"
        ) from None
    info(reading_in_words(coding))
    for line in (*unproven_in_words(coding), *instructions_in_words(coding)):
        warn(line)
    return coded, coding


def write_private(path: Path, content: Any) -> None:
    """Write JSON that holds words of papers: only its owner may read it."""
    from data.io.atomic import atomic_write

    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + os.linesep, encoding="utf-8")


def _names_found(motion: "PartialMotion") -> bool:
    from features.coder.blinding import names_found
    from features.coder.reading import known_fields

    return names_found(str(known_fields(motion).get("motion", "")), motion)


def merge_quotes(motion: "Motion", path: Path) -> "tuple[Motion, dict[str, str]]":
    """Return a motion with the quotes of a sidecar of `enjoin code`, and its reasons by field.

    A value that was changed since is no longer borne out by its quote or reason, so these are left
    out.

    Raises
    ------
    ValueError
        If the file holds no quotes.
    """
    from data.io.rows import UnreadableInput

    try:
        sidecar = json.loads(path.read_text(encoding="utf-8"))
        quotes, values = sidecar["quotes"], sidecar["values"]
        fields = motion.model_dump(mode="json")
        standing = {name: found for name, found in quotes.items() if fields[name] == values[name]}
        reasons = {
            name: str(reason)
            for name, reason in sidecar.get("reasons", {}).items()
            if fields[name] == values.get(name)
        }
        merged = type(motion).model_validate(
            fields | {"quotes": {**standing, **(fields["quotes"] or {})} or None}
        )
    except FileNotFoundError:
        raise UnreadableInput(f"there is no file {path}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnreadableInput(
            f"{path} holds no quotes as `enjoin code --quotes` writes them"
        ) from None
    if changed := len(quotes) - len(standing):
        info(f"{path}: {changed} quote(s) left out, as their values were changed")
    return merged, reasons
