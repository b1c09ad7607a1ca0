"""One absurd value rejects its own row at every door, and ids pass exactly."""

import csv
import datetime
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from mlflow.exceptions import MlflowException
from openpyxl import Workbook
from typer.testing import CliRunner

from data.io.load import load
from data.schema import Motion
from enjoin import app
from serve.http.app import build_app
from serve.http.model_watcher import ModelWatcher
from serve.pyfunc import GrantPyfunc

FAULTS = Path(__file__).parents[3] / "shared" / "faults"
needs_faults = pytest.mark.skipif(
    not FAULTS.is_dir(), reason="the faulty inputs (../shared/faults) are not beside this checkout"
)
GOOD = {"motion_type": "tro", "motion": "The owner asks the court to stop the sale of the home."}
HUGE = int("1" * 320)
ABSURD = [
    ("decided", 20210),
    ("decided", math.inf),
    ("decided", HUGE),
    ("delay_months", math.inf),
    ("delay_months", -math.inf),
    ("delay_months", HUGE),
    ("delay_months", 1e300),
    ("delay_months", 1200.5),
    ("forecast_spread", 1e300),
    ("likelihood_of_success", math.inf),
    ("likelihood_of_success", HUGE),
    ("forecast", HUGE),
    ("pro_se", HUGE),
    ("court", HUGE),
]


def _rows(field: str, value: Any) -> list[dict[str, Any]]:
    return [GOOD | {"id": "a"}, GOOD | {"id": "b", field: value}, GOOD | {"id": "c"}]


def _csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[1]))
        writer.writeheader()
        writer.writerows(rows)


