"""How a prediction's evidence is printed: the words of the papers behind each factor."""

from collections.abc import Iterator

from rich.console import Console

from data.schema import Motion
from features.families import inferred_ratings
from serve.field_labels import FIELD_LABELS
from serve.responses import Answer, Phrase, TextName

TEXTS: dict[TextName, str] = {
    "motion": "motion",
    "opposition": "opposition",
    "summary": "summary",
    "opposition_summary": "summary of the opposition",
}
"""The texts that words are quoted from."""
QUOTED_CHARACTERS = 90
"""Characters of quotations beneath a factor in the short answer: about one line."""
_INFERRED = frozenset(column.name for column in inferred_ratings.COLUMNS)


def quoted_briefly(answer: Answer, motion: Motion, factor: str) -> str:
    """Quote as much of the words behind a factor as fits in a line, and count the others.

    What the reader who coded the motion quotes comes first. A phrase is quoted with the words
    around it, so that it can be judged; the words that weighed in an inferred rating say nothing by
    themselves, and are listed.
    """
    phrases = _evidence(answer, factor)
    if factor in _INFERRED:
        quotations = [f'"{_on_one_line(phrase.text)}"' for phrase in phrases]
    else:
        # Of quotes the short ones come first: more of them fit.
        quoted_first = sorted(phrases, key=_quotes_first)
        quotations = [_quotation(phrase, motion) for phrase in quoted_first]
    if not quotations:
        return ""
    different = list(dict.fromkeys(quotations))
    shown = different[:1]
    for quotation in different[1:]:
        if sum(map(len, shown)) + len(quotation) > QUOTED_CHARACTERS:
            break
        shown.append(quotation)
    more = len(different) - len(shown)
    opening = "words that weighed: " if factor in _INFERRED else ""
    return opening + ", ".join(shown) + (f" and {more} more" if more else "")


def show_evidence(answer: Answer, console: Console) -> None:
    """Print the phrases behind each factor, then those behind features with smaller effects."""
    labels = {factor.factor: factor.label for factor in answer.factors}
    others = dict.fromkeys(phrase.factor for phrase in answer.evidence).keys() - labels.keys()
    titles = {
        "Evidence in the papers (first and last character)": labels,
        "Evidence of features with smaller effects": {name: name for name in sorted(others)},
    }
    for title, features in titles.items():
        evidence = {name: _evidence(answer, name) for name in features}
        if any(evidence.values()):
            console.print(f"\n{title}", style="bold")
        for name, phrases in evidence.items():
            if phrases:
                line = f"  {features[name]}: {', '.join(map(_located, phrases))}"
                console.print(line, markup=False, highlight=False)


def _evidence(answer: Answer, factor: str) -> list[Phrase]:
    return [phrase for phrase in answer.evidence if phrase.factor == factor]


def _quotes_first(phrase: Phrase) -> tuple[bool, int]:
    return not phrase.quoted, len(phrase.text) if phrase.quoted else 0


def _quotation(phrase: Phrase, motion: Motion) -> str:
    remarks = [TEXTS[phrase.paper], *_remarks(phrase)]
    return f'"{_in_context(phrase, motion)}" ({", ".join(remarks)})'


def _in_context(phrase: Phrase, motion: Motion) -> str:
    """Return the words of a phrase with as much of its sentence as fits in a line."""
    text: str | None = getattr(motion, phrase.paper)
    if phrase.quoted or phrase.sentence is None or text is None:
        return _on_one_line(phrase.text)
    first, last = phrase.sentence
    room = max(0, QUOTED_CHARACTERS - (phrase.end - phrase.start)) // 2
    before = _on_one_line(text[first : phrase.start])
    after = _on_one_line(text[phrase.end : last])
    if len(before) > room:
        before = "... " + before[len(before) - room :].partition(" ")[2]
    if len(after) > room:
        after = after[:room].rpartition(" ")[0] + " ..."
    space_before = " " if before and text[phrase.start - 1].isspace() else ""
    space_after = " " if after and text[phrase.end].isspace() else ""
    return f"{before}{space_before}{_on_one_line(phrase.text)}{space_after}{after}"


def _remarks(phrase: Phrase) -> Iterator[str]:
    """Yield who quotes a phrase and for what, and whether it is negated."""
    if phrase.quoted:
        field = phrase.quoted_for
        yield "quoted by the reader" + (f" for {FIELD_LABELS[field]}" if field else "")
    if phrase.negated:
        yield "negated"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _located(phrase: Phrase) -> str:
    """Quote a phrase with its place, how often such a reading was right, and what it means.

    The meaning is given where the factor does not say it: of a circumstance that weighed in an
    inferred rating.
    """
    remarks = list(_remarks(phrase))
    if phrase.meaning and phrase.factor in _INFERRED:
        remarks.append(phrase.meaning)
    if precision := phrase.precision:
        remarks.append(f"right in {precision.value:.0%} of {precision.rulings} checked")
    remark = f" ({', '.join(remarks)})" if remarks else ""
    place = f"{TEXTS[phrase.paper]} {phrase.start}-{phrase.end}"
    return f'"{_on_one_line(phrase.text)}"{remark} {place}'
