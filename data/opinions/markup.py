"""The paragraphs of an opinion in HTML or XML, which publishers seldom write well-formed."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

MAX_BROKEN_TAGS = 25
"""Tags that end nowhere, in one file. Python's parser reads the rest of the file for each of them
before it takes it for text, so that a small file of nothing else would take hours."""

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "center",
        "blockquote",
        "block_quote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "tr",
        "pre",
        "opinion",
        "opinion_text",
        "opinion_byline",
        "caption",
        "reporter_caption",
        "docket",
        "court",
        "date",
        "hearing_date",
        "posture",
        "attorneys",
        "panel",
        "footnote",
        "footnote_body",
        "footnote_number",
        "author",
        "parties",
        "decisiondate",
        "summary",
        "disposition",
        "section",
        "headnotes",
        "citation",
        "dissent",
        "concurrence",
        "dissent_text",
        "concurrence_text",
    ]
)
_SKIPPED = frozenset(("script", "style", "head", "title"))
_NAMED = {
    "caption": "caption",
    "reporter_caption": "reporter_caption",
    "docket": "docket_number",
    "docketnumber": "docket_number",
    "court": "court_name",
    "date": "decided",
    "decisiondate": "decided",
    "parties": "caption",
}
"""Elements that say what the opinion is of."""
_BLANK_LINE = re.compile(r"\n\s*\n|\f")


class BrokenMarkup(ValueError):
    """Text that is no HTML or XML, even as careless publishers write it; says why."""


class _Blocks(HTMLParser):
    """Collects the text of block elements, and of the elements that name the case."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._named: dict[str, list[str]] = {}
        self._n_broken = 0
        self._parts: list[str] = []
        self._skipping = 0
        self._inside: list[str] = []

    @property
    def named(self) -> dict[str, str]:
        """What the elements that name the case say."""
        return {name: " ".join(texts) for name, texts in self._named.items()}

    def parse_starttag(self, i: int) -> int:
        return self._end_of_tag(super().parse_starttag(i))

    def parse_endtag(self, i: int) -> int:
        return self._end_of_tag(super().parse_endtag(i))

    def parse_comment(self, i: int, report: bool = True) -> int:
        return self._end_of_tag(super().parse_comment(i, report))

    def parse_pi(self, i: int) -> int:
        return self._end_of_tag(super().parse_pi(i))

    def parse_html_declaration(self, i: int) -> int:
        return self._end_of_tag(super().parse_html_declaration(i))

    def _end_of_tag(self, end: int) -> int:
        """Return where a tag ends, -1 if nowhere; refuse a text with many of these."""
        self._n_broken += end < 0
        if self._n_broken > MAX_BROKEN_TAGS:
            raise BrokenMarkup(f"more than {MAX_BROKEN_TAGS} tags are never closed")
        return end

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping += 1
        if tag in _BLOCKS:
            self.end_block()
        if tag in _NAMED:
            self._inside.append(_NAMED[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        if tag in _BLOCKS:
            self.end_block()
        if tag in _NAMED and self._inside:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        if self._inside and data.strip():
            self._named.setdefault(self._inside[-1], []).append(data.strip())
        pieces = _BLANK_LINE.split(data)
        for piece in pieces[:-1]:
            self._parts.append(piece)
            self.end_block()
        self._parts.append(pieces[-1])

    def end_block(self) -> None:
        """End the paragraph that is being read."""
        if block := "".join(self._parts).strip():
            self.blocks.append(block)
        self._parts = []


@dataclass(frozen=True)
class Markup:
    """The blocks of text of a file, and what its elements say of the case."""

    blocks: list[str]
    named: dict[str, Any] = field(default_factory=dict)


def parse_markup(text: str) -> Markup:
    """Return the blocks of text of HTML or XML, well-formed or not, and what names the case.

    Raises
    ------
    BrokenMarkup
        If more than `MAX_BROKEN_TAGS` tags end nowhere, or a marked section is of no known kind.
    """
    parser = _Blocks()
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as error:  # of "<![x[", which Python's parser does not pass over
        raise BrokenMarkup(str(error)[:100]) from None
    parser.end_block()
    named: dict[str, Any] = dict(parser.named)
    if reporter := named.pop("reporter_caption", None):
        named.setdefault("caption", reporter)
        named["decided"] = named.get("decided") or reporter
    return Markup(parser.blocks, named)
