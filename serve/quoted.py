"""Quotes of a motion: the words of its papers that bear out its coded values, and where they are.

Each quote is looked for anew, so that whatever a file or a request claims, an answer shows only
words that appear in the papers.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from data.schema import Motion, is_list
from features.build import COLUMNS
from features.coder.quotes import find_quote
from features.phrases.context import author_of
from features.phrases.lexicon import PAPERS
from serve.responses import Phrase


def quoted_phrases(motion: Motion) -> tuple[list[Phrase], list[str]]:
    """Return the quotes found in a motion's papers as evidence, and a note on the others.

    A quote is evidence for the coded value of its field; in a list, for each of its values.
    """
    phrases: list[Phrase] = []
    missing: dict[str, int] = {}
    for field, quotes in (motion.quotes or {}).items():
        columns = list(_columns_shown(motion, field))
        for quote in quotes if columns else ():
            found = _find(motion, quote)
            if found is None:
                missing[field] = missing.get(field, 0) + 1
                continue
            quoted_for = field if len(columns) > 1 else None
            for column in columns:
                phrases.append(Phrase(factor=column, quoted_for=quoted_for, **found))
    notes = [
        f"{count} quote(s) given for {field} are not in the papers and are left out"
        for field, count in missing.items()
    ]
    return phrases, notes


def _columns_shown(motion: Motion, field: str) -> Iterator[str]:
    """Yield the columns that take the coded value of a field; of a list, those of its values."""
    value = getattr(motion, field)
    for column in COLUMNS:
        if column.field != field or value is None:
            continue
        if not is_list(field) or column.name.partition(".")[2] in value:
            yield column.name


def _find(motion: Motion, quote: str) -> Mapping[str, Any] | None:
    """Return the paper, span, words and speaker of a quote; None if it is in no paper."""
    for paper in PAPERS:
        text: str | None = getattr(motion, paper)
        span = find_quote(quote, text) if text else None
        if text and span:
            return {
                "paper": paper,
                "start": span[0],
                "end": span[1],
                "text": text[slice(*span)],
                "meaning": None,
                "negated": False,
                "uncertain": False,
                "speaker": author_of(paper),
                "sentence": None,
                "quoted": True,
            }
    return None
