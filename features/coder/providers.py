"""Open a language model by the name of its provider; the client is pydantic-ai."""

import logging
import re
from typing import TYPE_CHECKING, Any

from features.coder.settings import CODER, CODER_URL, HOW_TO_SET, CoderFailed, CoderSettings

if TYPE_CHECKING:
    from pydantic_ai.models import Model

CHATTY_LOGGERS = (
    *("openai", "anthropic", "pydantic_ai", "httpx2", "httpcore2", "httpx", "httpcore"),
    *("groq", "google_genai", "mistralai", "cohere", "huggingface_hub", "botocore", "boto3"),
)
"""Loggers of clients, which write requests, and so papers, at level DEBUG."""
ADDRESSED = ("openai", "anthropic", "ollama", "vllm")
"""Providers whose address can be set."""
_EXTRA = re.compile(r"pydantic-ai-slim\[[\w,-]+\]")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")


def open_model(settings: CoderSettings) -> "Model":
    """Return the model, with one pool of connections.

    Raises
    ------
    CoderFailed
        If the provider is unknown, lacks its key, or needs a package that is not installed.
    """
    if settings.key and not all("!" <= letter <= "~" for letter in settings.key):
        raise CoderFailed(
            "key_refused",
            f"{settings.key_variable} has characters that no key has, such as a line break, a "
            "space or an accented letter; nothing was sent",
        )
    try:
        model = _open(settings)
    except Exception as error:  # clients raise errors of many kinds, some with a key in them
        failure = _unusable(settings, error)
    else:
        # Only now: at import, the clients set levels by variables such as OPENAI_LOG.
        _quieten_clients()
        return model
    raise failure


def _quieten_clients() -> None:
    """Have the clients' loggers, and those below them, write warnings only."""
    below = tuple(f"{name}." for name in CHATTY_LOGGERS)
    for name in {*CHATTY_LOGGERS, *logging.root.manager.loggerDict}:
        if name in CHATTY_LOGGERS or name.startswith(below):
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.WARNING))


def _open(settings: CoderSettings) -> "Model":
    import pydantic_ai

    pydantic_ai.BANNER_ENABLED = False
    if settings.provider not in ADDRESSED:
        return _open_hosted(settings)
    if settings.key is None and settings.url is None and not settings.is_local:
        raise CoderFailed("not_configured", _not_usable(settings, settings.key_variable))
    from pydantic_ai.models import create_async_httpx2_client

    from features.coder.transport import CappedTransport

    access: Any = {
        "base_url": settings.address,
        "api_key": settings.key,
        "http_client": create_async_httpx2_client(transport=CappedTransport(settings.proxy)),
    }
    if settings.provider == "anthropic":
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        # Its client adds the version of the protocol to the address by itself.
        access["base_url"] = str(settings.address).removesuffix("/v1")
        return AnthropicModel(settings.name, provider=AnthropicProvider(**access))
    from pydantic_ai.models.openai import OpenAIChatModel

    if settings.provider == "ollama":
        from pydantic_ai.models.ollama import OllamaModel
        from pydantic_ai.providers.ollama import OllamaProvider

        return OllamaModel(settings.name, provider=OllamaProvider(**access))
    if settings.provider == "vllm":
        from pydantic_ai.providers.vllm import VLLMProvider

        return OpenAIChatModel(settings.name, provider=VLLMProvider(**access))
    if settings.url:
        from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

        compatible = OpenAICompatibleProvider("openai-compatible", **access)
        return OpenAIChatModel(settings.name, provider=compatible)
    from pydantic_ai.providers.openai import OpenAIProvider

    return OpenAIChatModel(settings.name, provider=OpenAIProvider(**access))


def _open_hosted(settings: CoderSettings) -> "Model":
    """Return the model of a provider that pydantic-ai alone knows."""
    from pydantic_ai.models import infer_model
    from pydantic_ai.providers import infer_provider_class

    try:
        infer_provider_class(settings.provider)
    except ValueError:
        raise CoderFailed(
            "not_configured", f"unknown provider {settings.provider} in {CODER}; {HOW_TO_SET}"
        ) from None
    if settings.url:
        addressed = f"{', '.join(ADDRESSED[:-1])} and {ADDRESSED[-1]}"
        raise CoderFailed(
            "not_configured",
            f"{CODER_URL} is for {addressed}; the address of {settings.provider} cannot be set",
        )
    return infer_model(settings.model)


def _unusable(settings: CoderSettings, error: Exception) -> CoderFailed:
    """Say why a model could not be opened, in words of our own."""
    if isinstance(error, CoderFailed):
        return CoderFailed(error.kind, str(error))
    if isinstance(error, ImportError):
        return CoderFailed("not_configured", _missing_package(settings, error))
    missing = None if settings.key or settings.is_local else settings.key_variable
    if type(error).__name__ == "UserError":  # of pydantic-ai; it names what is not set
        missing = " or ".join(dict.fromkeys(_VARIABLE.findall(str(error)))) or missing
    return CoderFailed("not_configured", _not_usable(settings, missing))


def _not_usable(settings: CoderSettings, missing: str | None) -> str:
    reason = f": {missing} not set" if missing else ""
    return f"cannot use {settings.model}{reason}; {HOW_TO_SET}"


def _missing_package(settings: CoderSettings, error: ImportError) -> str:
    if error.name == "pydantic_ai":
        return "reading by a language model needs pip install .[coder]"
    if "socksio" in str(error):
        return "the proxy of the environment speaks SOCKS, which needs pip install socksio"
    extra = _EXTRA.search(str(error))
    package = f'"{extra[0]}"' if extra and settings.provider not in ADDRESSED else ".[coder]"
    return f"the provider {settings.provider} needs a package: pip install {package}"
