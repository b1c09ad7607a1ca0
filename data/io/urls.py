"""Local paths and remote addresses (`s3://`, `gs://`, `memory://` ...), opened alike by fsspec."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import fsspec
from fsspec.core import url_to_fs
from fsspec.registry import known_implementations

from data.io.redact import redact_secrets
from data.io.rows import UnreadableInput


def is_address(text: str) -> bool:
    """Tell whether a source or output is an address rather than a local path."""
    return "://" in text or "::" in text


def is_local(text: str) -> bool:
    """Tell whether a path or address is a local file."""
    return not is_address(text) or text.startswith(("file://", "local://"))


def local_path(text: str) -> str:
    """Return the path of a local file, without `file://`.

    Percent signs of such an address are decoded, unless a file or folder has them in its name.
    """
    path = text.removeprefix("file://").removeprefix("local://")
    if path == text or (decoded := unquote(path)) == path or os.path.lexists(path):
        return path
    is_literal = Path(path).parent.is_dir() and not os.path.lexists(decoded)
    return path if is_literal else decoded


def is_filesystem(address: str) -> bool:
    """Tell whether fsspec knows the scheme of an address, with or without its driver installed."""
    return scheme_of(address) in fsspec.available_protocols()


def scheme_of(address: str) -> str:
    """Return `s3` for `s3://bucket/key`; for a chain `simplecache::s3://...`, its first link."""
    return address.split("::")[0].split("://")[0]


@contextmanager
def driver_errors_as_oserror(address: str) -> Iterator[None]:
    """Raise a driver's own exceptions (missing credentials, say) as `OSError`."""
    try:
        yield
    except (OSError, UnreadableInput):
        raise
    except Exception as error:
        if is_local(address):
            raise
        message = str(error) or type(error).__name__
        raise OSError(f"{address}: {redact_secrets(message)}") from error


def filesystem(address: str) -> tuple[Any, str]:
    """Return the fsspec file system of a path or address, and the path on it.

    Raises
    ------
    UnreadableInput
        If the scheme is unknown, its driver is not installed, or access is refused.
    """
    try:
        system, path = url_to_fs(local_path(address) if is_local(address) else address)
    except ImportError as error:
        module = str(known_implementations.get(scheme_of(address), {}).get("class", ""))
        package = module.split(".")[0] or error.name
        raise UnreadableInput(
            f"{address}: {scheme_of(address)}:// needs the package {package}; "
            f"install it (pip install {package}) and try again"
        ) from None
    except (OSError, ValueError) as error:
        raise UnreadableInput(f"cannot open {address}: {error}") from None
    return system, str(path)
