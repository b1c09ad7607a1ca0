"""JSON bodies: every encoding of Unicode is read, and what would be misread is refused."""

import json
from typing import Any

import pytest
from fastapi import HTTPException
from hypothesis import given, settings
from hypothesis import strategies as st

from serve.http.json_bodies import read_json

VALUE = {"motion": "“A café’s” motion", "harm_types": ["voting"], "nested": {"a": [{"a": None}]}}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_an_encoding_of_unicode(encoding: str) -> None:
    text = json.dumps(VALUE, ensure_ascii=False)
    assert read_json(text.encode(encoding)) == VALUE


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None)
@given(JSON_VALUES)
def test_whatever_json_writes_is_read(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"motion=x", "not JSON"),
        ('{"motion": "café"}'.encode("latin-1"), "byte 16 is not UTF-8"),
        (b'{"motion": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"motion": "x", "motion": "y"}', "'motion' twice"),
        (b'[{"motion": {"a": 1, "b": 2, "a": 1}}]', "'a' twice"),
        (b"[" * 200_000, "too deeply"),
    ],
)
def test_a_body_that_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(HTTPException) as refused:
        read_json(body)
    assert refused.value.status_code == 400
    assert reason in refused.value.detail
    assert len(refused.value.detail) < 200
