"""Streams of rows: JSONL, JSON, CSV and Parquet, with wrong lines among good ones."""

import csv
import io
import json
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.io import formats
from data.io.formats import csv_columns, csv_rows, json_rows, jsonl_rows, parquet_rows
from data.io.rows import BrokenRow, UnreadableInput
from data.io.separators import has_backslash_quotes


def _json(content: bytes) -> list[Any]:
    return list(json_rows(io.BytesIO(content), "a.json"))


def _read(name: str, content: bytes) -> list[Any]:
    stream = io.BytesIO(content)
    return list(jsonl_rows(stream) if name == "a.jsonl" else csv_rows(stream, name))


@pytest.mark.parametrize(
    ("name", "content", "good_ids", "expected"),
    [
        ("a.jsonl", b'{"id": "a"}\n{"id"\n{"id": "b"}', ["a", "b"], "one JSON object"),
        ("a.jsonl", b'{"id": "a"}\n{"id": "\xe9"}\n{"id": "b"}', ["a", "b"], "UTF-8"),
        ("a.jsonl", b'{"id": "a"}\n"' + b"x" * 300 + b'"\n{"id": "b"}\n', ["a", "b"], "a line of"),
        ("a.jsonl", b'{"id": "a"}\n"' + b"x" * 300, ["a"], "a line of"),
        ("a.csv", b"id,b\na,1\nb\nc,2\n", ["a", "c"], "2 cells"),
        ("a.csv", b"id,b\na,1\nb,\xe9\nc,2\n", ["a", "c"], "UTF-8"),
        ("a.csv", b'id,b\na,1\nb,"open\nc,2\nd,"3"\n', ["a", "c", "d"], "valid CSV"),
        ("a.csv", b'id,b\na,1\nb,"open\nc,2\nd,3\n', ["a", "c", "d"], "valid CSV"),
        ("a.csv", b'id,b\na,1\nb,"open\nc,' + b"2\n,\n" * 99, ["a", "c"], "valid CSV"),
        ("a.csv", b"id,\na,1\nb,\n", ["b"], "without a name"),
    ],
)
def test_a_broken_line_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, good_ids: list[str], expected: str
) -> None:
    monkeypatch.setattr(formats, "MAX_LINE_BYTES", 200)
    rows = _read(name, content)
    assert [row["id"] for row in rows if isinstance(row, dict) and row["id"]] == good_ids
    broken = next(row for row in rows if isinstance(row, BrokenRow))
    assert expected in broken.expected


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.json"])
def test_a_byte_order_mark_is_not_part_of_the_first_row(name: str) -> None:
    bom = b"\xef\xbb\xbf"
    if name == "a.csv":
        assert _read(name, bom + b"id\n1\n") == [{"id": "1"}]
    elif name == "a.json":
        assert _json(bom + b'[{"id": 1}]') == [{"id": 1}]
    else:
        assert _read(name, bom + b'{"id": 1}\n') == [{"id": 1}]


def test_blank_lines_are_skipped() -> None:
    assert _read("a.jsonl", b'\n{"id": 1}\n \r\n\n{"id": 2}') == [{"id": 1}, {"id": 2}]
    assert _read("a.csv", b"\n,\nid,b\n\n1,2\n , \n") == [{"id": "1", "b": "2"}]
    assert _json(b" [ ] \n") == []


@pytest.mark.parametrize("block", [1, 3, 2**20])
@pytest.mark.parametrize(
    ("content", "values"),
    [
        (b"[-1.5e-3, 1e400, -Infinity]", [-0.0015, math.inf, -math.inf]),
        (b"[123456789012345678901234567890]", [123456789012345678901234567890]),
        (b'["\\ud83d\\ude00", "\\ud800x"]', ["\U0001f600", "\ud800x"]),
        (b'[{"a": {"b": [1, [2]]}}, null, true]', [{"a": {"b": [1, [2]]}}, None, True]),
        (b'{"id": 1}', [{"id": 1}]),
        (b"12", [12]),
    ],
)
def test_json_values_are_those_of_the_standard_decoder(
    monkeypatch: pytest.MonkeyPatch, content: bytes, values: list[Any], block: int
) -> None:
    monkeypatch.setattr(formats, "BLOCK_BYTES", block)
    assert _json(content) == values


