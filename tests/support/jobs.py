"""Jobs for processes that hold a model, which run them by this module's name."""

import os
import time
from typing import Any


def sleep(predictor: Any, seconds: float) -> str:
    """Sleep, and return the version of the model."""
    time.sleep(seconds)
    return str(predictor.version)


def end(predictor: Any) -> None:
    """End the process."""
    os._exit(3)


def fail(predictor: Any) -> None:
    """Raise an error."""
    raise ValueError("it failed")


def echo(predictor: Any, content: bytes) -> bytes:
    """Return the content."""
    return content


def fail_strangely(predictor: Any) -> None:
    """Raise an error that cannot be sent."""

    class Strange(Exception):
        pass

    raise Strange
