"""Take the words out of one PDF or Word file; run as a process of its own, so that it can be ended.

A file made to do harm may keep a reader busy for ever or fill the memory, and a thread cannot be
stopped. `paper_files` therefore runs this file: `python -P paper_text.py pdf < brief.pdf` prints
`{"pages": [...], "unread": [...], "count": 40}` or `{"wrong": "..."}`. It imports nothing of the
project, to start fast.
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

MOST_CHARACTERS = 5_000_000
"""Characters of a paper; as many as are read for phrases."""
MOST_PAGES = 500
"""Pages of a PDF that are read: a brief with its first exhibits."""
MOST_UNPACKED = 100_000_000
"""Bytes of a Word file's parts once unpacked."""
MEMORY = 1_500_000_000
"""Bytes of memory the process may ask for, where the system can hold it to that."""
TOO_LONG = f"holds more than {MOST_CHARACTERS:,} characters; give the brief without its exhibits"
_DAMAGED = "is damaged; open it in the program it was made with, save it anew, and give that"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# What was struck out, text boxes a second time, and the tab stops among a paragraph's properties.
_LEFT_OUT = {f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", _ALTERNATIVE}
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_STAMP = re.compile(r"^[ \t]*Case:?[ ]\d.*\bPage.*$", re.IGNORECASE | re.MULTILINE)
Notes = dict[tuple[str, str], list[str]]


class Unreadable(Exception):
    """A file whose words cannot be taken out; the message goes on from its name."""


@dataclass(frozen=True)
class Taken:
    """The words of a file.

    Attributes
    ----------
    pages
        The text of each page read; of a Word file, which has no pages, the whole text.
    unread
        The numbers of the pages that hold no words, or none that can be read.
    count
        How many pages there are; None for a Word file.
    """

    pages: list[str]
    unread: list[int]
    count: int | None


def take(kind: str, content: bytes) -> Taken:
    """Take the words out of a file.

    Parameters
    ----------
    kind
        `pdf` or `docx`.

    Raises
    ------
    Unreadable
        If there are none to be had: a scan, an encrypted or damaged file, one too large.
    """
    try:
        taken = _take_pdf(content) if kind == "pdf" else _take_docx(content)
    except Unreadable:
        raise
    except MemoryError:
        raise Unreadable(
            f"needs more than {MEMORY / 1e9:g} GB of memory to be read; give the brief without "
            "its exhibits"
        ) from None
    except Exception as error:  # the libraries raise whatever a broken file leads them into
        raise Unreadable(f"{_DAMAGED} ({type(error).__name__})") from None
    if sum(map(len, taken.pages)) > MOST_CHARACTERS:
        raise Unreadable(TOO_LONG)
    return taken


def _take_pdf(content: bytes) -> Taken:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    # Many filings may not be changed but can be read by anyone: their password is empty.
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(
            "is encrypted; open it with its password, save or print a copy without one, and give "
            "that"
        )
    pages: list[str] = []
    broken, size = 0, 0
    for page in islice(reader.pages, MOST_PAGES):
        try:
            pages.append(page.extract_text())
        except MemoryError:
            raise
        except Exception:  # one broken page does not cost the others
            pages.append("")
            broken += 1
        size += len(pages[-1])
        if size > MOST_CHARACTERS:
            raise Unreadable(TOO_LONG)
    # Courts stamp every page filed, scans too.
    unread = [number for number, page in enumerate(pages, 1) if not _STAMP.sub("", page).strip()]
    if not pages or broken == len(pages):
        raise Unreadable(_DAMAGED)
    if len(unread) == len(pages):
        raise Unreadable(
            f"has {len(pages)} page(s) and no text on any, as a scan has: run OCR first (such as "
            "`ocrmypdf scan.pdf brief.pdf`), or paste the words"
        )
    return Taken(pages, unread, len(reader.pages))


def _take_docx(content: bytes) -> Taken:
    with ZipFile(io.BytesIO(content)) as package:
        if sum(part.file_size for part in package.infolist()) > MOST_UNPACKED:
            raise Unreadable(
                f"unpacks to more than {MOST_UNPACKED:,} bytes; give the brief without its "
                "exhibits and pictures"
            )
        if "[Content_Types].xml" not in package.namelist():
            raise Unreadable("is a zip file but no Word document; expected .docx, .pdf or .txt")
    import docx

    document = docx.Document(io.BytesIO(content))
    lines: list[str] = []
    _walk(document.element.body, [], lines, _notes(document))
    return Taken(["\n\n".join(lines)], [], None)


def _notes(document: Any) -> Notes:
    """Return the lines of each footnote and endnote, by kind and id."""
    from docx.oxml import parse_xml

    notes: Notes = {}
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2].removesuffix("s")
        if kind not in ("footnote", "endnote"):
            continue
        for note in parse_xml(relation.target_part.blob).iter(f"{_W}{kind}"):
            # The lines that part notes from the text are notes too, of a type of their own.
            if note.get(f"{_W}type", "normal") == "normal":
                lines: list[str] = []
                _walk(note, [], lines, {})
                notes[kind, note.get(f"{_W}id", "")] = [line for line in lines if line.strip()]
    return notes


def _walk(node: Any, words: list[str], lines: list[str], notes: Notes) -> None:
    """Gather what stands under a node: words of the paragraph begun, and whole lines.

    A note comes after the paragraph that first cites it, so that its sentence runs on.
    """
    for child in node:
        tag = child.tag
        if tag == f"{_W}p":
            own: list[str] = []
            after: list[str] = []  # notes, and text boxes anchored in the paragraph
            _walk(child, own, after, notes)
            lines += ["".join(own), *after]
        elif tag == f"{_W}t":
            words.append(child.text or "")
        elif tag in _SIGNS:
            words.append(_SIGNS[tag])
        elif tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
            kind = tag.removeprefix(_W).removesuffix("Reference")
            lines += notes.pop((kind, child.get(f"{_W}id", "")), [])
        elif isinstance(tag, str) and tag not in _LEFT_OUT:
            _walk(child, words, lines, notes)


def _be_modest() -> None:
    """Take only so much memory, and the processor after those who wait for predictions."""
    with suppress(AttributeError, OSError):  # not every system can
        os.nice(10)
    with suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))


def _main(kind: str) -> None:
    _be_modest()
    try:
        print(json.dumps(asdict(take(kind, sys.stdin.buffer.read()))))
    except Unreadable as error:
        print(json.dumps({"wrong": str(error)}))


if __name__ == "__main__":
    _main(sys.argv[1])
