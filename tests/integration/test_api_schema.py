"""The OpenAPI description against the endpoint: schemathesis sends what it allows and forbids."""

from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from serve.http.app import build_app
from serve.http.auth import Gate, new_key
from serve.http.model_watcher import Answering

KEY, DIGEST = new_key()
# What is described does not depend on the model, which is there only once the tests run.
ANSWERING = [Answering(SimpleNamespace(version="", digest="")) for _ in range(2)]  # type: ignore[arg-type]
LOCKED, OPEN = (
    schemathesis.openapi.from_asgi("/openapi.json", build_app(answering, Gate(keys)))
    for answering, keys in zip(ANSWERING, ({"firm": DIGEST}, {}), strict=True)
)
THOROUGH = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(autouse=True)
def _with_a_model(trained: Any) -> None:
    for answering in ANSWERING:
        answering.predictor = trained.predictor


@OPEN.parametrize()
@THOROUGH
def test_the_endpoint_does_what_it_says(case: Any) -> None:
    assert "security" not in case.operation.definition.raw
    # No schema can tell the bytes of a brief from others.
    files = case.path == "/v1/papers"
    case.call_and_validate(excluded_checks=[positive_data_acceptance] if files else [])


@LOCKED.auth()
class _WithKey:
    def get(self, case: Any, context: Any) -> str:
        return f"Bearer {KEY}"

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": data}


@LOCKED.include(path_regex="/(comparables|model|ready)$").parametrize()
@THOROUGH
def test_a_key_is_asked_for_where_it_is_needed(case: Any) -> None:
    assert ("security" in case.operation.definition.raw) == case.path.startswith("/v1")
    case.call_and_validate()
