"""The endpoint's log: JSON lines for machines, plain lines for people.

The log holds neither the text of a motion nor a key: for each request it records the request's id,
the name of its key, its route, its status and its duration.
"""

import logging
from typing import Any, Literal

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from data.io.shown import show_controls

LogFormat = Literal["json", "plain"]
REQUEST_LOGGER = "enjoin.request"
"""The logger that records every request answered."""
_PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(JsonFormatter):
    """Formats a record as a JSON object: time, level, logger, message and its extra fields."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's, for terminals
        )


class PlainLines(logging.Formatter):
    """Formats a record as a line for people; what a terminal would obey is shown by its code."""

    def __init__(self) -> None:
        super().__init__(_PLAIN)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return show_controls(super().format(record))


def logging_config(log_format: LogFormat) -> dict[str, Any]:
    """Return the endpoint's logging configuration, for `logging.config.dictConfig`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "serve.http.logs.JsonLines"},
            "plain": {"()": "serve.http.logs.PlainLines"},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": log_format}},
        "loggers": {
            name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
            for name in ("enjoin", "uvicorn")
        },
    }
