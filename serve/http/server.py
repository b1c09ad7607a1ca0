"""Run the endpoint: bind the port, serve until stopped, finish the requests in progress."""

import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from features.coder.settings import CoderSettings
from serve.http.app import build_app
from serve.http.auth import AccessControl
from serve.http.connections import BACKLOG, limit_connections
from serve.http.key_file import KeyFile
from serve.http.logs import LogFormat, logging_config
from serve.http.model_process import ModelInUse
from serve.http.model_processes import MIN_PROCESSES, ModelProcesses
from serve.http.model_watcher import ModelWatcher
from serve.model_source import LocatedModel
from serve.predictor import Predictor

if TYPE_CHECKING:
    from features.coder.coder import Coder
    from features.coder.store import ReadingStore
    from serve.http.audit import AuditLog

SHUTDOWN_SECONDS = 6
"""How long requests in progress may take at shutdown; container engines kill after ten."""
THREADS = 16
"""Threads for what blocks: reading files, the audit log, the store of readings."""
KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays open: longer than the 60 s for which proxies usually keep one,
so that a proxy never sends a request on a connection that is just being closed."""


@dataclass(frozen=True)
class ServerSettings:
    """What the endpoint needs to know.

    Attributes
    ----------
    located
        The first model to use.
    source
        Where that model was requested from; see `serve.http.model_watcher.ModelWatcher`.
    keys, rate_limit
        See `serve.http.auth.AccessControl`.
    key_path
        The file that the keys were read from, if any; it is read again when it changes.
    open_metrics
        Whether `/metrics` needs no key.
    audit_path, audit_text, audit_keep
        See `serve.http.audit.AuditLog`; without a path, nothing is recorded.
    with_caption, samples, budget
        How papers are read, if `ENJOIN_CODER` names a language model: whether caption, court and
        date are sent too, how many readings are averaged, and how many tokens of papers go into one
        request. See `features.coder.coder.Coder`.
    workers
        Processes that read and predict, each with a model of its own.
    root_path
        The prefix below which a proxy publishes the endpoint, such as `/enjoin`.
    hosts
        Names of the endpoint; see `serve.http.hosts.allowed_hosts`.
    """

    located: LocatedModel
    source: str | None
    keys: Mapping[str, str]
    rate_limit: str | None = None
    audit_path: Path | None = None
    audit_text: bool = False
    audit_keep: int | None = None
    with_caption: bool = False
    samples: int = 1
    budget: int | None = None
    workers: int = MIN_PROCESSES
    root_path: str = ""
    hosts: tuple[str, ...] | None = None
    key_path: Path | None = None
    open_metrics: bool = False


def load_app(settings: ServerSettings) -> FastAPI:
    """Load the model and return the web application that predicts with it.

    Raises
    ------
    OSError
        If the audit log cannot be written.
    """
    predictor = Predictor.from_located(settings.located)
    watcher = ModelWatcher(predictor, settings.source)
    processes = ModelProcesses(settings.workers)
    coder = _open_coder(settings)
    audit_log = _open_audit_log(settings, coder.store if coder else None)
    access = AccessControl(settings.keys, settings.rate_limit)
    key_file = KeyFile(settings.key_path, access) if settings.key_path else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        await processes.start(ModelInUse.of(predictor))
        watcher.follow()
        if key_file:
            key_file.follow()
        yield
        if key_file:
            key_file.stop()
        watcher.stop()
        processes.stop()
        if audit_log:
            audit_log.close()

    return build_app(
        watcher,
        access,
        audit_log,
        lifespan,
        coder,
        processes,
        settings.root_path,
        settings.hosts,
        settings.open_metrics,
        key_file,
    )


def _open_coder(settings: ServerSettings) -> "Coder | None":
    """Return the language model that the environment names, if it does."""
    coder_settings = CoderSettings.from_environment()
    if coder_settings is None:
        return None
    from features.coder.coder import Coder  # what checks quotes is slow to import
    from features.coder.store import ReadingStore, default_store

    store = ReadingStore(default_store(), on_trouble=logging.getLogger("enjoin.http").warning)
    blind = not settings.with_caption
    return Coder(coder_settings, store, blind, settings.budget, settings.samples)


def _open_audit_log(
    settings: ServerSettings, readings: "ReadingStore | None" = None
) -> "AuditLog | None":
    if settings.audit_path is None:
        return None
    from serve.http.audit import AuditLog  # its libraries are slow to import

    return AuditLog(settings.audit_path, settings.audit_text, readings, settings.audit_keep)


def run(
    settings: ServerSettings,
    host: str,
    port: int,
    on_ready: Callable[[], None],
    *,
    log_format: LogFormat = "plain",
    keep_alive: int = KEEP_ALIVE_SECONDS,
) -> None:
    """Run the endpoint until it is stopped.

    On SIGTERM, SIGINT or SIGHUP it accepts no new connections and finishes the requests in
    progress. Where SIGHUP is ignored, as under nohup, it stays ignored.

    Parameters
    ----------
    on_ready
        Called once the port is bound.
    keep_alive
        How long an idle connection stays open, in seconds.

    Raises
    ------
    OSError
        If the address cannot be bound, for instance because another program uses the port, or the
        audit log cannot be written.
    """
    import uvicorn

    from serve.http.ending import Server

    # After finishing the requests, uvicorn raises the signal again; by default that is a failure.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, frame: signal.raise_signal(signal.SIGTERM))
    with _bind(host, port) as listener:
        config = uvicorn.Config(
            load_app(settings),
            http="serve.http.connections:Connection",
            ws="none",
            proxy_headers=False,  # anyone could write them, and pass for many clients
            timeout_keep_alive=keep_alive,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            server_header=False,
            access_log=False,
            log_config=logging_config(log_format),
        )
        config.backlog = limit_connections()  # logs, so only once the log is configured
        on_ready()
        Server(config).run(sockets=[listener])


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise OSError(
            f"cannot listen on {host}, port {port}: {error.strerror}; choose another --port or "
            "--host"
        ) from None
