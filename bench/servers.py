"""Run a server while a benchmark needs it, and send it requests with `wrk`."""

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

CONNECTIONS = 8
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


@contextmanager
def run_server(server: Server) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server until it is no longer needed."""
    log = subprocess.DEVNULL
    process = subprocess.Popen(
        server.command, stdout=log, stderr=log, cwd=_ROOT, start_new_session=True
    )
    try:
        _wait_for(server, process)
        yield process
    finally:
        for pid in family(process.pid)[::-1]:
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


def send(
    server: Server,
    bodies: Path,
    seconds: int,
    start: int = 0,
    connections: int = CONNECTIONS,
    key: str | None = None,
) -> Load:
    """Send requests over several connections; return what came of them.

    Parameters
    ----------
    bodies
        A file whose lines are the bodies; the first to be sent is that after `start`.
    key
        The API key, if the server asks for one.
    """
    address = server.ready.rsplit("/", 1 if server.ready.endswith("ping") else 2)[0] + server.path
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
    command += ["-s", str(Path(__file__).with_name("serving.lua")), address, "--"]
    command += [str(bodies), str(start), *([key] if key else [])]
    completed = subprocess.run(command, capture_output=True, text=True, check=True)
    return Load(**json.loads(completed.stdout.strip().splitlines()[-1]))


def memory(pid: int) -> float:
    """Return the MB of a process and of its children; shared pages count in proportion."""
    total = 0
    for member in family(pid):
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def family(pid: int) -> list[int]:
    """Return the ids of a process and of all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    pids = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(member for child in pids for member in family(child))]


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
