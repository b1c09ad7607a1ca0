"""What stands around a phrase: whether it is denied or doubted, and who says it.

The idea is that of ConText: a cue acts on the phrases near it, within its sentence, up to a word
that ends its reach. The cues are those of `lexicon/context.toml`.

References
----------
Harkema, Dowling, Thornblade and Chapman (2009), J. Biomed. Inform. 42:839-851 (ConText); Chapman
et al. (2001), J. Biomed. Inform. 34:301-310 (NegEx).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple, cast

from features.lexicon import LexiconError, PaperName, list_of_strings, read_lexicon, read_toml
from features.patterns import Pattern, PhraseError, compile_phrase

Kind = Literal["negation", "hedge", "movant", "opponent", "record", "breaks", "turns"]
Role = Literal["before", "after", "not_a_cue"]
Speaker = Literal["movant", "opponent", "record"]
KINDS: tuple[Kind, ...] = ("negation", "hedge", "movant", "opponent", "record")
ROLES: tuple[Role, ...] = ("before", "after", "not_a_cue")
SPEAKERS = ("movant", "opponent", "record")
STOPS: tuple[Kind, ...] = ("breaks", "turns")
_FURTHEST = 400
"""Characters beyond which no cue acts: 40 words and more."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: what it says of phrases, on which side of them it stands, how far it acts."""

    kind: Kind
    role: Role
    reach_words: int
    pattern: Pattern


class CueFound(NamedTuple):
    """A cue in a text, with its span in the reading."""

    cue: Cue
    start: int
    end: int


class Context(NamedTuple):
    """What the words around a phrase make of it."""

    negated: bool
    hedged: bool
    speaker: Speaker


@cache
def cues() -> tuple[Cue, ...]:
    """Return the cues of `context.toml`, in file order."""
    return read_cues(read_lexicon("context"))


def read_cues(content: bytes) -> tuple[Cue, ...]:
    """Read the cues.

    Raises
    ------
    LexiconError
        If the file is not UTF-8 or not TOML, or lacks a list of cues or a reach in words.
    """
    where = "features/lexicon/context.toml"
    tables = read_toml(where, content)

    def patterns(table: dict[str, object], key: str, name: str) -> list[Pattern]:
        phrases = list_of_strings(table.get(key), f"{where}: {name}", key)
        try:
            return [compile_phrase(phrase) for phrase in phrases]
        except PhraseError as error:
            raise LexiconError(f"{where}: {name}: {error}", key) from None

    found = [
        Cue(kind, "before", 0, pattern)
        for kind in STOPS
        for pattern in patterns(tables, kind, kind)
    ]
    for kind in KINDS:
        table = tables.get(kind)
        if not isinstance(table, dict):
            raise LexiconError(f"{where}: needs a table [{kind}]")
        reach = table.get("reach_words")
        if not isinstance(reach, int):
            raise LexiconError(f"{where}: {kind}.reach_words must be a whole number", f"[{kind}]")
        for role in ROLES:
            for pattern in patterns(table, role, f"{kind}.{role}"):
                found.append(Cue(kind, role, reach, pattern))
    return tuple(found)


class Cues:
    """The real cues of one sentence, in order: without what only looks like a cue."""

    def __init__(self, found: Iterable[CueFound]) -> None:
        everything = sorted(found, key=lambda mine: (mine.start, mine.end))
        decoys: dict[Kind, list[tuple[int, int]]] = {}
        for mine in everything:
            if mine.cue.role == "not_a_cue":
                decoys.setdefault(mine.cue.kind, []).append((mine.start, mine.end))
        self.found = [
            mine
            for mine in everything
            if mine.cue.role != "not_a_cue" and not _covered(mine, decoys.get(mine.cue.kind, []))
        ]
        self.starts = [mine.start for mine in self.found]

    def near(self, start: int, end: int) -> list[CueFound]:
        """Return the cues near enough to a phrase to act on it."""
        first = bisect_left(self.starts, start - _FURTHEST)
        return self.found[first : bisect_right(self.starts, end + _FURTHEST)]


def _covered(mine: CueFound, decoys: list[tuple[int, int]]) -> bool:
    """Tell whether a cue overlaps one of the decoys, which are in order."""
    first = bisect_left(decoys, (mine.start - _FURTHEST, 0))
    last = bisect_left(decoys, (mine.end, 0))
    return any(end > mine.start for _, end in decoys[first:last])


def context_of(
    text: str, start: int, end: int, nearby: Sequence[CueFound], paper: PaperName
) -> Context:
    """Tell what the cues of its sentence make of the phrase at `text[start:end]`.

    Parameters
    ----------
    text
        The paper in reading form.
    nearby
        The real cues of the phrase's sentence that are near it.
    paper
        Whose paper it is: without a cue the party itself speaks.
    """
    if not nearby:
        return Context(False, False, author_of(paper))
    acting = [mine for mine in nearby if _acts_on(text, start, end, mine, nearby)]
    speaking = [mine for mine in acting if mine.cue.kind in SPEAKERS]
    speaker = author_of(paper)
    if speaking:
        # The nearest before the phrase, or else the nearest after it.
        nearest = min(speaking, key=lambda mine: (mine.start >= end, abs(mine.start - start)))
        speaker = cast(Speaker, nearest.cue.kind)
    return Context(
        any(mine.cue.kind == "negation" for mine in acting),
        any(mine.cue.kind == "hedge" for mine in acting),
        speaker,
    )


def author_of(paper: PaperName) -> Speaker:
    """Return the party whose paper it is."""
    return "movant" if paper == "motion" else "opponent"


def _acts_on(text: str, start: int, end: int, mine: CueFound, nearby: Sequence[CueFound]) -> bool:
    """Tell whether a cue reaches the phrase at `text[start:end]`."""
    if mine.cue.kind in STOPS:
        return False
    if mine.cue.kind in SPEAKERS and mine.start <= start < mine.end:
        return True  # "plaintiff fears" says who fears
    if mine.cue.role == "before" and mine.end <= start:
        first, last = mine.end, start
    elif mine.cue.role == "after" and end <= mine.start:
        first, last = end, mine.start
    else:
        return False
    between = text[first:last]
    if len(between.split()) > mine.cue.reach_words:
        return False
    speaks = mine.cue.kind in SPEAKERS
    if ";" in between or (":" in between and not speaks):
        return False
    stops = STOPS[1:] if speaks else STOPS
    return not any(
        first <= other.start and other.end <= last for other in nearby if other.cue.kind in stops
    )
