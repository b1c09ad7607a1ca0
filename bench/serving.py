"""Time the endpoint beside `mlflow models serve` of the same model, and watch its memory.

    python -m bench.serving MODEL [--seconds N] [--requests N]

MODEL is an MLflow model's folder or address, such as models:/enjoin/1. Both servers run with one
worker and are asked by `wrk` (which must be installed) over 8 connections: about coded motions,
and about motions of 100 words. The endpoint explains each answer; `mlflow models serve` gives
probabilities and the top factor of each family. No motion is asked twice before 10,000 others, so
that no answer is remembered. With --requests the endpoint is then asked so many more, and its
memory is told on the way.
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
"""More than the endpoint remembers the papers of."""
START_SECONDS = 120
_ROOT = Path(__file__).parents[1]


class Door(NamedTuple):
    """A server to ask: its command, where it says that it is ready, and where it answers."""

    name: str
    command: list[str]
    ready: str
    path: str


class Load(NamedTuple):
    """What came of a run of requests; times in milliseconds."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float


def main(arguments: list[str]) -> None:
    """Print the table, and then the endpoint's memory."""
    parser = argparse.ArgumentParser(prog="python -m bench.serving")
    parser.add_argument("model", help="MLflow model folder or address")
    parser.add_argument("--seconds", type=int, default=20, help="of each run")
    parser.add_argument("--requests", type=int, default=0, help="to watch the memory over")
    given = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed; on Debian: apt-get install wrk")
    folder = given.model if Path(given.model).exists() else download_artifacts(given.model)
    console = Console()
    title = f"One motion a request, {CONNECTIONS} connections, one worker"
    columns = ("requests/s", "p50 ms", "p99 ms", "failed", "MB")
    table = numbers_table(title, "server", "motions", *columns)
    with tempfile.TemporaryDirectory() as scratch:
        for door in _doors(folder):
            with _running(door) as process:
                for kind, bodies in _bodies(Path(scratch), wrapped="mlflow" in door.name).items():
                    _asked(door, bodies, 3, 0)  # loads and compiles what the first request needs
                    load = _asked(door, bodies, given.seconds, MOTIONS // 2)
                    cells = (f"{load.requests / load.seconds:,.1f}", f"{load.p50:.1f}")
                    memory = f"{_memory(process.pid):,.0f}"
                    table.add_row(
                        door.name, kind, *cells, f"{load.p99:.1f}", str(load.failed), memory
                    )
                    console.print(f"[dim]{door.name}, {kind}: {load}[/dim]")
                if door.path == "/v1/predict" and given.requests:
                    _watch(door, process.pid, bodies, given.requests, console)
    console.print(table)


def _doors(folder: str) -> list[Door]:
    ports = [_free_port(), _free_port()]
    serve = ["-m", "enjoin", "serve", "--model", folder, "--port", str(ports[0])]
    mlflow = ["-m", "mlflow", "models", "serve", "-m", folder, "--env-manager", "local"]
    mlflow += ["--port", str(ports[1]), "--workers", "1"]
    address = "http://127.0.0.1:{}"
    return [
        Door(
            "mlflow models serve",
            [sys.executable, *mlflow],
            address.format(ports[1]) + "/ping",
            "/invocations",
        ),
        Door(
            "enjoin serve",
            [sys.executable, *serve],
            address.format(ports[0]) + "/health/ready",
            "/v1/predict",
        ),
    ]


@contextmanager
def _running(door: Door) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server until it is no longer needed."""
    log = subprocess.DEVNULL
    process = subprocess.Popen(
        door.command, stdout=log, stderr=log, cwd=_ROOT, start_new_session=True
    )
    try:
        _wait_for(door, process)
        yield process
    finally:
        for pid in _family(process.pid)[::-1]:
            subprocess.run(["kill", str(pid)], check=False)
        process.wait(30)


def _wait_for(door: Door, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{door.name} ended at once: {' '.join(door.command)}")
        try:
            with urllib.request.urlopen(door.ready, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{door.name} was not ready after {START_SECONDS} s")


def _bodies(scratch: Path, wrapped: bool) -> dict[str, Path]:
    """Write the requests' bodies, a line each: coded motions, and motions of 100 words."""
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
        kind: _written(scratch / f"{kind[:5]}{wrapped}", motions, wrapped)
        for kind, motions in kinds.items()
    }


def _written(path: Path, motions: Sequence[Motion], wrapped: bool) -> Path:
    with path.open("w", encoding="utf-8") as out:
        for motion in motions:
            body = motion.model_dump(mode="json", exclude_none=True)
            out.write(json.dumps({"dataframe_records": [body]} if wrapped else body) + "\n")
    return path


def _asked(door: Door, bodies: Path, seconds: int, start: int) -> Load:
    address = door.ready.rsplit("/", 1 if door.ready.endswith("ping") else 2)[0] + door.path
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s"]
    command += ["-s", str(Path(__file__).with_suffix(".lua")), address, "--"]
    told = subprocess.run(
        [*command, str(bodies), str(start)], capture_output=True, text=True, check=True
    )
    return Load(**json.loads(told.stdout.strip().splitlines()[-1]))


def _watch(door: Door, pid: int, bodies: Path, requests: int, console: Console) -> None:
    """Ask so many requests more, and tell the memory after each tenth."""
    table = numbers_table("Memory of the endpoint", "requests", "MB")
    done, told = 0, 0
    while done < requests:
        load = _asked(door, bodies, 10, done % MOTIONS)
        done += load.requests
        if load.failed:
            raise RuntimeError(f"{load.failed} requests failed")
        if done >= told:
            table.add_row(f"{done:,}", f"{_memory(pid):,.0f}")
            told += requests // 10
    console.print(table)


def _memory(pid: int) -> float:
    """Return the memory that a process and those it started hold, in MB."""
    total = 0
    for one in _family(pid):
        for line in Path(f"/proc/{one}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                total += int(line.split()[1])
    return total / 1024


def _family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(one for child in found for one in _family(child))]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    main(sys.argv[1:])
