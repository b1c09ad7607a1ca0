"""Tell what a document is from its title and wording: a ruling, an opposition, and so on.

A ruling in the place of a motion tells the outcome, so no evaluation may hold one, and a prediction
from one means nothing. `data.checks` looks for them in labelled rulings, and `train.model.scope` in
what is to be predicted. The cues are in `kinds.toml`.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from data.codebook import MotionType
from data.documents.cues import Cue, first_of
from data.documents.titles import HEAD, Heading, headings

Kind = Literal["motion", "ruling", "proposed_order", "opposition", "complaint"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ACCOUNT_WORDS = 250
"""Words up to which a paper is an account of a motion. Briefs are longer, and quote what other
courts held."""
_SIGNS = ("opening", "closing", "signs")
_LISTS = ("titles", "lone_titles", "yields_to", "decisive", *_SIGNS, "unlike")
_BY_WORDING: tuple[Kind, ...] = ("proposed_order", "ruling", "complaint", "opposition")
"""The kinds in which wording is looked for: a proposed order has the words of a ruling too."""
_MAY_HAVE_TITLE = re.compile(r"\n|[A-Z]{3}")
_DECISIVE = 5
"""Signs that a decisive wording counts for in a paper longer than an account."""
_UNLIKE = 2
"""Signs that are outweighed by one wording that the kind does not have."""
_OF_A_MOTION = 4
"""More signs that a ruling needs if its title is that of a motion."""
_ATTACHED = re.compile(
    r"^[ \t]*[\[(]?PROPOSED[\])]?[^\n]{0,60}\b(?:ORDER|INJUNCTION)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""The heading of a proposed order attached to a motion."""
_MOST_SPECIFIC = (
    MotionType.INJUNCTION_PENDING_APPEAL,
    MotionType.STAY,
    MotionType.TRO,
    MotionType.PRELIMINARY_INJUNCTION,
)
_BEFORE_TITLE = re.compile(r"[.,;:)]\s+")
"""What ends the words that stand before a title in a run of capitals: "ACME CORP., MOTION FOR"."""
_SHOWN = 3
"""Cues that are shown."""
_HEADER = 3
"""Signs that the first line of a published decision counts for."""
_REPORTED = re.compile(
    r"\s*(?:(?:[A-Z(&][^\s]*|v\.|of|and|the|et|al\.?,?|in|for|re|on)\s+){2,25}"
    r"[^\s\n]*\d[^\n]{0,60}\((?:[^()\n]{0,40}\d{4}|[^()\n]*\d{1,2}-\d{1,2}-\d{4}"
    r"|[A-Z][a-z]{2,4}\. \d{1,2}, \d{4})\)"
)
"""A case and where its decision is published: "X v. Y, 12 F.4th 3 (1st Cir. 2021)"."""
_EDGE = 2_500
"""Characters of the beginning and of the end of a document."""
_READ = 200_000
"""Characters of a document that are read, but for its end."""
_QUOTED = re.compile(
    r'"[^"\n]{1,600}"|\u201c[^\u201c\u201d]{1,600}\u201d|\([a-z]\w+ing [^()]{1,300}\)'
    r"|(?<!\w)'\w[^'\n]{1,600}'(?!\w)|\u2018[^\u2018\u2019]{1,600}\u2019"
)


