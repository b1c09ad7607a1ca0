"""Cases: which motions and rulings are of one, so that they stay on one side of every split."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data.schema import Motion

Rows = npt.NDArray[np.intp]


def case_groups(motions: Sequence[Motion]) -> npt.NDArray[np.intp]:
    """Number the cases: rows that share a `case_id`, or a court and docket number, share a group.

    Some rulings on one docket were coded under different case ids, so the docket joins them too.

    Parameters
    ----------
    motions
        n motions or rulings. A row with neither a `case_id` nor a docket is a case of its own.

    Returns
    -------
    Array of n group numbers.
    """
    parent = list(range(len(motions)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    first_seen: dict[tuple[str, str], int] = {}
    for row, motion in enumerate(motions):
        for key in case_keys(motion):
            parent[root(row)] = root(first_seen.setdefault(key, row))
    return np.array([root(row) for row in range(len(motions))], dtype=np.intp)


def case_keys(motion: Motion) -> list[tuple[str, str]]:
    """Return what tells a motion's case; motions that share one of these are of one case."""
    keys = [("case", motion.case_id)] if motion.case_id else []
    docket = docket_key(motion.docket_number)
    if docket and motion.court:
        keys.append((motion.court, docket))
    return keys


def docket_key(docket_number: str | None) -> str | None:
    """Return a docket number in one spelling, or None where it names no docket ("n/a").

    The office number before a federal docket ("1:") is often left out, so it is ignored: two cases
    of one court may then share a key, which only keeps them on one side of a split.

    >>> docket_key("1:21-cv-00135-ABC") == docket_key("No. 21 CV 135")
    True
    """
    if docket_number is None or not re.search(r"\d", docket_number):
        return None
    spelling = docket_number.lower().replace("civ", "cv")
    federal = re.search(r"\b(?:19|20)?(\d{2})[\s-]*(cv|cr|mc|md|ap|bk)[\s.-]*0*(\d+)", spelling)
    if federal:
        return "-".join(federal.groups())
    return re.sub(r"[\W_]", "", docket_number.lower())


def draw_cases(groups: Rows, most: int, seed: int = 0) -> Rows:
    """Return the rows of whole cases drawn at random, `most` rows or somewhat fewer.

    Parameters
    ----------
    groups
        n case numbers. Where n is no more than `most`, all rows are returned; a single case is
        never cut short.
    """
    if len(groups) <= most:
        return np.arange(len(groups), dtype=np.intp)
    cases, sizes = np.unique(groups, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(cases))
    fitting = int(np.searchsorted(np.cumsum(sizes[order]), most, side="right"))
    return np.flatnonzero(np.isin(groups, cases[order[: max(1, fitting)]]))
