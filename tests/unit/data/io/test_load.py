"""Loading files: every format, every kind of invalid row, no row lost."""

import io
import json
import os
import sys
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.embedded import embedded_rulings
from data.io.load import check_rows, load
from data.io.rows import UnreadableInput
from data.schema import Motion, Ruling, is_list

ROWS = list(embedded_rulings()[:20])
MOTION = {"motion_type": "tro", "motion": "x"}


def _as_csv(rows: list[Ruling], path: Path) -> None:
    frame = pd.DataFrame([row.model_dump(mode="json") for row in rows])
    for name in filter(is_list, frame.columns):
        joined = frame[name].map(lambda v: v if v is None else (";".join(v) or "[]"))
        frame[name] = joined
    frame.to_csv(path, index=False)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json", "parquet"])
def test_every_format_gives_the_same_rulings(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rulings.{suffix}"
    dumped = [row.model_dump(mode="json") for row in ROWS]
    if suffix == "csv":
        _as_csv(ROWS, path)
    elif suffix == "jsonl":
        path.write_text("\n".join(map(json.dumps, dumped)))
    elif suffix == "json":
        path.write_text(json.dumps(dumped))
    else:
        pd.DataFrame(dumped).to_parquet(path)
    loaded = load(path, Ruling)
    assert loaded.rejects == []
    assert loaded.rows == ROWS


def test_invalid_rows_are_rejected_with_their_problems(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("id,motion_type,motion,colour\na,tro,text,red\nb,trox,text,\nc,tro\n")
    loaded = load(path, Motion)
    assert [row.id for row in loaded.rows] == ["a"]
    assert loaded.unknown_columns == ["colour"]
    wrong, short = loaded.rejects
    assert (wrong.row, short.row) == (2, 3)
    [problem] = wrong.problems
    assert (problem.field, problem.found) == ("motion_type", "trox")
    assert "preliminary_injunction, tro" in problem.expected


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "no rows"),
        ("a.csv", b"id,motion_type,motion\n", "no rows"),
        ("a.csv", b"id,motion\na,b\n", "lacks the required field"),
        ("a.csv", b"id\tmotion\na\tb\n", "lacks the required field.* it has id, motion; name its"),
        ("a.csv", b"sep=,\nid,motion\na,b\n", "lacks the required field"),
        ("a.csv", b'id,motion_type,"motion\na,tro,x\n', "not valid CSV"),
        ("a.json", b"{", "not JSON"),
        ("a.parquet", b"PAR1junk", "not a readable Parquet"),
        ("a.doc", b"x", "unknown format"),
    ],
)
def test_an_unreadable_file_says_why(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableInput, match=words):
        load(tmp_path / name, Motion)


def test_csv_as_spreadsheets_write_it(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(
        b"\xef\xbb\xbfid, motion_type ,motion,pro_se,likelihood_of_success,notice,,\r\n"
        b'17,TRO,"text, more",TRUE,4.0,Ex parte,,\r\n,,,,,,,\r\n'
    )
    loaded = load(path, Motion)
    assert loaded.rejects == []
    [row] = loaded.rows
    assert (row.id, row.motion_type, row.pro_se) == ("17", "tro", True)
    assert (row.likelihood_of_success, row.notice) == (4, "ex_parte")


def test_a_problem_quotes_the_value_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    head = "motion,motion_type,harm_types,decided"
    path.write_text(f'{head}\ntext,Tro XY,Monetary; Lost Voting,2026\ntext,tro,"voting, x",May\n')
    first, second = load(path, Motion).rejects
    assert [problem.found for problem in first.problems] == ["Tro XY", "Lost Voting"]
    assert [problem.found for problem in second.problems] == ["May", "voting, x"]
    assert "separate values with ;" in second.problems[1].expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-29T00:00:00", "2026-11-29"),
        ("2026-11-29 10:30:00+00:00", "2026-11-29"),
        ("2026-11-29T00:00:00.000Z", "2026-11-29"),
        ("2026.0", "2026"),
        (" 2026 ", "2026"),
        ("2026-11-31T00:00:00", None),
        ("11/29/2026", None),
    ],
)
def test_dates_as_programs_write_them(written: str, read: str | None) -> None:
    row = {"motion_type": "tro", "motion": "text", "decided": written, "pro_se": " Yes "}
    loaded = check_rows([row], Motion)
    assert [row.decided for row in loaded.rows] == ([read] if read else [])
    assert all(row.pro_se for row in loaded.rows)


