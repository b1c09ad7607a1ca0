"""Names in requests are limited in length, and the field that is too long is named."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from data.embedded import clearview_motion
from serve.http.app import build_app
from serve.http.field_lengths import MAX_NAME, NAME_FIELDS, check_motions
from serve.http.model_watcher import ModelWatcher

MOTION = clearview_motion().model_dump(mode="json", exclude_none=True)
LONG = "a" * (MAX_NAME + 1)


@pytest.fixture(scope="module")
def client() -> TestClient:
    predictor: Any = type("Predictor", (), {"version": "v", "digest": "d"})()
    return TestClient(build_app(ModelWatcher(predictor, "folder")))


@pytest.mark.parametrize("field", NAME_FIELDS)
@pytest.mark.parametrize("path", ["predict", "comparables", "what-if", "changes"])
def test_the_field_that_is_too_long_is_named(client: TestClient, path: str, field: str) -> None:
    long = MOTION | {field: LONG}
    body, pointer = long, f"#/{field}"
    if path == "what-if":
        body, pointer = {"motion": long}, f"#/motion/{field}"
    elif path == "changes":
        body, pointer = {"motion": MOTION, "changes": {field: LONG}}, f"#/changes/{field}"
        path = "what-if"
    answer = client.post(f"/v1/{path}", json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert "at most 1,000 characters" in error["detail"]
    assert len(answer.content) < 1000


def test_a_motion_of_a_batch_is_rejected_alone() -> None:
    rows = [MOTION, MOTION | {"court": LONG, "judge": LONG}, MOTION | {"court": LONG[1:]}]
    checked = check_motions(rows)
    assert checked.row_numbers == [1, 3]
    (reject,) = checked.rejects
    assert reject.row == 2
    assert [problem.field for problem in reject.problems] == ["court", "judge"]
    assert "at most 1,000 characters" in str(reject.problems[0])
