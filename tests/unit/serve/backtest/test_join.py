"""Outcomes joined to predictions by id: duplicates, conflicts and partial grants counted."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.io.rows import UnreadableInput
from serve.backtest.join import (
    Prediction,
    as_table,
    join_outcomes,
    read_outcomes,
    read_predictions,
)

PREDICTION: dict[str, Any] = {
    "id": "a",
    "p_grant": 0.5,
    "p_low": 0.3,
    "p_high": 0.7,
    "mode": "text",
    "model_version": "enjoin/1",
}


def _write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def _predictions(folder: Path, *changes: dict[str, Any]) -> Any:
    return read_predictions(_write(folder / "p.jsonl", [PREDICTION | row for row in changes]))


def _outcomes(folder: Path, *rows: dict[str, Any]) -> Any:
    return read_outcomes(_write(folder / "o.jsonl", list(rows)))


def test_equal_rows_count_once_and_conflicting_ones_are_rejected(tmp_path: Path) -> None:
    read = _predictions(
        tmp_path,
        {},
        {"mode": "coded"},  # the same prediction
        {"p_grant": 0.6},
        {"model_version": "enjoin/2"},  # a prediction of its own
    )
    assert [row.model_version for row in read.rows] == ["enjoin/1", "enjoin/2"]
    assert read.duplicates == 1
    assert [reject.row for reject in read.rejects] == [3]
    assert "row 1" in str(read.rejects[0])
    assert read.rejects_path.exists()


def test_a_motion_without_an_id_goes_by_its_request(tmp_path: Path) -> None:
    read = _predictions(
        tmp_path, {"id": " ", "request_id": "r-1"}, {"id": "b", "request_id": "r-2"}
    )
    assert [row.id for row in read.rows] == ["r-1", "b"]
    with pytest.raises(UnreadableInput, match="no usable row"):
        _predictions(tmp_path, {"id": None})


@pytest.mark.parametrize(
    "wrong", [{"p_low": 0.6}, {"p_high": 0.4}, {"p_grant": 1.2}, {"mode": "x"}]
)
def test_impossible_predictions_are_rejected(tmp_path: Path, wrong: dict[str, Any]) -> None:
    read = _predictions(tmp_path, {"id": "good"}, wrong)
    assert [row.id for row in read.rows] == ["good"]
    assert [reject.row for reject in read.rejects] == [2]


def test_outcomes_are_joined_by_id(tmp_path: Path) -> None:
    predicted = as_table(_predictions(tmp_path, *({"id": name} for name in "abcde")).rows)
    known = as_table(
        _outcomes(
            tmp_path,
            {"id": "a", "outcome": "Granted", "case_id": "case-1"},
            {"id": "b", "outcome": "denied", "case_id": "case-1"},
            {"id": "c", "outcome": "granted_in_part"},
            {"id": "e", "outcome": "denied"},
            {"id": "x", "outcome": "denied"},
        ).rows
    )
    joined = join_outcomes(predicted, known, "granted")
    assert joined.table["id"].tolist() == ["a", "b", "c", "e"]
    assert joined.table["granted"].tolist() == [True, False, True, False]
    assert (joined.pending, joined.left_out, joined.n_cases) == (1, 0, 3)
    assert joined.table["case"].nunique() == 3
    assert len(joined.predictions) == 5
    without = join_outcomes(predicted, known, "left_out")
    assert without.table["id"].tolist() == ["a", "b", "e"]
    assert (without.pending, without.left_out) == (1, 1)
    assert not join_outcomes(predicted, known, "denied").table["granted"].tolist()[2]


def test_without_known_outcomes_all_are_pending() -> None:
    predicted = as_table([Prediction(**PREDICTION)])
    known = pd.DataFrame({"id": ["x"], "outcome": ["denied"], "case_id": [None]})
    joined = join_outcomes(predicted, known, "granted")
    assert (len(joined.table), joined.pending, joined.n_cases) == (0, 1, 0)


@pytest.mark.parametrize(
    ("wording", "why"),
    [
        ("moot", "moot"),
        ("Denied as moot", "moot"),
        ("WITHDRAWN", "withdrawn"),
        ("voluntarily dismissed", "withdrawn"),
        ("Settled", "withdrawn"),
    ],
)
def test_a_motion_that_was_never_ruled_on_is_counted_and_left_out(
    tmp_path: Path, wording: str, why: str
) -> None:
    predicted = as_table(_predictions(tmp_path, *({"id": name} for name in "abc")).rows)
    read = _outcomes(
        tmp_path, {"id": "a", "outcome": wording}, {"id": "b", "outcome": "Granted in full"}
    )
    assert not read.rejects
    joined = join_outcomes(predicted, as_table(read.rows), "granted")
    assert joined.undecided == {why: 1}
    assert (joined.table["id"].tolist(), joined.pending, joined.left_out) == (["b"], 1, 0)


def test_a_pending_outcome_is_no_outcome(tmp_path: Path) -> None:
    pending = {"id": "a", "outcome": "Under advisement"}
    read = _outcomes(tmp_path, pending, {"id": "b", "outcome": "denied"})
    assert ([row.id for row in read.rows], read.rejects) == (["b"], [])
    with pytest.raises(UnreadableInput, match="pending"):
        _outcomes(tmp_path, pending)


def test_an_unknown_outcome_is_rejected_with_what_is_allowed(tmp_path: Path) -> None:
    read = _outcomes(tmp_path, {"id": "a", "outcome": "won"}, {"id": "b", "outcome": "denied"})
    assert "expected one of granted" in str(read.rejects[0])
