"""Extract the text of a brief from a file: plain text, HTML, PDF or Word."""

import codecs
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from data.documents.stamps import is_stamp, scanned_pages, without_stamps
from features.caption import Caption, read_caption
from serve.papers import extract_worker
from serve.papers.extract_worker import MAX_CHARACTERS, TOO_LONG
from serve.papers.foreign import what_it_is

TIMEOUT_SECONDS = 60.0
"""Time allowed for one file."""
_PIECE = 50_000
"""Characters that are cleaned at once."""
MAX_BYTES = 20_000_000
"""Size of a file."""
_LOG = logging.getLogger("enjoin.papers")
_EXPECTED = "expected .txt, .pdf or .docx"
SUFFIXES = (
    ".pdf", ".docx", ".docm", ".dotx", ".dotm", ".odt", ".ott", ".txt", ".text", ".html", ".htm",
    ".xhtml", ".doc", ".rtf", ".md", ".dot", ".wpd",
)  # fmt: skip
"""Names of papers end in one of these, those of tables and of motions in JSON in none of them."""
_OLD_WORD = (
    "is in an older Word format or encrypted; save it as .docx without a password, or print it to "
    "PDF"
)
_FORMAT_BY_START = {b"PK\x03\x04": "docx"}
_REFUSED_BY_START = {
    b"\xd0\xcf\x11\xe0": _OLD_WORD,
    b"{\\rtf": "is an RTF file; save it as .docx or .txt",
}
_ENCODING_BY_MARK = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WORD_SUFFIXES = (".docx", ".docm", ".dotx", ".dotm", ".odt", ".ott")
_MARKUP = re.compile(
    rb"\s*+(?:(?><!--.*?-->)\s*+)*+(?:<\?xml[^>]{0,200}\?>\s*+)?"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_LINE_ENDS = re.compile("\r\n?|\f|\v")  # page breaks too
# Control characters, lone surrogates and byte order marks; the rest is cleaned where it is read.
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_SEEN = 20_000
"""Characters in which a word is looked for first."""
_BINARY = re.compile("[\x00-\x08\x0e-\x1f]")
# PDF files have "ﬁling" for "filing".
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
)


_ROOT = Path(__file__).resolve().parents[2]
_RUN = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from serve.papers.extract_worker import main; main(sys.argv[2])"
)


_NEEDED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "TEMP", "TMP", "LANG")
_NEEDED_PREFIXES = ("LC_", "PYTHON", "OMP_", "OPENBLAS_", "MKL_")


class UnreadablePaper(ValueError):
    """A file without a readable brief; the message says why and what to do."""


