"""Extract the text of a PDF or Word file in a process of its own, which can be stopped.

A malicious file may keep a reader busy forever or fill the memory, and a thread cannot be stopped.
`extract` therefore runs this file: `python -P extract_worker.py pdf < brief.pdf` prints
`{"pages": [...], "empty_pages": [...], "page_count": 40}` or `{"error": "..."}`. It imports nothing
of the project, so that it starts fast.
"""

import io
import json
import os
import re
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any
from zipfile import ZipFile

MAX_CHARACTERS = 5_000_000
"""Characters of a paper, as many as are searched for phrases."""
MAX_PAGES = 500
"""Pages of a PDF that are read: a brief with its first exhibits."""
MAX_UNPACKED_BYTES = 100_000_000
"""Size of a Word file's parts once unpacked."""
MAX_MEMORY = 1_500_000_000
"""Bytes of memory the process may use, where the system can limit it."""
TOO_LONG = f"has more than {MAX_CHARACTERS:,} characters; submit the brief without its exhibits"
_DAMAGED = "is damaged; open it in the program it was made with, save it again, and submit that"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Deletions, the second copy of a text box, and tab stops among a paragraph's properties.
_SKIPPED = {f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", _FALLBACK}
_CHARACTER_OF_TAG = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
}
_COURT_STAMP = re.compile(r"^[ \t]*Case:?[ ]\d.*\bPage.*$", re.IGNORECASE | re.MULTILINE)
Notes = dict[tuple[str, str], list[str]]
"""Lines of each footnote and endnote, by kind and id."""


class UnreadableFile(Exception):
    """A file without extractable text; the message continues from the file's name."""


@dataclass(frozen=True)
class Extracted:
    """The text of a file.

    Attributes
    ----------
    pages
        The text of each page read; for a Word file, which has no pages, the whole text.
    empty_pages
        Numbers of the pages without readable text, from 1.
    page_count
        Number of pages; None for a Word file.
    """

    pages: list[str]
    empty_pages: list[int]
    page_count: int | None


def extract_text(file_format: str, content: bytes) -> Extracted:
    """Extract the text of a file.

    Parameters
    ----------
    file_format
        `pdf` or `docx`.

    Raises
    ------
    UnreadableFile
        If the file is a scan, encrypted, damaged or too large.
    """
    try:
        extracted = _read_pdf(content) if file_format == "pdf" else _read_docx(content)
    except UnreadableFile:
        raise
    except MemoryError:
        raise UnreadableFile(
            f"needs more than {MAX_MEMORY / 1e9:g} GB of memory to be read; submit the brief "
            "without its exhibits"
        ) from None
    except Exception as error:  # on a damaged file, the libraries raise errors of any type
        raise UnreadableFile(f"{_DAMAGED} ({type(error).__name__})") from None
    if sum(map(len, extracted.pages)) > MAX_CHARACTERS:
        raise UnreadableFile(TOO_LONG)
    return extracted


def _read_pdf(content: bytes) -> Extracted:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    # Many filings are protected from changes only: their password for reading is empty.
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableFile(
            "is encrypted; open it with its password, save or print a copy without one, and submit "
            "that"
        )
    pages: list[str] = []
    n_damaged = n_characters = 0
    for page in islice(reader.pages, MAX_PAGES):
        try:
            pages.append(page.extract_text())
        except MemoryError:
            raise
        except Exception:  # the other pages may be readable
            pages.append("")
            n_damaged += 1
        n_characters += len(pages[-1])
        if n_characters > MAX_CHARACTERS:
            raise UnreadableFile(TOO_LONG)
    # Courts stamp every page filed, so a scan has that text at least.
    empty = [n for n, page in enumerate(pages, 1) if not _COURT_STAMP.sub("", page).strip()]
    if not pages or n_damaged == len(pages):
        raise UnreadableFile(_DAMAGED)
    if len(empty) == len(pages):
        raise UnreadableFile(
            f"has {len(pages)} page(s) without text, as a scan has; run OCR first (such as "
            "`ocrmypdf scan.pdf brief.pdf`), or paste the text"
        )
    return Extracted(pages, empty, len(reader.pages))


def _read_docx(content: bytes) -> Extracted:
    with ZipFile(io.BytesIO(content)) as package:
        if sum(part.file_size for part in package.infolist()) > MAX_UNPACKED_BYTES:
            raise UnreadableFile(
                f"unpacks to more than {MAX_UNPACKED_BYTES:,} bytes; submit the brief without its "
                "exhibits and pictures"
            )
        if "[Content_Types].xml" not in package.namelist():
            raise UnreadableFile("is not a Word document; expected .docx, .pdf or .txt")
    import docx

    document = docx.Document(io.BytesIO(content))
    lines: list[str] = []
    _collect_text(document.element.body, [], lines, _notes(document))
    return Extracted(["\n\n".join(lines)], [], None)


def _notes(document: Any) -> Notes:
    from docx.oxml import parse_xml

    notes: Notes = {}
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2].removesuffix("s")
        if kind not in ("footnote", "endnote"):
            continue
        for note in parse_xml(relation.target_part.blob).iter(f"{_W}{kind}"):
            # Separators, the rules above the notes, are notes with a type of their own.
            if note.get(f"{_W}type", "normal") == "normal":
                lines: list[str] = []
                _collect_text(note, [], lines, {})
                notes[kind, note.get(f"{_W}id", "")] = [line for line in lines if line.strip()]
    return notes


def _collect_text(node: Any, words: list[str], lines: list[str], notes: Notes) -> None:
    """Add the text under a node to the words of the current paragraph, and to the whole lines.

    A note follows the paragraph that first cites it, so that the sentence is not interrupted.
    """
    for child in node:
        tag = child.tag
        if tag == f"{_W}p":
            paragraph: list[str] = []
            following: list[str] = []  # notes, and text boxes anchored in the paragraph
            _collect_text(child, paragraph, following, notes)
            lines += ["".join(paragraph), *following]
        elif tag == f"{_W}t":
            words.append(child.text or "")
        elif tag in _CHARACTER_OF_TAG:
            words.append(_CHARACTER_OF_TAG[tag])
        elif tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
            kind = tag.removeprefix(_W).removesuffix("Reference")
            lines += notes.pop((kind, child.get(f"{_W}id", "")), [])
        elif isinstance(tag, str) and tag not in _SKIPPED:
            _collect_text(child, words, lines, notes)


def _limit_resources() -> None:
    """Limit memory, and yield the processor to predictions, as far as the system can."""
    with suppress(AttributeError, OSError):
        os.nice(10)
    with suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, hard))


def _main(file_format: str) -> None:
    _limit_resources()
    try:
        print(json.dumps(asdict(extract_text(file_format, sys.stdin.buffer.read()))))
    except UnreadableFile as error:
        print(json.dumps({"error": str(error)}))


if __name__ == "__main__":
    _main(sys.argv[1])
