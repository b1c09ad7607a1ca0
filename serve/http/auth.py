"""API keys: who may use the endpoint, and how often.

A key is a random string of 256 bits, so storing its plain SHA-256 is safe: there is nothing to
guess. (Slow hashes are for passwords that people choose.) Keys are stored one per line, as
`name:sha256`, in a file or in `ENJOIN_API_KEYS`; `enjoin key NAME` makes one.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import TextIOWrapper
from ipaddress import ip_address
from pathlib import Path
from time import monotonic, time
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPBearer
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from data.io.private_files import NotRegular, open_regular
from serve.http.errors import problem_response
from serve.http.middleware import Message, Receive, Send, path_in_app

KEYS_VARIABLE = "ENJOIN_API_KEYS"
ANONYMOUS = "anonymous"
"""The key name recorded for requests where no key is required."""
_NAME = r"[\w.@-]{1,64}"
_ENTRY = re.compile(rf"({_NAME}):([0-9a-f]{{64}})")


class KeyFileError(ValueError):
    """API keys that cannot be read; the message names the line and what was expected."""


def new_key() -> tuple[str, str]:
    """Return a new key and the SHA-256 to store in its place."""
    key = secrets.token_urlsafe(32)
    return key, _digest(key)


def check_key_name(name: str) -> str:
    """Return the name of a key, if a key file can hold it.

    Raises
    ------
    ValueError
        If it cannot.
    """
    if not re.fullmatch(_NAME, name):
        raise ValueError(
            f"invalid name {name!r}: expected up to 64 letters, digits or any of . _ @ - "
            "without spaces, such as acme-llp"
        )
    return name


def read_keys(path: Path | None, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the SHA-256 of each key by name, from a file or, without one, the environment.

    Raises
    ------
    KeyFileError
        If the file cannot be read or holds no key, or a line is not `name:sha256`.
    """
    source, text = KEYS_VARIABLE, environment.get(KEYS_VARIABLE, "")
    if path is not None:
        source = str(path)
        try:
            text = _read_regular_file(path)
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFileError(f"{path}: {error}") from None
    # A comment in a file may contain a comma; the variable is a single line without comments.
    lines = re.split(r"[\n,]" if path is None else r"\n", text)
    keys: dict[str, str] = {}
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line)
        if not entry or entry[1] in keys:
            raise KeyFileError(
                f"{source}, line {number}: expected name:sha256, with no name repeated; make one "
                "with `enjoin key NAME`"
            )
        keys[entry[1]] = entry[2]
    if path is not None and not keys:  # whoever gives a key file does not want open access
        raise KeyFileError(f"{source} holds no key; make one with `enjoin key NAME >> {source}`")
    return keys


def _read_regular_file(path: Path) -> str:
    try:
        with TextIOWrapper(open_regular(path), encoding="utf-8") as file:
            return file.read()
    except NotRegular:
        raise OSError("expected a regular file, which can be read again when it changes") from None


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a host name, which may resolve to any address
        return False


@dataclass(eq=False)
class AccessControl:
    """Admits requests that carry a valid key, each key at a limited rate.

    Attributes
    ----------
    keys
        The SHA-256 of each key by name; empty admits every request. They may be replaced at any
        time.
    rate
        The rate limit of each key, in motions, such as `600/minute`; None for no limit.

    Raises
    ------
    ValueError
        If the rate cannot be read.
    """

    keys: Mapping[str, str]
    rate: str | None = None
    _limit: RateLimitItem | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.rate:
            try:
                self._limit = parse(self.rate)
            except ValueError:
                raise ValueError(
                    f"invalid rate limit {self.rate!r}: expected e.g. 600/minute or 10/second"
                ) from None
        self._storage = MemoryStorage()
        self._window = MovingWindowRateLimiter(self._storage)
        self._clock = time() - monotonic()

    def admit(self, request: Request) -> str:
        """Return the name of the request's key, and count the request.

        Raises
        ------
        HTTPException
            401 without a valid key, 429 over the rate limit.
        """
        name = self.identify(request)
        self.count(name)
        return name

    def identify(self, request: Request) -> str:
        """Return the name of the request's key, without counting the request.

        Raises
        ------
        HTTPException
            401 without a valid key.
        """
        if not self.keys:
            return ANONYMOUS
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        owner = self._owner(key.strip()) if scheme.lower() == "bearer" else None
        if owner is None:
            raise HTTPException(
                401,
                "send a valid API key as `Authorization: Bearer KEY`",
                # The body is not read, so the connection is of no further use.
                headers={"WWW-Authenticate": "Bearer", "Connection": "close"},
            )
        return owner

    def count(self, name: str, n: int = 1) -> None:
        """Count n motions of a key.

        Raises
        ------
        HTTPException
            429 if that is over the rate limit.
        """
        if self._limit is None or not n:
            return
        self._forget_if_set_back()
        if not self._window.hit(self._limit, name, cost=n):
            reset_time = self._window.get_window_stats(self._limit, name).reset_time
            wait = str(max(1, round(reset_time - time())))
            raise HTTPException(
                429,
                f"the rate limit is {self._limit}, and each motion of a batch counts",
                headers={"Retry-After": wait, "Connection": "close"},
            )

    def _forget_if_set_back(self) -> None:
        """Forget the requests counted if the clock was set back: they would lie in the future."""
        clock = time() - monotonic()
        if clock < self._clock - 1:
            self._storage.reset()
        self._clock = clock

    def _owner(self, key: str) -> str | None:
        """Return the name of a key, in a time that does not depend on which key matches."""
        digest, owner = _digest(key), None
        for name, stored in self.keys.items():
            if hmac.compare_digest(digest, stored):
                owner = name
        return owner


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class KeyGate:
    """ASGI middleware that lets requests to the API pass: with a valid key, and within its rate.

    It comes before anything of the body is read.

    Parameters
    ----------
    access
        Who may pass.
    prefix
        What the paths begin with that need a key.
    """

    def __init__(self, app: Any, access: AccessControl, prefix: str = "/v1/") -> None:
        self.app, self.access, self.prefix = app, access, prefix

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 401 or 429."""
        if scope["type"] == "http" and path_in_app(scope).startswith(self.prefix):
            request = Request(scope)
            try:
                request.state.key_name = self.access.admit(request)
            except HTTPException as error:
                headers = dict(error.headers or {})
                refusal = problem_response(
                    request, error.status_code, error.detail, headers=headers
                )
                await refusal(scope, receive, send)
                return
            request.state.client = request.state.key_name if self.access.keys else None
        await self.app(scope, receive, send)


_describe_key = HTTPBearer(auto_error=False, description="an API key")


async def require_admitted(request: Request) -> None:
    """Refuse a request that did not come through `KeyGate`: a FastAPI dependency."""
    if getattr(request.state, "key_name", None) is None:
        raise HTTPException(401, "send a valid API key as `Authorization: Bearer KEY`")


async def require_key(
    request: Request, credentials: Annotated[Any, Depends(_describe_key)]
) -> None:
    """Refuse as `require_admitted` does, and describe the key in OpenAPI."""
    await require_admitted(request)
