"""The JSON log: one object per record, with its extra fields."""

import json
import logging

from serve.http.logs import JsonLines, logging_config


def test_a_record_as_a_json_line() -> None:
    record = logging.makeLogRecord(
        {
            "name": "enjoin.request",
            "levelname": "INFO",
            "msg": "GET %s %s",
            "args": ("/", 200),
            "request_id": "docket-7",
            "color_message": "for terminals",
        }
    )
    line = json.loads(JsonLines().format(record))
    assert line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "enjoin.request",
        "message": "GET / 200",
        "request_id": "docket-7",
    }


def test_each_format_has_a_formatter() -> None:
    for log_format in ("json", "plain"):
        config = logging_config(log_format)  # type: ignore[arg-type]
        assert config["handlers"]["stderr"]["formatter"] in config["formatters"]
