"""Read a brief from a file: plain text, PDF or Word."""

import codecs
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from serve.papers import extract_worker
from serve.papers.extract_worker import MOST_CHARACTERS, TOO_LONG

SECONDS = 60.0
"""How long the reading of one file may take."""
MOST_BYTES = 20_000_000
"""Bytes of a file."""
_LOG = logging.getLogger("enjoin.papers")
_EXPECTED = "expected .txt, .pdf or .docx"
_NO_WORD = "a file of an older or locked kind; save it as .docx without a password, or print to PDF"
_STARTS = {
    b"PK\x03\x04": "docx",
    b"\xd0\xcf\x11\xe0": f"is {_NO_WORD}",
    b"{\\rtf": "is an RTF file; save it as .docx or .txt",
}
"""How files begin, and their kind or what to say of it."""
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Page breaks are line ends; other control characters and halves of pairs are no text at all.
_BREAKS = re.compile("\r\n?|\f|\v")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\xad\ud800-\udfff\ufeff]")
_BINARY = re.compile("[\x00-\x08\x0e-\x1f]")
# As PDF files hold them, "ﬁling" for "filing".
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
)


class UnreadablePaper(ValueError):
    """A file no brief can be read from; the message says why and what to do next."""


class Paper(BaseModel):
    """The words of one file."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(description="the words, pages and paragraphs parted by line ends")
    pages: int | None = Field(description="how many pages it has; null for kinds without pages")
    notes: list[str] = Field(description="what of it could not be read")


def read_paper(content: bytes, name: str) -> Paper:
    """Read a brief from a file: `.txt`, `.pdf` or `.docx`.

    Of a Word file paragraphs, tables and notes are read in reading order (a note after the
    paragraph that cites it), without headers, footers, comments and what tracked changes struck
    out. What the file is is told by how it begins, since names are often wrong; nothing that it
    refers to is fetched.

    Parameters
    ----------
    content
        The file's bytes, at most `MOST_BYTES`.
    name
        Its name, for messages and to know plain text by.

    Raises
    ------
    UnreadablePaper
        If it is empty, too large, damaged, encrypted, a scan without text, or of another kind; or
        if reading it takes more than `SECONDS`.
    """
    name = name or "the file"
    if len(content) > MOST_BYTES:
        raise UnreadablePaper(
            f"{name} holds more than {MOST_BYTES:,} bytes; give the brief without its exhibits"
        )
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadablePaper(f"{name} is empty; choose the file again, or paste the words")
    kind = _kind(content, name)
    paper = _plain(content, name) if kind == "txt" else _taken(kind, content, name)
    if not paper.text.strip():
        raise UnreadablePaper(f"{name} holds no words; choose another file, or paste them")
    if len(paper.text) > MOST_CHARACTERS:
        raise UnreadablePaper(f"{name} {TOO_LONG}")
    return paper


def read_paper_file(path: Path) -> Paper:
    """Read a brief from a file on this machine; see `read_paper`."""
    try:
        with path.open("rb") as file:
            return read_paper(file.read(MOST_BYTES + 1), path.name)
    except FileNotFoundError:
        raise UnreadablePaper(f"no file {path}") from None
    except OSError as error:
        raise UnreadablePaper(f"cannot read {path}: {error.strerror}") from None


def _kind(content: bytes, name: str) -> str:
    if b"%PDF-" in content[:1024]:  # some programs write something before it
        return "pdf"
    for start, found in _STARTS.items():
        if content.startswith(start):
            if " " in found:
                raise UnreadablePaper(f"{name} {found}")
            return found
    suffix = Path(name).suffix.lower()
    if suffix == ".doc":
        raise UnreadablePaper(f"{name} is {_NO_WORD}")
    if suffix in (".pdf", ".docx"):
        raise UnreadablePaper(
            f"{name} is damaged: it does not begin as a {suffix} file does; get it again, or save "
            "it anew"
        )
    if suffix not in (".txt", ".text", ""):
        raise UnreadablePaper(f"{name} is of a kind that is not read here; {_EXPECTED}")
    return "txt"


def _plain(content: bytes, name: str) -> Paper:
    encoding = next((e for mark, e in _MARKS.items() if content.startswith(mark)), "utf-8")
    notes = []
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        # Windows-1252 leaves five bytes without a character.
        text = content.decode("cp1252", "replace")
        notes.append("not in UTF-8, so read as Windows-1252; look at its quotes and signs")
    if _BINARY.search(text):
        raise UnreadablePaper(f"{name} is not plain text; {_EXPECTED}")
    return Paper(text=_clean(text), pages=None, notes=notes)


def _taken(kind: str, content: bytes, name: str) -> Paper:
    """Have a process of its own take the words out."""
    # -P: the folder of the script holds modules named as some of Python's own.
    command = [sys.executable, "-P", str(extract_worker.__file__), kind]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise UnreadablePaper(
            f"{name} takes more than {SECONDS:g} s to read; give the brief without its exhibits, "
            "or print it to a new PDF"
        ) from None
    if done.returncode:
        _LOG.warning("the reader of a %s file failed: %s", kind, done.stderr[-2000:].decode())
        raise UnreadablePaper(f"{name} cannot be read; save it anew, or paste the words")
    found = json.loads(done.stdout)
    if "wrong" in found:
        raise UnreadablePaper(f"{name} {found['wrong']}")
    taken = extract_worker.Taken(**found)
    return Paper(text=_clean("\n".join(taken.pages)), pages=taken.count, notes=_notes(taken))


def _notes(taken: extract_worker.Taken) -> list[str]:
    notes = []
    read = len(taken.pages)
    if taken.unread:
        shown = ", ".join(map(str, taken.unread[:8])) + (" ..." if len(taken.unread) > 8 else "")
        notes.append(
            f"{len(taken.unread)} of {read} pages have no text ({shown}); if they are scans, run "
            "OCR to have them read"
        )
    if taken.count is not None and taken.count > read:
        notes.append(f"only the first {read} of {taken.count} pages were read")
    return notes


def _clean(text: str) -> str:
    return _NO_TEXT.sub("", _BREAKS.sub("\n", text)).translate(_LIGATURES)
