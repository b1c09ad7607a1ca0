"""The settings of the coder: from the environment, and where papers would go."""

import pytest

from features.coder.settings import CoderFailed, CoderSettings


def _settings(**environment: str) -> CoderSettings | None:
    return CoderSettings.from_environment(environment)


def test_nothing_is_set_by_default() -> None:
    assert _settings() is None
    assert _settings(ENJOIN_CODER=" ", OPENAI_API_KEY="k", ENJOIN_CODER_URL="http://a") is None
    with pytest.raises(CoderFailed, match="ENJOIN_CODER=openai:NAME") as error:
        CoderSettings.require({})
    assert error.value.kind == "not_configured"


@pytest.mark.parametrize(
    ("environment", "destination", "is_local"),
    [
        ({"ENJOIN_CODER": "openai:m"}, "api.openai.com", False),
        ({"ENJOIN_CODER": "anthropic:m"}, "api.anthropic.com", False),
        ({"ENJOIN_CODER": "ollama:llama:8b"}, "this machine (127.0.0.1:11434)", True),
        (
            {"ENJOIN_CODER": "openai:m", "ENJOIN_CODER_URL": "http://localhost:8000/v1"},
            "this machine (localhost:8000)",
            True,
        ),
        (
            {"ENJOIN_CODER": "openai:m", "ENJOIN_CODER_URL": "https://a:secret@llm.firm.com/v1"},
            "llm.firm.com",
            False,
        ),
        (
            {"ENJOIN_CODER": "openai:m", "OPENAI_BASE_URL": "http://10.0.0.5:8000/v1"},
            "10.0.0.5:8000, without encryption",
            False,
        ),
        ({"ENJOIN_CODER": "google:m"}, "the servers of google", False),
    ],
)
def test_the_destination_is_where_the_papers_go(
    environment: dict[str, str], destination: str, is_local: bool
) -> None:
    settings = _settings(**environment)
    assert settings is not None
    assert (settings.destination, settings.is_local) == (destination, is_local)


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Unset all proxies of the environment."""
    for scheme in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme}_PROXY".upper(), raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("variable", "url", "destination"),
    [
        (
            "HTTP_PROXY",
            "http://llm.office.example/v1",
            "llm.office.example, through the proxy proxy.host:3128, without encryption",
        ),
        ("HTTP_PROXY", "https://llm.office.example/v1", "llm.office.example"),
        (
            "HTTPS_PROXY",
            "https://llm.office.example/v1",
            "llm.office.example, through the proxy proxy.host:3128",
        ),
        (
            "https_proxy",
            "https://[2001:db8::1]:8443/v1",
            "[2001:db8::1]:8443, through the proxy proxy.host:3128",
        ),
        ("ALL_PROXY", "https://a.example", "a.example, through the proxy proxy.host:3128"),
        ("HTTP_PROXY", "http://127.0.0.1:8000/v1", "this machine (127.0.0.1:8000)"),
        ("ALL_PROXY", "http://[::1]:8000/v1", "this machine ([::1]:8000)"),
        ("ALL_PROXY", "http://localhost/v1", "this machine (localhost)"),
        ("ALL_PROXY", "https://llm.exempt.example", "llm.exempt.example"),
        ("ALL_PROXY", "https://10.1.2.3/v1", "10.1.2.3"),
    ],
)
def test_a_proxy_that_reads_the_papers_is_named(
    proxies: pytest.MonkeyPatch, variable: str, url: str, destination: str
) -> None:
    proxies.setenv(variable, "http://user:PROXY-SECRET@proxy.host:3128")
    proxies.setenv("NO_PROXY", "exempt.example, 10.0.0.0/8")
    settings = _settings(ENJOIN_CODER="openai:m", ENJOIN_CODER_URL=url)
    assert settings is not None
    assert settings.destination == destination


def test_a_proxy_before_a_hosted_provider_is_named(proxies: pytest.MonkeyPatch) -> None:
    proxies.setenv("HTTPS_PROXY", "proxy.host:3128")
    destination = CoderSettings("google", "m").destination
    assert destination == "the servers of google, through the proxy proxy.host:3128"


@pytest.mark.parametrize("proxy", ["http://u:PROXY-SECRET@[::1", "http://u:PROXY-SECRET@h:x"])
def test_a_malformed_proxy_is_named_at_once(proxies: pytest.MonkeyPatch, proxy: str) -> None:
    proxies.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(CoderFailed, match=r"^the proxy of the environment is not an") as error:
        _settings(ENJOIN_CODER="openai:m")
    assert "SECRET" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://u:QSECRET@[::1/v1", "host"),
        ("http://u:QSECRET@[::zz]/v1", "host"),
        ("http://u:QSECRET@/v1", "no host"),
        ("ftp://u:QSECRET@a.example/v1", "http://"),
        ("http://u:QSECRET@a..example/v1", "host"),
        ("http://a|QSECRET/v1", "host"),
        ("http://a.example:99999/QSECRET", "port"),
        ("http://a.example:abcQSECRET/v1", "port"),
        ("http://a.example:0/QSECRET", "port"),
        ("http://a.example/v1?key=QSECRET", "query"),
        ("http://a.example/v1#QSECRET", "fragment"),
        ("http://a.example/v 1/QSECRET", "white space"),
        ("http://a.example/v\n1/QSECRET", "white space"),
    ],
)
@pytest.mark.parametrize("variable", ["ENJOIN_CODER_URL", "OPENAI_BASE_URL"])
def test_a_malformed_address_is_named_at_once_without_its_secrets(
    url: str, words: str, variable: str
) -> None:
    with pytest.raises(CoderFailed, match=words) as error:
        _settings(**{"ENJOIN_CODER": "openai:m", variable: url})
    assert error.value.kind == "not_configured"
    assert str(error.value).startswith(f"{variable} is not an address")
    assert "QSECRET" not in str(error.value)
    assert error.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    ["https://llm_1.firm-a.com:8443/v1/", "http://[::1]:80", "http://bücher.example", "http://a./"],
)
def test_addresses_of_every_kind_are_taken(url: str) -> None:
    settings = _settings(ENJOIN_CODER="openai:m", ENJOIN_CODER_URL=url)
    assert settings is not None
    assert settings.url == url.rstrip("/")


def test_a_name_may_hold_colons() -> None:
    settings = _settings(ENJOIN_CODER="ollama:llama3:8b")
    assert settings is not None
    assert (settings.provider, settings.name) == ("ollama", "llama3:8b")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ENJOIN_CODER": "gpt"}, "provider:name"),
        ({"ENJOIN_CODER": "openai:"}, "provider:name"),
        ({"ENJOIN_CODER": "openai:m", "ENJOIN_CODER_URL": "127.0.0.1:80"}, "ENJOIN_CODER_URL"),
        ({"ENJOIN_CODER": "openai:m", "ENJOIN_CODER_TIMEOUT": "soon"}, "positive number"),
        ({"ENJOIN_CODER": "openai:m", "ENJOIN_CODER_CONTEXT": "-1"}, "positive number"),
    ],
)
def test_an_unusable_value_is_named(environment: dict[str, str], words: str) -> None:
    with pytest.raises(CoderFailed, match=words):
        _settings(**environment)


def test_other_models_have_other_digests() -> None:
    digests = {
        CoderSettings(provider, name, url).model_digest
        for provider in ("openai", "ollama")
        for name in ("a", "b")
        for url in (None, "http://127.0.0.1:1/v1")
    }
    assert len(digests) == 8


def test_the_key_is_no_part_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    settings = CoderSettings("openai", "m")
    assert settings.key == "sk-secret"
    assert "sk-secret" not in repr(settings)
