"""By which names the endpoint is reached, and from which sites' pages.

A page of another site may have its own name point to this machine (DNS rebinding), and any page may
send a simple request to it. Where no key is required, neither may use the endpoint.
"""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request

from serve.http.auth import is_loopback
from serve.http.errors import problem_response
from serve.http.middleware import Message, Receive, Send, path_in_app

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_WITHOUT_EFFECT = ("GET", "HEAD", "OPTIONS")
_OWN_SITE = ("same-origin", "none")


def allowed_hosts(names: str | None, listens_at: str) -> tuple[str, ...] | None:
    """Return the names that requests may be sent to; None for any.

    Parameters
    ----------
    names
        Names with commas between them, as `--allowed-hosts` has them: `example.com`,
        `*.example.com` for all below it, `*` for any.
    listens_at
        The address that the endpoint listens to. Without names, an endpoint for this machine has
        only this machine's names; one for other machines has any, since it requires a key.
    """
    given = tuple(name.strip().lower() for name in (names or "").split(",") if name.strip())
    if "*" in given or (not given and not is_loopback(listens_at)):
        return None
    own = f"[{listens_at}]" if ":" in listens_at else listens_at
    return (*LOOPBACK_NAMES, own.lower(), *given)


def add_hosts(app: FastAPI, names: Collection[str] | None, same_site: bool) -> None:
    """Have an application refuse requests to other names, or from the pages of other sites.

    Parameters
    ----------
    names
        Names of the endpoint, as `allowed_hosts` gives them; None for any.
    same_site
        Whether to refuse what a page of another site sends, too.
    """
    app.add_middleware(_Hosts, names=names, same_site=same_site)


class _Hosts:
    def __init__(self, app: Any, names: Collection[str] | None, same_site: bool) -> None:
        self.app, self.names, self.same_site = app, names, same_site

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        address = request.headers.get("host", "")
        # A platform checks the health by whatever address it knows.
        if not path_in_app(scope).startswith("/health/") and not self._has_name(address):
            refusal = problem_response(
                request,
                400,
                f"{_name(address)[:80]!r} is no name of this endpoint; have it started with "
                "`enjoin serve --allowed-hosts NAME` if it should be",
            )
        elif self.same_site and self._is_from_another_site(request, address):
            refusal = problem_response(request, 403, "a page of another site sent this request")
        else:
            await self.app(scope, receive, send)
            return
        await refusal(scope, receive, send)

    def _has_name(self, address: str) -> bool:
        if self.names is None or not address:  # HTTP/1.0 has no such header
            return True
        name = _name(address)
        return any(
            name.endswith(known[1:]) if known.startswith("*.") else name == known
            for known in self.names
        )

    def _is_from_another_site(self, request: Request, address: str) -> bool:
        if request.method in _WITHOUT_EFFECT:
            return False
        site = request.headers.get("sec-fetch-site")
        if site is not None:  # by a browser that tells, whatever names a proxy changes
            return site not in _OWN_SITE
        origin = request.headers.get("origin")
        if origin is None:  # no browser
            return False
        sender = urlsplit(origin).netloc.lower()
        known = self.names is not None and self._has_name(sender) and not is_loopback(_name(sender))
        return sender != address.lower() and not (sender and known)


def _name(address: str) -> str:
    """Return the name or number in `name:port`; one of IPv6 is in brackets."""
    if address.startswith("["):
        return address.partition("]")[0].lower() + "]"
    return address.partition(":")[0].lower().rstrip(".")
