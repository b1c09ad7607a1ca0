"""What an entry of a docket is, what it asks for, and which entries it names by number."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from data.codebook import MotionType
from data.documents.cues import Cue, first_of

_APPENDED = re.compile(
    r"(?<!\s)\s*\((?:Attachments?|Entered|Modified|Main Document)\b.*", re.I | re.S
)
"""What clerks and the system add: lists of attachments hold titles of other papers."""
_BEGINNING = 400
_MAX_WORDS_BETWEEN = 20
_MAX_LIST = 2_000
"""Characters of a list of related documents."""
_NUMBER = r"\d{1,4}"
_REFERENCE = re.compile(
    rf"\[(?:DI |D\.I\. |ECF No\. |Dkt\. |Doc\. |#\s*)?({_NUMBER})\]"
    rf"|(?:\b(?:re|Re|RE|ref|to|of|in|granting|denying|adopting|motion|injunction|order|on):?\s+|#\s*)"
    rf"({_NUMBER})(?=\s+(?:[A-Z]|\()|[,.;)]|\s*$)"
    r"|\b(?:DI|D\.I\.|ECF No\.?|Dkt\.?(?: No\.)?|Doc(?:ument|\.)?(?: No\.)?)"
    rf"\s*+(?:#\s*+)?({_NUMBER})\b"
)
_RELATED = re.compile(
    rf"related\s+doc(?:ument)?(?:\(s\)|s)?\.?\s*+(?:#\s*+)?([^()]{{0,{_MAX_LIST}}}?)\)", re.I
)
_RELATED_NUMBER = re.compile(rf"(?:^|,)\s*+(?:#\s*+)?({_NUMBER})\b(?!/)")


@cache
def docket_cues() -> dict[str, Any]:
    """Return the cues of `docket_cues.toml`, by table and name."""
    text = (files("data") / "fetch" / "docket_cues.toml").read_text(encoding="utf-8")
    return {
        table: {name: tuple(map(Cue, phrases)) for name, phrases in names.items()}
        for table, names in tomllib.loads(text).items()
    }


@dataclass(frozen=True)
class Entry:
    """An entry of a docket.

    Attributes
    ----------
    number
        As printed; None for an entry without one, such as a minute entry.
    filed
        YYYY-MM-DD; None if not shown.
    text
        What the docket says of it. In a history report that is only the kind, such as "Order on
        Motion for TRO".
    is_title
        Whether the text is that kind only.
    """

    number: str | None
    filed: str | None
    text: str
    is_title: bool = field(default=False)

    @cached_property
    def words(self) -> str:
        """The text without lists of attachments, and the date of entry."""
        return _APPENDED.sub("", self.text)

    @cached_property
    def kind(self) -> str:
        """`motion`, `opposition`, `reply`, `recommendation`, `order`, `issued` or `other`."""
        beginning = self.words[:_BEGINNING]
        lowered = beginning.lower()
        found = [
            (match.start(), -match.end(), kind)
            for kind, cues in docket_cues()["kinds"].items()
            if (match := first_of(cues, beginning, lowered))
        ]
        return min(found)[2] if found else "other"

    @cached_property
    def asks_for(self) -> MotionType | None:
        """The interim relief that a motion asks for; None where it asks for none."""
        if self.kind != "motion":
            return None
        cues = docket_cues()
        else_ = cues["asks_for_something_else"]
        found: set[MotionType] = set()
        for motion in _all(cues["kinds"]["motion"], self.words):
            before, after = self.words[: motion.start()], self.words[motion.end() :]
            if first_of(else_["mentioned"], before, before.lower()):
                break
            found |= _asked_for(after, else_["cues"])
        return _one_type(found)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Numbers of other entries that the entry names."""
        matches = _REFERENCE.finditer(self.words)
        named = {next(filter(None, match.groups())) for match in matches}
        return frozenset({*named, *self.related} - {self.number})

    @cached_property
    def related(self) -> frozenset[str]:
        """Numbers in "(related document(s) 5, 7)", as bankruptcy courts write."""
        return frozenset(
            number
            for related in _RELATED.finditer(self.words)
            for number in _RELATED_NUMBER.findall(related[1])
        )


def relief_in(words: str) -> MotionType | None:
    """Return the interim relief that words name; None if they name none.

    Examples
    --------
    >>> relief_in("Motion for TRO and preliminary injunction").value
    'tro_and_pi'
    """
    lowered = words.lower()
    relief = docket_cues()["relief"].items()
    return _one_type({MotionType(name) for name, cues in relief if first_of(cues, words, lowered)})


def _asked_for(after: str, something_else: tuple[Cue, ...]) -> set[MotionType]:
    """Return what a motion asks for in the words after "motion", up to its end."""
    found: set[MotionType] = set()
    # The next motion in the entry is looked at on its own.
    upto = re.split(r"(?i)\bmotions?\b", after)[0]
    for name, cues in docket_cues()["relief"].items():
        match = first_of(cues, upto, upto.lower())
        if match is None:
            continue
        between = upto[: match.start()]
        if len(between.split()) <= _MAX_WORDS_BETWEEN and not first_of(
            something_else, between, between.lower()
        ):
            found.add(MotionType(name))
    return found


def _one_type(found: set[MotionType]) -> MotionType | None:
    """Return the type of a motion that asks for all of these."""
    if {MotionType.TRO, MotionType.PRELIMINARY_INJUNCTION} <= found:
        return MotionType.TRO_AND_PI
    ordered = (
        MotionType.INJUNCTION_PENDING_APPEAL,
        MotionType.STAY,
        MotionType.TRO,
        MotionType.PRELIMINARY_INJUNCTION,
    )
    return next((each for each in ordered if each in found), None)


def _all(cues: Iterable[Cue], text: str) -> list[re.Match[str]]:
    """Return all occurrences of cues in a text, in order."""
    lowered, found = text.lower(), []
    for cue in cues:
        start = 0
        while match := cue.find(text, lowered, start):
            found.append(match)
            start = match.end()
    return sorted(found, key=lambda match: match.start())
