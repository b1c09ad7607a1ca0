"""Run the endpoint: take the port, answer until told to stop, finish what is in flight."""

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from data.embedded import clearview_motion
from serve.http.app import build_app
from serve.http.auth import Gate
from serve.http.logs import Style, logging_settings
from serve.http.metrics import SHARED_FOLDER
from serve.http.model_watcher import LOOK_SECONDS, Answering, warm
from serve.model_source import Located
from serve.predictor import Predictor

if TYPE_CHECKING:
    from serve.http.audit import AuditLog

DRAIN_SECONDS = 65
"""How long requests in flight may take once the endpoint is told to stop: files are read for 60."""
STUCK_SECONDS = 30
"""After so long without a sign of life a worker is replaced."""
THREADS = 8
"""Requests answered at a time by a worker; the others wait their turn."""
BACKLOG = 2048
"""Connections that may wait to be taken."""


@dataclass(frozen=True)
class Settings:
    """What each worker of the endpoint is to do.

    Attributes
    ----------
    located
        The model to begin with.
    source
        Where it was asked for; see `serve.http.model_watcher.Answering`.
    keys, rate
        See `serve.http.auth.Gate`.
    audit, audit_text
        Where to keep the answers, if anywhere, and whether with the motions' words.
    look_seconds
        How often to ask the registry which version is champion.
    """

    located: Located
    source: str | None
    keys: Mapping[str, str]
    rate: str | None = None
    audit: Path | None = None
    audit_text: bool = False
    look_seconds: float = LOOK_SECONDS


def application(settings: Settings) -> FastAPI:
    """Load the model and return the application that answers with it."""
    predictor = Predictor.from_located(settings.located)
    predictor.answer([clearview_motion()])  # compiles the phrases, and is seen to answer
    answering = Answering(predictor, settings.source)
    audit = _audit_log(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        # What other modes need is made while the first motions are answered.
        Thread(target=warm, args=(predictor,), name="warm up", daemon=True).start()
        answering.follow(settings.look_seconds)
        _stop_with_parent()
        yield
        answering.stop()
        if audit:
            audit.close()

    return build_app(answering, Gate(settings.keys, settings.rate), audit, lifespan)


def _stop_with_parent() -> None:
    """Have a worker stop where the process that started it was killed: it would keep the port."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="stop with parent", daemon=True).start()


def _audit_log(settings: Settings) -> "AuditLog | None":
    if settings.audit is None:
        return None
    from serve.http.audit import AuditLog  # its libraries take a while to load

    return AuditLog(settings.audit, settings.audit_text)


def run(
    settings: Settings,
    host: str,
    port: int,
    ready: Callable[[], None],
    workers: int = 1,
    style: Style = "plain",
) -> None:
    """Run the endpoint until it is stopped; `ready` is called once the port is taken.

    On SIGTERM and SIGINT no more connections are taken, and requests in flight are finished.

    Parameters
    ----------
    workers
        Processes that answer, each with a model of its own; one that dies is started again.
    style
        Of the logs.

    Raises
    ------
    OSError
        If the address cannot be listened on, such as when another program has the port, or the
        audit log cannot be written.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    # uvicorn finishes what is in flight and then raises the signal again, which would end the
    # process before its folder is removed.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    with (
        _listening(host, port) as listening,
        tempfile.TemporaryDirectory(prefix="enjoin-") as shared,
    ):
        if workers > 1:
            # What is wrong is told once, here; workers would be started again for ever.
            Predictor.from_located(settings.located)
            if audit := _audit_log(settings):
                audit.close()
            os.environ[SHARED_FOLDER] = shared
        config = uvicorn.Config(
            partial(application, settings) if workers > 1 else application(settings),
            factory=workers > 1,
            workers=workers,
            http="serve.http.connections:Connection",
            backlog=BACKLOG,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            timeout_worker_healthcheck=STUCK_SECONDS,
            server_header=False,
            access_log=False,
            log_config=logging_settings(style),
        )
        ready()
        if workers > 1:
            Multiprocess(config, sockets=[listening]).run()
        else:
            uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise OSError(
            f"cannot listen at {host}, port {port}: {error.strerror}; choose another --port or "
            "--host"
        ) from None
