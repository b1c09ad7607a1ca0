"""Ask CourtListener's REST API through its official client, and wait where it asks to.

The token comes from the environment alone, and is in no message: errors name status and field.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from courtlistener import CourtListener
    from tenacity import RetryCallState

TOKEN_VARIABLE = "COURTLISTENER_API_TOKEN"
URL_VARIABLE = "COURTLISTENER_API_BASE_URL"
SITE = "https://www.courtlistener.com"
MAX_ATTEMPTS = 8
"""Attempts at one request: with the waits between them about four minutes."""
MAX_BACKOFF = 60.0
"""Seconds of the longest wait that the server did not ask for."""
MAX_WAIT = 3900.0
"""Seconds that a server may ask to wait: an hourly limit, and some more. A daily limit is not sat
out."""
TIMEOUT = 60.0
"""Seconds to wait for an answer."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_AVAILABLE_IN = re.compile(r"available in (\d+) seconds?")
_MAX_DETAIL = 200

Answer = TypeVar("Answer")


class ApiRefused(ValueError):
    """The API refuses the request: the token, or what is asked for."""


class TokenRefused(ApiRefused):
    """The API refuses the token, or there is none."""


class ApiChanged(ValueError):
    """The API answers with other fields than documented."""


class ApiUnavailable(ConnectionError):
    """The API cannot be reached, or asks to wait for longer than is sensible."""


class NotFound(LookupError):
    """The API has nothing at this address (any more), or does not know a cursor."""


