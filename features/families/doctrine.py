"""Doctrine: circumstances that settled law weighs for or against each Winter factor.

Each cue of `lexicons/doctrine.toml` names whom it helps and its authority. The columns count, for
each factor, the cues for the movant less those for the opponent, and are monotone. The readers
(`train.model.rating_model`) meet the same cues one by one and weigh them as the training rulings teach.
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
        f"{factor.replace('_', ' ')}: circumstances for the movant less those against",
        "number",
        1,
        "Winter v. NRDC, 555 U.S. 7, 20 (2008), and the authority of each cue",
    )
    for factor in RATINGS
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    hits = papers.hits_by_field
    return {f"{FAMILY}.{factor}": balance(hits, factor) for factor in RATINGS}


def balance(hits: HitsByField, factor: str) -> Indicator:
    """Return the circumstances told for the movant less those against, and their phrases.

    Each counts once however often it is told; denied ones do not count.
    """
    told: dict[str, list[Hit]] = {}
    for hit in hits.get(factor, ()):
        if not hit.negated:
            told.setdefault(hit.value, []).append(hit)
    points = sum(1 if (factor, cue) in _movants_cues() else -1 for cue in told)
    behind = tuple(hit for mine in told.values() for hit in mine)
    return Indicator(float(points), "text" if behind else "not shown", behind)


@cache
def _movants_cues() -> frozenset[tuple[str, str]]:
    return frozenset((e.field, e.value) for e in entries() if e.favors == "movant")
