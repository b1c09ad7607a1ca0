"""API keys: who may use the endpoint, and how often.

A key is a random string of 256 bits, so storing its plain SHA-256 is safe: there is nothing to
guess. (Slow hashes are for passwords that people choose.) Keys are stored one per line, as
`name:sha256`, in a file or in `ENJOIN_API_KEYS`; `enjoin key NAME` makes one.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from time import time
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

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
            text = path.read_text(encoding="utf-8")
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
        The SHA-256 of each key by name; empty admits every request.
    rate
        The rate limit of each key, such as `600/minute`; None for no limit. Each worker process
        counts separately.

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
        self._window = MovingWindowRateLimiter(MemoryStorage())

    @property
    def dependency(self) -> Callable[..., Awaitable[str]]:
        """The FastAPI dependency; OpenAPI describes the key only where one is required."""
        return self.require_key if self.keys else self.allow_anonymous

    async def require_key(
        self,
        request: Request,
        credentials: Annotated[
            HTTPAuthorizationCredentials | None,
            Depends(HTTPBearer(auto_error=False, description="an API key")),
        ],
    ) -> str:
        """Return the name of the request's key; refuse with 401 or 429."""
        name = self._owner(credentials.credentials if credentials else "")
        if name is None:
            raise HTTPException(
                401,
                "send a valid API key as `Authorization: Bearer KEY`",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return self._within_limit(request, name)

    async def allow_anonymous(self, request: Request) -> str:
        """Admit a request without a key; refuse with 429."""
        return self._within_limit(request, ANONYMOUS)

    def _within_limit(self, request: Request, name: str) -> str:
        request.state.key_name = name
        if self._limit and not self._window.hit(self._limit, name):
            reset_time = self._window.get_window_stats(self._limit, name).reset_time
            wait = str(max(1, round(reset_time - time())))
            raise HTTPException(
                429, f"the rate limit is {self._limit}", headers={"Retry-After": wait}
            )
        return name

    def _owner(self, key: str) -> str | None:
        """Return the name of a key, in a time that does not depend on which key matches."""
        digest, owner = _digest(key), None
        for name, stored in self.keys.items():
            if hmac.compare_digest(digest, stored):
                owner = name
        return owner


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
