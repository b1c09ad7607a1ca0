"""Asking a language model: the ways it goes wrong, what is tried again, what a user is told."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic_ai.exceptions import ModelHTTPError

from features.coder.failures import failure_from
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
        timeout: float = 0.4,
        **fake: Any,
    ) -> None:
        self.waits: list[float] = []
        self.messages: list[str] = []
        self.spent = Spent()
        self.answer: Asked[Reading] | None = None
        self.error: CoderFailed | None = None
        with FakeLanguageModel(script, **fake) as model:
            url = model.root if provider == "anthropic" else model.url
            settings = CoderSettings(provider, name, url, timeout=timeout)
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
    # What the client raised holds the answer.
    assert exchange.error.__cause__ is None
    assert exchange.error.__context__ is None


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
    assert exchange.error.__context__ is None
    # On a busy machine an attempt may end before the server has it.
    assert 2 <= len(exchange.received) <= (2 if exchange.error.kind == "empty" else 5)


@pytest.mark.parametrize("provider", ["openai", "ollama", "anthropic"])
@pytest.mark.parametrize("fault", ["endless", "gzip_bomb"])
def test_an_answer_that_grows_too_large_is_ended_at_once(provider: str, fault: Behaviour) -> None:
    name = "claude-sonnet-4-5" if provider == "anthropic" else "recorded"  # which streams
    exchange = Exchange([fault] * 9, provider, name, timeout=60)
    assert exchange.error is not None
    assert exchange.error.kind == "server_error"
    assert "sent an answer of more than 8 MB" in str(exchange.error)
    assert len(exchange.received) == 1
    assert exchange.error.__context__ is None


def test_a_text_far_longer_than_a_reading_is_neither_searched_nor_sent_back() -> None:
    exchange = Exchange([lambda prompt: "{" * 1_000_000] * 9, timeout=60)
    assert exchange.error is not None
    assert exchange.error.kind == "not_json"
    assert "1,000,000 characters" in str(exchange.error)
    assert len(exchange.received) == 1
    assert exchange.spent.requests == 1


def test_an_answer_that_drips_in_is_ended_at_the_time_limit() -> None:
    exchange = Exchange(["dripping"] * 9)
    assert exchange.error is not None
    assert exchange.error.kind == "timeout"
    assert len(exchange.received) == 2


def test_a_packed_answer_is_read() -> None:
    assert Exchange(["packed"], timeout=60).answer is not None


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


@pytest.mark.parametrize("key", ["sk-a\nX-Other: b", "sk-a\n", "sk-clé", "sk a", "sk-\udce9"])
def test_a_key_that_cannot_be_one_is_found_before_anything_is_sent(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, "OPENAI_API_KEY": key})
    exchange = Exchange([])
    assert exchange.error is not None
    assert exchange.error.kind == "key_refused"
    assert str(exchange.error).startswith("OPENAI_API_KEY has characters that no key has")
    assert key not in str(exchange.error)
    assert not exchange.received


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_clients_that_are_told_to_log_write_no_papers(provider: str) -> None:
    code = f"""
import asyncio, logging
logging.getLogger("{provider}._base_client").setLevel(logging.DEBUG)
from features.coder.language_model import LanguageModel
from features.coder.settings import CoderFailed, CoderSettings
from tests.support.fake_language_model import FakeLanguageModel
with FakeLanguageModel(["bad_key"]) as fake:
    model = LanguageModel(CoderSettings("{provider}", "recorded", fake.root + "/v1"))
    try:
        asyncio.run(model.ask("Code.", "{PAPER}", str))
    except CoderFailed as error:
        print(error.kind, len(fake.received), "PRIVATE-WORDS" in fake.prompts()[0])
"""
    levels = {"OPENAI_LOG": "debug", "ANTHROPIC_LOG": "debug"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **levels}
    )
    assert done.stdout == "key_refused 1 True\n", done.stderr
    for secret in ("PRIVATE-WORDS", KEY, "SENT-BACK"):
        assert secret not in done.stderr


def test_errors_name_the_host_alone() -> None:
    settings = CoderSettings("openai", "m", "http://llm.office.example/v1")
    error = failure_from(ModelHTTPError(400, "m"), settings)
    assert str(error) == "llm.office.example did not accept the request (HTTP 400)"


def test_papers_go_by_the_proxy_that_was_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with FakeLanguageModel() as fake:  # as the proxy
        monkeypatch.setenv("http_proxy", f"http://user:PROXY-SECRET@127.0.0.1:{fake.port}")
        settings = CoderSettings("openai", "recorded", "http://llm.office.example/v1")
        answer = asyncio.run(LanguageModel(settings).ask("Code.", PAPER, parse_reading))
    assert answer.requests == len(fake.received) == 1
    assert fake.received[0].headers["Host"] == "llm.office.example"
    assert settings.destination.startswith(
        f"llm.office.example, through the proxy 127.0.0.1:{fake.port}"
    )


def test_a_lost_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("https_proxy", "http://user:PROXY-SECRET@127.0.0.1:9")

    async def sleep(seconds: float) -> None:
        """Wait for nothing."""

    model = LanguageModel(CoderSettings("openai", "m"), sleep)
    with pytest.raises(CoderFailed) as error:
        asyncio.run(model.ask("Code.", PAPER, parse_reading))
    assert str(error.value) == (
        "no connection to api.openai.com through the proxy 127.0.0.1:9, or it was lost"
    )


@pytest.mark.parametrize("coder", ["anthropic:m", "openai:m"])
def test_a_missing_key_is_named(coder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    model = LanguageModel(CoderSettings(*coder.split(":")))
    with pytest.raises(CoderFailed, match=f"{coder[:6].upper()}.*_API_KEY"):
        asyncio.run(model.ask("", "", parse_reading))


def test_an_unknown_provider_is_told_how_to_set_one() -> None:
    model = LanguageModel(CoderSettings("nobody", "m"))
    with pytest.raises(CoderFailed, match="ENJOIN_CODER=openai:NAME") as error:
        asyncio.run(model.ask("", "", parse_reading))
    assert str(error.value).startswith("unknown provider nobody in ENJOIN_CODER;")
    assert "API_KEY not set" not in str(error.value)
    assert error.value.__context__ is None


def test_a_provider_without_its_package_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "groq", None)
    monkeypatch.delitem(sys.modules, "pydantic_ai.providers.groq", raising=False)
    model = LanguageModel(CoderSettings("groq", "m"))
    with pytest.raises(CoderFailed) as error:
        asyncio.run(model.ask("", "", parse_reading))
    assert str(error.value) == (
        'the provider groq needs a package: pip install "pydantic-ai-slim[groq]"'
    )


def test_a_hosted_provider_names_the_variable_of_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    model = LanguageModel(CoderSettings("deepseek", "m"))
    with pytest.raises(CoderFailed, match=r"^cannot use deepseek:m: DEEPSEEK_API_KEY not set;"):
        asyncio.run(model.ask("", "", parse_reading))


def test_an_address_for_a_provider_that_takes_none_is_refused() -> None:
    model = LanguageModel(CoderSettings("deepseek", "m", "http://127.0.0.1:1/v1"))
    with pytest.raises(CoderFailed, match="the address of deepseek cannot be set"):
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
