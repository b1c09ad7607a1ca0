"""Files on this machine and at addresses (`s3://`, `gs://`, `memory://` ...), opened alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec
from fsspec.core import url_to_fs
from fsspec.registry import known_implementations

from data.io.redact import without_secrets
from data.io.rows import UnreadableInput


def is_address(text: str) -> bool:
    """Tell whether a source or output is an address rather than a path of this machine."""
    return "://" in text or "::" in text


def is_local(text: str) -> bool:
    """Tell whether a path or address is of this machine's own files."""
    return not is_address(text) or text.startswith(("file://", "local://"))


def local_path(text: str) -> str:
    """Return the path of a file of this machine, without `file://`."""
    return text.removeprefix("file://").removeprefix("local://")


def is_filesystem(address: str) -> bool:
    """Tell whether fsspec knows the kind of address, whether or not its driver is installed."""
    return scheme_of(address) in fsspec.available_protocols()


def scheme_of(address: str) -> str:
    """Return `s3` of `s3://bucket/key`, and of a chain `simplecache::s3://...` its first link."""
    return address.split("::")[0].split("://")[0]


@contextmanager
def telling_drivers_errors(address: str) -> Iterator[None]:
    """Raise what a driver raises as an `OSError`: of missing credentials, say, each has its own."""
    try:
        yield
    except (OSError, UnreadableInput):
        raise
    except Exception as error:
        if is_local(address):
            raise
        words = str(error) or type(error).__name__
        raise OSError(f"{address}: {without_secrets(words)}") from error


def filesystem(address: str) -> tuple[Any, str]:
    """Return the file system (of fsspec) that a path or address is on, and the path on it.

    Raises
    ------
    UnreadableInput
        If its kind is unknown, its driver is not installed, or it does not let us in.
    """
    try:
        found, path = url_to_fs(address)
    except ImportError as error:
        module = str(known_implementations.get(scheme_of(address), {}).get("class", ""))
        package = module.split(".")[0]
        raise UnreadableInput(
            f"{address}: {scheme_of(address)}:// needs the package {package or error.name}; "
            f"install it (pip install {package or error.name}) and try again"
        ) from None
    except (OSError, ValueError) as error:
        raise UnreadableInput(f"cannot open {address}: {error}") from None
    return found, str(path)
