"""Open a language model by the name of its provider; the client is pydantic-ai."""

import logging
from typing import TYPE_CHECKING, Any

from features.coder.settings import HOW_TO_SET, CoderFailed, CoderSettings

if TYPE_CHECKING:
    from pydantic_ai.models import Model

CHATTY_LOGGERS = ("openai", "anthropic", "httpx2", "httpcore2", "pydantic_ai")
"""Loggers that write requests, and so papers, at level DEBUG."""


def open_model(settings: CoderSettings) -> "Model":
    """Return the model, with one pool of connections.

    Raises
    ------
    CoderFailed
        If the provider is unknown, lacks its key, or needs a package that is not installed.
    """
    try:
        import pydantic_ai
        from pydantic_ai.exceptions import UserError
    except ImportError:
        raise CoderFailed(
            "not_configured", "reading by a language model needs pip install .[coder]"
        ) from None
    pydantic_ai.BANNER_ENABLED = False
    for name in CHATTY_LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
    try:
        return _open(settings)
    except (UserError, ValueError, ImportError):
        missing = "" if settings.key or settings.is_local else f": {settings.key_variable} not set"
        raise CoderFailed(
            "not_configured", f"cannot use {settings.model}{missing}; {HOW_TO_SET}"
        ) from None


def _open(settings: CoderSettings) -> "Model":
    import httpx2
    from pydantic_ai.models import create_async_httpx2_client, infer_model

    if settings.provider not in ("openai", "anthropic", "ollama", "vllm"):
        if settings.url:
            raise ValueError("the provider takes no address")
        return infer_model(settings.model)
    if settings.key is None and settings.url is None and not settings.is_local:
        raise ValueError("the provider's own address needs a key")
    # A proxy of the environment has no way to this machine's own address.
    transport = httpx2.AsyncHTTPTransport() if settings.is_local else None
    access: Any = {
        "base_url": settings.address,
        "api_key": settings.key,
        "http_client": create_async_httpx2_client(transport=transport),
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
