"""The endpoint as a process: many clients at once, clients that leave, killed workers, shutdown."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import httpx
import pytest

from data.embedded import embedded_rulings
from serve.http.auth import new_key
from tests.support.fake_language_model import FakeLanguageModel
from train.model.store import save_model

MOTIONS = [ruling.as_motion() for ruling in embedded_rulings()[:20]]
BODIES = [motion.model_dump(mode="json", exclude_none=True) for motion in MOTIONS]


class Response(NamedTuple):
    """What a test needs of a prediction."""

    status: int
    motion_id: str
    p_grant: float
    request_id: str

    @classmethod
    def of(cls, status: int, body: Any) -> "Response":
        payload = json.loads(body)
        return cls(status, payload["id"], payload["p_grant"], payload["request_id"])


@pytest.fixture(scope="module")
def model(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serving") / "model"
    save_model(trained.predictor.model, folder)
    return folder


@pytest.fixture(scope="module")
def expected(trained: Any) -> dict[str, float]:
    return {answer.id: answer.p_grant for answer in trained.predictor.answer(MOTIONS)}


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for a condition; it decides when a test goes on, the clock only when it fails."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def serving(log: Path, *options: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run `enjoin serve` as a process; give its address and the process."""
    port = free_port()
    command = [sys.executable, "-m", "enjoin", "serve", "--port", str(port), *options]
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, stderr=stderr)
    address = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert process.poll() is None, f"the endpoint ended: {log.read_text()}"
        try:
            return httpx.get(f"{address}/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_until(ready, "the endpoint is ready")
        yield address, process
    finally:
        process.kill()
        process.wait()


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def send_request(address: str, body: dict[str, Any], request_id: str) -> socket.socket:
    """Open a connection and send a request, without waiting for the response."""
    host, port = address.removeprefix("http://").split(":")
    content = json.dumps(body).encode()
    headers = {
        "Host": f"{host}:{port}",
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": len(content),
        "X-Request-ID": request_id,
    }
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(["POST /v1/predict HTTP/1.1", *lines, "", ""])
    client = socket.create_connection((host, int(port)), timeout=120)
    client.sendall(head.encode() + content)
    return client


def predict_all_at_once(address: str, n_clients: int) -> list[Response]:
    """Send a request over each of n connections before reading any response."""
    clients = [
        send_request(address, BODIES[number % len(BODIES)], f"once-{number}")
        for number in range(n_clients)
    ]
    responses = []
    for client in clients:
        with client, client.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
        responses.append(Response.of(int(head.split()[1]), body))
    return responses


def test_a_thousand_clients_then_shutdown_under_load(
    model: Path, expected: dict[str, float], tmp_path: Path
) -> None:
    audit, log = tmp_path / "audit.jsonl", tmp_path / "log.jsonl"
    with serving(log, "--model", str(model), "--audit-log", str(audit)) as (address, process):

        def predict(number: int) -> Response:
            body = BODIES[number % len(BODIES)]
            response = httpx.post(f"{address}/v1/predict", json=body, timeout=60)
            return Response.of(response.status_code, response.content)

        responses = predict_all_at_once(address, 1000)
        assert Counter(response.status for response in responses) == {200: 1000}
        assert all(each.p_grant == expected[each.motion_id] for each in responses)
        recorded = {line["request_id"] for line in json_lines(audit)}
        assert recorded == {response.request_id for response in responses}

        gone = {f"gone-{number}" for number in range(5)}
        for request_id in gone:  # clients that leave before their response
            send_request(address, BODIES[0], request_id).close()
        responses.append(predict(0))
        assert responses[-1].p_grant == expected[BODIES[0]["id"]]

        # At shutdown under load, each request begun is answered in full, and no other is accepted.
        refused: list[httpx.TransportError] = []
        served: list[Response] = []
        busy = [Event() for _ in range(16)]

        def predict_until_refused(first: int, second_response: Event) -> None:
            number = first
            while True:
                try:
                    served.append(predict(number))
                except httpx.TransportError as error:
                    refused.append(error)
                    return
                if number > first:
                    second_response.set()
                number += 1

        clients = [
            Thread(target=predict_until_refused, args=(number, event), daemon=True)
            for number, event in enumerate(busy)
        ]
        for client in clients:
            client.start()
        for event in busy:
            assert event.wait(120)
        # To all its processes, as systemd does.
        for pid in (*workers_of(process), *children_of(process.pid), process.pid):
            os.kill(pid, signal.SIGTERM)
        for client in clients:
            client.join(120)
        assert process.wait(120) == 0
        assert len(refused) == len(clients)
        assert not [error for error in refused if isinstance(error, httpx.RemoteProtocolError)]
        assert {response.status for response in served} == {200}
        assert all(each.p_grant == expected[each.motion_id] for each in served)
        request_ids = {response.request_id for response in responses + served}
        recorded = {line["request_id"] for line in json_lines(audit)}
        assert recorded - gone == request_ids, "a request was begun and lost"
    records = [json.loads(line) for line in log.read_text().splitlines()[1:]]
    assert {record["level"] for record in records} == {"INFO"}
    logged = {
        record["request_id"] for record in records if record["message"] == "POST /v1/predict 200"
    }
    assert request_ids <= logged
    assert MOTIONS[0].motion[:40] not in log.read_text()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def workers_of(process: "subprocess.Popen[bytes]") -> list[int]:
    """Return the processes that predict: copies of one that the endpoint has started."""
    return [
        worker
        for child in children_of(process.pid)
        if b"forkserver" in Path(f"/proc/{child}/cmdline").read_bytes()
        for worker in children_of(child)
    ]


def test_a_killed_worker_is_replaced(
    model: Path, expected: dict[str, float], tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    with serving(log, "--model", str(model), "--workers", "2") as (address, process):
        body = BODIES[0]

        def predict() -> float:
            return float(
                httpx.post(f"{address}/v1/predict", json=body, timeout=60).json()["p_grant"]
            )

        wait_until(lambda: len(workers_of(process)) == 2, "both workers have started")
        workers = workers_of(process)
        assert {predict() for _ in range(10)} == {expected[body["id"]]}
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        wait_until(
            lambda: httpx.post(f"{address}/v1/predict", json=body, timeout=60).status_code == 200,
            "the workers are replaced",
        )
        assert predict() == expected[body["id"]]
        wait_until(lambda: len(set(workers_of(process)) - set(workers)) == 2, "both are replaced")
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


def test_workers_stop_when_their_parent_is_killed(model: Path, tmp_path: Path) -> None:
    options = ("--model", str(model), "--workers", "2")
    with serving(tmp_path / "log.jsonl", *options) as (_, process):
        wait_until(lambda: len(workers_of(process)) == 2, "both workers have started")
        workers = workers_of(process)
        process.kill()
        try:
            wait_until(
                lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers),
                "the workers have ended",
            )
        finally:
            for pid in workers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def test_an_audit_log_that_cannot_be_written_is_reported_once(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = str(tmp_path / "file" / "audit.jsonl")
    arguments = ["serve", "--model", str(model), "--audit-log", path, "--workers", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "enjoin", *arguments, "--port", str(free_port())],
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: ")
    assert b"Traceback" not in done.stderr


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a cache folder without readings, but with the automata, which are slow to compile."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for file in Path(os.environ["ENJOIN_CACHE_DIR"]).iterdir():
        if not file.name.startswith("readings"):
            (folder / file.name).symlink_to(file)
    monkeypatch.setenv("ENJOIN_CACHE_DIR", str(folder))
    return folder


def test_workers_have_papers_read(
    model: Path, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, audit = tmp_path / "log.jsonl", tmp_path / "audit.jsonl"
    options = ("--model", str(model), "--workers", "2", "--audit-log", str(audit))
    papers = {name: BODIES[0][name] for name in ("motion", "motion_type")}
    with FakeLanguageModel() as language_model:
        monkeypatch.setenv("ENJOIN_CODER", "openai:recorded")
        monkeypatch.setenv("ENJOIN_CODER_URL", language_model.url)
        with serving(log, *options) as (address, process):
            assert httpx.get(f"{address}/v1/coder").json()["model"] == "openai:recorded"
            response = httpx.post(f"{address}/v1/code", json=papers, timeout=60)
            assert response.status_code == 200, log.read_text()
            coded = response.json()
            # Each finds the reading that was kept.
            query = f"{address}/v1/predict?reading={coded['reading']}"
            for timing in ("ongoing", "imminent", "contingent", "ongoing"):
                body = coded["motion"] | {"harm_timing": timing}
                assert httpx.post(query, json=body, timeout=60).status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0
    assert f"go to this machine (127.0.0.1:{language_model.port})" in log.read_text()
    assert papers["motion"][:40] not in log.read_text()
    assert stat.S_IMODE((own_cache / "readings.db").stat().st_mode) == 0o600
    read = coded["fields"]["harm_timing"]["value"]
    for line in json_lines(audit):
        assert line["reading"]["values"]["harm_timing"] == read
        assert line["corrections"]["harm_timing"]["read"] == read


def test_an_unusable_coder_is_reported_at_once(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENJOIN_CODER", "nonsense")
    command = [sys.executable, "-m", "enjoin", "serve", "--model", str(model)]
    done = subprocess.run([*command, "--port", str(free_port())], capture_output=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: ENJOIN_CODER=nonsense: expected provider:name")


def hostile(n_characters: int) -> dict[str, Any]:
    """Return a motion that takes as long to read as any of its length."""
    text = "the court held no data breach, 1 F.3d 1 [see id. at 2] (not shown) " * n_characters
    return BODIES[0] | {"motion": text[:n_characters]}


def test_one_client_holds_up_no_other_and_the_end_comes_soon(
    model: Path, expected: dict[str, float], tmp_path: Path
) -> None:
    """A client sends hostile motions, long and short, as fast as it can, while another asks."""
    keys, secrets = tmp_path / "keys.txt", {}
    for name in ("hostile", "other"):
        secrets[name], digest = new_key()
        with keys.open("a") as file:
            file.write(f"{name}:{digest}\n")
    headers = {name: {"Authorization": f"Bearer {secret}"} for name, secret in secrets.items()}
    log = tmp_path / "log.jsonl"
    with serving(log, "--model", str(model), "--keys", str(keys)) as (address, process):
        stopped, statuses = Event(), set[int]()

        def attack(n_characters: int) -> None:
            with httpx.Client(headers=headers["hostile"], timeout=120) as client:
                while not stopped.is_set():
                    with suppress(httpx.TransportError):
                        answer = client.post(f"{address}/v1/predict", json=hostile(n_characters))
                        statuses.add(answer.status_code)

        attackers = [
            Thread(target=attack, args=(n_characters,), daemon=True)
            for n_characters in (4999, 4999, 4999, 900_000, 900_000)
        ]
        with httpx.Client(headers=headers["other"], timeout=120) as client:
            client.post(f"{address}/v1/predict", json=BODIES[0])
            for attacker in attackers:
                attacker.start()
            time.sleep(2)
            predictions, lives = [], []
            for number in range(40):
                start = time.monotonic()
                body = BODIES[number % len(BODIES)]
                answer = client.post(f"{address}/v1/predict", json=body)
                predictions.append(time.monotonic() - start)
                assert answer.json()["p_grant"] == expected[body["id"]]
                start = time.monotonic()
                assert client.get(f"{address}/health/live").status_code == 200
                lives.append(time.monotonic() - start)
        # Bounds for a busy machine; without turns the other waits for minutes.
        assert sorted(predictions)[-3] < 2.5
        assert sorted(lives)[-3] < 0.5
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert time.monotonic() - start < 10
        stopped.set()
    assert statuses <= {200, 422, 503}
    assert "Traceback" not in log.read_text()
