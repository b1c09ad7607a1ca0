"""Measurements of the endpoint, for Prometheus: requests, their times, probabilities given."""

from time import perf_counter
from typing import Any

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as as_text

from serve.requests import Message, Receive, Send

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
        self.model = Gauge(
            "enjoin_model", "The model that answers", ("version", "digest"), registry=self.registry
        )


def measure(app: FastAPI) -> Measures:
    """Count an application's requests, and tell the counts at `/metrics`."""
    measures = Measures()
    app.add_middleware(_Timed, measures=measures)

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(as_text(measures.registry), media_type=CONTENT_TYPE_LATEST)

    return measures


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
            # The route, not the path that was asked for, which anyone may make up.
            path = getattr(scope.get("route"), "path", "other")
            self.measures.requests.labels(path, status).inc()
            self.measures.seconds.labels(path).observe(perf_counter() - start)
