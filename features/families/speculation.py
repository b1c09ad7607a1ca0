"""Speculation signals: signs that the feared harm may never occur.

Every column is monotone: the more the theory of harm rests on conjecture, the less likely a grant
(Clapper v. Amnesty International USA, 568 U.S. 398, 410-14 (2013); Winter v. NRDC, 555 U.S. 7, 22
(2008)).
"""

from data.schema import Motion
from features.document import Papers
from features.indicators import Column, Indicator, count_shown, flag_columns, read_flags
from features.phrases.hits import Hit, HitsByField
from features.text.normalize import BLANK

FAMILY = "speculation"
_AUTHORITY = "Clapper v. Amnesty International USA, 568 U.S. 398, 410-14 (2013)"
COLUMNS = (
    *flag_columns(FAMILY, "speculation_signals", monotone=-1, authority=_AUTHORITY),
    Column(f"{FAMILY}.signals", "number of speculation signals", "number", -1, _AUTHORITY),
    Column(
        f"{FAMILY}.density",
        "phrases of doubt or contingency per 1,000 words of the motion",
        "number",
        -1,
        "Winter v. NRDC, 555 U.S. 7, 22 (2008)",
    ),
    Column(
        f"{FAMILY}.chain",
        "most events that must all happen, in one sentence",
        "number",
        -1,
        _AUTHORITY,
    ),
)
_DOUBTS = ("possibility_language", "future_contingency", "third_party_contingency")


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name; silence counts as none."""
    hits = papers.hits_by_field
    signals = read_flags(motion, hits, "speculation_signals", absent=0.0)
    indicators = {f"{FAMILY}.{value}": indicator for value, indicator in signals.items()}
    return indicators | {
        f"{FAMILY}.signals": count_shown(signals),
        f"{FAMILY}.density": _density(papers),
        f"{FAMILY}.chain": _chain(hits),
    }


def _density(papers: Papers) -> Indicator:
    """Count the motion's phrases of doubt and its hedged phrases of harm."""
    doubts = tuple(
        hit
        for field in ("speculation_signals", "harm_types")
        for hit in papers.hits_by_field.get(field, ())
        if hit.paper == "motion"
        and not hit.negated
        and (hit.uncertain if field == "harm_types" else hit.value in _DOUBTS)
    )
    words = sum(BLANK not in word for word in papers.motion.facts.split()) or 1
    return Indicator(1000 * len(doubts) / words, "text", doubts)


def _chain(hits: HitsByField) -> Indicator:
    """Count the links of the longest chain of events in one sentence."""
    links: dict[object, list[Hit]] = {}
    for hit in hits.get("contingency", ()):
        links.setdefault((hit.paper, hit.sentence), []).append(hit)
    longest = max(links.values(), key=len, default=[])
    return Indicator(float(len(longest)), "text" if longest else "not shown", tuple(longest))
