"""Extract the text of a PDF, Word or HTML file in a process of its own, which can be stopped.

A malicious file may keep a reader busy forever or fill the memory, and a thread cannot be stopped.
`extract` therefore runs `main` in another process, which reads the file from standard input and
prints the fields of `contents.Extracted`, or `{"error": "..."}`, as JSON.
"""

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict

from serve.papers.contents import DAMAGED, MAX_CHARACTERS, TOO_LONG, Extracted, UnreadableFile
from serve.papers.pdf_text import MAX_PAGES

MAX_MEMORY = 1_500_000_000
"""Bytes of memory the process may use, where the system can limit it."""
__all__ = ["MAX_CHARACTERS", "MAX_PAGES", "TOO_LONG", "Extracted", "UnreadableFile", "extract_text"]


def extract_text(file_format: str, content: bytes) -> Extracted:
    """Extract the text of a file.

    Parameters
    ----------
    file_format
        `pdf`, `docx` (any Word or OpenDocument text) or `html`.

    Raises
    ------
    UnreadableFile
        If the file is encrypted, damaged or too large.
    """
    try:
        extracted = _read(file_format, content)
    except UnreadableFile:
        raise
    except MemoryError:
        raise UnreadableFile(
            f"needs more than {MAX_MEMORY / 1e9:g} GB of memory to be read; submit the brief "
            "without its exhibits"
        ) from None
    except Exception as error:  # on a damaged file, the libraries raise errors of any type
        raise UnreadableFile(f"{DAMAGED} ({type(error).__name__})") from None
    if sum(map(len, extracted.pages)) > MAX_CHARACTERS:
        raise UnreadableFile(TOO_LONG)
    return extracted


def _read(file_format: str, content: bytes) -> Extracted:
    if file_format == "pdf":
        from serve.papers.pdf_text import read_pdf

        return read_pdf(content)
    from serve.papers.word_text import html_blocks, read_word

    if file_format == "html":
        return Extracted(["\n\n".join(html_blocks(content))], [], None)
    return read_word(content)


def _limit_resources() -> None:
    """Limit memory, and yield the processor to predictions, as far as the system can."""
    with suppress(AttributeError, OSError):
        os.nice(10)
    with suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, hard))


def main(file_format: str) -> None:
    """Extract the text of the file on standard input, and print it as JSON."""
    _limit_resources()
    try:
        print(json.dumps(asdict(extract_text(file_format, sys.stdin.buffer.read()))))
    except UnreadableFile as error:
        print(json.dumps({"error": str(error)}))
