"""Prometheus metrics and the request log: requests, their durations, predictions, the model."""

import logging
from time import perf_counter
from typing import Any

from fastapi import FastAPI, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from serve.http.auth import AccessControl
from serve.http.logs import REQUEST_LOGGER
from serve.http.middleware import Message, Receive, Send
from serve.predictor import Predictor

DURATION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the duration histogram's buckets, in seconds."""
_LOG = logging.getLogger(REQUEST_LOGGER)


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "enjoin_requests", "Requests answered", ("path", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "enjoin_request_seconds",
            "Seconds from a request's headers to the end of its response",
            ("path",),
            buckets=DURATION_BUCKETS,
            registry=self.registry,
        )
        self.predictions = Counter(
            "enjoin_predictions", "Predictions made", ("mode",), registry=self.registry
        )
        self.audit_failures = Counter(
            "enjoin_audit_failures",
            "Requests whose predictions could not be written to the audit log",
            registry=self.registry,
        )
        self.audit_rotations = Counter(
            "enjoin_audit_rotations", "Times a new audit log was started", registry=self.registry
        )
        self.audit_dropped = Counter(
            "enjoin_audit_dropped",
            "Lines of old audit logs that were removed, as --audit-keep asks for",
            registry=self.registry,
        )
        self.connections_closed = Counter(
            "enjoin_connections_closed",
            "Connections closed because their clients kept them waiting, or left answers unread",
            registry=self.registry,
        )
        self.readings = Counter(
            "enjoin_readings",
            "Papers read by a language model, or found among those read before",
            ("source",),
            registry=self.registry,
        )
        self.reading_failures = Counter(
            "enjoin_reading_failures",
            "Papers that a language model could not read",
            ("kind",),
            registry=self.registry,
        )
        self.reading_tokens = Counter(
            "enjoin_reading_tokens",
            "Tokens that the language model read and wrote",
            ("direction",),
            registry=self.registry,
        )
        self._model = Gauge(
            "enjoin_model",
            "Whether the model is in use",
            ("version", "digest"),
            registry=self.registry,
        )
        self._predictor: Predictor | None = None

    def set_model(self, predictor: Predictor) -> None:
        """Record which model is used from now on."""
        if self._predictor:
            self._model.labels(self._predictor.version, self._predictor.digest).set(0)
        self._model.labels(predictor.version, predictor.digest).set(1)
        self._predictor = predictor

    def text(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self.registry)


def add_metrics(app: FastAPI, access: AccessControl | None = None) -> Metrics:
    """Measure and log an application's requests, and report the metrics at `/metrics`.

    Parameters
    ----------
    access
        Whose keys the report requires; None for nobody's.
    """
    metrics = Metrics()
    app.add_middleware(_RequestMetrics, metrics=metrics)

    @app.get("/metrics", include_in_schema=False)
    async def report(request: Request) -> Response:
        if access:
            access.identify(request)
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return metrics


class _RequestMetrics:
    def __init__(self, app: Any, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = perf_counter(), "500"

        async def send_with_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, send_with_status)
        finally:
            seconds = perf_counter() - start
            # The route, not the path requested: clients could make up any number of paths.
            path = getattr(scope.get("route"), "path", "other")
            self.metrics.requests.labels(path, status).inc()
            self.metrics.seconds.labels(path).observe(seconds)
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
