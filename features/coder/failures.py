"""What can go wrong with a language model, in words that hold neither papers nor keys.

Errors of the client may hold what a server sent back, papers among it, so they are never shown.
"""

import re

from features.coder.addresses import host_and_port
from features.coder.settings import CoderFailed, CoderSettings

MAX_WAIT = 60.0
"""Seconds between two attempts at most, also if the server asks for more."""
MAX_ANSWER = 8 << 20
"""Bytes of an answer at most, decoded; a reading has some ten thousand."""
MAX_TEXT = 200_000
"""Characters of an answer's text at most; beyond that, it is not even searched for a reading."""
_REFUSAL = re.compile(
    r"\b(?:i|we)(?:\s+(?:can\s?not|can['’]t|could\s+not|am\s+unable|am\s+not\s+able|won['’]t"
    r"|must\s+decline|will\s+not)|['’]m\s+(?:sorry|unable|not\s+able))\b",
    re.IGNORECASE,
)


class AnswerTooLarge(Exception):
    """An answer of more than `MAX_ANSWER` bytes; what is left of it is not read."""


class Transient(CoderFailed):
    """A failure that may pass.

    Attributes
    ----------
    retry_after
        Seconds the server asks to wait, if it says so.
    """

    def __init__(self, kind: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(kind, message)
        self.retry_after = retry_after


def unusable_answer(answer: str, error: ValueError) -> CoderFailed:
    """Say what is wrong with an answer that could not be parsed."""
    if "{" not in answer and _REFUSAL.search(answer):
        return CoderFailed("refused", "the model refused to answer")
    if "{" not in answer or getattr(error, "kind", "") == "not_json":
        return CoderFailed("not_json", "the answer was not JSON")
    return CoderFailed("wrong_values", f"the answer does not keep to the protocol ({error})")


def failure_from(error: Exception, settings: CoderSettings) -> CoderFailed:
    """Return an error while a request was sent in words of our own."""
    from pydantic_ai import exceptions as client

    if _comes_of(error, AnswerTooLarge):
        return too_large(settings)
    where = settings.host
    status = getattr(error, "status_code", None)
    code = f" (HTTP {status})" if status else ""
    retry_after = getattr(error, "retry_after", None)
    if isinstance(error, client.ModelAuthenticationError):
        state = "was refused by" if settings.key else "is not set, which is needed by"
        return CoderFailed("key_refused", f"{settings.key_variable} {state} {where}{code}")
    if isinstance(error, client.ModelQuotaExceededError):
        return CoderFailed("rate_limited", f"the account's quota at {where} is used up{code}")
    if isinstance(error, client.ModelContextWindowExceededError):
        return too_long(settings)
    if isinstance(error, client.ModelNotFoundError):
        hint = f"; `ollama pull {settings.name}` gets it" if settings.provider == "ollama" else ""
        return CoderFailed("not_configured", f"{where} has no model {settings.name}{code}{hint}")
    if isinstance(error, client.ContentFilterError):
        return filtered()
    if isinstance(error, client.ModelRateLimitError):
        if retry_after is not None and retry_after > MAX_WAIT:
            wait = f"{where} asks to wait {retry_after:,.0f} s{code}; try again then"
            return CoderFailed("rate_limited", wait)
        return Transient("rate_limited", f"{where} is too busy{code}", retry_after)
    if isinstance(error, client.ModelConnectionError):
        way = f" through the proxy {host_and_port(settings.proxy)}" if settings.proxy else ""
        return Transient("connection", f"no connection to {where}{way}, or it was lost")
    if isinstance(error, client.ModelServerError | client.ModelUnavailableError):
        wait_seconds = None if retry_after is None else min(retry_after, MAX_WAIT)
        return Transient("server_error", f"{where} failed{code}", wait_seconds)
    is_strange = isinstance(error, client.UnexpectedModelBehavior | client.ModelAPIError)
    if is_strange and status is None:
        return Transient("server_error", f"{where} did not answer as expected")
    if isinstance(error, client.AgentRunError):
        return CoderFailed("rejected", f"{where} did not accept the request{code}")
    return strange_answer(error, settings)


def cut_off() -> CoderFailed:
    """Say that the answer ended before its end."""
    return CoderFailed(
        "cut_off",
        "the answer was cut off: the model may not write as much as a reading takes (2,000 tokens)",
    )


def too_much_text(n_characters: int) -> CoderFailed:
    """Say that what the model wrote is far longer than a reading; it is not sent back to it."""
    return CoderFailed(
        "not_json", f"the answer was not a reading: it has {n_characters:,} characters"
    )


def filtered() -> CoderFailed:
    """Say that the provider's filter held the answer back."""
    return CoderFailed("refused", "the model's content filter refused to answer")


def strange_answer(error: Exception, settings: CoderSettings) -> Transient:
    """Say that an answer could not even be taken for one."""
    kind = type(error).__name__
    return Transient("server_error", f"{settings.host} did not answer as expected ({kind})")


def too_large(settings: CoderSettings) -> CoderFailed:
    """Say that an answer was too large to be one; another would be no smaller."""
    megabytes = MAX_ANSWER >> 20
    return CoderFailed(
        "server_error", f"{settings.host} sent an answer of more than {megabytes} MB, left unread"
    )


def too_long(settings: CoderSettings) -> CoderFailed:
    """Say that the papers do not fit into the model's context."""
    return CoderFailed(
        "too_long",
        f"the papers are too long for {settings.model}; set --budget, or ENJOIN_CODER_CONTEXT to "
        "the tokens it reads",
    )


def _comes_of(error: BaseException | None, kind: type[Exception]) -> bool:
    """Say whether an error of a client comes of one of a given kind."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error is not None
