"""A CourtListener that is none: a server on loopback that speaks the documented API, version 4.

Search with cursors, single opinions with `fields`, tokens, throttling; and it can go wrong in the
ways that the real one, or the network, does. To try the program by hand:

    python -m tests.support.fake_courtlistener --port 8798
    export COURTLISTENER_API_BASE_URL=http://127.0.0.1:8798/api/rest/v4
    COURTLISTENER_API_TOKEN=good enjoin fetch courtlistener --court ilnd opinions.jsonl
"""

import argparse
import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

ROOT = "/api/rest/v4"
TOKEN = "good-token-0123456789"
Fault = tuple[str, Any]
"""What goes wrong with a request: `("status", 503)`, `("throttled", "7")`, `("cut_off", None)`,
`("cut_off_unannounced", None)`, `("closed", None)`, `("html", None)`."""


def cluster(number: int, court: str = "ilnd", date: str = "2016-03-01", **changed: Any) -> Any:
    """Return a result of the search, with one opinion, as the documentation shows it."""
    return {
        "absolute_url": f"/opinion/{number}/acme-v-roe/",
        "attorney": "",
        "caseName": f"Acme {number} v. Roe",
        "caseNameFull": "",
        "citation": [f"{number} F. Supp. 3d 1"],
        "citeCount": 0,
        "cluster_id": number,
        "court": "District Court, N.D. Illinois",
        "court_citation_string": "N.D. Ill.",
        "court_id": court,
        "dateArgued": None,
        "dateFiled": date,
        "docketNumber": f"1:16-cv-{number:05d}",
        "docket_id": number,
        "judge": "Lee",
        "meta": {"timestamp": "2024-06-22T10:26:35.320787Z", "score": {"bm25": 2.1}},
        "opinions": [
            {"id": 10_000 + number, "type": "combined-opinion", "snippet": "", "sha1": ""},
        ],
        "status": "Unpublished",
        **changed,
    }


@dataclass
class FakeCourtListener:
    """The server; it listens while the block runs.

    Attributes
    ----------
    clusters
        What the search finds, before filters.
    words
        Fields of opinions by id; other opinions have `html_with_citations`.
    faults
        What goes wrong with each request, by its number from 1.
    page_size
        Results a page.
    cursors_expire
        Whether a cursor is refused.
    requests
        Path and query of each request.
    """

    clusters: list[Any]
    words: dict[int, dict[str, Any]] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    page_size: int = 20
    cursors_expire: bool = False
    token: str = TOKEN
    port: int = 0
    on_request: Callable[[int], None] = lambda _number: None
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The base address, as COURTLISTENER_API_BASE_URL has it."""
        return f"http://127.0.0.1:{self.port}{ROOT}"

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake.requests.append(self.path)
                number = len(fake.requests)
                fake.on_request(number)
                _answer(fake, self, fake.faults.get(number))

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def searches(self) -> list[dict[str, list[str]]]:
        """Return the parameters of each search."""
        split = map(urlsplit, self.requests)
        return [parse_qs(each.query) for each in split if each.path == f"{ROOT}/search/"]


def _answer(fake: FakeCourtListener, handler: BaseHTTPRequestHandler, fault: Fault | None) -> None:
    kind, value = fault or ("", None)
    if kind == "closed":
        handler.close_connection = True
        handler.connection.close()
        return
    if handler.headers.get("Authorization") != f"Token {fake.token}":
        _send(handler, 401, {"detail": "Invalid token."}, {"WWW-Authenticate": "Token"})
    elif kind == "throttled":
        said = "Request was throttled. Rate limit exceeded: 5/min. "
        headers = {"Retry-After": value} if value else {}
        _send(handler, 429, {"detail": f"{said}Expected available in 7 seconds."}, headers)
    elif kind == "status":
        _send(handler, value, {"detail": "A server error"})
    elif kind == "html":
        _write(handler, 200, b"<html>Maintenance</html>", {"Content-Type": "text/html"})
    else:
        status, body = _content(fake, urlsplit(handler.path))
        if kind == "changed":
            body = value(body)
        encoded = json.dumps(body).encode()
        if kind == "cut_off":
            _write(handler, 200, encoded[: len(encoded) // 2], {}, announced=len(encoded))
        elif kind == "cut_off_unannounced":
            _write(handler, 200, encoded[: len(encoded) // 2], {}, announced=-1)
        else:
            _send(handler, status, body)


def _content(fake: FakeCourtListener, address: Any) -> tuple[int, Any]:
    query = {name: values[-1] for name, values in parse_qs(address.query).items()}
    path = address.path.removeprefix(ROOT)
    if path == "/search/":
        return _search(fake, query)
    number = path.removeprefix("/opinions/").strip("/")
    if not number.isdecimal():
        return 404, {"detail": "Not found."}
    words = fake.words.get(int(number), {"html_with_citations": f"<p>Opinion {number}.</p>"})
    if words.get("gone"):
        return 404, {"detail": "No Opinion matches the given query."}
    wanted = query.get("fields", "").split(",")
    return 200, {name: words.get(name, "") for name in wanted}


def _search(fake: FakeCourtListener, query: dict[str, str]) -> tuple[int, Any]:
    """Search as the server does: one value of `court`, inclusive dates, published by default."""
    start = 0
    if cursor := query.get("cursor"):
        if fake.cursors_expire:
            return 404, {"detail": "Invalid cursor"}
        start = int(base64.b64decode(cursor))
    courts = query.get("court", "").split()
    statuses = {name.removeprefix("stat_") for name in query if name.startswith("stat_")}
    found = [
        hit
        for hit in fake.clusters
        if (not courts or hit.get("court_id") in courts)
        and (hit.get("status") or "Published") in (statuses or {"Published"})
        and query.get("filed_after", "") <= (hit.get("dateFiled") or "9")
        and (hit.get("dateFiled") or "") <= query.get("filed_before", "9999")
    ]
    end = start + fake.page_size
    more = base64.b64encode(str(end).encode()).decode()
    parameters = urlencode({**query, "cursor": more})
    following = f"https://www.courtlistener.com{ROOT}/search/?{parameters}"
    return 200, {
        "count": len(found),
        "next": following if end < len(found) else None,
        "previous": None,
        "results": found[start:end],
    }


def _send(
    handler: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None
) -> None:
    kind = {"Content-Type": "application/json"}
    _write(handler, status, json.dumps(body).encode(), {**kind, **(headers or {})})


def _write(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    headers: dict[str, str],
    announced: int | None = None,
) -> None:
    """Send an answer; `announced` is another length than it has, -1 for none."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if announced != -1:
        handler.send_header("Content-Length", str(len(body) if announced is None else announced))
    handler.end_headers()
    handler.wfile.write(body)
    handler.close_connection = True


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8798)
    served = [cluster(number) for number in range(1, 100)]
    with FakeCourtListener(served, token="good", port=parser.parse_args().port) as server:
        print(server.url, flush=True)
        threading.Event().wait()
