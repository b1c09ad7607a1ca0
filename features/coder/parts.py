"""Long papers: leave out what is not argument, cut up the rest, merge the readings of the parts."""

import re
from collections.abc import Sequence

from data.schema import allowed_values
from features.coder.messages import CHARACTERS_PER_TOKEN
from features.coder.reading import Coded, Reading
from features.coder.samples import MAX_QUOTES, combine_readings
from features.text.matter import certificate_spans, exhibits_start, table_spans, without

_BREAKS = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"[.!?][\"'\u201d\u2019)]*\s+"),
    re.compile(r"\s+"),
)
"""Where to cut a text: between paragraphs, else between sentences, else between words."""


def leave_out_back_matter(text: str) -> str:
    """Return a paper without tables of contents and authorities, certificates and exhibits.

    A table begins at its heading and goes on while lines end in page numbers. A certificate goes to
    the next heading. Exhibits begin with a cover sheet after the signature, and go to the end of
    the file; a declaration that comes before them stays. What is not clearly one of these stays.
    """
    kept = without(text, [*table_spans(text), *certificate_spans(text)])
    kept = kept[: exhibits_start(kept)]
    return kept if kept.strip() else text


def split_into_parts(text: str, budget_tokens: int) -> list[str]:
    """Cut a paper into parts that a language model can read one by one.

    Parameters
    ----------
    text
        The paper.
    budget_tokens
        Tokens of a part at most, at four characters a token, which is about right for English.

    Returns
    -------
    The parts in order, cut between paragraphs where that leaves no part below half the budget, else
    between sentences or words. Joined they are the text.

    Raises
    ------
    ValueError
        If the budget is not positive.
    """
    if budget_tokens < 1:
        raise ValueError(f"expected a budget of at least one token, not {budget_tokens}")
    most = budget_tokens * CHARACTERS_PER_TOKEN
    parts, start = [], 0
    while len(text) - start > most:
        end = _cut(text, start, most)
        parts.append(text[start:end])
        start = end
    return [*parts, text[start:]]


def _cut(text: str, start: int, most: int) -> int:
    """Return the last good place to cut in the second half of what fits."""
    first, last = start + most // 2, start + most
    for pattern in _BREAKS:
        places = [match.end() for match in pattern.finditer(text, first, last)]
        if places and places[-1] > start:
            return places[-1]
    return last


def merge_readings(readings: Sequence[Reading]) -> Reading:
    """Merge the readings of the parts of one motion, in their order, without a language model.

    A list holds the values of all parts, and evidence of harm is the strongest of any. Of other
    codings the first that claims something counts, else the first that is shown at all. Ratings and
    forecast are means, and the summary is the first part's.
    """
    merged = {name: _merged(name, [r.coded[name] for r in readings]) for name in readings[0].coded}
    return combine_readings(readings).model_copy(update={"coded": merged})


def _merged(name: str, answers: Sequence[Coded]) -> Coded:
    shown = [answer for answer in answers if answer.value is not None]
    claiming = [answer for answer in shown if not answer.claims_nothing] or shown
    if not claiming:
        return Coded()
    if isinstance(claiming[0].value, tuple):
        lists = [answer.value for answer in claiming if isinstance(answer.value, tuple)]
        value: object = tuple(dict.fromkeys(item for values in lists for item in values))
        agreeing = claiming
    else:
        strength = allowed_values(name) if name == "harm_evidence" else ()
        best = max(claiming, key=lambda a: strength.index(a.value) if a.value in strength else 0)
        value, agreeing = best.value, [a for a in claiming if a.value == best.value]
    quotes = dict.fromkeys(quote for answer in agreeing for quote in answer.quotes)
    kept = tuple(quotes) if isinstance(value, tuple) else tuple(quotes)[:MAX_QUOTES]
    return Coded.model_validate({"value": value, "quotes": kept})
