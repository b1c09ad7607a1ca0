"""Speculation signals: signs that the feared harm may never come.

Every column is monotone: the more the theory of harm rests on conjecture, the less likely a grant
(Clapper v. Amnesty International USA, 568 U.S. 398, 410-14 (2013); Winter v. NRDC, 555 U.S. 7, 22
(2008)).
"""

from collections.abc import Sequence

from data.schema import Motion
from features.indicator import Column, Indicator, flag_columns, read_flags
from features.phrases import Hit

FAMILY = "speculation"
_AUTHORITY = "Clapper v. Amnesty International USA, 568 U.S. 398, 410-14 (2013)"
COLUMNS = (
    *flag_columns(FAMILY, "speculation_signals", monotone=-1, authority=_AUTHORITY),
    Column(f"{FAMILY}.signals", "number of speculation signals", "number", -1, _AUTHORITY),
)


def build(motion: Motion, hits: Sequence[Hit]) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name; silence counts as none."""
    signals = read_flags(motion, hits, "speculation_signals", absent=0.0)
    shown = [indicator for indicator in signals.values() if indicator.value]
    source = shown[0].source if shown else next(iter(signals.values())).source
    behind = tuple(hit for indicator in shown for hit in indicator.hits)
    indicators = {f"{FAMILY}.{value}": indicator for value, indicator in signals.items()}
    return indicators | {f"{FAMILY}.signals": Indicator(float(len(shown)), source, behind)}
