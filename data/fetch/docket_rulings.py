"""How an order of a docket rules on a motion, as far as its entry says so; otherwise nothing."""

import re
from dataclasses import dataclass
from typing import Literal

from data.codebook import MotionType, Outcome
from data.documents.cues import Cue, first_of
from data.fetch.docket_entries import Entry, docket_cues, relief_in

_LIST = r"(?:\[?#?\s*\d{1,4}\]?(?:\s*(?:,|and|&)?\s*))+"
_OBJECT = re.compile(rf"\s*+(?:as\s+moot\s+|without\s+prejudice\s+)?(?P<numbers>{_LIST})")
_TITLE = re.compile(r"(?:\w+\s+){0,3}motions?\s+for\s+[^.;,]{3,80}", re.I)
_CLAUSE_ENDS = re.compile(r";|(?<!Dkt)(?<!Doc)(?<!No)\.\s")
_DIGITS = re.compile(r"\d{1,4}")
_STATEMENT = re.compile(
    r"\b(?:is|are|was|be)\b(?:\s+(?:hereby|therefore|accordingly|also))*\s+$", re.I
)
_NOT_YET = re.compile(r"\b(?:should|recommends?\w*|that)\b[^.;]{0,80}$|\bbe\s+$", re.I)
_JUDGE = re.compile(
    r"(?:Signed|Entered|entry|before|by)\b[^.()]{0,60}?\b(?:Judge|Honorable|Hon\.|Justice|Chancellor)"
    r"\s+(?:Judge\s+)?(?P<name>(?:[A-Z][\w'\u2019-]*\.?,?\s+){1,4}?[A-Z][\w'\u2019-]+"
    r"(?:,?\s+(?:Jr|Sr|II|III|IV)\b\.?)?)(?=\s+[a-z(]|\s*[.:;,)\[]|\s*$)"
)
_RELATED_DOC = re.compile(r"Related\s+Doc\.?\s*#\s*([\d,\s&and#]+)", re.I)
_MOOT = re.compile(r"\bmoot", re.I)
Disposition = Outcome | Literal["abstain"]


@dataclass(frozen=True)
class EntryRuling:
    """What an entry says of a motion.

    Attributes
    ----------
    outcome
        None where the entry rules on the motion without a clear outcome.
    is_moot
        Whether the motion was denied as moot.
    why
        Why there is no outcome; "" where there is one.
    basis
        The words that say it.
    """

    outcome: Outcome | None
    is_moot: bool
    why: str
    basis: str


def ruling_on(order: Entry, motion: str, asked: MotionType) -> EntryRuling | None:
    """Return how an order rules on the motion of a number; None if it does not rule on it.

    Parameters
    ----------
    order
        An entry of the kind `order` or `issued`.
    motion
        The number of the motion's entry.
    asked
        What the motion asks for.
    """
    if not re.search(rf"(?<!\d){motion}(?!\d)", order.words):
        return None
    said = _by_number(order, motion) or _by_statement(order, motion) or _by_related(order, motion)
    if said:
        dispositions, basis = said
        return _ruling(dispositions, basis)
    return _issued(order, asked) if motion in order.numbers else None


def rulings_named(order: Entry) -> list[tuple[str, MotionType]]:
    """Return the motions for interim relief that an order disposes of by number, with their kinds.

    Examples
    --------
    >>> order = Entry("8", "2018-09-13", "RULING denying 1 Motion for Preliminary Injunction.")
    >>> [(number, relief.value) for number, relief in rulings_named(order)]
    [('1', 'preliminary_injunction')]
    """
    named = []
    for match, _ in _dispositions(order.words):
        target = _OBJECT.match(order.words, match.end())
        title = _TITLE.match(order.words, target.end()) if target else None
        relief = relief_in(title[0]) if title else None
        if target and relief:
            named += [(number, relief) for number in _DIGITS.findall(target["numbers"])]
    return named


def judge_of(entry: Entry) -> str | None:
    """Return the judge who signed an order, as the entry says; None where it does not."""
    found = _JUDGE.search(entry.text)
    return " ".join(found["name"].replace(",", "").split()) if found else None


def _ruling(dispositions: set[Disposition], basis: str) -> EntryRuling:
    if dispositions == {"abstain"}:
        return EntryRuling(None, False, "disposed of without a grant or denial", basis)
    outcomes = {each for each in dispositions if isinstance(each, Outcome)}
    if len(outcomes) != 1 or "abstain" in dispositions:
        return EntryRuling(None, False, "the entry says more than one outcome", basis)
    (outcome,) = outcomes
    return EntryRuling(outcome, bool(_MOOT.search(basis)), "", basis)


