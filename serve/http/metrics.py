"""Measurements of the endpoint, for Prometheus and the log: requests, their times, answers.

Several workers share a folder, so that whichever is asked tells of all.
"""

import logging
import os
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as as_text
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from serve.http.logs import ACCESS
from serve.http.middleware import Message, Receive, Send
from serve.predictor import Predictor

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable by which the client library finds the folder that workers share."""

_LOG = logging.getLogger(ACCESS)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of the histogram's bins."""


class Measures:
    """The counters of one application, each in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "enjoin_requests", "Requests answered", ("path", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "enjoin_request_seconds",
            "Seconds from a request's head to its answer",
            ("path",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.answers = Counter(
            "enjoin_answers", "Motions answered about", ("mode",), registry=self.registry
        )
        self.unwritten = Counter(
            "enjoin_audit_failures", "Answers the audit log failed to keep", registry=self.registry
        )
        self._model = Gauge(
            "enjoin_model",
            "Workers that answer with the model",
            ("version", "digest"),
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._answering: Predictor | None = None

    def answers_with(self, predictor: Predictor) -> None:
        """Tell which model answers from now on."""
        if self._answering:
            self._model.labels(self._answering.version, self._answering.digest).set(0)
        self._model.labels(predictor.version, predictor.digest).set(1)
        self._answering = predictor

    def text(self) -> bytes:
        """Return all counts, those of the other workers too, in Prometheus' text format."""
        if SHARED_FOLDER not in os.environ:
            return as_text(self.registry)
        _forget_the_dead(Path(os.environ[SHARED_FOLDER]))
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return as_text(together)


def measure(app: FastAPI) -> Measures:
    """Count an application's requests, and tell the counts at `/metrics`."""
    measures = Measures()
    app.add_middleware(_Timed, measures=measures)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(measures.text(), media_type=CONTENT_TYPE_LATEST)

    return measures


def _forget_the_dead(shared: Path) -> None:
    """Remove what workers that were ended say of the present; what they counted stays."""
    for file in shared.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)  # asks only whether there is such a process
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # another worker was asked too
                mark_process_dead(pid, str(shared))  # type: ignore[no-untyped-call]
        except PermissionError:
            pass


class _Timed:
    def __init__(self, app: Any, measures: Measures) -> None:
        self.app, self.measures = app, measures

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = perf_counter(), "500"

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            seconds = perf_counter() - start
            # The route, not the path that was asked for, which anyone may make up.
            path = getattr(scope.get("route"), "path", "other")
            self.measures.requests.labels(path, status).inc()
            self.measures.seconds.labels(path).observe(seconds)
            state = scope.get("state", {})
            _LOG.info(
                "%s %s %s",
                scope["method"],
                path,
                status,
                extra={
                    "request_id": state.get("request_id"),
                    "key": state.get("key_name"),
                    "milliseconds": round(1000 * seconds, 1),
                },
            )