@dataclass(frozen=True)
class KindCues:
    """The cues of one kind of document, as `kinds.toml` lists them."""

    meaning: str
    enough: int = 0
    cues: dict[str, tuple[Cue, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> tuple[Cue, ...]:
        return self.cues.get(name, ())


@dataclass(frozen=True)
class Recognized:
    """What a document is, and the words that show it.

    Attributes
    ----------
    kind
        The kind.
    by
        Up to three cues, as they stand in the document.
    from_title
        Whether they are its title.
    """

    kind: Kind
    by: tuple[str, ...]
    from_title: bool

    def __str__(self) -> str:
        words = ", ".join(f'"{words}"' for words in self.by)
        meaning = kind_cues()[self.kind].meaning
        return f"{meaning} ({'its title says' if self.from_title else 'it says'} {words})"


@cache
def _toml() -> str:
    return (files("data") / "documents" / "kinds.toml").read_text(encoding="utf-8")


@cache
def kind_cues() -> dict[Kind, KindCues]:
    """Return the cues of each kind."""
    tables = tomllib.loads(_toml())
    return {kind: _cues_of(tables[kind]) for kind in KINDS}


def _cues_of(table: dict[str, object]) -> KindCues:
    phrases = {name: table[name] for name in _LISTS if isinstance(table.get(name), list)}
    cues = {
        name: tuple(map(Cue, map(str, listed)))
        for name, listed in phrases.items()
        if isinstance(listed, list)
    }
    return KindCues(str(table["meaning"]), int(str(table.get("enough", 0))), cues)


def title_of(text: str) -> tuple[Kind, Heading] | None:
    """Return the first heading that names a kind of document, and the kind; None without one."""
    if not _MAY_HAVE_TITLE.search(text[:HEAD]):
        return None
    for heading in headings(text):
        if found := _kind_of_title(heading):
            kind, start = found
            cut = max(
                (end.end() for end in _BEFORE_TITLE.finditer(heading.text, 0, start)), default=0
            )
            words = heading.text[cut:]
            return kind, replace(heading, start=heading.start + cut, text=words)
    return None


def _kind_of_title(heading: Heading) -> tuple[Kind, int] | None:
    """Return the kind that a heading names first, and where in it."""
    words, lowered = heading.text, heading.text.lower()
    found = []
    for kind, cues in kind_cues().items():
        match = first_of(cues["titles"], words, lowered)
        if match is None and heading.is_line:
            lone = first_of(cues["lone_titles"], words, lowered)
            match = lone if lone and lone[0] == words.strip(" .:") else None
        if match:
            found.append((match.start(), -match.end(), kind))
    if not found:
        return None
    start, _, kind = min(found)
    return "motion" if first_of(kind_cues()[kind]["yields_to"], words, lowered) else kind, start


def motion_type_of(title: str) -> MotionType | None:
    """Return the kind of motion that a title names; None if it names none.

    Examples
    --------
    >>> motion_type_of("Emergency Motion for a Temporary Restraining Order").value
    'tro'
    """
    tables = tomllib.loads(_toml())["motion"]["types"]
    lowered = title.lower()
    named = [name for name, cues in tables.items() if first_of(map(Cue, cues), title, lowered)]
    types = {MotionType(name) for name in named}
    if {MotionType.TRO, MotionType.PRELIMINARY_INJUNCTION} <= types:
        return MotionType.TRO_AND_PI
    # "Motion to stay the preliminary injunction pending appeal" asks for a stay.
    return next((one for one in _MOST_SPECIFIC if one in types), None)


def recognize(text: str) -> Recognized | None:
    """Return what a document is, if it is plainly something else than a motion; None otherwise.

    Parameters
    ----------
    text
        The document, or an account of a motion, which is something else only if it tells the
        outcome.

    Examples
    --------
    >>> str(recognize("ORDER GRANTING PLAINTIFF'S MOTION\\nThe court has read the papers."))
    'a ruling of a court (its title says "ORDER GRANTING")'
    >>> recognize("The bakery asks the court to stop the sale.") is None
    True
    """
    title = title_of(text)
    if title and title[0] != "motion":
        return Recognized(title[0], (_words_of_title(*title),), True)
    if title and (attached := _ATTACHED.search(text, title[1].end)):
        text = text[: attached.start()]
    is_account = len(text.split()) <= ACCOUNT_WORDS
    plain = _without_quotations(text[:_READ] + text[_READ:][-_EDGE:])
    for kind in _BY_WORDING:
        if title and kind != "ruling":
            continue
        decisive = _found(kind_cues()[kind]["decisive"], plain)
        if is_account and (kind == "ruling" or not decisive):
            words = decisive
        else:
            words = _wording(kind, plain, decisive, _OF_A_MOTION if title else 0)
        if words:
            return Recognized(kind, words[:_SHOWN], False)
    return None


def _wording(kind: Kind, plain: str, decisive: tuple[str, ...], more: int) -> tuple[str, ...]:
    """Return the wording that makes a document one of a kind; nothing if there is too little.

    `more` signs than usual are needed of a document whose title says that it is a motion.
    """
    cues = kind_cues()[kind]
    places = {"opening": plain[:_EDGE], "closing": plain[-_EDGE:]}
    found = [words for name in _SIGNS for words in _found(cues[name], places.get(name, plain))]
    n_signs = len(found) + (_DECISIVE if decisive else 0)
    n_signs -= _UNLIKE * len(_found(cues["unlike"], plain))
    n_signs += _HEADER if kind == "ruling" and _REPORTED.match(plain) else 0
    return (*decisive, *found) if n_signs >= cues.enough + more else ()


def _found(cues: Iterable[Cue], text: str) -> tuple[str, ...]:
    """Return, for each cue in a text, the words in which it is found first."""
    lowered = text.lower()
    matches = (cue.find(text, lowered) for cue in cues)
    return tuple(dict.fromkeys(" ".join(match[0].split()) for match in matches if match))


def _without_quotations(text: str) -> str:
    """Return a text of the same length with what is quoted blanked."""
    return _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)


def _words_of_title(kind: Kind, title: Heading) -> str:
    cues = kind_cues()[kind]
    match = first_of((*cues["titles"], *cues["lone_titles"]), title.text, title.text.lower())
    return " ".join((match[0] if match else title.text).split())
