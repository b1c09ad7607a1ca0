"""Hide passwords in addresses, and the words of files, before they are shown or stored."""

import json
import re
from traceback import extract_tb

from pydantic_core import ValidationError

_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s/]+@")
_SECRET = re.compile(r"([?&][\w-]*(?:pass|secret|token|sig|key|credential)[\w-]*=)[^&\s]+", re.I)

_NAME = re.compile(r"[A-Za-z_][\w.]{0,40}")
_QUOTED = re.compile(r'"[^"]*\s[^"]*"')
"""Words in quotation marks; a name has no space in it."""
MAX_MESSAGE = 200
"""Characters of a message about another program's fault, or a file's."""


def describe_damage(error: Exception) -> str:
    """Say what a file's error is and where it was found, without a word of the file.

    The messages of libraries quote what they could not read, and a file of rulings or motions is
    confidential.

    >>> describe_damage(UnicodeDecodeError("utf-8", b"secret \\xe9", 7, 8, "invalid"))
    'byte 8 is not UTF-8'
    """
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not {error.encoding.upper()}"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at line {error.lineno}, column {error.colno}"
    if isinstance(error, ValidationError):
        places = [".".join(map(str, detail["loc"])) for detail in error.errors()]
        return f"{len(places)} value(s) do not fit, the first at {shorten(places[0]) or 'the top'}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, KeyError) and error.args and _NAME.fullmatch(str(error.args[0])):
        return f"{error.args[0]} is missing"
    frames = extract_tb(error.__traceback__)
    # The deepest function that read the file tells which part of it was read.
    return f"{type(error).__name__} in {frames[-1].name}" if frames else type(error).__name__


def describe_library_error(error: Exception) -> str:
    """Return the first line of a library's message, without the values that databases quote.

    >>> describe_library_error(ValueError('not a number: "The plaintiff says so"\\nLINE 1: select'))
    'not a number: "..."'
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return shorten(_QUOTED.sub('"..."', lines[0]))


def shorten(message: str) -> str:
    """Return the beginning of a message in one line, without secrets, for people to read."""
    line = " ".join(redact_secrets(message).split())
    return line if len(line) <= MAX_MESSAGE else line[: MAX_MESSAGE - 4] + " ..."


def redact_secrets(text: str) -> str:
    """Return a text with the passwords, keys and signatures in its addresses replaced by `***`.

    >>> redact_secrets("http://ann:1234@host/x failed")
    'http://ann:***@host/x failed'
    """
    return _SECRET.sub(r"\1***", _PASSWORD.sub(r"\1***@", text))
