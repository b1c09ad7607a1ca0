"""One absurd value rejects its own row at every door, and ids pass exactly."""

import csv
import datetime
import json
import math
import sqlite3
import sys
import zipfile
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

from data.io.database import open_query
from data.io.load import check_rows, load
from data.io.rows import UnreadableInput
from data.io.table_reader import TableReader
from data.schema import Motion
from enjoin import app
from serve.backtest.join import read_outcomes
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


LONG = 4301
"""Digits of a number from which Python refuses to read it."""
FIELDS = [name for name in Motion.model_fields if name not in ("motion", "motion_type", "id")]


def _posted(client: TestClient, path: str, body: str) -> Any:
    return client.post(path, content=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("digits", [310, 4300, LONG, 100_000])
def test_a_long_number_over_http_is_its_fields_fault(trained: Any, digits: int) -> None:
    watcher = ModelWatcher(trained.predictor, None)
    with TestClient(build_app(watcher), raise_server_exceptions=False) as client:
        for sign in ("", "-"):
            row = json.dumps(GOOD | {"delay_months": "@"}).replace('"@"', sign + "9" * digits)
            whole = f'{{"motion": {row}}}'
            change = json.dumps({"motion": GOOD, "changes": {"delay_months": "@"}})
            change = change.replace('"@"', sign + "9" * digits)
            for path, body, pointer in (
                ("/v1/predict", row, "#/delay_months"),
                ("/v1/comparables", row, "#/delay_months"),
                ("/v1/code", row, None),
                ("/v1/what-if", whole, "#/motion/delay_months"),
                (
                    "/v1/what-if",
                    change.replace('"@"', sign + "9" * digits),
                    "#/changes/delay_months",
                ),
            ):
                answer = _posted(client, path, body)
                assert answer.status_code == (422 if pointer else answer.status_code) < 500, path
                if pointer:
                    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
            batch = _posted(client, "/v1/predict/batch", f"[{json.dumps(GOOD)}, {row}]")
            assert batch.status_code == 200
            assert len(batch.json()["answers"]) == 1
            assert [reject["row"] for reject in batch.json()["rejects"]] == [2]


def test_a_long_number_in_any_field_loses_only_its_row_over_http(trained: Any) -> None:
    watcher = ModelWatcher(trained.predictor, None)
    with TestClient(build_app(watcher), raise_server_exceptions=False) as client:
        for field in [*FIELDS, "id"]:
            row = json.dumps(GOOD | {field: "@"}).replace('"@"', "9" * LONG)
            batch = _posted(client, "/v1/predict/batch", f"[{json.dumps(GOOD)}, {row}]")
            assert batch.status_code == 200, field
            (reject,) = batch.json()["rejects"]
            assert reject["reasons"][0].startswith(f"{field}: ")
            assert _posted(client, "/v1/predict", row).status_code == 422


@pytest.mark.parametrize("digits", [310, LONG, 200_000])
def test_a_long_number_in_a_cell_loses_only_its_row(tmp_path: Path, digits: int) -> None:
    number = "9" * digits
    _csv(tmp_path / "m.csv", _rows("delay_months", number))
    _xlsx(tmp_path / "plain.xlsx", _rows("delay_months", 4321))
    with (
        zipfile.ZipFile(tmp_path / "plain.xlsx") as plain,
        zipfile.ZipFile(tmp_path / "m.xlsx", "w") as changed,
    ):
        for name in plain.namelist():
            changed.writestr(name, plain.read(name).replace(b">4321<", f">{number}<".encode()))
    _parquet(tmp_path / "m.parquet", _rows("delay_months", number))
    with sqlite3.connect(tmp_path / "m.db") as connection:
        pd.DataFrame(_rows("delay_months", number)).to_sql("m", connection, index=False)
    query = open_query(f"sqlite:///{tmp_path}/m.db", None, "m", {})
    (chunk,) = query.chunks(10)
    loads = [check_rows(chunk.rows, Motion, reader=TableReader({}))]
    for kind in ("csv", "parquet", "xlsx"):
        if kind == "xlsx" and digits > 100_000:
            with pytest.raises(UnreadableInput, match="not a readable"):
                load(tmp_path / "m.xlsx", Motion)
            continue
        loads.append(load(tmp_path / f"m.{kind}", Motion))
    for loaded in loads:
        assert [row.id for row in loaded.rows] == ["a", "c"]
        (reject,) = loaded.rejects
        assert reject.problems[0].field == "delay_months"
    assert sys.get_int_max_str_digits() == LONG - 1


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv"])
def test_a_long_number_among_outcomes_loses_only_its_row(tmp_path: Path, kind: str) -> None:
    rows = [{"id": "a", "outcome": "granted"}, {"id": "@", "outcome": 1}]
    rows += [{"id": "b", "outcome": "@", "case_id": None}]
    path = tmp_path / f"o.{kind}"
    if kind == "csv":
        path.write_text(f"id,outcome\na,granted\n{'9' * LONG},1\nb,{'9' * LONG}\n")
    else:
        WRITERS[kind](path, rows)
        path.write_text(path.read_text().replace('"@"', "9" * LONG))
    read = read_outcomes(str(path))
    assert [row.id for row in read.rows] == ["a"]
    assert [reject.row for reject in read.rejects] == [2, 3]


def _invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@needs_faults
def test_typed_columns_are_scored_and_predicted(trained: Any, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    result = _invoke("score", FAULTS / "typed-columns", output, "--jobs", 1)
    assert result.exit_code == 0, result.output
    scored = _lines(output)
    assert not any("e-" in str(row["id"]) or "." in str(row["id"]) for row in scored)
    for path in sorted((FAULTS / "typed-columns").glob("*.parquet")):
        first = pq.read_table(path).slice(0, 1)
        pq.write_table(first, tmp_path / path.name)
        result = _invoke("predict", tmp_path / path.name, "--json")
        assert result.exit_code == 0, (path.name, result.output)


@needs_faults
def test_large_numbers_of_the_faults_lose_only_their_rows(trained: Any, tmp_path: Path) -> None:
    folder, output = FAULTS / "large-ids", tmp_path / "out.jsonl"
    lines = sum(len(_lines(path)) for path in folder.glob("huge-*.jsonl"))
    result = _invoke("score", folder / "huge-*.jsonl", output, "--jobs", 1)
    assert result.exit_code == 3, result.output
    rejects = _lines(tmp_path / "out.jsonl.rejects.jsonl")
    assert len(_lines(output)) + len(rejects) == lines
    for path in sorted(folder.glob("huge-*.json")):
        result = _invoke("predict", path, "--json")
        name = path.stem.removeprefix("huge-")
        assert result.exit_code in (0, 2), (name, result.output)
        if result.exit_code:
            assert f"{name}: found 1111" in " ".join(result.output.split())
    with TestClient(build_app(ModelWatcher(trained.predictor, None))) as client:
        batch = _posted(client, "/v1/predict/batch", (folder / "batch.json").read_text())
        assert batch.status_code == 200
        assert len(batch.json()["answers"]) == 2  # an id of 320 digits is a name like any other
    for name in ("m.csv", "m.xlsx", "m.parquet"):
        rows = [
            {key: str(value) for key, value in row.items()} for row in _lines(folder / "m.jsonl")
        ]
        frame = pd.DataFrame(rows)
        {"csv": frame.to_csv, "xlsx": frame.to_excel, "parquet": frame.to_parquet}[
            name.split(".")[1]
        ](tmp_path / name, index=False)
        assert _invoke("score", tmp_path / name, output, "--jobs", 1).exit_code == 0
        assert [row["id"] for row in _lines(output)] == list(frame["id"])
    assert _invoke("score", folder / "m.jsonl", output, "--jobs", 1).exit_code == 0
    known = read_outcomes(str(folder / "outcomes.jsonl")).rows
    assert {row.id for row in known} <= {row["id"] for row in _lines(output)}
    judged = _invoke("backtest", output, folder / "outcomes.jsonl")
    assert judged.exit_code in (0, 3), judged.output


def test_quotes_nested_thousands_of_times_reject_their_row_only(
    trained: Any, tmp_path: Path
) -> None:
    deep = '{"harm_evidence": ' + "[" * 5000 + "]" * 5000 + "}"
    rows = [
        {"motion_type": "tro", "motion": "The files will be lost.", "quotes": quotes}
        for quotes in ("", deep)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "pending.csv", index=False)
    output = tmp_path / "scored.csv"
    result = CliRunner().invoke(app, ["score", str(tmp_path / "pending.csv"), str(output)])
    assert result.exit_code == 3, result.output  # a row was rejected
    assert len(pd.read_csv(output)) == 1
    (reject,) = output.with_suffix(".csv.rejects.jsonl").read_text().splitlines()
    assert "expected a JSON object of lists of quotes" in reject
