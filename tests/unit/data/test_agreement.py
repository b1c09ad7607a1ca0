"""Cohen's kappa of two coders, against scikit-learn and by hand."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from data.agreement import (
    SHOWN,
    FieldAgreement,
    compare_coders,
    nominal_kappa,
    weighted_kappa,
    write_differences,
)
from data.codings import Coding

RNG = np.random.default_rng(5)
FIRST = RNG.integers(0, 4, 200)
SECOND = np.where(RNG.random(200) < 0.6, FIRST, RNG.integers(0, 4, 200))


def _codings(field: str, *values: Any, **more: Any) -> list[Coding]:
    rows = [{"id": f"r{number}", field: value} for number, value in enumerate(values)]
    return [Coding.model_validate(row | more) for row in rows]


def _of(first: list[Coding], second: list[Coding], field: str, value: str = "") -> FieldAgreement:
    fields = compare_coders(first, second).fields
    return next(row for row in fields if (row.field, row.value) == (field, value))


def test_kappa_is_that_of_scikit_learn_under_any_weights() -> None:
    weights = np.vstack([np.ones(200), RNG.integers(0, 3, (3, 200))]).astype(float)
    nominal = nominal_kappa(FIRST.astype(object), SECOND.astype(object), weights)
    weighted = weighted_kappa(FIRST.astype(float), SECOND.astype(float), weights)
    for row, one, other in zip(weights, nominal, weighted, strict=True):
        arguments: Any = (FIRST, SECOND)
        assert one == pytest.approx(cohen_kappa_score(*arguments, sample_weight=row))
        quadratic = cohen_kappa_score(*arguments, sample_weight=row, weights="quadratic")
        assert other == pytest.approx(quadratic)


def test_not_shown_is_a_value_of_a_choice() -> None:
    first = _codings("notice", "opposed", "opposed", None, None)
    second = _codings("notice", "opposed", None, None, "opposed")
    found = _of(first, second, "notice")
    assert (found.n, found.first, found.second, found.agreeing) == (4, 2, 2, 0.5)
    assert found.kappa == pytest.approx(0)
    assert not found.weighted


def test_a_near_miss_on_a_scale_costs_less_than_a_far_one() -> None:
    first = _codings("public_interest", 1, 2, 4, 5, 3)
    near = _codings("public_interest", 2, 2, 4, 5, None)
    far = _codings("public_interest", 5, 2, 4, 5, None)
    kappas = [_of(first, second, "public_interest").kappa or 0 for second in (near, far)]
    assert kappas[0] > 0.8 > 0.2 > kappas[1]
    shown = _of(first, near, "public_interest", SHOWN)
    assert (shown.n, shown.first, shown.second) == (5, 5, 4)


def test_lists_are_compared_value_by_value_where_both_show_them() -> None:
    first = _codings("harm_types", ["voting", "monetary"], ["monetary"], [], None)
    second = _codings("harm_types", ["monetary", "voting"], ["voting"], [], ["voting"])
    voting = _of(first, second, "harm_types", "voting")
    assert (voting.n, voting.first, voting.second) == (3, 1, 2)
    assert voting.kappa == pytest.approx(0.4)
    different = [row.id for row in compare_coders(first, second).differences]
    assert different == ["r1", "r3"]  # the order of a list does not matter


def test_intervals_are_clustered_by_case() -> None:
    values = ["opposed", "ex_parte"] * 20
    other = [*values[:30], *["ex_parte"] * 10]
    apart = _of(_codings("notice", *values), _codings("notice", *other), "notice")
    by_case = [
        [
            coding.model_copy(update={"case_id": f"case {number // 10}"})
            for number, coding in enumerate(_codings("notice", *column))
        ]
        for column in (values, other)
    ]
    together = _of(by_case[0], by_case[1], "notice")
    assert apart.kappa == together.kappa
    widths = [(row.high or 0) - (row.low or 0) for row in (apart, together)]
    assert widths[1] > widths[0] > 0


def test_what_cannot_be_compared_is_told() -> None:
    first = _codings("notice", "opposed", "opposed", motion_type="tro")
    second = _codings("notice", "opposed", "opposed")[:1]
    second += [Coding.model_validate({"id": "other", "notice": "ex_parte"})]
    found = compare_coders(first, second)
    assert (found.only_first, found.only_second) == (("r1",), ("other",))
    assert found.not_compared == ("motion_type",)
    assert [row.kappa for row in found.fields] == [None]  # one value throughout
    with pytest.raises(ValueError, match="no id is in both files"):
        compare_coders(first, second[1:])


def test_differences_are_written_as_cells(tmp_path: Path) -> None:
    first = _codings("harm_types", ["voting", "monetary"], [])
    found = compare_coders(first, _codings("harm_types", ["voting"], None))
    path, source = tmp_path / "differences.csv", tmp_path / "source"
    source.touch(0o600)
    write_differences(found.differences, path, [source])
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [
        ["r0", "harm_types", "voting;monetary", "voting"],
        ["r1", "harm_types", "[]", ""],
    ]
    assert path.stat().st_mode & 0o077 == 0