class Paper(BaseModel):
    """The text of one file."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(description="the text; pages and paragraphs are separated by line breaks")
    pages: int | None = Field(description="number of pages; null for formats without pages")
    notes: list[str] = Field(description="what could not be read")
    caption: Caption | None = Field(
        default=None, description="what its caption says, to be corrected; null without one"
    )


def read_paper(content: bytes, name: str, charset: str | None = None) -> Paper:
    """Extract the text of a brief from a text, PDF, Word, OpenDocument or HTML file.

    The format is detected from the content, as names are often wrong. Of a Word file, paragraphs,
    tables and notes are read in reading order (a note follows the paragraph that cites it), but not
    headers, footers, comments and deletions. Of a PDF file, form entries and free text are read in
    place, and words under black boxes are not. Nothing that a file refers to is loaded.

    Parameters
    ----------
    content
        The file's bytes, at most `MAX_BYTES`.
    name
        Its name, for messages and to recognize plain text.
    charset
        The encoding that its sender names for a plain text, for one that is not UTF-8.

    Raises
    ------
    UnreadablePaper
        If it is empty, too large, damaged, encrypted, a scan without text, or of another format, or
        if reading it takes more than `TIMEOUT_SECONDS`.
    """
    name = name or "the file"
    if len(content) > MAX_BYTES:
        raise UnreadablePaper(
            f"{name} is larger than {MAX_BYTES:,} bytes; submit the brief without its exhibits"
        )
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadablePaper(f"{name} is empty; choose another file, or paste the text")
    file_format = _detect_format(content, name)
    if file_format == "txt":
        paper = _read_plain_text(content, name, charset)
    else:
        paper = _read_in_subprocess(file_format, content, name)
    if not paper.text.strip():
        raise UnreadablePaper(f"{name} has no text; choose another file, or paste the text")
    if not _has_words(paper.text):
        raise UnreadablePaper(
            f"{name} has no text but filing stamps and page numbers; run OCR on the scan, or paste "
            "the text"
        )
    if len(paper.text) > MAX_CHARACTERS:
        raise UnreadablePaper(f"{name} {TOO_LONG}")
    return paper.model_copy(update={"caption": read_caption(paper.text)})


def read_paper_file(path: Path) -> Paper:
    """Extract the text of a file on this machine; see `read_paper`."""
    try:
        with path.open("rb") as file:
            return read_paper(file.read(MAX_BYTES + 1), path.name)
    except FileNotFoundError:
        raise UnreadablePaper(f"there is no file {path}") from None
    except OSError as error:
        raise UnreadablePaper(f"cannot read {path}: {error.strerror}") from None


def is_document(start: bytes) -> bool:
    """Tell whether a file that begins with these bytes is a PDF, Word or HTML file."""
    known = (*_FORMAT_BY_START, *_REFUSED_BY_START)
    return b"%PDF-" in start or start.startswith(known) or _is_markup(start)


def _is_markup(content: bytes) -> bool:
    return _MARKUP.match(content[:2048].removeprefix(codecs.BOM_UTF8)) is not None


def _detect_format(content: bytes, name: str) -> str:
    if b"%PDF-" in content[:1024]:  # some programs write something before it
        return "pdf"
    for start, reason in _REFUSED_BY_START.items():
        if content.startswith(start):
            raise UnreadablePaper(f"{name} {reason}")
    for start, file_format in _FORMAT_BY_START.items():
        if content.startswith(start):
            return file_format
    suffix = Path(name).suffix.lower()
    if suffix in (".html", ".htm", ".xhtml") or _is_markup(content):
        return "html"
    if suffix in (".doc", ".dot"):
        raise UnreadablePaper(f"{name} {_OLD_WORD}")
    if suffix in (".pdf", *_WORD_SUFFIXES[:4]):
        raise UnreadablePaper(
            f"{name} is damaged: it does not begin like a {suffix} file. Download or save it again"
        )
    if suffix not in (".txt", ".text", ".md", ""):
        raise UnreadablePaper(f"{name} has an unsupported format; {_EXPECTED}")
    return "txt"


def _read_plain_text(content: bytes, name: str, charset: str | None) -> Paper:
    encodings = (known for mark, known in _ENCODING_BY_MARK.items() if content.startswith(mark))
    known = next(encodings, None)
    if known is None and charset and charset.startswith("utf-"):
        known = charset  # of UTF-16 without a mark, each byte may be UTF-8
    notes = []
    try:
        text = content.decode(known or "utf-8")
    except UnicodeDecodeError:
        # Windows-1252 leaves five bytes undefined.
        text = content.decode(charset or "cp1252", "replace")
        if charset is None:
            notes.append("not in UTF-8, so read as Windows-1252; check its quotes and symbols")
    if len(text) > MAX_CHARACTERS:
        raise UnreadablePaper(f"{name} {TOO_LONG}")
    if _BINARY.search(text):
        raise UnreadablePaper(f"{name} is not plain text; {_EXPECTED}")
    if foreign := what_it_is(text):
        raise UnreadablePaper(f"{name} {foreign}")
    return Paper(text=_clean(text), pages=None, notes=notes)


def _read_in_subprocess(file_format: str, content: bytes, name: str) -> Paper:
    command = [sys.executable, "-P", "-c", _RUN, str(_ROOT), file_format]
    try:
        done = subprocess.run(
            command,
            input=content,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            env=_environment_of_reader(),
        )
    except subprocess.TimeoutExpired:
        raise UnreadablePaper(
            f"{name} takes more than {TIMEOUT_SECONDS:g} s to read; submit the brief without its "
            "exhibits, or print it to a new PDF"
        ) from None
    if done.returncode:
        _LOG.warning("reading a %s file failed: %s", file_format, done.stderr[-2000:].decode())
        raise UnreadablePaper(f"{name} cannot be read; save it again, or paste the text")
    result = json.loads(done.stdout)
    if "error" in result:
        raise UnreadablePaper(f"{name} {result['error']}")
    extracted = extract_worker.Extracted(**result)
    text = _clean("\n".join(extracted.pages))
    if extracted.page_count is None:
        return Paper(text=text, pages=None, notes=extracted.notes)
    # Courts stamp every page filed, so a scan has that text at least.
    scans = scanned_pages(extracted.pages)
    if len(scans) == len(extracted.pages):
        raise UnreadablePaper(
            f"{name} has {len(scans)} page(s) without text but filing stamps, as a scan has; run "
            "OCR first (such as `ocrmypdf scan.pdf brief.pdf`), or paste the text"
        )
    return Paper(text=text, pages=extracted.page_count, notes=_notes(extracted, scans))


def _environment_of_reader() -> dict[str, str]:
    """Return what the process that reads files of others needs: no keys, no passwords."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in _NEEDED_VARIABLES or name.startswith(_NEEDED_PREFIXES)
    }


def _has_words(text: str) -> bool:
    """Tell whether something is left of a text beside its stamps, if it has any."""
    for part in (text[:_SEEN], text):  # most texts show it at once
        if any(map(str.isalpha, without_stamps(part))):
            return True
    return not any(map(is_stamp, text.splitlines()))


def _notes(extracted: extract_worker.Extracted, scans: list[int]) -> list[str]:
    notes = []
    n_read = len(extracted.pages)
    if scans:
        listed = ", ".join(map(str, scans[:8])) + (" ..." if len(scans) > 8 else "")
        notes.append(
            f"{len(scans)} of {n_read} pages have no text ({listed}); if they are scans, run OCR "
            "on them"
        )
    if extracted.page_count is not None and extracted.page_count > n_read:
        notes.append(f"only the first {n_read} of {extracted.page_count} pages were read")
    return [*notes, *extracted.notes]


def _clean(text: str) -> str:
    """Unify line ends and take out what is no text.

    In pieces: a pattern that goes over five million characters at once stops all other threads.
    """
    pieces, start = [], 0
    while start < len(text):
        end = start + _PIECE
        while text[end - 1 : end] == "\r":  # of a line end
            end += 1
        pieces.append(_cleaned(text[start:end]))
        start = end
    return "".join(pieces)


def _cleaned(text: str) -> str:
    return _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", text)).translate(_LIGATURES)
