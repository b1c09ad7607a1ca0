"""The endpoint as a process: many clients at once, clients gone, workers killed, told to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn

from data.embedded import clearview_motion, embedded_rulings
from data.io.atomic import cache_dir
from serve.http.app import build_app
from serve.http.connections import Connection
from serve.http.model_watcher import Answering
from train.model.store import save_model

MOTIONS = [ruling.as_motion() for ruling in embedded_rulings()[:20]]
Answered = tuple[int, str, float, str]
"""Status, id, probability and name of a request."""
BODIES = [motion.model_dump(mode="json", exclude_none=True) for motion in MOTIONS]


@pytest.fixture(scope="module")
def model(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serving") / "model"
    save_model(trained.predictor.model, folder)
    return folder


@pytest.fixture(scope="module")
def expected(trained: Any) -> dict[str, float]:
    return {answer.id: answer.p_grant for answer in trained.predictor.answer(MOTIONS)}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def _serving(log: Path, *options: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = _free_port()
    command = [sys.executable, "-m", "enjoin", "serve", "--port", str(port), *options]
    environment = os.environ | {"ENJOIN_CACHE_DIR": str(cache_dir())}
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, stderr=stderr, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(address, process)
        yield address, process
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"{address}/health/ready")
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the endpoint is not ready: {process.poll()}")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _asking(address: str, body: dict[str, Any]) -> socket.socket:
    """Open a connection and ask, without waiting for the answer."""
    host, port = address.removeprefix("http://").split(":")
    text = json.dumps(body).encode()
    head = f"POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Length: {len(text)}\r\n"
    client = socket.create_connection((host, int(port)), timeout=120)
    client.sendall(
        head.encode() + b"Connection: close\r\nContent-Type: application/json\r\n\r\n" + text
    )
    return client


def _all_at_once(address: str, clients: int) -> list[Answered]:
    """Ask over so many connections before any answer is read."""
    asking = [_asking(address, BODIES[number % len(BODIES)]) for number in range(clients)]
    answers = []
    for client in asking:
        with client, client.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
        told = json.loads(body)
        status = int(head.split()[1])
        answers.append((status, told["id"], told["p_grant"], told["request_id"]))
    return answers


def test_a_thousand_at_once_then_told_to_stop(
    model: Path, expected: dict[str, float], tmp_path: Path
) -> None:
    audit, log = tmp_path / "audit.jsonl", tmp_path / "log.jsonl"
    with _serving(log, "--model", str(model), "--audit", str(audit)) as (address, process):

        def ask(number: int) -> Answered:
            body = BODIES[number % len(BODIES)]
            answer = httpx.post(f"{address}/v1/predict", json=body, timeout=60)
            told = answer.json()
            return answer.status_code, told["id"], told["p_grant"], told["request_id"]

        answers = _all_at_once(address, 1000)
        assert Counter(status for status, *_ in answers) == {200: 1000}
        assert all(p == expected[name] for _, name, p, _ in answers)
        assert {line["request_id"] for line in _lines(audit)} == {a[3] for a in answers}

        for body in BODIES[:5]:  # clients that ask and do not wait
            _asking(address, body).close()
        assert ask(0)[2] == expected[BODIES[0]["id"]]
        before = len(_lines(audit))

        # Told to stop under load: what was begun is answered in full, the rest is not let in.
        kept: list[Answered] = []
        refused: list[httpx.TransportError] = []

        def keep_asking(first: int) -> None:
            for number in range(first, first + 10_000):
                try:
                    kept.append(ask(number))
                except httpx.TransportError as error:
                    refused.append(error)
                    return

        threads = [Thread(target=keep_asking, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        time.sleep(0.7)
        process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join(40)
        assert process.wait(40) == 0
        assert len(kept) > 16
        assert len(refused) == len(threads)
        assert not [error for error in refused if isinstance(error, httpx.RemoteProtocolError)]
        assert {status for status, *_ in kept} == {200}
        assert all(p == expected[name] for _, name, p, _ in kept)
        written = {line["request_id"] for line in _lines(audit)[before:]}
        assert written == {answer[3] for answer in kept}, "an answer was begun and lost"
    told = [json.loads(line) for line in log.read_text().splitlines()[1:]]
    assert {line["level"] for line in told} == {"INFO"}
    asked = {line["request_id"] for line in told if line["message"] == "POST /v1/predict 200"}
    assert {answer[3] for answer in answers + kept} <= asked
    assert MOTIONS[0].motion[:40] not in log.read_text()


def _workers(process: "subprocess.Popen[bytes]") -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [
        int(pid)
        for pid in children.read_text().split()
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def test_a_killed_worker_is_replaced(
    model: Path, expected: dict[str, float], tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    with _serving(log, "--model", str(model), "--workers", "2") as (address, process):
        body = BODIES[0]

        def alive() -> int:
            text = httpx.get(f"{address}/metrics").text
            lines = [line for line in text.splitlines() if line.startswith("enjoin_model{")]
            return sum(int(float(line.split()[-1])) for line in lines)

        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        workers = _workers(process)
        assert len(workers) == 2
        until = time.monotonic() + 30
        while alive() < 2 and time.monotonic() < until:
            time.sleep(0.1)
        for _ in range(10):
            answer = httpx.post(f"{address}/v1/predict", json=body)
            assert answer.json()["p_grant"] == expected[body["id"]]
        counted = 'enjoin_requests_total{path="/v1/predict",status="200"} 10.0'
        assert counted in httpx.get(f"{address}/metrics").text  # whichever worker is asked
        os.kill(workers[0], signal.SIGKILL)
        until = time.monotonic() + 60
        while workers[0] in map(int, children.read_text().split()):
            assert time.monotonic() < until
            time.sleep(0.1)
        answer = httpx.post(f"{address}/v1/predict", json=body, timeout=30)
        assert answer.json()["p_grant"] == expected[body["id"]]
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0


@contextmanager
def _in_this_process(answering: Answering) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(build_app(answering), http=Connection, log_config=None)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()
        finally:
            server.should_exit = True
            thread.join()


def test_slow_connections_are_closed(trained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "head_seconds", 0.4)
    with _in_this_process(Answering(trained.predictor)) as (host, port):
        opened = time.monotonic()
        slow = [socket.create_connection((host, port), timeout=10) for _ in range(50)]
        for number, client in enumerate(slow):
            if number % 2:
                client.sendall(b"POST /v1/predict HTTP/1.1\r\nHost: x\r\n")
        time.sleep(0.2)
        for client in slow[1::2]:
            client.sendall(b"X: y\r\n")  # a line now and then does not keep it open
        quick = httpx.Client(base_url=f"http://{host}:{port}")
        assert quick.get("/health/ready").status_code == 200
        for client in slow:
            assert client.recv(100) == b""
            client.close()
        assert 0.4 <= time.monotonic() - opened < 9
        # A connection in use is not closed, and its next request may be slow to begin.
        time.sleep(0.5)
        motion = clearview_motion().model_dump(mode="json")
        assert quick.post("/v1/predict", json=motion).status_code == 200


def test_workers_stop_when_their_parent_is_killed(model: Path, tmp_path: Path) -> None:
    options = ("--model", str(model), "--workers", "2")
    with _serving(tmp_path / "log.jsonl", *options) as (_, process):
        workers = _workers(process)
        assert len(workers) == 2
        process.kill()
        until = time.monotonic() + 30
        try:
            while any(Path(f"/proc/{pid}").exists() for pid in workers):
                assert time.monotonic() < until, "a worker keeps the port"
                time.sleep(0.05)
        finally:
            for pid in workers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def test_an_audit_log_that_cannot_be_written_is_told_once(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    arguments = ["serve", "--model", str(model), "--audit", str(tmp_path / "file" / "audit.jsonl")]
    environment = os.environ | {"ENJOIN_CACHE_DIR": str(cache_dir())}
    done = subprocess.run(
        [sys.executable, "-m", "enjoin", *arguments, "--workers", "2", "--port", str(_free_port())],
        capture_output=True,
        timeout=60,
        env=environment,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: ")
    assert b"Traceback" not in done.stderr


def test_a_request_on_its_way_is_answered_though_told_to_stop(trained: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = build_app(Answering(trained.predictor))
        server = uvicorn.Server(uvicorn.Config(app, http=Connection, log_config=None))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        client = socket.create_connection(listening.getsockname(), timeout=20)
        until = time.monotonic() + 20
        while not server.server_state.connections and time.monotonic() < until:
            time.sleep(0.01)
        (connection,) = server.server_state.connections
        server.should_exit = True
        while not connection._stopping and time.monotonic() < until:
            time.sleep(0.005)
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        with client, client.makefile("rb") as stream:
            answer = stream.read()
        thread.join(20)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in answer.lower()
        assert not thread.is_alive()
