"""Text of others as a terminal or a log may show it: nothing in it moves the cursor or lies.

A caption or the name of a file can hold escape sequences, which a terminal obeys (they clear the
screen, rename the window, answer for the user), and marks that reverse the order of what follows
("Trojan Source", CVE-2021-42574). They are shown by their code instead.
"""

import re

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks of direction
    "\u2028\u2029]"  # line and paragraph separators
)


def show_controls(text: str) -> str:
    r"""Return a text with control characters and marks of direction replaced by their codes.

    >>> show_controls("Doe\x1b[2J v. Roe")
    'Doe\\x1b[2J v. Roe'
    """
    return _CONTROLS.sub(_code, text)


def escape_controls_in_json(text: str) -> str:
    r"""Return a JSON text with these characters, which only its strings hold, as `\uXXXX`."""
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def storable(text: str) -> str:
    r"""Return a text that any file or store can hold: bytes that are no characters by their codes.

    Names of files may hold such bytes.

    >>> storable("a\udcff.csv")
    'a\\udcff.csv'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _code(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
