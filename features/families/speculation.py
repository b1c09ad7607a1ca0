"""Speculation signals: signs that the feared harm may never occur.

Every column is monotone: the more the theory of harm rests on conjecture, the less likely a grant
(Clapper v. Amnesty International USA, 568 U.S. 398, 410-14 (2013); Winter v. NRDC, 555 U.S. 7, 22
(2008)).
"""

from data.schema import Motion
from features.document import Papers
from features.indicators import Column, Indicator, count_shown, flag_columns, read_flags

FAMILY = "speculation"
_AUTHORITY = "Clapper v. Amnesty International USA, 568 U.S. 398, 410-14 (2013)"
COLUMNS = (
    *flag_columns(FAMILY, "speculation_signals", monotone=-1, authority=_AUTHORITY, silent=0.0),
    Column(
        f"{FAMILY}.signals",
        "number of speculation signals",
        "number",
        -1,
        _AUTHORITY,
        counts="speculation_signals",
        silent=0.0,
    ),
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name; silence counts as none."""
    hits = papers.hits_by_field
    signals = read_flags(motion, hits, "speculation_signals", absent=0.0)
    indicators = {f"{FAMILY}.{value}": indicator for value, indicator in signals.items()}
    return indicators | {f"{FAMILY}.signals": count_shown(signals)}
