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
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mlflow.artifacts import download_artifacts
from rich.console import Console

from bench.against import run, show
from bench.building import WORDS
from bench.distributed import resampled
from bench.servers import CONNECTIONS, Server, free_port, memory, run_server, send
from bench.timing import numbers_table
from data.codebook import MotionType
from data.schema import Motion
from train.modes import masked

MOTIONS = 10_000
"""Different motions that are sent, over and over."""


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
            with run_server(server) as process:
                for kind, bodies in _bodies(Path(scratch), wrapped="mlflow" in server.name).items():
                    send(server, bodies, 3, 0)  # loads and compiles what the first request needs
                    load = send(server, bodies, options.seconds, MOTIONS // 2)
                    cells = (f"{load.requests / load.seconds:,.1f}", f"{load.p50:.1f}")
                    megabytes = f"{memory(process.pid):,.0f}"
                    table.add_row(
                        server.name, kind, *cells, f"{load.p99:.1f}", str(load.failed), megabytes
                    )
                    console.print(f"[dim]{server.name}, {kind}: {load}[/dim]")
                if server.path == "/v1/predict" and options.requests:
                    _watch(server, process.pid, bodies, options.requests, console)
    show(table, console=console)


def _servers(folder: str) -> list[Server]:
    ports = [free_port(), free_port()]
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


def _watch(server: Server, pid: int, bodies: Path, requests: int, console: Console) -> None:
    """Send so many more requests, and print the memory after each tenth."""
    table = numbers_table("Memory of the endpoint", "requests", "MB")
    done, next_report = 0, 0
    while done < requests:
        load = send(server, bodies, 10, done % MOTIONS)
        done += load.requests
        if load.failed:
            raise RuntimeError(f"{load.failed} requests failed")
        if done >= next_report:
            table.add_row(f"{done:,}", f"{memory(pid):,.0f}")
            next_report += requests // 10
    show(table, console=console)


if __name__ == "__main__":
    run(main)
