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


ONE = {"motion_type": "tro", "motion": "x"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (ONE | {"harm_types": [0] * 1001}, "a motion holds more than 1,000 values"),
        (ONE | {"quotes": {"harm_types": [[1]] * 600}}, "a motion holds more than 1,000"),
        ({str(n): n for n in range(1001)}, "a motion holds more than 1,000 values"),
        ([ONE | {"harm_types": [0] * 990}] * 150, "the motions hold more than 100,000 values"),
    ],
)
def test_bodies_of_far_too_many_values_are_refused(value: Any, said: str) -> None:
    """What is wrong with each would take minutes to tell, while nobody else is answered."""
    with pytest.raises(HTTPException, match=said) as refused:
        read_json(json.dumps(value).encode())
    assert refused.value.status_code == 413


def test_a_full_batch_and_one_too_long_are_read() -> None:
    for body in ([ONE | {"harm_types": ["privacy_exposure"] * 9}] * 1000, [0] * 5000):
        assert read_json(json.dumps(body).encode()) == body
