"""A chunk is scored into bytes that hold its scores and what is reported of it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from data.court_counts import CourtCount
from data.io.chunks import Chunk
from data.io.load import check_rows
from data.schema import Motion
from serve.batch.chunk import (
    OutputOptions,
    assign_ids,
    kept_fields,
    read_summary,
    read_table,
    score_chunk,
)
from train.model.prior_shift import BaseRates

MOTION = {"motion_type": "tro", "motion": "Stop the sale."}


class _Predictor:
    """Gives every motion the same scores, and remarks on its court."""

    def remarks(self, motion: Motion) -> list[str]:
        return [f"court {motion.court!r} is not known"] if motion.court else []

    def score(
        self,
        motions: Sequence[Motion],
        base_rates: BaseRates | None,
        contributions: bool,
        comparables: int,
    ) -> pd.DataFrame:
        scores: dict[str, Any] = {
            "id": [motion.id for motion in motions],
            "p_grant": 0.5,
            "in_scope": True,
            "why_out_of_scope": None,
            "top_harm": None,
            "top_harm_points": 0.0,
        }
        if base_rates:
            rates = [0.2 if motion.court == "ilnd" else None for motion in motions]
            scores["base_rate"] = pd.Series(rates, dtype=object)
        if comparables:
            scores["comparables"] = [[{"id": "x", "outcome": "denied"}] for _ in motions]
        return pd.DataFrame(scores)


def _score(folder: Path, rows: list[Any], options: OutputOptions) -> Any:
    chunk = Chunk(0, 11, rows, ((0, "a.csv", 11), (2, "b.csv", 1)))
    path = folder / "000000.arrow"
    path.write_bytes(score_chunk(_Predictor(), chunk, options))  # type: ignore[arg-type]
    summary = read_summary(path)
    assert summary is not None
    assert summary.digest == chunk.digest()
    return summary, read_table(path)


def test_rejects_are_numbered_by_their_file(tmp_path: Path) -> None:
    rows = [MOTION | {"id": "a"}, {"motion": "x"}, MOTION | {"court": "mars"}, {"motion_type": "x"}]
    summary, table = _score(tmp_path, rows, OutputOptions())
    assert table["id"].to_pylist() == ["a", "row-13"]
    assert summary.rows == 4
    rejects = [json.loads(line) for line in summary.rejects]
    assert [(reject["file"], reject["row"]) for reject in rejects] == [("a.csv", 12), ("b.csv", 2)]
    assert summary.problems[0].startswith("a.csv, row 12")
    assert list(summary.notes.values()) == [1]
    assert "mars" in next(iter(summary.notes))


def test_columns_have_the_same_types_whatever_they_hold(tmp_path: Path) -> None:
    options = OutputOptions(
        BaseRates(), False, 1, ("court", "harm_types", "pro_se", "delay_months")
    )
    _, table = _score(tmp_path, [MOTION], options)
    types = {field.name: field.type for field in table.schema}
    assert types["id"] == types["top_harm"] == types["court"] == pa.string()
    assert types["why_out_of_scope"] == pa.string()
    assert types["p_grant"] == types["top_harm_points"] == types["base_rate"] == pa.float64()
    assert types["in_scope"] == types["pro_se"] == pa.bool_()
    assert types["harm_types"] == pa.list_(pa.string())
    assert table["comparables"].to_pylist() == [[{"id": "x", "outcome": "denied"}]]
    assert table["top_harm"].to_pylist() == table["harm_types"].to_pylist() == [None]


def test_adjusted_motions_are_counted(tmp_path: Path) -> None:
    rates = BaseRates(courts={"ilnd": CourtCount(court="ilnd", granted=3, denied=17)})
    rows = [MOTION | {"court": "ilnd"}, MOTION | {"court": "nysd"}]
    summary, _ = _score(tmp_path, rows, OutputOptions(rates))
    assert (summary.adjusted_by_court, summary.adjusted) == (1, 1)


def test_a_chunk_without_valid_rows_has_a_summary_only(tmp_path: Path) -> None:
    summary, table = _score(tmp_path, ["x"], OutputOptions())
    assert (table.num_rows, len(summary.rejects)) == (0, 1)
    damaged = tmp_path / "000001.arrow"
    damaged.write_bytes((tmp_path / "000000.arrow").read_bytes()[:-9])
    assert read_summary(damaged) is None
    assert read_summary(tmp_path / "missing") is None


def test_motions_without_an_id_are_named_by_their_row() -> None:
    checked = check_rows([MOTION, MOTION | {"id": "row-8"}, MOTION], Motion)
    assign_ids(checked, start=7, reserved=["row-9", "row-9-unnamed"])
    ids = [motion.id for motion in checked.rows]
    assert ids == ["row-7", "row-8", "row-9-unnamed-unnamed"]


def test_options_are_compared_as_json() -> None:
    options = OutputOptions(
        BaseRates(0.3, {"ilnd": CourtCount(court="ilnd", granted=3, denied=17)}), keep=("court",)
    )
    identity = json.loads(json.dumps(options.identity()))
    assert identity == options.identity()
    assert identity["--court-rates"] == {"ilnd": [3, 17]}
    assert identity != OutputOptions().identity()


def test_kept_fields_are_those_of_a_motion() -> None:
    assert kept_fields(["court", "id", "court"]) == ("court",)
    assert set(kept_fields(["court", "all"])) == set(Motion.model_fields) - {"id"}
    with pytest.raises(ValueError, match="--keep colour"):
        kept_fields(["colour"])
