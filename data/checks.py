"""Check labelled rulings for mistakes the schema allows but that would distort an evaluation."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from data.cases import case_groups, normalized_words
from data.courts import find_court
from data.documents.kinds import ACCOUNT_WORDS, Kind, recognize
from data.duplicates import Pair, pairs_to_compare, same_case_pairs, same_ruling_pairs
from data.schema import RATINGS, Motion, Ruling

FIRST_YEAR = 1789
"""Year of the Judiciary Act, which created the federal trial courts."""
_MAX_CASE_SIZE = 20
"""Rulings that a single case hardly ever exceeds."""
_MAX_UNRATED = 0.01
"""Share of rulings without ratings above which metrics of rated mode would describe other rulings
than those with ratings."""
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
    """Something to review before metrics on some rulings are relied on.

    `ids` lists all rulings concerned; `str()` names the first.
    """

    message: str
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.message} ({self.ids[0]} ...)" if self.ids else self.message


def check_rulings(rulings: Sequence[Ruling]) -> list[Finding]:
    """Return what to review before metrics on these rulings are relied on; [] if nothing.

    Papers that reveal the outcome or later events, or are no motion; accounts in the court's voice;
    impossible dates, unknown courts, rulings without ratings, identical papers, one ruling or one
    case under two ids, and one case with too many rulings.
    """
    n, today = len(rulings), date.today().isoformat()

    def rulings_that(
        applies: Callable[[Ruling], bool], predicate: str, min_share: float = 0.0
    ) -> list[Finding]:
        ids = tuple(ruling.id for ruling in rulings if applies(ruling))
        if len(ids) <= min_share * n:
            return []
        return [Finding(f"{len(ids):,} of {n:,} rulings {predicate}", ids)]

    findings = rulings_that(
        reveals_outcome,
        "reveal the outcome in their papers, which should hold only what was known before the "
        "ruling",
    )
    findings += rulings_that(
        lambda row: _is(row.motion, "opposition", "complaint", "proposed_order"),
        "have an opposition, a complaint or a proposed order where the motion should be",
    )
    findings += rulings_that(
        tells_later_events,
        "describe events after the ruling in their accounts",
    )
    findings += rulings_that(
        speaks_as_court,
        "describe the motion in the court's voice (`failed to show`, `taken as true`), not a "
        "party's",
    )
    findings += rulings_that(
        lambda row: (
            row.decided is not None
            and not str(FIRST_YEAR) <= row.decided <= today[: len(row.decided)]
        ),
        f"are dated before {FIRST_YEAR} or after today",
    )
    findings += rulings_that(
        lambda row: find_court(row.court).level is None,
        "have no known trial court; give its CourtListener id, such as ilnd for N.D. Ill. or "
        "ark-trial for a state court of Arkansas",
    )
    findings += rulings_that(
        lambda row: all(getattr(row, name) is None for name in RATINGS),
        "have no Winter ratings; metrics of rated mode include them",
        min_share=_MAX_UNRATED,
    )
    n_distinct = len({hash(normalized_words(row.motion)) for row in rulings})
    if n_distinct < n:
        message = f"{n - n_distinct:,} of {n:,} rulings repeat the `motion` text of an earlier row"
        findings.append(Finding(message))
    pairs, groups = pairs_to_compare(rulings), case_groups(rulings)
    findings += _pair_findings(
        rulings,
        same_ruling_pairs(rulings, pairs),
        "may be one ruling under two ids: keep one of them",
    )
    findings += _pair_findings(
        rulings,
        same_case_pairs(rulings, pairs, groups),
        "may belong to one case: give them one case_id",
    )
    for group, size in Counter(groups.tolist()).most_common(1):
        if size > max(_MAX_CASE_SIZE, n // 10):
            message = (
                f"{size:,} of {n:,} rulings belong to one case, that of {rulings[group].id}, and "
                "stay on one side of every split; check case_id, court and docket_number"
            )
            findings.append(Finding(message))
    return findings


def reveals_outcome(row: Motion) -> bool:
    """Tell whether a paper of a motion is a ruling, or an account that says how the court ruled."""
    return any(_is(paper, "ruling") for paper in (row.motion, row.opposition or ""))


def tells_later_events(row: Motion) -> bool:
    """Tell whether an account of a motion describes what happened after the ruling."""
    return any(_AFTERWARDS.search(text) for text in _accounts(row))


def speaks_as_court(row: Motion) -> bool:
    """Tell whether an account of a motion says what the court found, or speaks as one would."""
    return any(_COURTS_VOICE.search(text) for text in _accounts(row))


def _is(paper: str, *kinds: Kind) -> bool:
    """Tell whether a paper is plainly a document of one of these kinds."""
    found = recognize(paper)
    return found is not None and found.kind in kinds


def _accounts(row: Motion) -> Iterable[str]:
    papers = (row.motion, row.opposition or "")
    return (paper for paper in papers if len(paper.split()) <= ACCOUNT_WORDS)


def _pair_findings(
    rulings: Sequence[Ruling], pairs: Sequence[Pair], predicate: str
) -> list[Finding]:
    ids = tuple(f"{rulings[first].id} and {rulings[second].id}" for first, second in pairs)
    return [Finding(f"{len(pairs):,} pair(s) of rulings {predicate}", ids)] if pairs else []
