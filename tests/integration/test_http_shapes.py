"""Bodies of another shape are answered with an example, and each example is answered when sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from features.coder.coder import Coder
from features.coder.settings import CoderSettings
from serve.http.app import build_app
from serve.http.model_watcher import ModelWatcher
from serve.http.shapes import SHAPES
from tests.support.fake_language_model import FakeLanguageModel

MOTION = {"motion_type": "tro", "motion": "Plaintiff moves for a temporary restraining order."}
JSON = {"Content-Type": "application/json"}
WRONG: dict[str, Any] = {
    "no body": {"content": b"", "headers": JSON},
    "no body and no type": {},
    "null": {"json": None, "headers": JSON, "content": b"null"},
    "string": {"content": b'"Plaintiff moves"', "headers": JSON},
    "number": {"content": b"3", "headers": JSON},
    "words": {"content": b"Plaintiff moves", "headers": JSON},
    "words as text": {"content": b"Plaintiff moves", "headers": {"Content-Type": "text/plain"}},
    "form": {"data": {"motion": "Plaintiff moves"}},
    "form with a file": {"files": {"file": ("brief.txt", b"Plaintiff moves")}},
    "empty object": {"json": {}},
    "unknown name": {"json": {"text": "Plaintiff moves"}},
    "list of words": {"json": ["Plaintiff moves"]},
    "motion": {"json": MOTION},
    "list": {"json": [MOTION]},
    "wrapped": {"json": {"motion": MOTION}},
    "wrapped list": {"json": {"motions": [MOTION]}},
    "wrapped twice": {"json": {"data": {"motion": MOTION}}},
    "mlflow's": {"json": {"dataframe_records": [MOTION]}},
    "latin-1": {"content": '{"motion": "café"}'.encode("latin-1"), "headers": JSON},
}
RIGHT = {
    "/v1/predict": {"motion"},
    "/v1/comparables": {"motion"},
    "/v1/predict/batch": {"list", "list of words"},  # which names each row that is no motion
    "/v1/what-if": {"wrapped"},
    "/v1/code": {"motion"},
}
HINTS = [
    ("/v1/what-if", "motion", "put it under `motion`"),
    ("/v1/what-if", "list", "one motion at a time"),
    ("/v1/predict", "list", "/v1/predict/batch"),
    ("/v1/predict", "wrapped", "send the motion itself"),
    ("/v1/predict", "wrapped list", "/v1/predict/batch"),
    ("/v1/comparables", "wrapped", "send the motion itself"),
    ("/v1/predict/batch", "motion", "put it into a list"),
    ("/v1/predict/batch", "wrapped list", "send the list itself"),
    ("/v1/code", "list", "one motion at a time"),
]


@pytest.fixture(scope="module")
def client(trained: Any) -> Iterator[TestClient]:
    with FakeLanguageModel() as model:
        coder = Coder(CoderSettings("openai", "recorded", model.url, first_wait=0.001))
        app = build_app(ModelWatcher(trained.predictor, None), coder=coder)
        yield TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("path", SHAPES)
def test_a_body_of_another_shape_is_answered_with_an_example(
    client: TestClient, path: str, kind: str
) -> None:
    request = {name: value for name, value in WRONG[kind].items() if value is not None}
    response = client.post(path, **request)
    if kind in RIGHT[path]:
        assert response.status_code == 200, response.text
        return
    assert response.status_code in (400, 415, 422)
    problem = response.json()
    assert problem["example"] == SHAPES[path].example
    assert "`example`" in problem["detail"]
    assert len(response.content) < 1500
    assert len(problem["errors"]) <= 3


@pytest.mark.parametrize("path", SHAPES)
def test_each_example_is_answered(client: TestClient, path: str) -> None:
    assert client.post(path, json=SHAPES[path].example).status_code == 200


@pytest.mark.parametrize(("path", "kind", "hint"), HINTS)
def test_the_error_says_what_was_found(client: TestClient, path: str, kind: str, hint: str) -> None:
    [error] = client.post(path, **WRONG[kind]).json()["errors"]
    assert error["pointer"] == "#"
    assert hint in error["detail"]


def test_an_error_in_a_value_brings_no_example(client: TestClient) -> None:
    problem = client.post("/v1/predict", json=MOTION | {"harm_timing": "soon"}).json()
    assert problem["errors"][0]["pointer"] == "#/harm_timing"
    assert "example" not in problem


def test_the_examples_of_the_description_are_answered(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    sent = set()
    for path, methods in described["paths"].items():
        body = methods.get("post", {}).get("requestBody", {}).get("content", {})
        for example in body.get("application/json", {}).get("examples", {}).values():
            response = client.post(path, json=example["value"])
            assert response.status_code == 200, response.text
            sent.add(path)
    assert sent == set(SHAPES)


@pytest.mark.parametrize(
    "changes", [rb'{"\ud800": "x"}', rb'{"judge": "\ud800"}', rb'{"harm_types": ["\udfff"]}']
)
def test_half_a_surrogate_pair_in_changes_is_an_error_of_the_request(
    client: TestClient, changes: bytes
) -> None:
    body = b'{"motion": {"motion_type": "tro", "motion": "x"}, "changes": ' + changes + b"}"
    response = client.post("/v1/what-if", content=body, headers=JSON)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"].startswith("#/changes/")
