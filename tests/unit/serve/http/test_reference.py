"""The description of the API is valid OpenAPI; its pages load nothing from elsewhere."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from serve.http.app import build_app
from serve.http.auth import AccessControl
from serve.http.model_watcher import ModelWatcher
from serve.http.shapes import SHAPES


def make_client(root_path: str = "", **keys: str) -> TestClient:
    # The description does not depend on the model.
    model: Any = SimpleNamespace(version="", digest="")
    return TestClient(
        build_app(ModelWatcher(model, None), AccessControl(keys), root_path=root_path)
    )


@pytest.mark.parametrize("root_path", ["", "/enjoin"])
@pytest.mark.parametrize("keys", [{}, {"firm": "0" * 64}])
def test_the_description_is_valid(root_path: str, keys: dict[str, str]) -> None:
    described = make_client(root_path, **keys).get("/openapi.json").json()
    OpenAPIV31SpecValidator(described).validate()
    assert described.get("servers", []) == ([{"url": root_path}] if root_path else [])
    # The validator does not follow each reference.
    for reference in re.findall(r"'\$ref': '#/([^']+)'", repr(described)):
        found = described
        for part in reference.split("/"):
            found = found[part]


def test_every_json_body_has_a_shape() -> None:
    paths = make_client().get("/openapi.json").json()["paths"]
    with_json = {
        path
        for path, methods in paths.items()
        if "application/json" in methods.get("post", {}).get("requestBody", {}).get("content", {})
    }
    assert with_json == set(SHAPES)


@pytest.mark.parametrize("root_path", ["", "/enjoin"])
@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_pages_load_only_files_of_this_endpoint(root_path: str, path: str) -> None:
    client = make_client(root_path)
    page = client.get(f"{root_path}{path}").text
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page)
    named = re.findall(r"(?:src|href|url:|spec-url=)\s*=?[\"'](/[^\"']+)[\"']", page)
    assert f"{root_path}/openapi.json" in page
    assert len(named) >= 2
    for address in named:
        assert address.startswith(f"{root_path}/")
        assert client.get(address).status_code == 200


def test_every_route_is_counted_by_its_own_path() -> None:
    client = make_client()
    client.get("/openapi.json")
    described = client.get("/openapi.json").json()["paths"]
    for path in ("/no/such", "/v1/no-such", "/v1/papers/x", "/docs/no-such"):
        client.get(path)
    for path, methods in described.items():
        client.request("DELETE", path)
        if "post" in methods:
            client.post(path, content=b"")
    text = client.get("/metrics").text
    counted = set(re.findall(r'enjoin_requests_total\{path="([^"]+)"', text))
    assert counted == {*described, "/openapi.json", "other"}
    assert 'path="/v1/papers",status="405"' in text
    assert 'path="/v1/papers",status="400"' in text


def test_nothing_is_redirected() -> None:
    """A redirect would name the host that the client claims to ask."""
    client = make_client()
    for path in ("/docs/", "/health/live/", "/v1/schema/", "/docs/swagger-ui.css/"):
        response = client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
        assert response.status_code == 200
        assert "location" not in response.headers
