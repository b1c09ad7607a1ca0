"""Doctrine: circumstances that settled law weighs for or against each Winter factor.

Each circumstance in `lexicons/doctrine.toml` names the side it favors and its authority. The
columns count, for each factor, the circumstances for the movant minus those against, and are
monotone. The rating model (`train.model.rating_model`) uses the same circumstances one by one, with
weights fitted to the training rulings.
"""

from functools import cache

from data.schema import RATINGS, Motion
from features.document import Papers
from features.indicators import Column, Indicator
from features.phrases.hits import Hit, HitsByField
from features.phrases.lexicon import entries

FAMILY = "doctrine"
COLUMNS = tuple(
    Column(
        f"{FAMILY}.{factor}",
        f"{factor.replace('_', ' ')}: circumstances for the movant minus those against",
        "number",
        1,
        "Winter v. NRDC, 555 U.S. 7, 20 (2008), and the authority of each circumstance",
    )
    for factor in RATINGS
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    hits = papers.hits_by_field
    return {f"{FAMILY}.{factor}": balance(hits, factor) for factor in RATINGS}


def balance(hits: HitsByField, factor: str) -> Indicator:
    """Return the circumstances for the movant minus those against, and their phrases.

    Each counts once however often it is mentioned; denied ones do not count.
    """
    by_circumstance: dict[str, list[Hit]] = {}
    for hit in hits.get(factor, ()):
        if not hit.negated:
            by_circumstance.setdefault(hit.value, []).append(hit)
    points = sum(
        1 if (factor, circumstance) in _favoring_movant() else -1
        for circumstance in by_circumstance
    )
    evidence = tuple(hit for mentions in by_circumstance.values() for hit in mentions)
    return Indicator(float(points), "text" if evidence else "not shown", evidence)


@cache
def _favoring_movant() -> frozenset[tuple[str, str]]:
    return frozenset((entry.field, entry.value) for entry in entries() if entry.favors == "movant")
