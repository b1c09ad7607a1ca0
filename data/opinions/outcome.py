"""Tell a court's ruling on a motion for interim relief from an opinion, or abstain.

The opinion may be the ruling, or a later one of the same or of an appeals court: what counts is the
ruling at first instance, so "we affirm the denial" tells a denial, and "we reverse the order that
granted it" a grant. An injunction that was decided outranks the restraining order before it.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from data.codebook import Outcome
from data.documents.cues import Cue, first_of
from data.io.dates import MONTHS
from data.opinions.joining import join_pieces
from data.opinions.sentences import sentences_of

Relief = Literal["injunction", "tro", "unnamed"]
OPENING, CLOSING = 0.2, 0.92
"""Shares of an opinion at which its opening ends and its closing begins."""
_MIN_SCORE = 1.4
_SURE = 2.5
"""Weight of a sentence that outweighs what else is told of a restraining order."""
_SETTLES = 2.0
"""Weight of a sentence that settles a grant in part: in the opening, at the end, concluding."""
_MIN_SHARE = 0.72
"""Share of the winning outcome among all that is told, below which the rules abstain."""
_CITED = re.compile(
    r"\bv\.? [A-Z]|(?<!\d)\d+ [A-Z][A-Za-z0-9.]{0,10} ?\d+|\b[Ss]ee\b|\b[Ii]d\.|\u00a7"
)
_MONTHS = "|".join(MONTHS)
_OTHER_COURTS = re.compile(
    r"^(?:Cf\.?|See|E\.g\.|Compare|But see|Accord)\b|^\W*(?:In|in)\b[^.;]{0,60}\bv\. "
    rf"|^\W*(?:\[\d+\]\W*)?In (?!{_MONTHS}|re\b)[A-Z][\w'.]+(?: [A-Z&][\w'.]*){{0,4}},"
    r"|\bin which the\b|\b(?:First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth"
    r"|Eleventh|D\.C\.|Federal) Circuit (?:found|also)"
    r"|\b[Cc]ourt of [Aa]ppeals? (?:concluded|held|found)"
    r"|\bCircuit (?:found|held|affirmed|reversed|concluded|has|noted)"
)
_CONCLUDES = re.compile(
    r"^\W*(?:For (?:the|these|this|all)\b[^,.;]{0,60}\breasons?\b|Accordingly|In conclusion"
    r"|Therefore|It is (?:hereby |therefore |so )?(?:ordered|ORDERED)|IT IS|ORDERED"
    r"|Based (?:on|upon) the foregoing)"
)
_MAX_SENTENCE = 10_000
"""Characters of a sentence. Longer text without a full stop is read in pieces: what is told is
blanked phrase by phrase, each time in the whole sentence."""
_BARRIER = ";"
"""Stands for words that are read no more: no phrase reaches across it."""


@dataclass(frozen=True)
class Told:
    """A sentence that tells a ruling.

    Attributes
    ----------
    outcome
        What it tells.
    relief
        On what.
    weight
        How far it is to be trusted: by its place, its speaker, and what else it says.
    place
        Where it is in the opinion, from 0 to 1.
    """

    outcome: Outcome
    relief: Relief
    weight: float
    place: float
    sentence: str


@dataclass(frozen=True)
class Label:
    """The outcome of an opinion's motion, or why none is given.

    Attributes
    ----------
    outcome
        The ruling; None where the rules abstain.
    sentence
        The sentence it rests on.
    confidence
        From 0 to 1: the share of what is told that says so, less where little is told.
    is_appeal
        Whether the opinion reviews the ruling of another court.
    why_not
        Why the rules abstain; "" where they do not.
    relief
        What the ruling is on.
    """

    outcome: Outcome | None
    sentence: str = ""
    confidence: float = 0.0
    is_appeal: bool = False
    why_not: str = ""
    relief: Relief = "unnamed"


@cache
def _tables() -> dict[str, dict[str, tuple[Cue, ...]]]:
    text = (files("data") / "opinions" / "outcome.toml").read_text(encoding="utf-8")
    return {
        name: {key: tuple(map(Cue, phrases)) for key, phrases in table.items()}
        for name, table in tomllib.loads(text).items()
    }


def label_outcome(paragraphs: Sequence[str]) -> Label:
    """Return the outcome that an opinion tells of its motion.

    Parameters
    ----------
    paragraphs
        The opinion, whole.

    Examples
    --------
    >>> denied = "The trial court denied a preliminary injunction."
    >>> label = label_outcome(["Hale appeals from the order.", denied, "We affirm."])
    >>> label.outcome.value, label.is_appeal
    ('denied', True)
    """
    sentences = _placed_sentences(paragraphs)
    edges = [text for place, text in sentences if place <= OPENING or place >= CLOSING]
    is_appeal = sum(_has("speaker", "appeal", text) for text in edges) > 1 or (
        len(edges) <= 3 and any(_has("speaker", "appeal", text) for text in edges)
    )
    told = [one for place, text in sentences for one in _told(text, place, is_appeal)]
    relief = _relief_decided(told)
    counted = [one for one in told if one.relief == relief or one.relief == "unnamed"]
    scores: dict[Outcome, float] = {}
    for one in counted:
        scores[one.outcome] = scores.get(one.outcome, 0.0) + one.weight
    if any(_tells_partial_grant(one, relief) for one in counted):
        scores = {Outcome.GRANTED_IN_PART: sum(scores.values())}
    why_not = _abstains(edges, is_appeal)
    dissolves = any(_relief_of(text) and _has("abstain", "dissolution", text) for text in edges)
    if not scores:
        return Label(None, is_appeal=is_appeal, why_not=why_not or "no ruling is told")
    best = max(scores, key=lambda outcome: scores[outcome])
    share = scores[best] / sum(scores.values())
    rests_on = max((one for one in counted if one.outcome == best), key=lambda one: one.weight)
    confidence = share * min(1.0, 0.5 + scores[best] / 4)
    is_courts = _has("speaker", "court", rests_on.sentence)
    if not why_not and scores[best] < (1.0 if is_courts else _MIN_SCORE):
        why_not = "the ruling is told too faintly"
    if not why_not and (share < _MIN_SHARE or _tro_differs(told, relief, best)):
        why_not = "different rulings are told"
    if dissolves and (why_not or best != Outcome.GRANTED or share < 1 or relief == "tro"):
        why_not = "the ruling is on a motion to dissolve"
    return Label(
        None if why_not else best,
        rests_on.sentence,
        round(confidence, 3),
        is_appeal,
        why_not,
        relief,
    )


def _tells_partial_grant(told: Told, relief: Relief) -> bool:
    """Tell whether a sentence settles that the relief was granted in part.

    What grants or denies it elsewhere then tells of one part: "the motion is otherwise denied".
    """
    is_settled = told.weight >= _SETTLES and told.relief == relief
    return is_settled and told.outcome == Outcome.GRANTED_IN_PART


def _tro_differs(told: Sequence[Told], relief: Relief, best: Outcome) -> bool:
    """Tell whether a restraining order came out otherwise than an injunction faintly told."""
    of_tro = {one.outcome for one in told if one.relief == "tro" and one.weight >= 1}
    is_sure = any(
        one.weight >= _SURE or (one.weight >= 1 and _has("speaker", "court", one.sentence))
        for one in told
        if one.relief == relief and one.outcome == best
    )
    return relief == "injunction" and not is_sure and bool(of_tro - {best})


def _placed_sentences(paragraphs: Sequence[str]) -> list[tuple[float, str]]:
    """Return the sentences of an opinion, each with its place from 0 to 1."""
    found = [
        sentence[start : start + _MAX_SENTENCE]
        for passage in join_pieces(paragraphs)
        for sentence in sentences_of(passage.text)
        for start in range(0, len(sentence), _MAX_SENTENCE)
    ]
    sizes = [len(text) for text in found]
    total, placed, before = max(sum(sizes), 1), [], 0
    for text, size in zip(found, sizes, strict=True):
        placed.append((before / total, text))
        before += size
    return placed


def _told(sentence: str, place: float, is_appeal: bool) -> Iterator[Told]:
    """Yield what a sentence tells of rulings on interim relief."""
    relief = _relief_of(sentence)
    at_end = not is_appeal and (place >= CLOSING or bool(_CONCLUDES.match(sentence)))
    if relief is None and not at_end:
        return
    weight = _weight(sentence, place, is_appeal)
    if not weight:
        return
    text = sentence
    for cue in _tables()["ignored"]["phrases"]:
        text = _blanked_all(text, cue)
    outcomes = []
    for name, outcome in (
        ("in_part", Outcome.GRANTED_IN_PART),
        ("refused", Outcome.DENIED),
        ("allowed", Outcome.GRANTED),
        ("unreal", None),
        ("granted", Outcome.GRANTED),
        ("denied", Outcome.DENIED),
    ):
        if relief is None and name != "in_part":
            continue
        match = first_of(_tables()[name]["phrases"], text, text.lower())
        while match:
            if outcome:
                outcomes.append((outcome, _relief_of(match[0]) or relief))
            text = _blanked(text, match)
            match = first_of(_tables()[name]["phrases"], text, text.lower())
    if not outcomes and at_end:
        outcomes = [
            (outcome, "unnamed")
            for name, outcome in (("granted", Outcome.GRANTED), ("denied", Outcome.DENIED))
            if _has("closing", name, text)
        ]
    for outcome, of in dict.fromkeys(outcomes):
        yield Told(outcome, of or "unnamed", weight, place, sentence)


def _weight(sentence: str, place: float, is_appeal: bool) -> float:
    """Return how far a sentence is to be trusted; 0 if it tells another court's ruling."""
    if _has("speaker", "above", sentence) or _OTHER_COURTS.search(sentence):
        return 0.0
    weight = 1.0
    if place <= OPENING or place >= CLOSING or _CONCLUDES.match(sentence):
        weight *= 2.0
    if not is_appeal and _CONCLUDES.match(sentence):
        weight *= 2.0
    if is_appeal and _has("speaker", "below", sentence):
        weight *= 1.5
    if _CITED.search(sentence):
        weight *= 0.4
    if _has("speaker", "party", sentence):
        weight *= 0.7
    return weight


