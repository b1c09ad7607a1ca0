"""A language model that is none: a server on loopback that answers with recorded readings.

It speaks OpenAI's protocol, Ollama's version of it, and Anthropic's, and can go wrong in every way
that a real one does. To try the program by hand:

    python -m tests.support.fake_language_model --port 8799
    ENJOIN_CODER=openai:recorded ENJOIN_CODER_URL=http://127.0.0.1:8799/v1 enjoin coder check
"""

import argparse
import gzip
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from typing import Any, Literal, Self

from tests.support.recorded_readings import RECORDED, answer_to

__all__ = ["RECORDED", "Behaviour", "FakeLanguageModel", "Fault", "Received"]

Fault = Literal[
    "not_json",
    "wrong_values",
    "cut_off",
    "refused",
    "filtered",
    "empty",
    "slow",
    "dripping",
    "endless",
    "gzip_bomb",
    "packed",
    "rate_limited",
    "server_error",
    "connection_lost",
    "bad_key",
    "too_long",
    "no_such_model",
]
Behaviour = Literal["reading"] | Fault | Callable[[str], str] | dict[str, Any] | bytes
"""A reading, a fault, a function from the prompt to the answer, the answer, or all that is sent."""

_MEGABYTE = 1 << 20
_STATUS: dict[str, tuple[int, str]] = {
    "rate_limited": (429, "rate_limit_exceeded"),
    "server_error": (500, "server_error"),
    "bad_key": (401, "invalid_api_key"),
    "too_long": (400, "context_length_exceeded"),
    "no_such_model": (404, "model_not_found"),
}


