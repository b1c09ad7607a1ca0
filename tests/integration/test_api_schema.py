"""The endpoint against its OpenAPI description: schemathesis sends valid and invalid requests."""

from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from serve.http.app import build_app
from serve.http.auth import AccessControl, new_key
from serve.http.model_watcher import ModelWatcher

KEY, DIGEST = new_key()
# The description does not depend on the model, which exists only once the tests run.
WATCHERS = [
    ModelWatcher(SimpleNamespace(version="", digest=""), None)  # type: ignore[arg-type]
    for _ in range(2)
]
WITH_KEYS, OPEN = (
    schemathesis.openapi.from_asgi("/openapi.json", build_app(watcher, AccessControl(keys)))
    for watcher, keys in zip(WATCHERS, ({"firm": DIGEST}, {}), strict=True)
)
THOROUGH = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(autouse=True)
def _with_a_model(trained: Any) -> None:
    for watcher in WATCHERS:
        watcher.predictor = trained.predictor


@OPEN.parametrize()
@THOROUGH
def test_the_endpoint_conforms_to_its_description(case: Any) -> None:
    assert "security" not in case.operation.definition.raw
    # A schema cannot distinguish the bytes of a brief from others.
    is_upload = case.path == "/v1/papers"
    case.call_and_validate(excluded_checks=[positive_data_acceptance] if is_upload else [])


@WITH_KEYS.auth()
class _WithKey:
    def get(self, case: Any, context: Any) -> str:
        return f"Bearer {KEY}"

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": data}


@WITH_KEYS.include(path_regex="/(comparables|model|ready)$").parametrize()
@THOROUGH
def test_a_key_is_required_where_described(case: Any) -> None:
    assert ("security" in case.operation.definition.raw) == case.path.startswith("/v1")
    case.call_and_validate()
