"""Check a reading against the papers: what no quote bears out counts as not shown.

A value needs a quote that appears in the papers (`features.coder.quotes`), has three words or more,
and is not an instruction to the reader (`features.coder.instructions`). A list with several values
needs one such quote: the protocol asks for quotes by field, not by value.

Ratings and forecast are the reader's opinion of the whole, which no quote can prove. Where the
papers hold instructions to the reader, `CheckedReading.instructions` shows them, so that whoever
uses the opinion can be warned.
"""

from dataclasses import field

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from data.schema import Motion
from features.coder.instructions import find_instructions
from features.coder.quotes import QuoteFinder, count_words, find_quote
from features.coder.reading import QUOTELESS, Coded, PartialMotion, Reading, Value, known_fields
from features.phrases.lexicon import PAPERS, PaperName

MIN_WORDS, MAX_WORDS = 3, 60
"""Words of a quote that can bear out a value; the protocol asks for 4 to 25. One of two words can
only where it stands once, for then it points at a place. A longer one points at nothing."""
NO_QUOTE = "no quote was given"
NOT_FOUND = "the quote does not appear in the papers"
TOO_SHORT = "the quote is too short to bear it out"
TOO_LONG = "the quote is too long to bear it out"
INSTRUCTION = "the quote is an instruction to the reader, not evidence"


@dataclass(frozen=True)
class QuoteSpan:
    """Words of a paper, and where they stand in it as it was given."""

    paper: PaperName
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Unproven:
    """A value that a reader gave and the papers do not bear out, and why not."""

    field: str
    value: Value
    reason: str


@dataclass(frozen=True)
class CheckedReading:
    """A reading of which only what the papers bear out is left.

    Attributes
    ----------
    reading
        The reading; unproven values are None, and quotes are the papers' own words.
    unproven
        The values that were taken out, in the order of the fields.
    spans
        By field, the quotes that were found, in the reader's order; no field without any.
    instructions
        Sentences of the papers that tell the reader what to do.
    """

    reading: Reading
    unproven: tuple[Unproven, ...] = ()
    spans: dict[str, tuple[QuoteSpan, ...]] = field(default_factory=dict)
    instructions: tuple[QuoteSpan, ...] = ()

    def to_motion(self, motion: PartialMotion) -> Motion:
        """Return the motion with what it lacks taken from the reading; its own values win.

        Raises
        ------
        pydantic.ValidationError
            If a required field is still missing, or one of the motion's own values is wrong.
        """
        return self.reading.to_motion(motion)

    def to_json(self) -> str:
        """Return everything as JSON. It holds words of the papers."""
        return _JSON.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "CheckedReading":
        """Return what `to_json` wrote."""
        return _JSON.validate_json(text)


_JSON = TypeAdapter(CheckedReading)


def check_reading(reading: Reading, motion: PartialMotion) -> CheckedReading:
    """Look up every quote of a reading in the papers, and take out the values without one.

    Parameters
    ----------
    reading
        The reading, of the papers as given or of blinded ones.
    motion
        The motion with the papers as given.
    """
    fields = known_fields(motion)
    papers = _SearchedPapers({name: fields[name] for name in PAPERS if name in fields})
    coded: dict[str, Coded] = {}
    spans: dict[str, tuple[QuoteSpan, ...]] = {}
    unproven: list[Unproven] = []
    for name, given in reading.coded.items():
        found, reasons = papers.look_up(given.quotes)
        value = given.value
        if not (found or name in QUOTELESS or given.claims_nothing):
            unproven.append(Unproven(name, value, reasons[0] if reasons else NO_QUOTE))
            value = None
        coded[name] = Coded(value=value, quotes=tuple(span.text for span in found))
        if found:
            spans[name] = found
    checked = reading.model_copy(update={"coded": coded})
    return CheckedReading(checked, tuple(unproven), spans, papers.instructions)


class _SearchedPapers:
    """The papers of one motion, in which quotes are looked up."""

    def __init__(self, papers: dict[PaperName, str]) -> None:
        self._finders = {name: QuoteFinder(text) for name, text in papers.items()}
        self.instructions = tuple(
            QuoteSpan(name, start, end, text[start:end])
            for name, text in papers.items()
            for start, end in find_instructions(text)
        )

    def look_up(self, quotes: tuple[str, ...]) -> tuple[tuple[QuoteSpan, ...], list[str]]:
        """Return the places of the quotes that can prove something, and why the others cannot."""
        found: dict[QuoteSpan, None] = {}
        reasons: list[str] = []
        for quote in quotes:
            place = self._find(quote)
            if place is None:
                reasons.append(NOT_FOUND)
            elif any(_overlap(place, told) for told in self.instructions):
                reasons.append(INSTRUCTION)
            elif (words := count_words(quote)) > MAX_WORDS:
                reasons.append(TOO_LONG)
            elif words < MIN_WORDS and not (words == MIN_WORDS - 1 and self._stands_once(place)):
                reasons.append(TOO_SHORT)
            else:
                found[place] = None
        return tuple(found), reasons

    def _find(self, quote: str) -> QuoteSpan | None:
        """Return the first place of a quote, in the motion before the opposition."""
        for name, finder in self._finders.items():
            if span := finder.find(quote):
                return QuoteSpan(name, *span, finder.paper[slice(*span)])
        return None

    def _stands_once(self, place: QuoteSpan) -> bool:
        for name, finder in self._finders.items():
            paper = finder.paper
            if name == place.paper:
                paper = paper[: place.start] + "." * len(place.text) + paper[place.end :]
            if find_quote(place.text, paper):
                return False
        return True


def _overlap(one: QuoteSpan, other: QuoteSpan) -> bool:
    return one.paper == other.paper and one.start < other.end and other.start < one.end