def _jsonl(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


def _json(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(rows), encoding="utf-8")


def _xlsx(path: Path, rows: list[dict[str, Any]]) -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(list(rows[1]))
    for row in rows:
        values = [row.get(name) for name in rows[1]]
        sheet.append([str(v) if v in (HUGE, math.inf, -math.inf) else v for v in values])
    book.save(path)


def _parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame(rows)
    frame.map(lambda v: str(v) if v == HUGE else v).to_parquet(path)


WRITERS: dict[str, Callable[[Path, list[dict[str, Any]]], None]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "json": _json,
    "xlsx": _xlsx,
    "parquet": _parquet,
}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(("field", "value"), ABSURD, ids=lambda each: str(each)[:12])
def test_a_file_loses_only_the_row(tmp_path: Path, kind: str, field: str, value: Any) -> None:
    path = tmp_path / f"m.{kind}"
    WRITERS[kind](path, _rows(field, value))
    loaded = load(path, Motion, {})
    assert [row.id for row in loaded.rows] == ["a", "c"]
    (reject,) = loaded.rejects
    assert reject.row == 2
    assert [problem.field for problem in reject.problems] == [field]


@pytest.mark.parametrize("kind", ["jsonl", "json"])
def test_a_number_of_thousands_of_digits_loses_only_its_row(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"m.{kind}"
    WRITERS[kind](path, _rows("delay_months", "@"))
    path.write_text(path.read_text().replace('"@"', "9" * 5000))
    loaded = load(path, Motion)
    assert [row.id for row in loaded.rows] == ["a", "c"]


def test_a_date_that_python_does_not_have_loses_only_its_row(tmp_path: Path) -> None:
    seconds = int((20210 - 1970) * 365.2425 * 86400)
    for unit, factor in (("s", 1), ("ms", 10**3), ("us", 10**6)):
        days = pa.array([0, seconds * factor, 0], pa.timestamp(unit))
        table = pa.table({**{k: [v] * 3 for k, v in GOOD.items()}, "decided": days})
        pq.write_table(table, tmp_path / "m.parquet")
        loaded = load(tmp_path / "m.parquet", Motion)
        assert [row.decided for row in loaded.rows] == ["1970-01-01"] * 2
        assert [reject.row for reject in loaded.rejects] == [2]


def test_a_cell_that_excel_has_rounded_is_refused(tmp_path: Path) -> None:
    _xlsx(tmp_path / "m.xlsx", _rows("docket_number", 1234567890123456789))
    (reject,) = load(tmp_path / "m.xlsx", Motion).rejects
    assert "rounded this number" in str(reject)


def test_scoring_keeps_the_other_rows(trained: Any, tmp_path: Path) -> None:
    rows = [row for field, value in ABSURD for row in _rows(field, value)]
    _jsonl(tmp_path / "m.jsonl", [row | {"id": f"{n}"} for n, row in enumerate(rows)])
    arguments = ["score", str(tmp_path / "m.jsonl"), str(tmp_path / "out.jsonl"), "--jobs", "1"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 3, result.output
    scored = (tmp_path / "out.jsonl").read_text().splitlines()
    rejected = (tmp_path / "out.jsonl.rejects.jsonl").read_text().splitlines()
    assert (len(scored), len(rejected)) == (2 * len(ABSURD), len(ABSURD))


def test_the_endpoint_rejects_only_the_row(trained: Any) -> None:
    with TestClient(build_app(ModelWatcher(trained.predictor, None))) as client:
        for field, value in ABSURD:
            body = json.dumps(_rows(field, value))
            answer = client.post(
                "/v1/predict/batch", content=body, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 200, (field, answer.text)
            assert [row["id"] for row in answer.json()["answers"]] == ["a", "c"]
            (reject,) = answer.json()["rejects"]
            assert reject["row"] == 2
            assert reject["reasons"][0].startswith(f"{field}: ")


def test_the_pyfunc_names_the_row(trained: Any) -> None:
    model = GrantPyfunc(trained.predictor)
    for field, value in [*ABSURD, ("decided", datetime.timedelta(1)), ("id", 1.2e18)]:
        frame = pd.DataFrame(_rows(field, value), dtype=object)
        with pytest.raises(MlflowException, match=f"row 2: {field}: found"):
            model.predict(frame)


def test_ids_pass_exactly(trained: Any, tmp_path: Path) -> None:
    ids = [9007199254740993, 9007199254740992, 1234567890123456789, HUGE]
    _jsonl(tmp_path / "m.jsonl", [GOOD | {"id": name} for name in ids])
    for output in ("a.csv", "a.jsonl", "a.xlsx"):
        arguments = ["score", str(tmp_path / "m.jsonl"), str(tmp_path / output), "--jobs", "1"]
        assert CliRunner().invoke(app, arguments).exit_code == 0
    with (tmp_path / "a.csv").open() as file:
        assert [row["id"] for row in csv.DictReader(file)] == list(map(str, ids))
    again = pd.read_excel(tmp_path / "a.xlsx", dtype=str)
    assert again["id"].tolist() == list(map(str, ids))
    frame = pd.DataFrame([GOOD | {"id": name} for name in ids[:3]])
    scored = GrantPyfunc(trained.predictor).predict(frame)
    assert scored["id"].tolist() == list(map(str, ids[:3]))


@needs_faults
def test_typed_columns_are_read_as_what_they_say() -> None:
    paths = sorted((FAULTS / "typed-columns").glob("*.parquet"))
    assert paths
    for path in paths:
        loaded = load(path, Motion)
        assert not loaded.rejects, (path.name, str(loaded.rejects[0]))
        (name, *_) = [row.id for row in loaded.rows]
        expected = {"decimal-id": "17", "uuid-id": name, "uuid-fixed-binary-id": name}
        assert name == expected.get(path.stem, "a")
        if path.stem.startswith("uuid"):
            assert name == "4f3f2898-69e3-5a0d-820a-c4e87987dbce"


@needs_faults
def test_large_numbers_never_lose_a_batch() -> None:
    paths = sorted((FAULTS / "large-ids").glob("huge-*.jsonl"))
    assert paths
    for path in paths:
        loaded = load(path, Motion)
        assert loaded.rows[0].motion.startswith("Stop the sale of the home")
        assert len(loaded.rows) + len(loaded.rejects) == 2
        whole = load(FAULTS / "large-ids" / f"{path.stem}.json", Motion)
        assert len(whole.rows) == len(loaded.rows) - 1
    loaded = load(FAULTS / "large-ids" / "m.jsonl", Motion)
    ids = [row.id for row in loaded.rows]
    assert ids == ["9007199254740993", "9007199254740992", "1234567890123456789"]
