"""What is read of a file, and its limits; shared by the readers of each format."""

from dataclasses import dataclass, field

MAX_CHARACTERS = 5_000_000
"""Characters of a paper, as many as are searched for phrases."""
MAX_UNPACKED_BYTES = 100_000_000
"""Size of a Word file's parts once unpacked."""
TOO_LONG = f"has more than {MAX_CHARACTERS:,} characters; submit the brief without its exhibits"
DAMAGED = "is damaged; open it in the program it was made with, save it again, and submit that"


class UnreadableFile(Exception):
    """A file without extractable text; the message continues from the file's name."""


@dataclass(frozen=True)
class Extracted:
    """The text of a file.

    Attributes
    ----------
    pages
        The text of each page read; for a Word file, which has no pages, the whole text.
    damaged_pages
        Numbers of the pages that could not be read, from 1.
    page_count
        Number of pages; None for a Word file.
    notes
        What was left out, or read from elsewhere than the pages.
    """

    pages: list[str]
    damaged_pages: list[int]
    page_count: int | None
    notes: list[str] = field(default_factory=list)


def counted(count: int, thing: str) -> str:
    """Return a number with its noun: "1 comment", "2 comments"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
