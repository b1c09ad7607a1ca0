"""Asking a language model: the ways it goes wrong, what is tried again, what a user is told."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from features.coder.language_model import Asked, LanguageModel
from features.coder.reading import Reading, parse_reading
from features.coder.settings import CoderFailed, CoderSettings
from features.coder.spent import Spent
from tests.support.fake_language_model import Behaviour, FakeLanguageModel

PAPER = "A rival copied the PRIVATE-WORDS mark, and customers leave."
KEY = "sk-very-secret"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


class Exchange:
    """A question to a fake language model with a script, and what became of it."""

    def __init__(
        self,
        script: Sequence[Behaviour],
        provider: str = "openai",
        name: str = "recorded",
        **fake: Any,
    ) -> None:
        self.waits: list[float] = []
        self.messages: list[str] = []
        self.spent = Spent()
        self.answer: Asked[Reading] | None = None
        self.error: CoderFailed | None = None
        with FakeLanguageModel(script, **fake) as model:
            url = model.root if provider == "anthropic" else model.url
            settings = CoderSettings(provider, name, url, timeout=0.4)
            language_model = LanguageModel(settings, self._sleep)
            try:
                self.answer = asyncio.run(
                    language_model.ask(
                        "Code.", PAPER, parse_reading, self.messages.append, self.spent
                    )
                )
            except CoderFailed as error:
                self.error = error
        self.received = model.received

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.mark.parametrize("provider", ["openai", "ollama", "vllm", "anthropic"])
def test_a_reading_is_parsed_and_its_tokens_counted(provider: str) -> None:
    exchange = Exchange([], provider, kind="ollama" if provider == "ollama" else "openai")
    assert exchange.answer is not None
    assert exchange.answer.value.forecast.value == 0.5
    assert exchange.answer.tokens_in > 10
    assert exchange.answer.tokens_out > 100
    assert exchange.answer.requests == len(exchange.received) == 1
    path = "/v1/messages" if provider == "anthropic" else "/v1/chat/completions"
    assert exchange.received[0].path == path


def test_the_price_is_that_of_the_model() -> None:
    exchange = Exchange([], "anthropic", "claude-sonnet-4-5")  # which streams its answers
    assert exchange.answer is not None, exchange.error
    assert exchange.received[0].body["stream"]
    # 3 and 15 dollars a million tokens
    expected = (3 * exchange.answer.tokens_in + 15 * exchange.answer.tokens_out) / 1e6
    assert exchange.answer.cost == pytest.approx(expected)


@pytest.mark.parametrize(
    ("fault", "n", "requests", "waits"),
    [
        ("not_json", 2, 3, 0),
        ("wrong_values", 2, 3, 0),
        ("cut_off", 2, 3, 0),
        ("refused", 1, 2, 0),
        ("empty", 1, 2, 1),
        ("slow", 1, 2, 1),
        ("rate_limited", 4, 5, 4),
        ("server_error", 4, 5, 4),
        ("connection_lost", 4, 5, 4),
    ],
)
def test_faults_that_pass_are_got_over(fault: Behaviour, n: int, requests: int, waits: int) -> None:
    exchange = Exchange([fault] * n)
    assert exchange.answer is not None, exchange.error
    assert len(exchange.received) == requests
    assert len(exchange.waits) == waits
    assert len(exchange.messages) == n


@pytest.mark.parametrize(
    ("fault", "requests", "kind", "words"),
    [
        ("not_json", 3, "not_json", "not JSON"),
        ("wrong_values", 3, "wrong_values", "harm_evidence"),
        ("cut_off", 3, "cut_off", "cut off"),
        ("refused", 3, "refused", "refused to answer"),
        ("filtered", 1, "refused", "content filter"),
        ("empty", 2, "empty", "was empty"),
        ("slow", 2, "timeout", "no answer within 0.4 s"),
        ("rate_limited", 5, "rate_limited", "too busy"),
        ("server_error", 5, "server_error", "HTTP 500"),
        ("connection_lost", 5, "connection", "no connection"),
        ("bad_key", 1, "key_refused", "OPENAI_API_KEY was refused"),
        ("too_long", 1, "too_long", "--budget"),
        ("no_such_model", 1, "not_configured", "no model recorded"),
    ],
)
def test_faults_that_stay_are_told_without_papers_and_keys(
    fault: Behaviour, requests: int, kind: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        exchange = Exchange([fault] * 9)
    assert exchange.error is not None
    assert exchange.error.kind == kind
    assert words in str(exchange.error)
    assert len(exchange.received) == requests
    told = "\n".join([str(exchange.error), *exchange.messages, caplog.text])
    for secret in ("PRIVATE-WORDS", KEY, "SENT-BACK", "The motion looks strong"):
        assert secret not in told
    assert exchange.error.__cause__ is None
    assert exchange.error.__suppress_context__


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "content",
    [
        b"<html>PRIVATE-WORDS</html>",
        b"{",
        b"{}",
        b"[]",
        b'"PRIVATE-WORDS"',
        b'{"choices": [], "content": []}',
        b'{"choices": [{"message": {"content": ["PRIVATE-WORDS"]}}], "content": "PRIVATE-WORDS"}',
        b'{"error": {"message": "PRIVATE-WORDS", "code": 500}}',
        b"\xff\xfe\x00",
    ],
)
def test_nonsense_is_an_error_in_our_own_words(provider: str, content: bytes) -> None:
    exchange = Exchange([content] * 9, provider)
    assert exchange.error is not None
    assert exchange.error.kind in ("server_error", "empty", "connection")
    assert "PRIVATE-WORDS" not in f"{exchange.error} {exchange.messages}"
    assert exchange.error.__suppress_context__


@pytest.mark.parametrize("provider", ["ollama", "anthropic"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [("server_error", "server_error"), ("rate_limited", "rate_limited"), ("cut_off", "cut_off")],
)
def test_other_providers_fail_alike(provider: str, fault: Behaviour, kind: str) -> None:
    exchange = Exchange([fault] * 9, provider)
    assert exchange.error is not None
    assert exchange.error.kind == kind


def test_the_wait_that_a_server_asks_for_is_kept() -> None:
    assert Exchange(["rate_limited"], retry_after="17").waits == [17.0]


def test_a_wait_of_minutes_is_left_to_the_user() -> None:
    exchange = Exchange(["rate_limited"], retry_after="300")
    assert exchange.waits == []
    assert "asks to wait 300 s" in str(exchange.error)


def test_waits_double() -> None:
    first, second, third, fourth = Exchange(["server_error"] * 4).waits
    assert 1 <= first < second < third < fourth <= 10
    assert third > 1.5 * second


def test_the_model_is_told_what_is_wrong_at_most_twice() -> None:
    exchange = Exchange(["wrong_values"] * 9)
    messages = exchange.received[-1].body["messages"]
    told = [m for m in messages if m["role"] == "user"][1:]
    assert len(told) == 2
    assert "harm_evidence" in told[0]["content"]
    assert "declaration" in told[0]["content"]  # what was expected


def test_a_failed_exchange_is_accounted_for() -> None:
    assert Exchange(["not_json"] * 3).spent.tokens_in > 0


def test_a_server_that_cut_the_paper_is_found_out() -> None:
    async def ask(url: str) -> None:
        model = LanguageModel(CoderSettings("ollama", "recorded", url))
        await model.ask("Code.", PAPER * 200, parse_reading)

    with (
        FakeLanguageModel(kind="ollama", reads_at_most=100) as fake,
        pytest.raises(CoderFailed, match="read 100 of about") as error,
    ):
        asyncio.run(ask(fake.url))
    assert error.value.kind == "too_long"


def test_the_key_goes_to_the_server_alone() -> None:
    exchange = Exchange([])
    headers = {name.lower(): value for name, value in exchange.received[0].headers.items()}
    assert headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in json.dumps(exchange.received[0].body)


@pytest.mark.parametrize("coder", ["anthropic:m", "openai:m"])
def test_a_missing_key_is_named(coder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    model = LanguageModel(CoderSettings(*coder.split(":")))
    with pytest.raises(CoderFailed, match=f"{coder[:6].upper()}.*_API_KEY"):
        asyncio.run(model.ask("", "", parse_reading))


def test_an_unknown_provider_is_told_how_to_set_one() -> None:
    model = LanguageModel(CoderSettings("nobody", "m"))
    with pytest.raises(CoderFailed, match="ENJOIN_CODER=openai:NAME"):
        asyncio.run(model.ask("", "", parse_reading))


def test_the_price_is_counted_where_it_is_known() -> None:
    class Response:
        class usage:  # noqa: N801
            input_tokens, output_tokens = 10, 20

        def __init__(self, price: float | None) -> None:
            self._price = price

        def cost(self) -> Any:
            if self._price is None:
                raise LookupError
            return type("Price", (), {"total_price": self._price})

    spent = Spent()
    spent.add(Response(None))  # type: ignore[arg-type]
    assert spent.cost is None
    for _ in range(2):
        spent.add(Response(0.25))  # type: ignore[arg-type]
    assert (spent.cost, spent.tokens_in, spent.requests) == (0.5, 30, 3)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic_ai", None)
    model = LanguageModel(CoderSettings("openai", "m"))
    with pytest.raises(CoderFailed, match=r"pip install .\[coder\]"):
        asyncio.run(model.ask("", "", parse_reading))


def test_nothing_is_imported_before_it_is_asked() -> None:
    code = "import sys, enjoin, features.coder.coder; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert "features.coder.coder" in loaded
    assert not {"pydantic_ai", "openai", "anthropic", "tenacity"} & set(loaded.split())
