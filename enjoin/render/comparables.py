"""What `comparables` prints."""

from rich.console import Console
from rich.markup import escape

from features.phrases.lexicon import meaning
from serve.similar_rulings import SOURCE_WORDS, Comparable, ComparablesAnswer, Likeness


def show_comparables(answer: ComparablesAnswer, console: Console) -> None:
    """Print the most similar rulings, and how often they granted relief."""
    console.print(answer.comparable_rate.text, highlight=False)
    subject = _subject(answer.claim_area, answer.motion_type)
    console.print(f"Listed first: rulings on a {subject}", highlight=False, markup=False)
    for ruling in answer.rulings:
        console.print()
        name = escape(ruling.caption or ruling.id)
        console.print(f"[bold]{name}[/bold]{escape(_cited(ruling))}", highlight=False)
        outcome = ruling.outcome.replace("_", " ")
        lines = [
            f"{outcome}; {_subject(ruling.claim_area, ruling.motion_type)}",
            f"similarity {ruling.similarity:.2f}: "
            f"{_likeness_in_words(ruling.likeness, answer.ratings_inferred)}",
        ]
        for title, features in (("shared", ruling.shared), ("different", ruling.differences)):
            if features:
                lines.append(f"{title}: {'; '.join(features)}")
        for line in lines:
            console.print(f"  {line}", markup=False, highlight=False)
        if ruling.source:
            kind = f"{SOURCE_WORDS[ruling.source_kind]}: " if ruling.source_kind else ""
            source = f"  {kind}{ruling.source}"
            console.print(source, style="dim", markup=False, highlight=False)


def _subject(claim_area: str | None, motion_type: str | None) -> str:
    """Put the claim area and the kind of motion in words, those that are known."""
    fields = {"claim_area": claim_area, "motion_type": motion_type}
    return ", ".join(meaning(field, value) for field, value in fields.items() if value)


def _cited(ruling: Comparable) -> str:
    """Return what follows the name of a case: its citation, else its court and year."""
    if ruling.citation and ruling.citation.endswith(")"):
        return f", {ruling.citation}"
    court_and_year = " ".join(filter(None, (ruling.court, str(ruling.year))))
    return f" ({', '.join(filter(None, (ruling.citation, court_and_year)))})"


def _likeness_in_words(likeness: Likeness, inferred: bool) -> str:
    """List the parts of a likeness that are known."""
    names = {"ratings": "ratings inferred from the papers"} if inferred else {}
    parts = likeness.model_dump(exclude_none=True).items()
    return ", ".join(f"{names.get(part, part)} {value:.2f}" for part, value in parts)
