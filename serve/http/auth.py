"""API keys: who may ask, and how often.

A key is a random word of 256 bits, so its SHA-256, which is what is kept, tells nothing of it; slow
hashes are for words that people think up. Keys are kept one to a line, `name:sha256`, in a file or
in `ENJOIN_API_KEYS`; `enjoin key NAME` makes one.
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

VARIABLE = "ENJOIN_API_KEYS"
ANYONE = "anyone"
"""The name under which requests go where no keys are asked for."""
_NAME = r"[\w.@-]{1,64}"
_LINE = re.compile(rf"({_NAME}):([0-9a-f]{{64}})")


class KeyFileError(ValueError):
    """Keys that cannot be read; the message names the line and what was expected."""


def new_key() -> tuple[str, str]:
    """Return a new key, and the SHA-256 to keep of it."""
    key = secrets.token_urlsafe(32)
    return key, _digest(key)


def checked_name(name: str) -> str:
    """Return the name of a key's owner.

    Raises
    ------
    ValueError
        If a file of keys cannot hold it.
    """
    if not re.fullmatch(_NAME, name):
        raise ValueError(
            f"name {name!r}: expected up to 64 letters, digits and signs of . _ @ - without "
            "blanks, such as acme-llp"
        )
    return name


def read_keys(path: Path | None, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the SHA-256 of each name's key, from a file or else from the environment.

    Raises
    ------
    KeyFileError
        If the file cannot be read or holds no key, or a line is not `name:sha256`.
    """
    where, text = VARIABLE, environment.get(VARIABLE, "")
    if path is not None:
        where = str(path)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFileError(f"{path}: {error}") from None
    keys: dict[str, str] = {}
    # In a file a comma may stand in a comment; a variable is one line.
    lines = re.split(r"[\n,]" if path is None else r"\n", text)
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if not found or found[1] in keys:
            raise KeyFileError(
                f"{where}, line {number}: expected name:sha256, each name once; make one with "
                "`enjoin key NAME`"
            )
        keys[found[1]] = found[2]
    if path is not None and not keys:  # to let anyone in is not what a file of keys is given for
        raise KeyFileError(f"{where} holds no key; make one with `enjoin key NAME >> {where}`")
    return keys


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name that may lead anywhere
        return False


@dataclass(eq=False)
class Gate:
    """Lets requests with a valid key in, each key only so often.

    Attributes
    ----------
    keys
        The SHA-256 of each name's key; empty lets anyone in.
    rate
        How often a key may ask, such as `600/minute`; None for no limit. Each worker process
        counts by itself.

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
                    f"rate {self.rate!r} cannot be read; expected e.g. 600/minute or 10/second"
                ) from None
        self._window = MovingWindowRateLimiter(MemoryStorage())

    @property
    def dependency(self) -> Callable[..., Awaitable[str]]:
        """What FastAPI is to ask before a request: a key is described only where one is needed."""
        return self.with_key if self.keys else self.anyone

    async def with_key(
        self,
        request: Request,
        given: Annotated[
            HTTPAuthorizationCredentials | None,
            Depends(HTTPBearer(auto_error=False, description="an API key")),
        ],
    ) -> str:
        """Return the name of the request's key; refuse with 401 or 429."""
        name = self._name(given.credentials if given else "")
        if name is None:
            raise HTTPException(
                401,
                "send a valid API key as `Authorization: Bearer KEY`",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return self._counted(request, name)

    async def anyone(self, request: Request) -> str:
        """Let a request in without a key; refuse with 429."""
        return self._counted(request, ANYONE)

    def _counted(self, request: Request, name: str) -> str:
        request.state.key_name = name
        if self._limit and not self._window.hit(self._limit, name):
            until = self._window.get_window_stats(self._limit, name).reset_time
            wait = str(max(1, round(until - time())))
            raise HTTPException(
                429, f"more than {self._limit} with this key", headers={"Retry-After": wait}
            )
        return name

    def _name(self, key: str) -> str | None:
        """Return whose key it is; every key is compared, in the same time whatever it is."""
        digest, found = _digest(key), None
        for name, kept in self.keys.items():
            if hmac.compare_digest(digest, kept):
                found = name
        return found


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
