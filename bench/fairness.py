"""Time one client's short motions while another sends the worst it can, as fast as it can.

    python -m bench.fairness MODEL [--seconds N]

MODEL is an MLflow model's folder or address, such as models:/enjoin/1. The endpoint runs with two
workers. `wrk` (which must be installed) sends hostile motions with one key over 16 connections,
while motions of a few sentences with another key and `/health/live` are timed, one after the other.
"""

import argparse
import http.client
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from mlflow.artifacts import download_artifacts

from bench.against import run, show
from bench.distributed import resampled
from bench.servers import Server, free_port, run_server, send
from bench.timing import numbers_table
from data.schema import Ruling
from serve.http.auth import new_key

CONNECTIONS = 16
PAUSE_SECONDS = 0.01
"""Between two requests of the client that is timed: a person or a small program, not a flood."""
_CITATIONS = "the court held no data breach, 1 F.3d 1 [see id. at 2] (not shown) "
ATTACKS = {
    "nothing": [],
    "short motions": [_CITATIONS * 70, "1 F.3d 1 [" * 480, "not " * 1200, "a, " * 1600],
    "motions of 900,000 characters": [_CITATIONS * 13_000, "1 F.3d 1 [" * 90_000],
    "short and long ones": [_CITATIONS * 70, "1 F.3d 1 [" * 90_000, "(" * 4_900],
}
"""What the other client sends meanwhile."""


def main(arguments: list[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.fairness")
    parser.add_argument("model", help="MLflow model folder or address")
    parser.add_argument("--seconds", type=int, default=15, help="duration of each attack")
    options = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed; on Debian: apt-get install wrk")
    folder = options.model if Path(options.model).exists() else download_artifacts(options.model)
    columns = (
        "motions p50 ms",
        "p99 ms",
        "health p50 ms",
        "p99 ms",
        "failed",
        "answered the other",
    )
    table = numbers_table("One client's waits, by what another sends", "the other sends", *columns)
    with tempfile.TemporaryDirectory() as scratch:
        keys, (mine, theirs) = _write_keys(Path(scratch))
        port = free_port()
        command = [sys.executable, "-m", "enjoin", "serve", "--model", folder, "--port", str(port)]
        address = f"http://127.0.0.1:{port}"
        server = Server(
            "enjoin serve",
            [*command, "--keys", str(keys), "--workers", "2"],
            f"{address}/health/ready",
            "/v1/predict",
        )
        with run_server(server):
            _time(address, mine, 3)  # loads what the first requests need
            for name, texts in ATTACKS.items():
                bodies = Path(scratch) / "bodies.jsonl"
                _write_bodies(bodies, texts)
                table.add_row(name, *_row(server, address, bodies, options.seconds, mine, theirs))
    show(table)


def _row(
    server: Server, address: str, bodies: Path, seconds: int, mine: str, theirs: str
) -> list[str]:
    """Time one client while the other attacks, unless there is nothing to send."""
    with ThreadPoolExecutor(1) as thread:
        attack = None
        if bodies.stat().st_size:
            attack = thread.submit(send, server, bodies, seconds, 0, CONNECTIONS, theirs)
            time.sleep(1)
        motions, health, failed = _time(address, mine, seconds - 2)
        answered = f"{attack.result().requests:,}" if attack else ""
    figures = np.percentile(motions, [50, 99]), np.percentile(health, [50, 99])
    return [*(f"{figure:.1f}" for pair in figures for figure in pair), str(failed), answered]


def _write_keys(folder: Path) -> tuple[Path, list[str]]:
    secrets = []
    with (folder / "keys.txt").open("w") as out:
        for name in ("one", "other"):
            secret, digest = new_key()
            out.write(f"{name}:{digest}\n")
            secrets.append(secret)
    return folder / "keys.txt", secrets


def _write_bodies(path: Path, texts: list[str]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for text in texts:
            out.write(json.dumps({"motion_type": "tro", "motion": text}) + "\n")


def _time(address: str, key: str, seconds: float) -> tuple[list[float], list[float], int]:
    """Send coded motions and ask after the endpoint's health, for some seconds.

    Returns the milliseconds of each motion, those of each health check, and how many failed.
    """
    connection = http.client.HTTPConnection(str(urlsplit(address).netloc), timeout=60)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    motions: list[float] = []
    health: list[float] = []
    failed = 0
    bodies = [_body(ruling) for ruling in resampled(100)]
    until, n = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        body, n = bodies[n % len(bodies)], n + 1

        def ask(body: str = body) -> None:
            connection.request("POST", "/v1/predict", body, headers)

        for milliseconds, request in (
            (motions, ask),
            (health, lambda: connection.request("GET", "/health/live")),
        ):
            ok, duration = _timed(connection, request)
            milliseconds.append(duration)
            failed += not ok
            time.sleep(PAUSE_SECONDS)
    connection.close()
    return motions, health, failed


def _timed(
    connection: http.client.HTTPConnection, request: Callable[[], None]
) -> tuple[bool, float]:
    start = time.perf_counter()
    request()
    response = connection.getresponse()
    response.read()
    return response.status == 200, 1000 * (time.perf_counter() - start)


def _body(ruling: Ruling) -> str:
    return json.dumps(ruling.as_motion().model_dump(mode="json", exclude_none=True))


if __name__ == "__main__":
    run(main)
