"""Documents: each paper of a motion is read once and passed along.

Whatever is found in a paper (its cleaned and normalized text, sentences, dates, words, phrases) is
computed when first needed and kept with the document, so that the builders, the rating model and
the scope check share it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import chain, pairwise
from typing import overload

from data.schema import Motion
from features.phrases.catalog import words_and_prefixes
from features.phrases.hits import Hit, HitsByField, by_field
from features.phrases.lexicon import PaperName, legal_words
from features.phrases.matcher import Match, find_patterns, find_phrases, in_order
from features.phrases.stock import READ_IN_STOCK, StockSentence, find_stock, relief_in_stock
from features.text.cleaning import CleanPaper, clean_paper
from features.text.dates import Dates, find_dates
from features.text.normalize import BLANK, Normalized, normalize, to_ascii
from features.text.ocr import Speller
from features.text.sentences import sentence_starts

_NUMBER_SIGN = re.compile(r"\bnos?\.(?=\s*\d)")
_TOKEN = re.compile(rf"\b\w\w+\b|{BLANK}+")


class Document:
    """One paper.

    Parameters
    ----------
    text
        The paper as given; `features.text.cleaning.MAX_CHARACTERS` of it are read.
    paper
        Which of the two papers it is.

    Examples
    --------
    >>> hits = Document("They fear a data breach.", "motion").hits
    >>> {(hit.field, hit.words) for hit in hits if hit.field == "harm_types"}
    {('harm_types', 'data breach')}
    """

    def __init__(self, text: str, paper: PaperName = "motion") -> None:
        self.text = text
        self.paper: PaperName = paper

    def __reduce__(self) -> tuple[type["Document"], tuple[str, PaperName]]:
        """Pickle the text alone: sending the rest takes longer than finding it again."""
        return Document, (self.text, self.paper)

    @cached_property
    def clean(self) -> CleanPaper:
        """The paper in plain characters and lines, and what of it is read."""
        return clean_paper(self.text, speller().is_word)

    @property
    def cleaned(self) -> str:
        """What is read: without stamps, caption and citations, its paragraphs run on."""
        return self.clean.text

    def given_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text as given of a part of the cleaned text."""
        return self.clean.offsets.span(start, end)

    @cached_property
    def normalized(self) -> Normalized:
        """The cleaned text in lower-case ASCII, with its offsets in the text as given."""
        # The "No." of "No. 21-cv-135" is not a negation.
        letters = _NUMBER_SIGN.sub(lambda sign: " " * len(sign[0]), to_ascii(self.cleaned))
        normalized = normalize(letters)
        cleaned, all_capitals = self.cleaned, self.cleaned.isupper()
        text = speller().correct(
            normalized.text,
            # A capitalized word in running text may be a name.
            lambda start: cleaned[normalized.origin(start)].isupper() and not all_capitals,
        )
        return normalized.with_text(text).over(self.clean.offsets)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the cleaned text."""
        return tuple(self.cleaned[start:end] for start, end in pairwise(self._sentence_bounds))

    @cached_property
    def sentence_bounds(self) -> tuple[int, ...]:
        """The offsets in the text as given at which sentences start, and the end of the last."""
        bounds = [self.clean.offsets.origin(bound) for bound in self._sentence_bounds]
        return (0, *bounds[1:-1], len(self.text)) if len(bounds) > 1 else (0, len(self.text))

    @cached_property
    def _sentence_bounds(self) -> tuple[int, ...]:
        return (*sentence_starts(self.cleaned), len(self.cleaned))

    @cached_property
    def dates(self) -> Dates:
        """The dates in the cleaned text, so none of a citation, by their place as given."""
        return find_dates(self.cleaned).over(self.clean.offsets)

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The matches of all patterns of the lexicons in the normalized text."""
        return tuple(find_patterns(self.normalized.text))

    @cached_property
    def stock(self) -> tuple[StockSentence, ...]:
        """The stock sentences: recitals of the law, headings, prayers and the like."""
        return tuple(find_stock(self))

    @cached_property
    def facts(self) -> str:
        """The normalized text with stock sentences blanked, character for character."""
        text = self.normalized.text
        parts, since = [], 0
        for start, end in self._stock_spans:
            parts += [text[since:start], BLANK * (end - start)]
            since = end
        return "".join(parts) + text[since:]

    @cached_property
    def _stock_spans(self) -> tuple[tuple[int, int], ...]:
        """The spans of the stock sentences in the normalized text, in order."""
        starts = self.normalized.offsets([sentence.start for sentence in self.stock])
        ends = self.normalized.offsets([sentence.end for sentence in self.stock])
        return tuple(zip(starts, ends, strict=True))

    def _matches_of_facts(self) -> list[Match]:
        """Return the matches of all patterns in `facts`.

        They are those outside stock sentences; but where a match runs on from a statement of fact
        into a recital, or out of one, the facts are searched anew.
        """
        starts = [start for start, _ in self._stock_spans]
        outside = []
        for match in self.matches:
            before = bisect_right(starts, match.start) - 1
            end = self._stock_spans[before][1] if before >= 0 else 0
            if match.start < end:
                if match.end > end:
                    return find_patterns(self.facts)
            elif before + 1 < len(starts) and starts[before + 1] < match.end:
                return find_patterns(self.facts)
            else:
                outside.append(match)
        return outside

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The words of two letters or more, in order, with `BLANK`s for what is not read."""
        return tuple(_TOKEN.findall(self.facts))

    def token_spans(self) -> Iterator[tuple[str, int, int]]:
        """Yield each token with its span in the text as given."""
        for match in _TOKEN.finditer(self.facts):
            yield match[0], *self.normalized.span(*match.span())

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """The lexicon phrases that are evidence, in the order of the lexicons and of the text.

        Those in stock sentences are not, but still say what kind of paper this is, and name the
        relief sought where nothing else does.
        """
        if not self.stock:
            return tuple(find_phrases(self, self.matches))
        of_facts = find_phrases(self, self._matches_of_facts())
        in_stock = find_phrases(self, self.matches, READ_IN_STOCK)
        return tuple(in_order([*of_facts, *relief_in_stock(in_stock, of_facts, self.stock)]))


class Papers:
    """The papers of one motion: `motion`, and `opposition` if there is one.

    Parameters
    ----------
    motion, opposition
        Their texts as given.
    """

    def __init__(self, motion: str, opposition: str | None = None) -> None:
        self.motion = Document(motion, "motion")
        self.opposition = Document(opposition, "opposition") if opposition else None

    def __reduce__(self) -> tuple[type["Papers"], tuple[str, str | None]]:
        """Pickle the texts alone, as `Document` does."""
        return Papers, self.texts

    @classmethod
    def of(cls, motion: Motion) -> "Papers":
        """Return the papers of a motion, or the summaries in their place.

        A model learns from accounts of some 60 words, and a summary is such an account.
        """
        return cls(*motion.texts_read)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The one or two papers."""
        return (self.motion,) if self.opposition is None else (self.motion, self.opposition)

    @property
    def texts(self) -> tuple[str, str | None]:
        """The texts of `motion` and `opposition` as given."""
        return self.motion.text, None if self.opposition is None else self.opposition.text

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The phrases of both papers, the motion's first."""
        return tuple(chain.from_iterable(document.hits for document in self.documents))

    @cached_property
    def hits_by_field(self) -> HitsByField:
        """The phrases of both papers by the field they are evidence for."""
        return by_field(self.hits)


