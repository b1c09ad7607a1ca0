"""Metrics and the request log: routes are counted, not the paths that clients make up."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from serve.http.auth import AccessControl, new_key
from serve.http.logs import REQUEST_LOGGER
from serve.http.metrics import Metrics, add_metrics


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    add_metrics(app)

    @app.get("/item/{number}")
    async def item(number: int) -> int:
        return number

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError

    return TestClient(app, raise_server_exceptions=False)


def test_requests_are_counted_by_route_and_status(client: TestClient) -> None:
    for path in ("/item/1", "/item/2", "/item/x", "/made/up", "/bug"):
        client.get(path)
    text = client.get("/metrics").text
    for path, status, count in (
        ("/item/{number}", 200, 2),
        ("/item/{number}", 422, 1),
        ("other", 404, 1),
        ("/bug", 500, 1),
    ):
        assert f'enjoin_requests_total{{path="{path}",status="{status}"}} {count}.0' in text
    assert "/made/up" not in text
    assert 'enjoin_request_seconds_count{path="/item/{number}"} 3.0' in text


def test_requests_are_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, REQUEST_LOGGER):
        client.get("/item/1")
    [record] = [each for each in caplog.records if each.name == REQUEST_LOGGER]
    assert record.getMessage() == "GET /item/{number} 200"
    assert vars(record)["milliseconds"] >= 0


def test_the_model_in_use() -> None:
    metrics = Metrics()
    models: list[Any] = [SimpleNamespace(version=name, digest="0") for name in ("1", "2")]
    for model in models:
        metrics.set_model(model)
    lines = metrics.text().decode().splitlines()
    assert [line for line in lines if line.startswith("enjoin_model{")] == [
        'enjoin_model{digest="0",version="1"} 0.0',
        'enjoin_model{digest="0",version="2"} 1.0',
    ]


def test_the_report_needs_a_key_which_is_not_counted() -> None:
    key, digest = new_key()
    app = FastAPI()
    access = AccessControl({"ann": digest}, "1/hour")
    add_metrics(app, access)
    client = TestClient(app)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": key}):
        for path in ("/metrics", "/metrics/"):
            refused = client.get(path, headers=headers)
            assert refused.status_code == 401
            assert "enjoin_" not in refused.text
    for _ in range(3):
        assert client.get("/metrics", headers={"Authorization": f"Bearer {key}"}).is_success
    access.count("ann")  # the one motion an hour is still to be had


def test_the_report_is_open_without_keys() -> None:
    app = FastAPI()
    add_metrics(app, AccessControl({}))
    assert TestClient(app).get("/metrics").is_success
