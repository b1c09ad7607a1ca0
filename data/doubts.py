"""Doubts about labelled rulings that fit the schema: what would make figures of them mislead."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from data.cases import case_groups, words_of
from data.courts import find_court
from data.schema import RATINGS, Ruling

FIRST_YEAR = 1789
"""Year of the Judiciary Act, which set up the federal trial courts."""
_MANY = 20
"""Rulings that one case hardly ever has."""
_OUTCOME = re.compile(
    r"\b(?:motions?|applications?|requests?|injunction|order|TRO)\b[^.]{0,80}?"
    r"(?:\b(?:is|are)\s+(?:hereby\s+)?)?\b(?:GRANTED|DENIED)\b(?<!be GRANTED)(?<!be DENIED)"
    r"|\b(?i:court|judge)\s+(?:hereby\s+)?(?:GRANTS|DENIES)\b"
    r"|\bORDERED\s+that\b[^.]{0,80}\b(?i:granted|denied)\b"
    r"|\b(?i:it\s+is\s+(?:hereby\s+|so\s+|therefore\s+)*ordered)\b"
)


def doubts_about(rulings: Sequence[Ruling]) -> list[str]:
    """Say what to look at before figures of these rulings are believed; [] if nothing stands out.

    Outcomes told by the papers, impossible dates, unknown courts, one case too many rulings are
    of, papers that stand there twice, and rulings without ratings.
    """
    n, today = len(rulings), date.today().isoformat()

    def some(kept: Callable[[Ruling], bool], words: str) -> list[str]:
        mine = [row for row in rulings if kept(row)]
        return [f"{len(mine):,} of {n:,} rulings {words} ({mine[0].id} ...)"] if mine else []

    found = some(
        lambda row: _OUTCOME.search(f"{row.motion} {row.opposition or ''}") is not None,
        "tell the outcome in their papers; these hold what was known before the ruling, never the "
        "order",
    )
    found += some(
        lambda row: (
            row.decided is not None
            and not str(FIRST_YEAR) <= row.decided <= today[: len(row.decided)]
        ),
        f"are dated before {FIRST_YEAR} or after today",
    )
    found += some(
        lambda row: find_court(row.court).level is None,
        "name no trial court known by its CourtListener id, such as ilnd for N.D. Ill.",
    )
    found += some(
        lambda row: all(getattr(row, name) is None for name in RATINGS),
        "have no Winter ratings; figures in rated mode are of these too",
    )
    papers = {hash(words_of(row.motion)) for row in rulings}
    if len(papers) < n:
        found.append(f"{n - len(papers):,} of {n:,} rulings have the `motion` of one before them")
    for group, size in Counter(case_groups(rulings).tolist()).most_common(1):
        if size > max(_MANY, n // 10):
            found.append(
                f"{size:,} of {n:,} rulings are of one case, that of {rulings[group].id}, and stay "
                "on one side of every split; see their case_id, court and docket_number"
            )
    return found
