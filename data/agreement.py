"""Agreement of two coders, field by field: Cohen's kappa with intervals clustered by case.

Kappa is the share of codings that agree beyond what chance would give: 1 is full agreement, 0 that
of two coders who draw their values at random, each with their own frequencies.

References
----------
Cohen (1960), Educ. Psychol. Meas. 20:37-46; for scales, Cohen (1968), Psychol. Bull. 70:213-220,
with squared differences as weights, which is Lin's concordance correlation (1989, Biometrics
45:255-268) for numbers.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.arrays import Floats, Objects
from data.bootstrap import case_bootstrap
from data.cases import case_groups
from data.codings import CODED_FIELDS, SCALES, Coding, as_case, scale_position
from data.describe import MIN_TO_SAY
from data.io.atomic import atomic_write
from data.io.formulas import safe_row
from data.schema import allowed_values, is_list

REPLICATES = 1000
SHOWN = "shown"
"""Names, among the values of a field, whether it is shown at all."""


@dataclass(frozen=True)
class FieldAgreement:
    """How far two coders agree on one field, or on one value of a list.

    Attributes
    ----------
    field
        The field.
    value
        The value of a list; `SHOWN` for whether the field is shown at all; "" for the field itself.
    n
        Motions compared.
    first, second
        Of those, for how many each coder gives the value; for a field, how many are shown.
    agreeing
        Share on which they agree.
    kappa, low, high
        Cohen's kappa and its 95% interval; None where it is undefined, as where both coders give
        one value throughout.
    weighted
        Whether differences are weighted by their squares, as the field is a scale.
    too_few
        Whether fewer than `MIN_TO_SAY` motions are compared: kappa then says next to nothing.
    """

    field: str
    value: str
    n: int
    first: int
    second: int
    agreeing: float
    kappa: float | None
    low: float | None
    high: float | None
    weighted: bool = False
    too_few: bool = False

    @property
    def n_agreeing(self) -> int:
        """Motions on which they agree."""
        return round(self.agreeing * self.n)


@dataclass(frozen=True)
class Difference:
    """A field of a motion on which two coders differ."""

    id: str
    field: str
    first: Any
    second: Any


@dataclass(frozen=True)
class Agreement:
    """How far two coders agree.

    Attributes
    ----------
    n_compared, n_cases
        Motions that both coded, and how many cases they are of.
    only_first, only_second
        Ids that only one of them has.
    not_compared
        Fields that one coder never gives a value for, so that nothing can be compared.
    fields
        For each field, agreement on it, and for a list on each of its values.
    differences
        Where they differ.
    """

    n_compared: int
    n_cases: int
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    not_compared: tuple[str, ...]
    fields: tuple[FieldAgreement, ...]
    differences: tuple[Difference, ...]


def compare_coders(first: Sequence[Coding], second: Sequence[Coding], seed: int = 0) -> Agreement:
    """Compare the codings of two coders, matched by id.

    A choice, and yes or no, has "not shown" as one more value. Of scales and lists, whether they
    are shown is compared by itself, and their values where both coders show them.

    Raises
    ------
    ValueError
        If they have no id in common.
    """
    others = {coding.id: coding for coding in second}
    pairs = [(coding, others[coding.id]) for coding in first if coding.id in others]
    if not pairs:
        raise ValueError(
            "no id is in both files; expected two codings of the same motions, with the same ids"
        )
    groups = case_groups([as_case(*pair) for pair in pairs])
    weights = np.vstack([np.ones(len(pairs)), case_bootstrap(groups, REPLICATES, seed)])
    fields: list[FieldAgreement] = []
    differences: list[Difference] = []
    not_compared = []
    for name in CODED_FIELDS:
        values = _column(pairs, name, 0), _column(pairs, name, 1)
        shown = [np.array([value is not None for value in column]) for column in values]
        if not shown[0].any() or not shown[1].any():
            if shown[0].any() or shown[1].any():
                not_compared.append(name)
            continue
        fields += _field_agreements(name, values, shown, weights)
        differences += _differences(pairs, name, values)
    ids = {coding.id for coding in first}
    return Agreement(
        len(pairs),
        len(np.unique(groups)),
        tuple(coding.id for coding in first if coding.id not in others),
        tuple(coding.id for coding in second if coding.id not in ids),
        tuple(not_compared),
        tuple(fields),
        tuple(sorted(differences, key=lambda difference: difference.id)),
    )


def _column(pairs: Sequence[tuple[Coding, Coding]], name: str, coder: int) -> list[Any]:
    return [getattr(pair[coder], name) for pair in pairs]


def _differences(
    pairs: Sequence[tuple[Coding, Coding]], name: str, values: tuple[list[Any], list[Any]]
) -> Iterator[Difference]:
    for (coding, _), one, other in zip(pairs, *values, strict=True):
        if _comparable(one) != _comparable(other):
            yield Difference(coding.id, name, one, other)


def _comparable(value: Any) -> Any:
    return frozenset(value) if isinstance(value, tuple) else value


def _field_agreements(
    name: str, values: tuple[list[Any], list[Any]], shown: list[Any], weights: Floats
) -> Iterator[FieldAgreement]:
    if name not in SCALES and not is_list(name):
        columns = [np.array([str(value) for value in column], object) for column in values]
        counts = (int(shown[0].sum()), int(shown[1].sum()))
        yield _agreement(name, "", counts, columns[0], columns[1], weights, nominal_kappa)
        return
    counts = (int(shown[0].sum()), int(shown[1].sum()))
    yield _agreement(name, SHOWN, counts, shown[0], shown[1], weights, nominal_kappa)
    both = np.flatnonzero(shown[0] & shown[1])
    if not len(both):
        return
    chosen = [[column[row] for row in both] for column in values]
    weights = weights[:, both]
    if is_list(name):
        for value in allowed_values(name):
            has = [np.array([value in listed for listed in column]) for column in chosen]
            counts = (int(has[0].sum()), int(has[1].sum()))
            if any(counts):
                yield _agreement(name, value, counts, has[0], has[1], weights, nominal_kappa)
        return
    positions = [np.array([scale_position(name, value) for value in column]) for column in chosen]
    yield _agreement(
        name, "", (len(both), len(both)), positions[0], positions[1], weights, weighted_kappa
    )


def _agreement(
    name: str,
    value: str,
    counts: tuple[int, int],
    first: Any,
    second: Any,
    weights: Floats,
    kappa: Callable[[Any, Any, Floats], Floats],
) -> FieldAgreement:
    kappas = kappa(first, second, weights)
    replicates = kappas[1:][np.isfinite(kappas[1:])]
    is_defined = bool(np.isfinite(kappas[0])) and len(replicates) > 0
    low, high = np.quantile(replicates, [0.025, 0.975]) if is_defined else (None, None)
    return FieldAgreement(
        name,
        value,
        len(first),
        *counts,
        agreeing=float(np.mean(first == second)),
        kappa=float(kappas[0]) if is_defined else None,
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        weighted=kappa is weighted_kappa,
        too_few=len(first) < MIN_TO_SAY,
    )


def nominal_kappa(first: Objects, second: Objects, weights: Floats) -> Floats:
    """Return Cohen's kappa of two coders under several weightings.

    Parameters
    ----------
    first, second
        n values by each coder.
    weights
        (replicates, n) row weights.

    Returns
    -------
    One kappa per replicate; NaN where both coders give one value throughout.
    """
    total = weights.sum(axis=1)
    observed = weights @ (first == second) / _positive(total)
    expected = np.zeros(len(weights))
    for value in set(first.tolist()) & set(second.tolist()):
        expected += (weights @ (first == value)) * (weights @ (second == value))
    expected /= _positive(total) ** 2
    return _kappa(1 - observed, 1 - expected)


def weighted_kappa(first: Floats, second: Floats, weights: Floats) -> Floats:
    """Return kappa weighted by squared differences; the arguments are as in `nominal_kappa`."""
    total = _positive(weights.sum(axis=1))

    def mean(values: Floats) -> Floats:
        return np.asarray(weights @ values / total)

    shift = first.mean()  # so that large numbers lose no digits
    first, second = first - shift, second - shift
    by_chance = mean(first**2) + mean(second**2) - 2 * mean(first) * mean(second)
    return _kappa(mean((first - second) ** 2), by_chance)


def _positive(total: Floats) -> Floats:
    return np.where(total > 0, total, np.nan)


def _kappa(disagreement: Floats, by_chance: Floats) -> Floats:
    is_defined = by_chance > 1e-12
    return np.where(is_defined, 1 - disagreement / np.where(is_defined, by_chance, 1), np.nan)


def write_differences(
    differences: Sequence[Difference], path: Path, sources: Sequence[Path]
) -> None:
    """Write where two coders differ as CSV, with list items separated by `;`.

    Parameters
    ----------
    sources
        Files whose permissions limit those of the new one.
    """
    with (
        atomic_write(path, sources) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(("id", "field", "first", "second"))
        for row in differences:
            writer.writerow(safe_row((row.id, row.field, _cell(row.first), _cell(row.second))))


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ";".join(value) or "[]"
    return "" if value is None else str(value)
