"""Read a PDF file: the text of its pages, form entries and free text; not its comments."""

import io
from collections import Counter
from itertools import islice

from serve.papers.contents import (
    DAMAGED,
    MAX_CHARACTERS,
    TOO_LONG,
    Extracted,
    UnreadableFile,
    counted,
)
from serve.papers.pdf_marks import Marks, marks_of, xfa_entries
from serve.papers.pdf_page import page_text

MAX_PAGES = 500
"""Pages of a PDF that are read: a brief with its first exhibits."""
_PLACEHOLDER = "Please wait..."
"""What a form in XFA shows to programs that cannot fill it."""


def read_pdf(content: bytes) -> Extracted:
    """Return the text of a PDF file.

    Raises
    ------
    UnreadableFile
        If it is encrypted or damaged, or has too much text.
    """
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    # Many filings are protected from changes only: their password for reading is empty.
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableFile(
            "is encrypted; open it with its password, save or print a copy without one, and submit "
            "that"
        )
    pages: list[str] = []
    damaged: list[int] = []
    covered: dict[int, int] = {}
    left_out: Counter[str] = Counter()
    n_fields = n_free_texts = n_characters = 0
    for number, page in enumerate(islice(reader.pages, MAX_PAGES), 1):
        try:
            try:
                marks = marks_of(page)
            except (AttributeError, KeyError, TypeError, ValueError, IndexError):
                marks = Marks()
                left_out["page with annotations that cannot be read"] += 1
            text, n_covered = page_text(page, marks)
        except MemoryError:
            raise
        except Exception:  # the other pages may be readable
            damaged.append(number)
            pages.append("")
            continue
        pages.append(text)
        if n_covered:
            covered[number] = n_covered
        left_out += marks.left_out
        n_fields += marks.n_fields
        n_free_texts += marks.n_free_texts
        n_characters += len(text)
        if n_characters > MAX_CHARACTERS:
            raise UnreadableFile(TOO_LONG)
    if not pages or len(damaged) == len(pages):
        raise UnreadableFile(DAMAGED)
    notes = _notes(n_fields, n_free_texts, covered, left_out)
    if not n_fields:
        notes += _add_xfa(reader, pages)
    return Extracted(pages, damaged, len(reader.pages), notes)


def _add_xfa(reader: object, pages: list[str]) -> list[str]:
    """Add the entries of a form in XFA after the last page; return a note on it."""
    try:
        entries = xfa_entries(reader)
    except Exception:  # whatever is wrong in it, the pages are there
        return ["it holds a form in XFA that cannot be read; print it to a new PDF"]
    if not entries:
        return []
    pages[:] = ["" if _PLACEHOLDER in page and len(page) < 2_000 else page for page in pages]
    pages[-1] += "\n\n" + "\n".join(entries)
    return [
        f"{counted(len(entries), 'entry').replace('entrys', 'entries')} of a form in XFA were read "
        "after the pages, without their labels; check them, or print the form to a new PDF"
    ]


def _notes(
    n_fields: int, n_free_texts: int, covered: dict[int, int], left_out: Counter[str]
) -> list[str]:
    notes = []
    if n_fields:
        notes.append(f"{counted(n_fields, 'form field')} read in place")
    if n_free_texts:
        notes.append(f"{counted(n_free_texts, 'free-text annotation')} read in place")
    if covered:
        listed = ", ".join(map(str, list(covered)[:8])) + (" ..." if len(covered) > 8 else "")
        notes.append(
            f"{counted(sum(covered.values()), 'word')} under black boxes left out (page {listed})"
        )
    if left_out:
        things = ", ".join(counted(count, thing) for thing, count in left_out.items())
        notes.append(f"not read: {things}")
    return notes
