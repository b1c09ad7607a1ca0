"""Addresses of language models: what is wrong with one, and which proxy stands before it.

An address may hold a password, so no word of one is ever part of a message.
"""

import re
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


def address_problem(url: str) -> str | None:
    """Return what is wrong with a base address; None if nothing is."""
    if problem := _problem(url, ("http", "https")):
        return problem
    if "?" in url or "#" in url:
        return "it has a query or a fragment (? or #), which is not sent"
    return None


def proxy_problem(proxy: str) -> str | None:
    """Return what is wrong with the address of a proxy; None if nothing is."""
    return _problem(proxy, _PROXY_SCHEMES)


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_and_port(url: str) -> str:
    """Return the host of an address, and its port if it names one: no user, no password."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{host}:{parts.port}" if parts.port else host


def proxy_for(url: str | None) -> str | None:
    """Return the proxy that the environment sets for an address; None for none.

    Parameters
    ----------
    url
        None for an address that is not known; it is taken to be encrypted.
    """
    parts = urlsplit(url or "https:")
    host, proxies = parts.hostname or "", getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or is_loopback(host) or _is_exempt(host, parts.port, proxies.get("no", "")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_exempt(host: str, port: int | None, no_proxy: str) -> bool:
    if proxy_bypass(f"{host}:{port}" if port and ":" not in host else host):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    for entry in no_proxy.split(","):
        try:
            if address in ip_network(entry.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False


def _problem(url: str, schemes: tuple[str, ...]) -> str | None:
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return "it has white space or control characters"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "its host cannot be read"
    if parts.scheme not in schemes or not host:
        return "it has no host, or does not begin with http:// or https://"
    if not _is_host(host):
        return "its host cannot be read"
    try:
        has_port = parts.port != 0
    except ValueError:
        has_port = False
    return None if has_port else "its port is not a number from 1 to 65535"


def _is_host(host: str) -> bool:
    try:
        if ":" in host:
            ip_address(host)
        else:
            host.encode("idna")
    except ValueError:
        return False
    return ":" in host or _NAME.fullmatch(host) is not None