@dataclass
class Api:
    """CourtListener's API.

    Attributes
    ----------
    client
        The official client.
    on_wait
        Called with a remark before each wait.
    requests
        Requests sent so far.
    """

    client: "CourtListener"
    on_wait: Callable[[str], None]
    requests: int = field(default=0, init=False)

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    @property
    def host(self) -> str:
        """The host that requests go to."""
        return urlsplit(str(self.client.base_url)).netloc

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Send a request, again if it fails in a passing way, and return the answer.

        Parameters
        ----------
        question
            Sends one request through the client.

        Raises
        ------
        ApiRefused, ApiChanged, ApiUnavailable, NotFound
            If there is no answer.
        """
        import tenacity
        from courtlistener import CourtListenerAPIError
        from pydantic import ValidationError

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_passing),
            wait=_wait,
            stop=tenacity.stop_after_attempt(MAX_ATTEMPTS),
            sleep=lambda seconds: sleep(seconds),  # looked up when called, so that tests replace it
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            answer: Answer = retrying(self._send, question)
        except CourtListenerAPIError as error:
            raise self._refusal(error) from None
        except ValidationError as error:
            raise ApiChanged(_changed("a page of results", error)) from None
        except TypeError:  # the client takes any answer for a mapping
            raise ApiChanged(
                f"{self.host} answers with no JSON object where one is documented. Upgrade "
                "courtlistener-api-client; what was fetched is kept for --resume"
            ) from None
        except Exception as error:
            if not _is_passing(error):
                raise
            raise ApiUnavailable(
                f"{self.host} gave no whole answer {MAX_ATTEMPTS} times in a row "
                f"({_kind(error)}); try again later with --resume"
            ) from None
        return answer

    def _send(self, question: Callable[[], Answer]) -> Answer:
        self.requests += 1
        return question()

    def _tell(self, state: "RetryCallState") -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        why = _kind(error) if error else "no answer"
        self.on_wait(f"{self.host}: {why}; trying again in {seconds:,.0f} s")

    def _refusal(self, error: Any) -> Exception:
        """Return what to tell the user of an answer that is an error."""
        status, detail = error.status_code, self._detail(error.detail)
        if status in (401, 403):
            return TokenRefused(
                f"{self.host} refuses the token in {TOKEN_VARIABLE} ({status}{detail}). Copy a "
                f"valid one from {SITE}/profile/api/; what was fetched is kept: then use --resume"
            )
        if status == 404:
            return NotFound(f"{self.host} does not find what was asked for (404{detail})")
        if status == 429:
            return ApiUnavailable(
                f"{self.host} has had as many requests as the account allows{detail}. Run again "
                "with --resume once it takes more"
            )
        if status >= 500:
            return ApiUnavailable(
                f"{self.host} failed {MAX_ATTEMPTS} times in a row ({status}); try again later "
                "with --resume"
            )
        if status >= 400:
            return ApiRefused(f"{self.host} refuses the request ({status}{detail})")
        return ApiChanged(
            f"{self.host} answers with status {status} (moved?): upgrade courtlistener-api-client, "
            f"and check {URL_VARIABLE} if it is set"
        )

    def _detail(self, detail: Any) -> str:
        """Return what the server says of an error, in short and without the token."""
        said = detail.get("detail", "") if isinstance(detail, dict) else ""
        if not isinstance(said, str) or not said:
            return ""
        token = self.client.api_token
        said = " ".join(said.replace(token, "***").split() if token else said.split())
        return f": {said[:_MAX_DETAIL]}"


def open_api(on_wait: Callable[[str], None]) -> Api:
    """Return the API, with the token of the environment.

    Raises
    ------
    TokenRefused
        If there is no token.
    ApiRefused
        If it would be sent unencrypted.
    ValueError
        If the client is not installed.
    """
    try:
        from courtlistener import CourtListener
    except ModuleNotFoundError:
        raise ValueError(
            "fetching from CourtListener needs its client: pip install 'enjoin[fetch]', or pip "
            "install '.[fetch]' in the program's folder"
        ) from None
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if not token:
        raise TokenRefused(
            f"no token: copy yours from {SITE}/profile/api/ (free of charge) and set "
            f"{TOKEN_VARIABLE}"
        )
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise TokenRefused(f"{TOKEN_VARIABLE} is not a token: it may hold no spaces; copy it anew")
    client = CourtListener(api_token=token, timeout=TIMEOUT)
    address = urlsplit(client.base_url)
    if address.scheme != "https" and address.hostname not in _LOOPBACK:
        raise ApiRefused(
            f"{URL_VARIABLE} is not an https:// address: the token would be sent unencrypted"
        )
    return Api(client, on_wait)


def require(answer: dict[str, Any], names: tuple[str, ...], what: str) -> None:
    """Check that an answer has fields.

    Raises
    ------
    ApiChanged
        If one is missing.
    """
    if missing := [name for name in names if name not in answer]:
        raise ApiChanged(
            f"CourtListener's API has changed: {what} lacks the field {', '.join(missing)}; "
            f"expected {', '.join(names)}. Upgrade enjoin and courtlistener-api-client; what was "
            "fetched is kept for --resume"
        )


def _changed(what: str, error: Any) -> str:
    """Describe a validation error of the client by its fields, without the values."""
    fields = {".".join(map(str, each["loc"])): each["type"] for each in error.errors()}
    found = ", ".join(f"{name} ({kind})" for name, kind in list(fields.items())[:5])
    return (
        f"CourtListener's API has changed: {what} does not have the documented form: {found}. "
        "Upgrade courtlistener-api-client; what was fetched is kept for --resume"
    )


def _is_passing(error: BaseException) -> bool:
    """Tell whether an error may pass: a limit, a failing server, a connection cut off."""
    import json

    import httpx
    from courtlistener import CourtListenerAPIError

    if isinstance(error, CourtListenerAPIError):
        asked = _asked_to_wait(error)
        return error.status_code in _PASSING and (asked is None or asked <= MAX_WAIT)
    # A body that is cut off is a protocol error, or no JSON where its length was not announced.
    cut_off = isinstance(error, json.JSONDecodeError | UnicodeDecodeError)
    return cut_off or isinstance(error, httpx.TransportError | httpx.DecodingError)


def _wait(state: "RetryCallState") -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = _asked_to_wait(error)
    if asked is not None:
        return asked
    return float(min(2.0 ** (state.attempt_number - 1), MAX_BACKOFF))


def _asked_to_wait(error: Any) -> float | None:
    """Return the seconds that an answer asks to wait: its `Retry-After`, or what its words say."""
    response = getattr(error, "response", None)
    if response is None:
        return None
    header = response.headers.get("Retry-After", "").strip()
    if header.isdecimal() and len(header) < 12:
        return float(header)
    if header:
        try:
            until = parsedate_to_datetime(header)
        except ValueError:
            until = None
        if until is not None:
            until = until if until.tzinfo else until.replace(tzinfo=UTC)
            return max(0.0, (until - datetime.now(UTC)).total_seconds())
    said = _AVAILABLE_IN.search(str(getattr(error, "detail", "")))
    return float(said[1]) if said else None


def _kind(error: BaseException) -> str:
    """Return what kind of failure an error is, without what the server sent."""
    status = getattr(error, "status_code", None)
    if status == 429:
        return "too many requests (429)"
    if status is not None:
        return f"the server failed ({status})"
    name = type(error).__name__
    if name in ("JSONDecodeError", "UnicodeDecodeError", "RemoteProtocolError", "DecodingError"):
        return "the answer was cut off"
    return f"no connection ({name})"