@dataclass(frozen=True)
class Received:
    """One request, as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    client_port: int = 0

    @property
    def prompt(self) -> str:
        """Everything the language model is told, joined."""
        parts = [self.body.get("system", ""), *(m["content"] for m in self.body["messages"])]
        return "\n".join(part if isinstance(part, str) else json.dumps(part) for part in parts)


@dataclass
class FakeLanguageModel:
    """The server; it listens while the block runs.

    Attributes
    ----------
    script
        What happens to each request, in turn; then come readings.
    retry_after
        What the header of that name says where it is `rate_limited`.
    kind
        Whose server it is like.
    reads_at_most
        Tokens that it says it has read at most, as a server does whose context is too small.
    refuses_above
        Tokens from which it says that the papers are too long.
    received
        The requests that came in.
    """

    script: Iterable[Behaviour] = ()
    retry_after: str = "0"
    kind: Literal["openai", "ollama"] = "openai"
    reads_at_most: int = 10**9
    refuses_above: int = 10**9
    port: int = 0
    received: list[Received] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._behaviours: Iterator[Behaviour] = chain(self.script, iter(lambda: "reading", None))
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The base address, as `ENJOIN_CODER_URL` takes it."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def root(self) -> str:
        """The address without the version of the protocol."""
        return self.url.removesuffix("/v1")

    def start_over(self) -> None:
        """Begin the script anew."""
        with self._lock:
            self._behaviours = chain(self.script, iter(lambda: "reading", None))

    def prompts(self) -> list[str]:
        """What the language model was told with each request."""
        return [request.prompt for request in self.received]

    def next_behaviour(self, request: Received) -> Behaviour:
        """Note a request, and return what happens to it."""
        with self._lock:
            self.received.append(request)
            return next(self._behaviours)

    def wait_until_closed(self) -> None:
        """Keep a request waiting for as long as the server runs."""
        self._released.wait()

    def is_closed(self, seconds: float) -> bool:
        """Wait for a time; return whether the server was closed meanwhile."""
        return self._released.wait(seconds)


def _handler(model: FakeLanguageModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        _packed = False

        def do_GET(self) -> None:
            name = "recorded"
            if self.path == "/api/tags":
                self._send(200, {"models": [{"name": name, "model": name}]})
            else:
                self._send(200, {"object": "list", "data": [{"id": name, "object": "model"}]})

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            headers, port = dict(self.headers), self.client_address[1]
            received = Received(self.path, headers, json.loads(content), port)
            behaviour = model.next_behaviour(received)
            if behaviour == "slow":
                model.wait_until_closed()
            if behaviour in ("slow", "connection_lost"):
                self.close_connection = True
                return
            if behaviour in ("dripping", "endless", "gzip_bomb"):
                self._pour(str(behaviour))
                return
            if len(received.prompt) // 4 > model.refuses_above:
                behaviour = "too_long"
            if isinstance(behaviour, str) and behaviour in _STATUS:
                self._fail(*_STATUS[behaviour], behaviour)
                return
            if isinstance(behaviour, bytes):
                self._send(200, behaviour)
                return
            text, finish = _answer(behaviour, received.prompt)
            self._packed = behaviour == "packed"
            self._answer(received, text, finish)

        def _fail(self, status: int, code: str, behaviour: str) -> None:
            headers = {"Retry-After": model.retry_after} if behaviour == "rate_limited" else {}
            # Servers send parts of the request back; none of it may be shown or logged.
            error = {"message": f"{code}: SENT-BACK", "type": code, "code": code}
            self._send(status, {"error": error}, headers)

        def _answer(self, received: Received, text: str, finish: str) -> None:
            n_read = min(len(received.prompt) // 4, model.reads_at_most)
            tokens = n_read, len(text) // 4
            if received.path.endswith("/messages"):
                reason = {"length": "max_tokens", "content_filter": "refusal"}.get(finish)
                answer = _like_anthropic(received, text, reason or "end_turn", tokens)
                if received.body.get("stream"):
                    self._stream(answer)
                else:
                    self._send(200, answer)
                return
            message: dict[str, Any] = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": finish}
            answer = {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1_700_000_000,
                "model": received.body["model"],
                "choices": [choice],
                "usage": {
                    "prompt_tokens": tokens[0],
                    "completion_tokens": tokens[1],
                    "total_tokens": sum(tokens),
                },
            }
            if model.kind == "ollama":
                answer["system_fingerprint"] = "fp_ollama"
            self._send(200, answer)

        def _pour(self, behaviour: str) -> None:
            """Send blanks, by and by, without end or packed, until the client has enough."""
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            if behaviour == "gzip_bomb":
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            blanks = b" " if behaviour == "dripping" else b" " * _MEGABYTE
            try:
                if behaviour == "gzip_bomb":
                    self.wfile.write(gzip.compress(blanks * 32, compresslevel=1))
                    return
                while not model.is_closed(0.05 if behaviour == "dripping" else 0):
                    self.wfile.write(blanks)
            except OSError:  # the client has gone
                return

        def _stream(self, answer: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for event in _events(answer):
                self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
            self.close_connection = True

        def _send(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            if self._packed:
                content, headers = gzip.compress(content), {"Content-Encoding": "gzip"}
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def _like_anthropic(
    received: Received, text: str, reason: str, tokens: tuple[int, int]
) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": received.body["model"],
        "content": [{"type": "text", "text": text}],
        "stop_reason": reason,
        "usage": {"input_tokens": tokens[0], "output_tokens": tokens[1]},
    }


def _events(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the events in which Anthropic's servers send an answer."""
    empty = answer | {"content": [], "stop_reason": None}
    yield {"type": "message_start", "message": empty}
    start = {"type": "text", "text": ""}
    yield {"type": "content_block_start", "index": 0, "content_block": start}
    delta = {"type": "text_delta", "text": answer["content"][0]["text"]}
    yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    end = {"stop_reason": answer["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": answer["usage"]}
    yield {"type": "message_stop"}


def _answer(behaviour: Behaviour, prompt: str) -> tuple[str, str]:
    """Return the text of an answer, and why it ended."""
    if callable(behaviour):
        return behaviour(prompt), "stop"
    if isinstance(behaviour, dict):
        return json.dumps(behaviour), "stop"
    text = answer_to(prompt)
    if behaviour == "not_json":
        return "The motion looks strong to me.", "stop"
    if behaviour == "wrong_values":
        return json.dumps(json.loads(text) | {"harm_evidence": {"value": "strong"}}), "stop"
    if behaviour == "cut_off":
        return text[: len(text) // 2], "length"
    if behaviour == "refused":
        return "I'm sorry, but I can't help with that.", "stop"
    if behaviour == "filtered":
        return "", "content_filter"
    if behaviour == "empty":
        return "", "stop"
    return text, "stop"


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=8799)
    parser.add_argument("--kind", choices=("openai", "ollama"), default="openai")
    parser.add_argument(
        "--script", default="", help="what happens to each request, separated by commas"
    )
    arguments = parser.parse_args()
    script: Any = [part for part in arguments.script.split(",") if part]
    with FakeLanguageModel(script, kind=arguments.kind, port=arguments.port) as model:
        provider = "ollama" if model.kind == "ollama" else "openai"
        print(f"ENJOIN_CODER={provider}:recorded ENJOIN_CODER_URL={model.url}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
