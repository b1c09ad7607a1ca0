"""Nothing in a caption, an id or a name moves the cursor or turns the text around."""

import json
import logging

import pytest
from rich.markup import escape
from rich.table import Table

from data.io.shown import escape_controls_in_json, show_controls
from enjoin.streams import print_json
from enjoin.terminal import console, echo, info, spinner, warn
from serve.http.logs import PlainLines

EVIL = "Doe\x1b]0;pwned\x07\x1b[2J\x9b31m v. \u202eRoe\u2066\r\x7f\x08"
OBEYED = set("\x1b\x07\x9b\u202e\u2066\r\x7f\x08")


def test_controls_are_shown_by_their_codes() -> None:
    assert show_controls("a\x1b[2J\x9b\u202e\n\tb") == "a\\x1b[2J\\x9b\\u202e\n\tb"
    assert show_controls("Peña v. Doe — “x”") == "Peña v. Doe — “x”"


def test_the_terminal_obeys_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for show in (echo, info, warn):
        show(EVIL)
    table = Table(escape(EVIL))
    table.add_row(escape(EVIL))
    console().print(table)
    console().print(escape(EVIL), style="bold")
    with spinner(EVIL) as on_progress:
        on_progress(EVIL)
    printed = "".join(capsys.readouterr())
    assert not OBEYED & set(printed)
    assert printed.count("\\x1b[2J") >= 5


def test_json_for_people_is_the_same_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(json.dumps({"caption": EVIL, "b": "\x9b\u202e"}, ensure_ascii=False, indent=2))
    printed = capsys.readouterr().out
    assert not OBEYED & set(printed)
    assert json.loads(printed)["caption"] == EVIL
    assert escape_controls_in_json('"\u202e"') == '"\\u202e"'


def test_the_plain_log_obeys_nothing() -> None:
    record = logging.LogRecord("enjoin", logging.INFO, "", 0, "%s", (EVIL,), None)
    assert not OBEYED & set(PlainLines().format(record))
