"""Check labelled rulings that fit the schema for what would make metrics on them misleading."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from data.cases import case_groups, normalized_words
from data.courts import find_court
from data.duplicates import Pair, same_case_pairs, same_ruling_pairs
from data.schema import RATINGS, Ruling

FIRST_YEAR = 1789
"""Year of the Judiciary Act, which set up the federal trial courts."""
_MANY = 20
"""Rulings that one case hardly ever has."""
_ACCOUNT = 250
"""Words up to which a paper is an account of a motion. Briefs are longer, and cite what other
courts have held."""
_MANY_UNRATED = 0.01
"""Share of rulings without ratings from which figures in rated mode are of something else."""
_OUTCOME = re.compile(
    r"\b(?:motions?|applications?|requests?|injunction|order|TRO)\b[^.]{0,80}?"
    r"(?:\b(?:is|are)\s+(?:hereby\s+)?)?\b(?:GRANTED|DENIED)\b(?<!be GRANTED)(?<!be DENIED)"
    r"|\b(?i:court|judge)\s+(?:hereby\s+)?(?:GRANTS|DENIES)\b"
    r"|\bORDERED\s+that\b[^.]{0,80}\b(?i:granted|denied)\b"
    r"|\b(?i:it\s+is\s+(?:hereby\s+|so\s+|therefore\s+)*ordered)\b"
)
_AFTERWARDS = re.compile(
    # "later moved to dissolve the order", "has since appealed", "sought reconsideration"
    r"\b(?:later|(?:has|have)\s+since|afterwards|subsequently)\s+"
    r"(?:moved?|moves|seeks?|sought|ask(?:ed|s)?|appl(?:y|ied|ies))\b"
    r"[^.;]{0,80}\b(?:dissol|vacat|reconsider|lift|modif)\w*"
    r"|\b(?:has|have)\s+(?:since\s+)?appealed\s+(?:the|this|that)\s+"
    r"(?:order|ruling|injunction|denial|grant)\b"
    r"|\b(?:before|after|since|until)\s+(?:the|this)\s+(?:ruling|denial|grant)\b"
    r"|\b(?:writ|order|injunction)\s+(?:was|has\s+been)\s+"
    r"(?:set\s+aside|vacated|dissolved|affirmed|reversed|quashed)\b"
    r"|\bagreed?\s+to\s+(?:the\s+)?entry\s+of\s+(?:the|this|an?)\s+(?:order|injunction)\b"
    r"|\bagrees?\s+in\s+a\s+consent\s+order\b|\bagreed\s+form\s+of\s+order\b",
    re.IGNORECASE,
)
_COURTS_VOICE = re.compile(
    r"\b(?:the|this)\s+(?:trial\s+|district\s+)?(?:court|judge)\s+(?:then\s+|has\s+|had\s+)?"
    r"(?:found|finds|held|holds|concluded|concludes|ruled|rejected|rejects|noted|notes|observed"
    r"|granted|denied|pointed\s+out|was\s+not\s+persuaded)\b"
    r"|\btaken\s+as\s+true\b|\bin\s+terms\s+that\s+are\s+unclear\b|\bgives?\s+no\s+detail\b"
    r"|\b(?:merely|fail(?:s|ed)?\s+to\s+(?:show|prove|establish|demonstrate))\b"
    r"|\bwithout\s+(?:naming|setting\s+out|saying\s+how)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """Something to look at before figures of some rulings are believed.

    `ids` names the rulings it is about, all of them; `str()` names the first.
    """

    message: str
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.message} ({self.ids[0]} ...)" if self.ids else self.message


def check_rulings(rulings: Sequence[Ruling]) -> list[Finding]:
    """Say what to look at before figures of these rulings are believed; [] if nothing stands out.

    Outcomes and later events told by the papers, the court's voice in an account, impossible dates,
    unknown courts, one ruling or one case under two ids, one case too many rulings are of, papers
    that are in the file twice, and rulings without ratings.
    """
    n, today = len(rulings), date.today().isoformat()

    def some(kept: Callable[[Ruling], bool], words: str, least: float = 0.0) -> list[Finding]:
        ids = tuple(row.id for row in rulings if kept(row))
        return [Finding(f"{len(ids):,} of {n:,} rulings {words}", ids)] if len(ids) > least else []

    found = some(
        lambda row: _OUTCOME.search(f"{row.motion} {row.opposition or ''}") is not None,
        "tell the outcome in their papers; these hold what was known before the ruling, never the "
        "order",
    )
    found += some(
        lambda row: any(_AFTERWARDS.search(text) for text in _accounts(row)),
        "tell in their accounts what came after the ruling, or from it",
    )
    found += some(
        lambda row: any(_COURTS_VOICE.search(text) for text in _accounts(row)),
        "speak in their accounts as the court would (`failed to show`, `taken as true`), not as a "
        "party",
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
        "name no trial court known by its CourtListener id, such as ilnd for N.D. Ill. or "
        "ark-trial for one in Arkansas",
    )
    found += some(
        lambda row: all(getattr(row, name) is None for name in RATINGS),
        "have no Winter ratings; figures in rated mode are of these too",
        least=_MANY_UNRATED * n,
    )
    papers = {hash(normalized_words(row.motion)) for row in rulings}
    if len(papers) < n:
        words = f"{n - len(papers):,} of {n:,} rulings have the `motion` of one before them"
        found.append(Finding(words))
    found += _pairs(
        rulings, same_ruling_pairs(rulings), "may be one ruling under two ids: keep one of them"
    )
    found += _pairs(
        rulings, same_case_pairs(rulings), "may be of one case under two ids: give them one case_id"
    )
    for group, size in Counter(case_groups(rulings).tolist()).most_common(1):
        if size > max(_MANY, n // 10):
            words = (
                f"{size:,} of {n:,} rulings are of one case, that of {rulings[group].id}, and stay "
                "on one side of every split; see their case_id, court and docket_number"
            )
            found.append(Finding(words))
    return found


def _accounts(row: Ruling) -> Iterable[str]:
    papers = (row.motion, row.opposition or "")
    return (paper for paper in papers if len(paper.split()) <= _ACCOUNT)


def _pairs(rulings: Sequence[Ruling], pairs: Sequence[Pair], words: str) -> list[Finding]:
    ids = tuple(f"{rulings[first].id} and {rulings[second].id}" for first, second in pairs)
    return [Finding(f"{len(pairs):,} pair(s) of rulings {words}", ids)] if pairs else []