def test_nan_of_a_data_frame_is_read() -> None:
    [row] = _json(b'[{"delay_months": NaN}]')
    assert math.isnan(row["delay_months"])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1,]",
        b"[1 2]",
        b"[1] 2",
        b'{"id": 1} {"id": 2}',
        b'[{"id": 1}',
        b'[{"id": 1}, {"id"]',
        b'["a\nb"]',
        b'["\\x"]',
        b"[nope]",
        b"[" * 100_000,
        b'[{"a": ' * 50_000,
    ],
)
def test_what_is_not_json_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInput, match="not JSON"):
        _json(content)


def test_json_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(UnreadableInput, match="UTF-8"):
        _json(b'["\xe9"]')


def test_rows_before_an_error_are_yielded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "BLOCK_BYTES", 4)
    rows = json_rows(io.BytesIO(b"[1, 2, oops]"), "a.json")
    assert [next(rows), next(rows)] == [1, 2]
    with pytest.raises(UnreadableInput):
        next(rows)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON, indent=st.sampled_from([None, 1]), block=st.integers(1, 9))
def test_json_in_blocks_is_json_read_at_once(
    monkeypatch: pytest.MonkeyPatch, value: Any, indent: int | None, block: int
) -> None:
    monkeypatch.setattr(formats, "BLOCK_BYTES", block)
    content = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "ignore")
    parsed = json.loads(content)
    assert _json(content) == (parsed if isinstance(parsed, list) else [parsed])


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)


@settings(max_examples=60)
@given(table=st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_csv_is_read_as_it_was_written(table: list[tuple[str, str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("caption", "motion"), *table, ("last", "row")])
    written = [row for row in (*table, ("last", "row")) if "".join(row).strip()]
    assert _read("a.csv", out.getvalue().encode()) == [
        {"caption": caption if caption.strip() else None, "motion": text if text.strip() else None}
        for caption, text in written
    ]


def test_csv_columns_are_those_with_a_name() -> None:
    assert csv_columns(io.BytesIO(b"id, motion ,,\n1,x,,\n"), "a.csv") == ["id", "motion"]


def test_parquet_rows_keep_their_types() -> None:
    rows = [{"id": n, "harm_types": ["monetary"], "p": 0.5} for n in range(600)]
    stream = io.BytesIO()
    pd.DataFrame(rows).to_parquet(stream)
    assert list(parquet_rows(stream, "a.parquet")) == rows


def test_what_is_not_parquet_is_refused() -> None:
    with pytest.raises(UnreadableInput, match="Parquet"):
        list(parquet_rows(io.BytesIO(b"PAR1junk"), "a.parquet"))


BACKSLASHED = (
    r"id,motion,court"
    "\n"
    r'a,"He said \"stop\", and left","ilnd"'
    "\n"
    r'b,"A path, C:\\new\temp\\","nysd"'
    "\n"
    r'c,"\"No\"","cand"'
    "\n"
    'd,"Two\nlines of \\"one\\" cell",""\n'
    r'e,plain,"ohsd"'
    "\n"
)


def test_quotes_after_backslashes_are_read() -> None:
    assert has_backslash_quotes(BACKSLASHED)
    rows = list(csv_rows(io.BytesIO(BACKSLASHED.encode()), "m.csv", ",", True))
    assert [row["id"] for row in rows] == list("abcde")
    assert [row["motion"] for row in rows] == [
        'He said "stop", and left',
        r"A path, C:\new\temp" + "\\",
        '"No"',
        'Two\nlines of "one" cell',
        "plain",
    ]


@pytest.mark.parametrize(
    "text",
    [
        'id,motion\n1,"He said ""stop"", and left"\n',
        'id,motion\n1,"C:\\dir\\"\n2,"D:\\",x\n',  # a backslash at the end of a cell
        'id,quotes\n1,"{""a"": ""He said \\""x\\"" to her""}"\n',  # JSON in a cell
        "id,motion\n1,plain\n",
    ],
)
def test_doubled_quotes_stay(text: str) -> None:
    assert not has_backslash_quotes(text)


def test_a_row_with_the_other_quotes_is_told_why() -> None:
    (broken, last) = csv_rows(io.BytesIO(b'id,motion\na,"He \\"said\\" so"\nb,x\n'), "m.csv")
    assert "doubled, not after a backslash" in broken.expected
    assert last == {"id": "b", "motion": "x"}
