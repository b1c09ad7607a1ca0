"""Opinions to labelled rulings: the papers out of the facts and contentions, the outcome told.

Nothing that reveals the ruling reaches the papers: what the segmenter lets through is read again
for told outcomes, and an opinion that still tells one is set aside.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from data.codebook import MotionType, Outcome, SourceKind
from data.documents.kinds import recognize
from data.io.dates import dates_in
from data.opinions.cues import part_opened_by
from data.opinions.outcome import Label, label_outcome
from data.opinions.read import Opinion
from data.opinions.segment import Kind, Segmenter, default_segmenter
from data.schema import Ruling

MIN_WORDS = 40
"""Words of the motion below which too little is known of it."""
ReadOutcome = Callable[[Sequence[str]], tuple[Outcome, str] | None]
"""The outcome of an opinion, and the sentence it rests on; None if it cannot be told. Raises
`OutcomeUnread` if it could not be read."""
_YEAR_IN = re.compile(r"\b(1[789]\d\d|20\d\d)\b")
_PI = re.compile(r"\b(?:preliminary|temporary|interlocutory)\s+injuncti", re.IGNORECASE)
_TRO = re.compile(r"\brestraining\s+order|\bTROs?\b")


class OutcomeUnread(ValueError):
    """An outcome that was to be read otherwise than by the rules, and was not; says why."""


@dataclass(frozen=True)
class Read:
    """What was read of an outcome on which the rules abstain; both None if it is not told."""

    outcome: Outcome | None
    quote: str | None


@dataclass(frozen=True)
class Converted:
    """What an opinion gave: a ruling, or why there is none.

    Attributes
    ----------
    ruling
        The fields of a `Ruling`; None if the opinion was set aside.
    why_not
        Why it was; "" otherwise.
    label
        What the rules say of the outcome.
    kinds
        The kind of each paragraph.
    read
        What was read where the rules abstain; None if nothing was.
    """

    ruling: dict[str, Any] | None
    why_not: str
    label: Label
    kinds: list[Kind]
    read: Read | None = None


def convert(
    opinion: Opinion,
    segmenter: Segmenter | None = None,
    read_outcome: ReadOutcome | None = None,
) -> Converted:
    """Make a labelled ruling of an opinion.

    Parameters
    ----------
    opinion
        The opinion.
    segmenter
        By default the one that comes with the program.
    read_outcome
        Reads the outcome where the rules abstain, such as a language model.
    """
    kinds = (segmenter or default_segmenter()).segment(opinion.paragraphs)
    label = label_outcome(opinion.paragraphs)
    outcome, quote, read = label.outcome, label.sentence, None
    unread = ""
    if outcome is None and read_outcome:
        try:
            read = Read(*(read_outcome(opinion.paragraphs) or (None, None)))
        except OutcomeUnread as error:
            unread = str(error)
        else:
            outcome, quote = read.outcome, read.quote or ""

    def set_aside(why: str) -> Converted:
        return Converted(None, why, label, kinds, read)

    if unread:
        return set_aside(f"outcome: the language model gave none, {unread}")
    if outcome is None:
        return set_aside(f"outcome: {label.why_not}")
    motion = _joined(opinion, kinds, ("facts", "movant"))
    opposition = _joined(opinion, kinds, ("opponent",))
    if len(motion.split()) < MIN_WORDS:
        return set_aside(f"motion: {len(motion.split())} words known before the ruling")
    if any((found := recognize(text)) and found.kind == "ruling" for text in (motion, opposition)):
        return set_aside("motion: its paragraphs still reveal the ruling")
    decided = ruling_date(quote, opinion.decided)
    if decided is None:
        return set_aside("decided: no date is shown")
    row = {
        "id": opinion.id,
        "caption": opinion.caption,
        "court": opinion.court,
        "docket_number": None if label.is_appeal else opinion.docket_number,
        "decided": decided,
        "motion_type": motion_type(opinion.paragraphs).value,
        "source_kind": (SourceKind.APPEAL if label.is_appeal else SourceKind.OPINION).value,
        "motion": motion,
        "opposition": opposition or None,
        "outcome": outcome.value,
        "outcome_quote": quote,
        "outcome_confidence": None if read else label.confidence,
        "outcome_read_by": "language model" if read else "rules",
    }
    row = {name: value for name, value in row.items() if value is not None}
    try:
        Ruling.model_validate(row)
    except ValidationError as error:
        fields = ", ".join(str(problem["loc"][0]) for problem in error.errors() if problem["loc"])
        return set_aside(f"ruling: it does not fit the schema, {fields}")
    return Converted(row, "", label, kinds, read)


def _joined(opinion: Opinion, kinds: Sequence[Kind], wanted: Sequence[Kind]) -> str:
    """Join the paragraphs of some kinds; pieces that follow each other are one paragraph."""
    blocks: list[str] = []
    last = -2
    for number, (text, kind) in enumerate(zip(opinion.paragraphs, kinds, strict=True)):
        if kind not in wanted or _is_heading(text):
            continue
        goes_on = number == last + 1 and blocks and not blocks[-1].rstrip().endswith((".", ":"))
        if goes_on:
            blocks[-1] += " " + text.strip()
        else:
            blocks.append(text.strip())
        last = number
    return "\n\n".join(blocks)


def _is_heading(text: str) -> bool:
    return part_opened_by(text) is not None or text.isupper()


def motion_type(paragraphs: Sequence[str]) -> MotionType:
    """Return the kind of motion that an opinion is about, by what it names.

    >>> motion_type(["She moved for a temporary restraining order."]).value
    'tro'
    """
    text = "\n".join(paragraphs)
    has_pi, has_tro = bool(_PI.search(text)), bool(_TRO.search(text))
    if has_pi and has_tro:
        return MotionType.TRO_AND_PI
    return MotionType.TRO if has_tro else MotionType.PRELIMINARY_INJUNCTION


def ruling_date(sentence: str, opinion_date: str | None) -> str | None:
    """Return the date of the ruling: that of the sentence that tells it, else the opinion's.

    >>> ruling_date("On June 30, 1999, the trial court denied the motion.", "2001-08-01")
    '1999-06-30'
    """
    dates = dates_in(sentence)
    if len(dates) == 1 and (opinion_date is None or dates[0] <= opinion_date):
        return dates[0]
    return opinion_date
