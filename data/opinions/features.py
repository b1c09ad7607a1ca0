"""The features of a paragraph of an opinion: cue words, cue lists, place, and its neighbors'."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.special import expit

from data.arrays import Flags, Floats
from data.io.dates import MONTHS
from data.opinions.cues import PARTS, cue_lists, lead_in, part_opened_by
from data.opinions.joining import Passage, join_pieces

_WORD = re.compile(r"[a-z][a-z']+")
_MONTH = "|".join(MONTHS).lower()
_REPLACED = (
    (re.compile(r"\[?fn\d+\]?"), " "),
    (re.compile(r"\$[\d,.]+"), " sumof "),
    (re.compile(rf"\b(?:{_MONTH})\s+\d{{1,2}}\b"), " dayof "),
    (re.compile(r"\b(?:1[89]|20)\d\d\b"), " yearof "),
    (re.compile(r"\b\d+ [a-z0-9. ]{2,14}? \d+\b"), " citeof "),
)
_CITATION = re.compile(r"(?<!\d)\d+ [A-Z][A-Za-z0-9. ]{1,14}? ?\d+|\u00a7|Id\.|\bsupra\b")
_PAST = re.compile(r"\b\w+ed\b")
_STOP = re.compile(r"[.?!] ")
_LIST_ITEM = re.compile(
    r"^\W*(?:\d{1,2}|[a-zA-Z]|[ivxIVX]+)[.)\]]\s|^[\"\u201c\u2018`\[]|^\W*$"
    r"|^\((?:emphas|italics|footnote)",
    re.IGNORECASE,
)
_COLON = re.compile(r":[\"\u201d]?\s*$")
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
_HEADNOTE = re.compile(
    r"^\W*(?:\[?\d+\]?[.,]?\s)?[A-Z][\w'&,; ()]{2,90}?\s?(?:\u2014|\u2013|--)\s?[A-Z\w]"
    r"|^\[?\d+\]?\.\s[A-Z][\w'&,; ]{2,70}\s(?:\d+[a-z]?:|\u2014)|^Same\b"
)
"""A publisher's summary of a point: "1. Injunctions - Bond - No bond is needed"."""
_AUTHOR = re.compile(
    r"^\W*(?:(?:MR\.|MRS\.|CHIEF|PRESIDING|ASSOCIATE|VICE)\s)*"
    r"(?:JUSTICE|JUDGE|CHANCELLOR)\b.{0,60}\bopinion"
    r"|\bOpinion by\b|^\W*(?:PER CURIAM|Per Curiam|THE COURT|BY THE COURT)\W*$"
    r"|^\W*[A-Z][A-Z'.\u2019 -]{2,40},\s"
    r"(?:(?:Chief|Presiding|Circuit|District|Associate|Superior)\s)?"
    r"(?:J|C\.\s?J|P\.\s?J|Judge|Justice|Chancellor|Vice Chancellor|JUDGE|JUSTICE|J\.T\.R)\W*$"
)
"""The line that names the author of an opinion."""
_FRONT, _BYLINE = 0.4, 120
_SHORT = 4
_TAIL = 250
LATER = 0.35
"""Share of an opinion after which cues that bar `later` do; under a heading of reasons, at once."""
NEIGHBORS = (-1, 1)


def terms_of(text: str) -> set[str]:
    """Return the words of a paragraph, numbers and dates by their kind."""
    lowered = text.lower().replace("\u2019", "'")
    for pattern, name in _REPLACED:
        lowered = pattern.sub(name, lowered)
    return set(_WORD.findall(lowered))


