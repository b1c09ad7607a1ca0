"""Time the endpoint against `mlflow models serve` of the same model, and watch its memory.

    python -m bench.serving MODEL [--seconds N] [--requests N]

MODEL is an MLflow model's folder or address, such as models:/enjoin/1. Both servers run with one
worker, and `wrk` (which must be installed) sends them requests over 8 connections: coded motions,
then motions of 100 words. The endpoint explains each answer; `mlflow models serve` returns
probabilities and the top factor of each family. With --requests, that many more are sent to the
endpoint while its memory is watched.
"""

import argparse
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mlflow.artifacts import download_artifacts
from rich.console import Console

from bench.building import WORDS
from bench.distributed import resampled
from bench.timing import numbers_table
from data.codebook import MotionType
from data.schema import Motion
from train.modes import masked

CONNECTIONS = 8
MOTIONS = 10_000
"""Different motions that are sent, over and over."""
START_SECONDS = 120
_ROOT = Path(__file__).parents[1]


class Server(NamedTuple):
    """A server: its command, the address that says when it is ready, and the path to post to."""

    name: str
    command: list[str]
    ready: str
    path: str


class Load(NamedTuple):
    """The result of a run of requests; latencies in milliseconds."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float


def main(arguments: list[str]) -> None:
    """Print the table of both servers, and the endpoint's memory."""
    parser = argparse.ArgumentParser(prog="python -m bench.serving")
    parser.add_argument("model", help="MLflow model folder or address")
    parser.add_argument("--seconds", type=int, default=20, help="duration of each run")
    parser.add_argument("--requests", type=int, default=0, help="requests to watch memory over")
    options = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed; on Debian: apt-get install wrk")
    folder = options.model if Path(options.model).exists() else download_artifacts(options.model)
    console = Console()
    title = f"One motion a request, {CONNECTIONS} connections, one worker"
    columns = ("requests/s", "p50 ms", "p99 ms", "failed", "MB")
    table = numbers_table(title, "server", "motions", *columns)
    with tempfile.TemporaryDirectory() as scratch:
        for server in _servers(folder):
            with _run_server(server) as process:
                for kind, bodies in _bodies(Path(scratch), wrapped="mlflow" in server.name).items():
                    _send(server, bodies, 3, 0)  # loads and compiles what the first request needs
                    load = _send(server, bodies, options.seconds, MOTIONS // 2)
                    cells = (f"{load.requests / load.seconds:,.1f}", f"{load.p50:.1f}")
                    memory = f"{_memory(process.pid):,.0f}"
                    table.add_row(
                        server.name, kind, *cells, f"{load.p99:.1f}", str(load.failed), memory
                    )
                    console.print(f"[dim]{server.name}, {kind}: {load}[/dim]")
                if server.path == "/v1/predict" and options.requests:
                    _watch(server, process.pid, bodies, options.requests, console)
    console.print(table)


def _servers(folder: str) -> list[Server]:
    ports = [_free_port(), _free_port()]
    serve = ["-m", "enjoin", "serve", "--model", folder, "--port", str(ports[0])]
    mlflow = ["-m", "mlflow", "models", "serve", "-m", folder, "--env-manager", "local"]
    mlflow += ["--port", str(ports[1]), "--workers", "1"]
    address = "http://127.0.0.1:{}"
    return [
        Server(
            "mlflow models serve",
            [sys.executable, *mlflow],
            address.format(ports[1]) + "/ping",
            "/invocations",
        ),
        Server(
            "enjoin serve",
            [sys.executable, *serve],
            address.format(ports[0]) + "/health/ready",
            "/v1/predict",
        ),
    ]


@contextmanager
def _run_server(server: Server) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server until it is no longer needed."""
    log = subprocess.DEVNULL
    process = subprocess.Popen(
        server.command, stdout=log, stderr=log, cwd=_ROOT, start_new_session=True
    )
    try:
        _wait_for(server, process)
        yield process
    finally:
        for pid in _family(process.pid)[::-1]:
            subprocess.run(["kill", str(pid)], check=False)
        process.wait(30)


def _wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{server.name} ended at once: {' '.join(server.command)}")
        try:
            with urllib.request.urlopen(server.ready, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{server.name} was not ready after {START_SECONDS} s")


def _bodies(scratch: Path, wrapped: bool) -> dict[str, Path]:
    """Write the bodies of the requests, one a line: coded motions, and motions of 100 words."""
    rulings = resampled(MOTIONS)
    coded = [masked(ruling.as_motion(), "coded") for ruling in rulings]
    words = " ".join(ruling.motion for ruling in rulings).split()
    texts = [" ".join(words[n * WORDS : (n + 1) * WORDS]) for n in range(MOTIONS)]
    kinds = {
        "coded": coded,
        f"text, {WORDS} words": [
            Motion.model_construct(motion_type=MotionType.TRO, motion=text)
            for text in texts
            if text
        ],
    }
    return {
        kind: _write_bodies(scratch / f"{kind[:5]}{wrapped}", motions, wrapped)
        for kind, motions in kinds.items()
    }


def _write_bodies(path: Path, motions: Sequence[Motion], wrapped: bool) -> Path:
    with path.open("w", encoding="utf-8") as out:
        for motion in motions:
            body = motion.model_dump(mode="json", exclude_none=True)
            out.write(json.dumps({"dataframe_records": [body]} if wrapped else body) + "\n")
    return path


def _send(server: Server, bodies: Path, seconds: int, start: int) -> Load:
    address = server.ready.rsplit("/", 1 if server.ready.endswith("ping") else 2)[0] + server.path
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s"]
    command += ["-s", str(Path(__file__).with_suffix(".lua")), address, "--"]
    completed = subprocess.run(
        [*command, str(bodies), str(start)], capture_output=True, text=True, check=True
    )
    return Load(**json.loads(completed.stdout.strip().splitlines()[-1]))


def _watch(server: Server, pid: int, bodies: Path, requests: int, console: Console) -> None:
    """Send so many more requests, and print the memory after each tenth."""
    table = numbers_table("Memory of the endpoint", "requests", "MB")
    done, next_report = 0, 0
    while done < requests:
        load = _send(server, bodies, 10, done % MOTIONS)
        done += load.requests
        if load.failed:
            raise RuntimeError(f"{load.failed} requests failed")
        if done >= next_report:
            table.add_row(f"{done:,}", f"{_memory(pid):,.0f}")
            next_report += requests // 10
    console.print(table)


def _memory(pid: int) -> float:
    """Return the memory of a process and of its children, in MB."""
    total = 0
    for member in _family(pid):
        for line in Path(f"/proc/{member}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                total += int(line.split()[1])
    return total / 1024


def _family(pid: int) -> list[int]:
    """Return the ids of a process and of all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    pids = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(member for child in pids for member in _family(child))]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    main(sys.argv[1:])
