"""The endpoint against its OpenAPI description: schemathesis sends valid and invalid requests."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from features.coder.coder import Coder
from features.coder.settings import CoderSettings
from serve.http.app import build_app
from serve.http.auth import AccessControl, new_key
from serve.http.model_watcher import ModelWatcher
from tests.support.fake_language_model import FakeLanguageModel

KEY, DIGEST = new_key()
# The description does not depend on the model, which exists only once the tests run.
WATCHERS = [
    ModelWatcher(SimpleNamespace(version="", digest=""), None)  # type: ignore[arg-type]
    for _ in range(2)
]


class Endpoint:
    """An endpoint that can get a coder after it has been described."""

    def __init__(self, watcher: ModelWatcher, keys: dict[str, str]) -> None:
        self.watcher, self.access = watcher, AccessControl(keys)
        self.app = build_app(watcher, self.access)

    def add_coder(self, coder: Coder) -> None:
        self.app = build_app(self.watcher, self.access, coder=coder)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


ENDPOINTS = [Endpoint(WATCHERS[0], {"firm": DIGEST}), Endpoint(WATCHERS[1], {})]
WITH_KEYS, OPEN = (schemathesis.openapi.from_asgi("/openapi.json", each) for each in ENDPOINTS)
THOROUGH = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(autouse=True)
def _with_a_model(trained: Any) -> None:
    for watcher in WATCHERS:
        watcher.predictor = trained.predictor


@pytest.fixture(autouse=True, scope="module")
def _with_a_coder() -> Iterator[None]:
    with FakeLanguageModel() as model:
        settings = CoderSettings("openai", "recorded", model.url, first_wait=0.001)
        ENDPOINTS[1].add_coder(Coder(settings))
        yield


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