def test_csv_as_data_frames_write_it(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    rows = [{"motion": "a", "motion_type": "tro", "pro_se": value} for value in (True, False, None)]
    frame = pd.DataFrame(rows).assign(pro_se=[1.0, 0.0, float("nan")])
    frame.to_csv(path, index=False)
    assert "1.0" in path.read_text()
    loaded = load(path, Motion)
    assert loaded.rejects == []
    assert [row.pro_se for row in loaded.rows] == [True, False, None]
    frame.assign(id=[7.0, 8.0, float("nan")]).to_csv(path, index=False)
    assert [row.id for row in load(path, Motion).rows] == ["7", "8", None]
    frame.assign(id=["7.10", "v1.0", "8"]).to_csv(path, index=False)
    assert [row.id for row in load(path, Motion).rows] == ["7.10", "v1.0", "8"]


def test_parquet_dates_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    row = {"motion_type": "tro", "motion": " text ", "court": "ILND"}
    dates = [pd.Timestamp("2024-05-06"), pd.NaT]
    pd.DataFrame([row | {"id": i, "decided": d} for i, d in enumerate(dates)]).to_parquet(path)
    first, second = load(path, Motion).rows
    assert (first.id, first.decided, first.court) == ("0", "2024-05-06", "ilnd")
    assert second.decided is None
    assert first.motion == " text "  # not stripped: the spans of phrases refer to it


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("likelihood_of_success", True),
        ("likelihood_of_success", 6),
        ("delay_months", float("inf")),
        ("id", float("inf")),
        ("motion", " \n"),
    ],
)
def test_a_value_of_the_wrong_type_is_rejected(field: str, value: object) -> None:
    loaded = check_rows([{"motion_type": "tro", "motion": "text", field: value}], Motion)
    assert loaded.rejects[0].problems[0].field == field


def test_a_broken_json_line_is_one_reject(tmp_path: Path) -> None:
    good = json.dumps({"motion_type": "tro", "motion": "text"})
    (tmp_path / "m.jsonl").write_text(f"{good}\n{{oops\n{good}\n")
    loaded = load(tmp_path / "m.jsonl", Motion)
    assert loaded.row_numbers == [1, 3]
    assert [reject.row for reject in loaded.rejects] == [2]


def test_duplicate_ids_are_listed_for_motions_and_rejected_for_rulings() -> None:
    row = ROWS[0].model_dump(mode="json")
    motions, rulings = check_rows([row, row], Motion), check_rows([row, row], Ruling)
    assert (len(motions.rows), motions.duplicate_ids) == (2, [ROWS[0].id])
    assert rulings.rows == [ROWS[0]]
    [problem] = rulings.rejects[0].problems
    assert (problem.field, problem.found) == ("id", ROWS[0].id)
    assert "row 1" in problem.expected


def test_labels_are_ignored_when_motions_are_read() -> None:
    loaded = check_rows([ROWS[0].model_dump(mode="json")], Motion)
    assert "outcome" in loaded.post_ruling_columns
    assert not hasattr(loaded.rows[0], "outcome")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


# The first draw builds Hypothesis's table of Unicode, which is slow on a fresh machine.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from(list(Ruling.model_fields)), _JSON), max_size=4))
def test_no_row_is_ever_lost_or_raises(rows: list[dict[str, object]]) -> None:
    for kind in (Motion, Ruling):
        checked = check_rows(rows, kind)
        numbers = checked.row_numbers + [reject.row for reject in checked.rejects]
        assert sorted(numbers) == list(range(1, len(rows) + 1))
        assert all(str(reject) for reject in checked.rejects)


def test_a_pipe_and_a_cut_first_line_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pending.jsonl"
    os.mkfifo(pipe)
    content = f"{{broken\n{json.dumps(MOTION)}\n"
    Thread(target=lambda: pipe.write_text(content), daemon=True).start()
    found = load(pipe, Motion)
    assert (len(found.rows), len(found.rejects)) == (1, 1)
    stdin = SimpleNamespace(buffer=io.BytesIO(content.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    found = load("-", Motion)
    assert (len(found.rows), len(found.rejects)) == (1, 1)
