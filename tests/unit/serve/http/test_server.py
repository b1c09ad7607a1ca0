"""What the endpoint tells its server, and which options it refuses before it starts."""

import inspect
import signal
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from enjoin import app
from enjoin.commands.serve import serve
from serve.http import server
from serve.http.model_watcher import ModelWatcher
from serve.http.server import KEEP_ALIVE_SECONDS, ServerSettings, run

PROXY_SECONDS = 60
"""How long nginx, and the load balancers of the large clouds, keep an idle connection."""


def test_the_server_is_told_how_long_connections_stay_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configs: list[uvicorn.Config] = []
    monkeypatch.setattr(server, "load_app", lambda settings: FastAPI())
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: configs.append(self.config))
    settings: Any = SimpleNamespace()
    run(settings, "127.0.0.1", 0, lambda: None)
    run(settings, "127.0.0.1", 0, lambda: None, keep_alive=5)
    assert [config.timeout_keep_alive for config in configs] == [KEEP_ALIVE_SECONDS, 5]
    assert not any(config.proxy_headers for config in configs)
    assert PROXY_SECONDS < KEEP_ALIVE_SECONDS
    assert inspect.signature(serve).parameters["keep_alive"].default == KEEP_ALIVE_SECONDS


ENDLESS = """
import asyncio, os, signal, time
import uvicorn
from serve.http import ending

async def app(scope, receive, send): pass

async def stop_soon():
    await asyncio.sleep(0.2)
    loop.run_in_executor(None, time.sleep, 600)
    os.kill(os.getpid(), signal.SIGTERM)

signal.signal(signal.SIGTERM, lambda number, frame: None)
ending.LAST_SECONDS = 0.5
config = uvicorn.Config(app, port=0, lifespan="off", timeout_graceful_shutdown=1)
loop = asyncio.new_event_loop()
loop.create_task(stop_soon())
loop.run_until_complete(ending.Server(config).serve())
loop.run_until_complete(loop.shutdown_default_executor())
"""


def test_a_thread_that_goes_on_does_not_hold_up_the_end() -> None:
    assert subprocess.run([sys.executable, "-c", ENDLESS], timeout=60).returncode == 0


@pytest.mark.parametrize("ignored", [False, True])
def test_hanging_up_ends_the_endpoint_as_sigterm_does(
    monkeypatch: pytest.MonkeyPatch, ignored: bool
) -> None:
    """uvicorn handles SIGTERM while it runs; nohup has the other signal ignored."""
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def hang_up(self: uvicorn.Server, sockets: Any) -> None:
        signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
        signal.raise_signal(signal.SIGHUP)

    monkeypatch.setattr(server, "load_app", lambda settings: FastAPI())
    monkeypatch.setattr(uvicorn.Server, "run", hang_up)
    signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    settings: Any = SimpleNamespace()
    try:
        run(settings, "127.0.0.1", 0, lambda: None)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert received == ([] if ignored else [signal.SIGTERM])


def test_the_application_is_told_its_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    predictor: Any = SimpleNamespace(version="", digest="", answer=lambda motions: [])
    monkeypatch.setattr(server.Predictor, "from_located", lambda located: predictor)
    monkeypatch.setattr(ModelWatcher, "follow", lambda self: None)
    located: Any = None
    application = server.load_app(ServerSettings(located, None, {}, root_path="/enjoin"))
    servers = TestClient(application).get("/enjoin/openapi.json").json()["servers"]
    assert servers == [{"url": "/enjoin"}]


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--root-path", "enjoin", "such as /enjoin"),
        ("--root-path", "/a b", "such as /enjoin"),
        ("--keep-alive", "0", "keep-alive"),
        ("--keep-alive", "soon", "keep-alive"),
    ],
)
def test_an_option_that_is_refused(option: str, value: str, expected: str) -> None:
    result = CliRunner().invoke(app, ["serve", option, value])
    assert result.exit_code == 2
    assert expected in " ".join(result.output.split())
