"""Which language model reads the papers, where it is, and how long it may take.

Nothing is sent anywhere unless `ENJOIN_CODER` is set.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from features.coder.addresses import (
    address_problem,
    host_and_port,
    is_loopback,
    proxy_for,
    proxy_problem,
)

CODER, CODER_URL = "ENJOIN_CODER", "ENJOIN_CODER_URL"
CODER_TIMEOUT, CODER_CONTEXT = "ENJOIN_CODER_TIMEOUT", "ENJOIN_CODER_CONTEXT"
HOW_TO_SET = """\
set ENJOIN_CODER to the language model that reads the papers, for example
  ENJOIN_CODER=openai:NAME      with OPENAI_API_KEY
  ENJOIN_CODER=anthropic:NAME   with ANTHROPIC_API_KEY
  ENJOIN_CODER=ollama:NAME      a server on this machine; nothing leaves it
  ENJOIN_CODER=openai:NAME      with ENJOIN_CODER_URL=http://127.0.0.1:8000/v1 for vLLM, llama.cpp \
or any other address that speaks OpenAI's protocol
then try it with `enjoin coder check`"""
DEFAULT_TIMEOUT = 120.0
"""Seconds one answer may take."""
SMALL_CONTEXT = 8_192
"""Tokens that a server on this machine is taken to read where nothing else is known."""
LARGE_CONTEXT = 128_000
"""Tokens that a hosted model is taken to read where nothing else is known."""

_URLS = {
    "openai": ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
    "anthropic": ("ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
    "ollama": ("OLLAMA_BASE_URL", "http://127.0.0.1:11434/v1"),
    "vllm": ("VLLM_BASE_URL", "http://127.0.0.1:8000/v1"),
}
"""The variable and the default address of the providers that are most used."""
_KEYS = {"google": "GOOGLE_API_KEY", "bedrock": "AWS_BEARER_TOKEN_BEDROCK"}


class CoderFailed(ValueError):
    """A reading that could not be had; the message says why, without words of papers or keys.

    Attributes
    ----------
    kind
        not_configured, key_refused, not_json, wrong_values, cut_off, refused, empty, timeout,
        rate_limited, server_error, connection, too_long or rejected.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class CoderSettings:
    """A language model and how to reach it.

    Attributes
    ----------
    provider, name
        Such as `openai` and the model's name there.
    url
        Base address, if it is not the provider's own.
    timeout
        Seconds one answer may take.
    context
        Tokens the model reads at most, if they were given.
    first_wait
        Seconds before the first repetition of a request; they double with each.
    """

    provider: str
    name: str
    url: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    context: int | None = None
    first_wait: float = 1.0

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ
    ) -> "CoderSettings | None":
        """Return what the environment sets; None where `ENJOIN_CODER` is not set.

        Raises
        ------
        CoderFailed
            If a variable has no usable value.
        """
        coder = environment.get(CODER, "").strip()
        if not coder:
            return None
        provider, colon, name = (part.strip() for part in coder.partition(":"))
        if not (provider and colon and name):
            raise CoderFailed(
                "not_configured",
                f"{CODER}={coder}: expected provider:name, such as openai:NAME or ollama:NAME",
            )
        timeout = _number(environment, CODER_TIMEOUT) or DEFAULT_TIMEOUT
        context = _number(environment, CODER_CONTEXT)
        settings = cls(
            provider.lower(),
            name,
            _address(provider.lower(), environment),
            timeout,
            None if context is None else int(context),
        )
        if settings.proxy and (problem := proxy_problem(settings.proxy)):
            raise CoderFailed(
                "not_configured",
                f"the proxy of the environment is not an address such as "
                f"http://proxy.example:3128: {problem}",
            )
        return settings

    @classmethod
    def require(cls, environment: Mapping[str, str] = os.environ) -> "CoderSettings":
        """Return what the environment sets.

        Raises
        ------
        CoderFailed
            If nothing is set; the message says how to set it.
        """
        settings = cls.from_environment(environment)
        if settings is None:
            raise CoderFailed("not_configured", f"no language model is set: {HOW_TO_SET}")
        return settings

    @property
    def model(self) -> str:
        """The model as `ENJOIN_CODER` names it."""
        return f"{self.provider}:{self.name}"

    @property
    def address(self) -> str | None:
        """The base address; None for a provider whose address only its client knows."""
        return self.url or _URLS.get(self.provider, ("", None))[1]

    @property
    def is_local(self) -> bool:
        """Whether the address is on this machine."""
        return is_loopback(urlsplit(self.address or "").hostname or "")

    @property
    def proxy(self) -> str | None:
        """The proxy between here and the address; its address may hold a password."""
        return proxy_for(self.address)

    @property
    def host(self) -> str:
        """Who answers, in words."""
        if self.address is None:
            return f"the servers of {self.provider}"
        host = host_and_port(self.address)
        return f"this machine ({host})" if self.is_local else host

    @property
    def destination(self) -> str:
        """Where the papers go, in words, and who else may read them on the way."""
        way = ""
        if self.proxy:
            way = f", through the proxy {host_and_port(self.proxy)}"
        if not self.is_local and (self.address or "").startswith("http:"):
            way += ", without encryption"
        return self.host + way

    @property
    def key_variable(self) -> str:
        """The environment variable with the provider's key."""
        return _KEYS.get(self.provider) or f"{self.provider.upper().replace('-', '_')}_API_KEY"

    @property
    def key(self) -> str | None:
        """The key; None where none is set. Never print it."""
        return os.environ.get(self.key_variable) or None

    @property
    def model_digest(self) -> str:
        """SHA-256 of what identifies the model: provider, name and address."""
        identity = "\n".join((self.provider, self.name, self.url or ""))
        return hashlib.sha256(identity.encode()).hexdigest()


def _address(provider: str, environment: Mapping[str, str]) -> str | None:
    """Return the address that is set for the provider, checked; None for its own."""
    variables = [CODER_URL]
    if provider in _URLS:
        variables.append(_URLS[provider][0])
    for variable in variables:
        if url := environment.get(variable, "").strip():
            if problem := address_problem(url):
                raise CoderFailed(
                    "not_configured",
                    f"{variable} is not an address such as http://127.0.0.1:8000/v1: {problem}",
                )
            return url.rstrip("/")
    return None


def _number(environment: Mapping[str, str], variable: str) -> float | None:
    text = environment.get(variable, "").strip()
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e9:
        raise CoderFailed("not_configured", f"{variable}={text}: expected a positive number")
    return number
