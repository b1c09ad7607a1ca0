"""Standard input and output that suit any terminal: not UTF-8, closed, or read only in part."""

import codecs
import io
import json
import os
import sys
from typing import Any, TextIO

from data.io.shown import escape_controls_in_json

PLAINLY = "enjoin.plainly"
"""Name of the error handler that writes what an encoding lacks in characters that it has."""
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f", " "),
        "\u2026": "...",
        "\u2022": "*",
        "\u2192": "->",
        "\u00d7": "x",
    }
)


def adapt_streams() -> None:
    """Let no character, closed stream or reader that leaves early end a command.

    What the terminal's encoding lacks is replaced. Where nobody reads the output any more, as
    behind `| head`, the rest goes nowhere and the command ends as it would have.
    """
    codecs.register_error(PLAINLY, _write_plainly)
    # In this order: a file that is opened takes the lowest number that is free.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started the program
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
        elif mode == "w" and type(stream) is io.TextIOWrapper:
            setattr(sys, name, _adapted(stream))


def _write_plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    plain = (character.translate(_PLAIN) for character in lacking)
    return "".join(each if each.isascii() else "?" for each in plain), error.end


class _Unbroken(io.TextIOWrapper):
    """A stream that discards what it is given once its reader has left."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except BrokenPipeError:
            self._discard()
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except BrokenPipeError:
            self._discard()

    def _discard(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())  # what is buffered still goes there
        os.close(nowhere)
        super().flush()


def _adapted(stream: io.TextIOWrapper) -> TextIO:
    options: dict[str, Any] = {
        "encoding": stream.encoding,
        "line_buffering": stream.line_buffering,
        "write_through": stream.write_through,
    }
    return _Unbroken(stream.detach(), errors=PLAINLY, **options)


def print_json(text: str) -> None:
    r"""Print JSON, with escapes such as `\u00fc` for what the terminal's encoding lacks."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text), indent=2)
    print(escape_controls_in_json(text))


def read_stdin() -> str:
    """Return the text on standard input, in whatever encoding files are read in."""
    from data.io.encodings import UTF8, as_utf8, find_encoding

    content = sys.stdin.buffer.read()
    encoding = find_encoding(io.BytesIO(content))
    text = as_utf8(io.BytesIO(content), encoding).read().decode(UTF8, "replace")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")