def _by_number(order: Entry, motion: str) -> tuple[set[Disposition], str] | None:
    """Read "granting 20 Motion ...; denying Motion for Preliminary Injunction [21]"."""
    found, basis = set(), ""
    said = _dispositions(order.words)
    starts = [match.start() for match, _ in said[1:]] + [len(order.words)]
    for (match, disposition), end in zip(said, starts, strict=False):
        target = _OBJECT.match(order.words, match.end())
        if target:
            named = motion in _DIGITS.findall(target["numbers"])
        elif disposition == "abstain":  # "finding that ..." disposes of nothing
            continue
        else:
            clause = _CLAUSE_ENDS.split(order.words[match.end() : end])[0]
            at = re.search(rf"(?<!\d){motion}(?!\d)", clause)
            before = clause[: at.start()] if at else ""
            something_else = first_of(
                docket_cues()["asks_for_something_else"]["cues"], before, before.lower()
            )
            named = relief_in(before) is not None and not something_else
        if named:
            found.add(disposition)
            basis = basis or _around(order.words, match.start(), target.end() if target else end)
    return (found, basis) if found else None


def _by_statement(order: Entry, motion: str) -> tuple[set[Disposition], str] | None:
    """Read "the motion for a preliminary injunction [20] is denied"."""
    found, basis = set(), ""
    for match, disposition in _dispositions(order.words):
        start = max(order.words.rfind(mark, 0, match.start()) for mark in (". ", "; ", ": "))
        clause = order.words[start + 1 : match.start()]
        if not _STATEMENT.search(clause) or _NOT_YET.search(clause):
            continue
        named = _DIGITS.findall(
            " ".join(re.findall(r"[\[#][^\]\s]{0,200}\s?\d{1,4}|\b\d{1,4}\b", clause))
        )
        numbers = set(named) & (order.numbers | {motion})
        if motion in numbers or (not numbers and relief_in(clause) and "motion" in clause.lower()):
            found.add(disposition)
            basis = basis or _around(order.words, start + 1, match.end())
    return (found, basis) if found else None


def _by_related(order: Entry, motion: str) -> tuple[set[Disposition], str] | None:
    """Read "Order Granting Motion for Preliminary Injunction (Related Doc # 5)"."""
    acted_on = _RELATED_DOC.search(order.words)
    if acted_on is None or motion not in _DIGITS.findall(acted_on[1]):
        return None
    title = order.words[: acted_on.start()]
    if relief_in(title) is None:
        return None
    found = {disposition for _, disposition in _dispositions(title)}
    return (found, title.strip()) if found else None


def _issued(order: Entry, asked: MotionType) -> EntryRuling | None:
    """Read "Temporary Restraining Order (related document 2)": the relief itself."""
    if order.kind != "issued":
        return None
    beginning = order.words.split("(")[0]
    given = relief_in(beginning)
    if given is None or asked not in (given, MotionType.TRO_AND_PI):
        return None
    if first_of(docket_cues()["not_a_ruling"]["cues"], beginning, beginning.lower()):
        return EntryRuling(None, False, "an agreed, extended or changed order", beginning.strip())
    if asked is MotionType.TRO_AND_PI and given is MotionType.TRO:
        return EntryRuling(None, False, "a restraining order; the injunction is open", beginning)
    return EntryRuling(Outcome.GRANTED, False, "", beginning.strip())


def _dispositions(words: str) -> list[tuple[re.Match[str], Disposition]]:
    """Return what an order says, in order; where cues overlap, the longest counts."""
    lowered = words.lower()
    found: list[tuple[re.Match[str], Disposition]] = []
    for name, cues in docket_cues()["dispositions"].items():
        disposition: Disposition = "abstain" if name == "abstain" else Outcome(name)
        found += [
            (match, disposition) for cue in cues for match in _occurrences(cue, words, lowered)
        ]
    found.sort(key=lambda each: (each[0].start(), -each[0].end()))
    kept: list[tuple[re.Match[str], Disposition]] = []
    for match, disposition in found:
        if not kept or match.start() >= kept[-1][0].end():
            kept.append((match, disposition))
    return kept


def _occurrences(cue: Cue, words: str, lowered: str) -> list[re.Match[str]]:
    found, start = [], 0
    while match := cue.find(words, lowered, start):
        found.append(match)
        start = match.end()
    return found


def _around(words: str, start: int, end: int) -> str:
    """Return words with the rest of their clause, 200 characters at most."""
    stop = min(
        (at for mark in (";", ". ") if (at := words.find(mark, end)) >= 0), default=len(words)
    )
    return " ".join(words[start : min(stop, start + 200)].split())
