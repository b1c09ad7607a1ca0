"""Open a page in the browser."""

import html
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

_REDIRECT = """<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>Opening</title>
<p><a href="{address}">Open the page</a></p>
"""


@contextmanager
def opened_in_browser(address: str, folder: Path) -> Iterator[None]:
    """Open an address that holds a key, until the block ends.

    Any user of the machine sees what a program was started with, so the browser is given a file
    that leads to the address and that only this user can read.

    Parameters
    ----------
    folder
        Where the file is made, in a folder of its own: one that the browser can read. Some cannot
        read the system's temporary files.
    """
    with tempfile.TemporaryDirectory(prefix="opening-", dir=folder) as private:
        page = Path(private) / "open.html"
        descriptor = os.open(page, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(_REDIRECT.format(address=html.escape(address)))
        typer.launch(page.resolve().as_uri())
        yield
