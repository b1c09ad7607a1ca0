"""Run the endpoint: take the port, answer until told to stop, finish what is in flight."""

import socket
from collections.abc import Callable

from fastapi import FastAPI

DRAIN_SECONDS = 30
"""How long requests in flight may take once the endpoint is told to stop."""


def run(app: FastAPI, host: str, port: int, ready: Callable[[], None]) -> None:
    """Run an application until it is stopped; `ready` is called once the port is taken.

    On SIGTERM and SIGINT no more connections are taken, and requests in flight are finished.

    Raises
    ------
    OSError
        If the address cannot be listened on, such as when another program has the port.
    """
    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        ready()
        settings = uvicorn.Config(
            app, log_level="info", timeout_graceful_shutdown=DRAIN_SECONDS, server_header=False
        )
        uvicorn.Server(settings).run(sockets=[listening])