def _relief_decided(told: Sequence[Told]) -> Relief:
    """Return the relief whose ruling counts: the injunction, if one was ruled on."""
    scores = {"injunction": 0.0, "tro": 0.0}
    for one in told:
        if one.relief != "unnamed":
            scores[one.relief] += one.weight
    by_a_court = any(
        one.relief == "injunction" and one.weight >= 1 and _has("speaker", "court", one.sentence)
        for one in told
    )
    if scores["injunction"] and (by_a_court or scores["injunction"] >= scores["tro"]):
        return "injunction"
    return "tro" if scores["tro"] else "unnamed"


def _relief_of(text: str) -> Relief | None:
    """Return the relief that words name: an injunction where they name both."""
    lowered = text.lower()
    if first_of(_tables()["relief"]["injunction"], text, lowered):
        return "injunction"
    return "tro" if first_of(_tables()["relief"]["tro"], text, lowered) else None


def _abstains(edges: Sequence[str], is_appeal: bool) -> str:
    """Return why no ruling can be told from what the opening and the end say; "" if it can."""
    reasons = {
        "moot": "the motion is moot",
        "withdrawn": "the motion was withdrawn",
        "undecided": "the motion was not decided",
        "agreed": "the parties agreed to the order",
    }
    for name, reason in reasons.items():
        if is_appeal and name in (
            "moot",
            "agreed",
        ):  # the appeal is moot, and the ruling stands in the record
            continue
        if any(_relief_of(text) and _has("abstain", name, text) for text in edges):
            return reason
    return ""


def _has(table: str, name: str, text: str) -> bool:
    lowered = text.lower()
    return any(cue.find(text, lowered) for cue in _tables()[table][name])


def _blanked(text: str, match: re.Match[str]) -> str:
    """Return a text of the same length in which no phrase is found in, or across, a match."""
    return text[: match.start()] + _BARRIER * len(match[0]) + text[match.end() :]


def _blanked_all(text: str, cue: Cue) -> str:
    match = cue.find(text, text.lower())
    while match and match[0].strip():
        text = _blanked(text, match)
        match = cue.find(text, text.lower())
    return text
