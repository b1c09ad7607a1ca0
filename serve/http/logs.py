"""Logs: what the endpoint did, as lines of JSON for machines or plain lines for people.

No log holds the words of a motion, nor a key: of a request it tells its name, its path and how it
ended.
"""

from typing import Any, Literal

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

Style = Literal["json", "plain"]
ACCESS = "enjoin.request"
"""The logger that gets a line for each request answered."""
_PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Lines(JsonFormatter):
    """A record as a line of JSON: time, level, logger, message, and what is told beside."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's, for terminals
        )


def logging_settings(style: Style) -> dict[str, Any]:
    """Return the settings of the endpoint's logs, as `logging.config.dictConfig` takes them."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "serve.http.logs.Lines"}, "plain": {"format": _PLAIN}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": style}},
        "loggers": {
            name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
            for name in ("enjoin", "uvicorn")
        },
    }