@dataclass(frozen=True)
class Outline:
    """An opinion in whole paragraphs, and what can be told of each without weights."""

    passages: tuple[Passage, ...]

    @classmethod
    def of(cls, pieces: Sequence[str]) -> "Outline":
        """Return the outline of an opinion from its paragraphs as its file has them."""
        return cls(tuple(join_pieces(pieces)))

    @cached_property
    def texts(self) -> list[str]:
        """The text of each paragraph."""
        return [passage.text.strip() for passage in self.passages]

    @cached_property
    def terms(self) -> list[set[str]]:
        """The terms of each paragraph."""
        return list(map(terms_of, self.texts))

    @cached_property
    def place(self) -> Floats:
        """(n,) place of each paragraph, from 0 to 1."""
        return np.arange(len(self.texts)) / max(len(self.texts), 1)

    @cached_property
    def cues(self) -> Floats:
        """(n, lists) whether each paragraph has a cue of each list."""
        rows = [
            [found.found_in(text, lowered) for found in cue_lists()]
            for text, lowered in ((text, text.lower()) for text in self.texts)
        ]
        return np.array(rows, dtype=float).reshape(len(self.texts), len(cue_lists()))

    @cached_property
    def parts(self) -> tuple[list[str], list[int]]:
        """The part of the opinion that each paragraph is in, and how far it is from its heading."""
        part, since = "none", 0
        parts, distances = [], []
        for text in self.texts:
            opened = part_opened_by(text)
            if opened and (opened != "numbered" or part == "none"):
                part = opened
            since = 0 if opened else since + 1
            parts.append(part)
            distances.append(since)
        return parts, distances

    @cached_property
    def leads(self) -> tuple[list[int], list[bool]]:
        """The paragraph that opens the list or quotation each is in (-1), and if it is a court's.

        "The court found as follows:" makes the numbered paragraphs after it the court's.
        """
        leads, is_courts = [], []
        lead, courts = -1, False
        for number, text in enumerate(self.texts):
            inside = lead >= 0 and (
                bool(_LIST_ITEM.match(text))
                or len(text.split()) <= _SHORT
                or _leaves_quotation_open(self.texts[number - 1])
            )
            if not inside:
                lead, courts = -1, False
            leads.append(lead)
            is_courts.append(courts)
            if _COLON.search(text):
                lead = number if lead < 0 else lead
                courts = courts or _is_courts(text)
        return leads, is_courts

    @cached_property
    def reveals(self) -> Flags:
        """(n,) whether a paragraph tells what a court did."""
        always = [found.bars == "always" for found in cue_lists()]
        told = self.cues[:, always].any(1) | np.array(self.leads[1], dtype=bool)
        told |= np.array([bool(_HEADNOTE.match(text)) for text in self.texts], dtype=bool)
        told[: self._first_of_opinion] = True
        return np.asarray(told, dtype=bool)

    @cached_property
    def _first_of_opinion(self) -> int:
        """The first paragraph after the line that names its author; what is before is no part."""
        authored = [
            number
            for number, text in enumerate(self.texts)
            if self.place[number] <= _FRONT and len(text) <= _BYLINE and _AUTHOR.search(text)
        ]
        return authored[-1] + 1 if authored else 0

    @cached_property
    def barred(self) -> Flags:
        """(n,) whether a paragraph cannot reach the input, whatever the weights say."""
        later = [found.bars == "later" for found in cue_lists()]
        is_later = (self.place > LATER) | np.array([part == "discussion" for part in self.parts[0]])
        barred = self.reveals | (self.cues[:, later].any(1) & is_later)
        return np.asarray(barred, dtype=bool)

    def named_cues(self, number: int) -> set[str]:
        """Return the names of the lists that a paragraph has a cue of."""
        row = self.cues[number]
        return {found.name for found, has in zip(cue_lists(), row, strict=True) if has}

    def cites_law(self, number: int) -> bool:
        """Tell whether a paragraph cites a case or a statute."""
        return bool(_CITATION.search(self.texts[number]))

    @cached_property
    def numeric(self) -> Floats:
        """(n, m) place, size, part, cues and counts of each paragraph."""
        n = len(self.texts)
        parts, distances = self.parts
        leads, is_courts = self.leads
        rows = []
        for number, text in enumerate(self.texts):
            words = text.split()
            size = max(len(words), 1)
            rows.append(
                [
                    self.place[number],
                    min(number, 60) / 60,
                    np.log(n),
                    np.log1p(size),
                    sum(word[:1].isupper() for word in words) / size,
                    sum(any(map(str.isdigit, word)) for word in words) / size,
                    min(distances[number], 40) / 40,
                    text.count('"') + text.count("\u201c") > 0,
                    text.isupper(),
                    len(_PAST.findall(text)) / size,
                    min(len(_CITATION.findall(text)), 5),
                    len(_CITATION.findall(text)) / size,
                    min(len(_STOP.findall(text)), 8),
                    bool(_LIST_ITEM.match(text)),
                    leads[number] >= 0,
                    is_courts[number],
                    "dissent" in text.lower(),
                ]
            )
        own = np.array(rows, dtype=float).reshape(n, -1)
        one_hot = np.array([[part == name for name in PARTS] for part in parts], dtype=float)
        around = [_shifted(self.cues, offset) * 0.5 for offset in NEIGHBORS]
        total = self.cues.sum(1, keepdims=True) / 4
        barred = self.barred[:, None]
        return np.hstack([own, one_hot.reshape(n, -1), self.cues, total, barred, *around])

    def counts(self, columns: dict[str, int]) -> sp.csr_matrix:
        """(n, 3 * terms) whether each paragraph and its neighbors have each term."""
        size = len(columns)
        rows, cols = [], []
        for offset, start in ((0, 0), (NEIGHBORS[0], size), (NEIGHBORS[1], 2 * size)):
            for row in range(len(self.texts)):
                if 0 <= row + offset < len(self.texts):
                    found = [columns[term] for term in self.terms[row + offset] if term in columns]
                    rows += [row] * len(found)
                    cols += [start + column for column in found]
        data = np.ones(len(rows))
        return sp.csr_matrix((data, (rows, cols)), shape=(len(self.texts), 3 * size))

    def around(self, scores: Floats) -> Floats:
        """(n, m) scores of each paragraph and those of its neighbors, near and far.

        Parameters
        ----------
        scores
            (n, k) what the first weights say of each paragraph.
        """
        n = len(scores)
        sizes = np.array([min(len(text.split()), 80) + 1.0 for text in self.texts])
        columns = [scores, *(_shifted(scores, by, -2.0) for by in (-3, -2, -1, 1, 2, 3))]
        shares = expit(scores) * sizes[:, None]
        total = np.cumsum(shares, 0)
        columns.append(total / (total[-1] + 1e-9))
        for reach in (4, 10):
            window = np.ones(2 * reach + 1)
            below = np.convolve(sizes, window)[reach : reach + n]
            smooth = [
                np.convolve(column * sizes, window)[reach : reach + n] / below
                for column in scores.T
            ]
            columns.append(np.stack(smooth, axis=1))
        so_far = np.maximum.accumulate(scores[:, 1])
        columns.append(np.concatenate([[-3.0], so_far[:-1]])[:, None])
        columns.append(np.repeat(scores.max(0)[None], n, axis=0))
        leads = np.array(self.leads[0])
        columns.append(np.where((leads >= 0)[:, None], scores[np.maximum(leads, 0)], scores))
        return np.hstack(columns)


def _shifted(values: Floats, by: int, missing: float = 0.0) -> Floats:
    """Return each row's neighbor `by` rows away, `missing` beyond the ends."""
    shifted = np.full_like(values, missing)
    if abs(by) >= len(values):
        return shifted
    if by < 0:
        shifted[-by:] = values[:by]
    else:
        shifted[: len(values) - by] = values[by:]
    return shifted


def _leaves_quotation_open(text: str) -> bool:
    curly = text.count("\u201c") > text.count("\u201d")
    return curly or (text.startswith('"') and not text.rstrip().endswith('"'))


def _is_courts(text: str) -> bool:
    """Tell whether the words before a colon are a court's, or an order's."""
    for words in (_SENTENCE.split(text)[-1], text[-_TAIL:]):
        lowered = words.lower()
        if any(cue.find(words, lowered) for cue in lead_in()):
            return True
    return False
