"""What a function prints to a console of 120 columns."""

from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

Rendered = Callable[..., str]


@pytest.fixture
def rendered() -> Rendered:
    """Return a function that calls `show(*arguments, console)` and returns what was printed."""

    def render(show: Callable[..., None], *arguments: object, **options: object) -> str:
        stream = StringIO()
        show(*arguments, Console(file=stream, width=120), **options)
        return stream.getvalue()

    return render