class LazyPapers(Sequence[Papers]):
    """The papers of many motions, created anew on each access.

    What is found in the papers of a million rulings does not fit into memory, so these are read
    again instead of kept.

    Parameters
    ----------
    texts
        For each motion, the texts of `motion` and `opposition`.
    """

    def __init__(self, texts: Sequence[tuple[str, str | None]]) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, index: int) -> Papers: ...
    @overload
    def __getitem__(self, index: slice) -> "LazyPapers": ...
    def __getitem__(self, index: int | slice) -> "Papers | LazyPapers":
        if isinstance(index, slice):
            return LazyPapers(self._texts[index])
        return Papers(*self._texts[index])

    def take(self, rows: Sequence[int]) -> "LazyPapers":
        """Return the papers of these rows, in this order."""
        return LazyPapers([self._texts[row] for row in rows])


def take_papers(papers: Sequence[Papers], rows: Iterable[int]) -> Sequence[Papers]:
    """Return the papers of some rows, in this order; lazy papers stay lazy."""
    if isinstance(papers, LazyPapers):
        return papers.take(list(rows))
    return tuple(papers[row] for row in rows)


@cache
def speller() -> Speller:
    """Return the speller that knows the words of the lexicons."""
    whole_words, prefixes = words_and_prefixes()
    return Speller(whole_words, prefixes, legal_words())
