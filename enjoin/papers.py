"""What is given of one motion: its papers and fields, in the same ways at every command.

The motion is a paper (PDF, Word, text, HTML), a folder of papers, a JSON file or a row of a table,
standard input with any of these, options, or a mix.
"""

import io
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from enjoin.inputs import read_from_caption, read_paper
from enjoin.terminal import info

_OPPOSITION = re.compile(r"oppos|response|answer|objection|\bopp\b|(?:^|[_\W])opp(?=[_\W\d])", re.I)
"""Names of files with the opponent's paper."""
_NOT_PAPERS = re.compile(r"exhibit|proposed|certificate|^\.|^~", re.IGNORECASE)
_CELLS = re.compile(r"[,;\t|]")


@dataclass(frozen=True)
class GivenMotion:
    """What is given of one motion.

    Attributes
    ----------
    source
        What `enjoin.inputs.read_motion` reads the other fields from; None for nothing.
    fields
        Fields given by papers and options.
    from_caption
        Fields read from the caption of the motion.
    """

    source: str | None
    fields: dict[str, Any] = field(default_factory=dict)
    from_caption: Mapping[str, Any] = field(default_factory=dict)


def read_given(
    source: str | None,
    text: str | None = None,
    opposition: str | None = None,
    motion_file: Path | None = None,
    opposition_file: Path | None = None,
    motion_type: str | None = None,
    court: str | None = None,
) -> GivenMotion:
    """Read the papers of one motion, whichever way they are given.

    Parameters
    ----------
    source
        A paper, a folder of papers, a JSON file or table with one motion, `-` for standard input,
        or None.
    text, opposition
        The papers' texts.
    motion_file, opposition_file
        Their files.
    motion_type, court
        Fields of the motion.

    Raises
    ------
    ValueError
        If a paper is given twice or cannot be read.
    """
    is_standard_input = source == "-"
    if is_standard_input and (paper := _paper_on_standard_input()) is not None:
        if text is not None or motion_file is not None:
            raise ValueError("standard input and an option both give the motion; leave one out")
        text, source = paper, None
    elif source is not None and not is_standard_input:
        path = Path(source)
        if path.is_dir():
            path, opposition_file = _papers_in(path, opposition_file)
            source = str(path)
        if is_paper(path):
            if motion_file is not None:
                raise ValueError(f"{path} and {motion_file} both give the motion; leave one out")
            motion_file, source = path, None
    options = {
        "motion": read_paper("--text", text, motion_file),
        "opposition": read_paper("--opposition", opposition, opposition_file),
        "motion_type": motion_type,
        "court": court,
    }
    fields = {name: value for name, value in options.items() if value is not None}
    printed = motion_file or (Path("-") if is_standard_input and source is None else None)
    return GivenMotion(source, fields, read_from_caption(fields.get("motion"), printed))


def is_paper(path: Path) -> bool:
    """Tell whether a file is a paper by its name, or what it begins with."""
    from data.io.rows import FORMATS
    from serve.papers.extract import SUFFIXES, is_document

    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            return suffix.removeprefix(".") not in FORMATS and is_document(file.read(2048))
    except OSError:
        return False


def _papers_in(folder: Path, opposition_file: Path | None) -> tuple[Path, Path | None]:
    """Return the motion in a folder, and the opposition to it if there is one.

    Raises
    ------
    ValueError
        If it is not plain which file is the motion.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file())
    papers = [path for path in files if not _NOT_PAPERS.search(path.name) and is_paper(path)]
    opposing = [path for path in papers if _OPPOSITION.search(path.stem)]
    moving = [path for path in papers if path not in opposing]
    if not papers and len(files) == 1:
        return files[0], opposition_file
    if len(moving) != 1 or (len(opposing) > 1 and opposition_file is None):
        listed = ", ".join(path.name for path in papers[:8]) or "none"
        raise ValueError(
            f"{folder}: expected one motion, and at most one opposition with a name such as "
            f"opposition.pdf; the papers in it are: {listed}. Name the files: --motion-file and "
            "--opposition-file, or score a docket with `enjoin score`"
        )
    if opposing and opposition_file is None:
        info(f"{opposing[0].name} is read as the opposition")
        opposition_file = opposing[0]
    return moving[0], opposition_file


def _paper_on_standard_input() -> str | None:
    """Return the text of the paper on standard input; None if that is JSON or a table.

    What is no paper can still be read from standard input.
    """
    from serve.papers.extract import is_document
    from serve.papers.extract import read_paper as extract_paper

    content = sys.stdin.buffer.read()
    if content.strip() and (is_document(content[:2048]) or _is_prose(content)):
        paper = extract_paper(content, "standard input")
        info("; ".join([f"standard input: {len(paper.text):,} characters read", *paper.notes]))
        return paper.text
    sys.stdin = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")
    return None


def _is_prose(content: bytes) -> bool:
    """Tell words from JSON and tables: the first line names no field of a motion."""
    from data.io.columns import match_columns
    from data.io.rows import UnreadableInput

    text = content.decode("utf-8-sig", "replace").lstrip()
    if not text or text[0] in "{[" or "\0" in text:
        return False
    cells = [cell.strip(" \"'") for cell in _CELLS.split(text.partition("\n")[0])]
    if len(set(cells)) != len(cells):
        return True
    try:
        return not any(match_columns(cells).values())
    except UnreadableInput:  # two columns for one field
        return False
