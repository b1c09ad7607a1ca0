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
