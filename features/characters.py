"""Characters: one for one, so that places in a changed text are places in the text as given."""

TYPOGRAPHY = str.maketrans("\u2018\u2019\u201b\u201c\u201d\u00a0", "'''\"\" ")
"""For `str.translate`: curly quotes and no-break spaces as they are typed."""


class _OneByte(dict[int, int]):
    """For `str.translate`: the byte that stands for a character."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        if character.isspace():  # Python counts some control characters as space
            byte = code if character in " \t\r\n\f\v" else ord(" ")
        elif code < 128:
            byte = code
        elif 0x2010 <= code <= 0x2014:
            byte = ord("-")
        else:
            byte = ord("z") if character.isalnum() else ord(".")
        self[code] = byte
        return byte


_ONE_BYTE = _OneByte()


def one_byte(text: str) -> str:
    """Return the text in ASCII, one character for each: letters for letters, space for space."""
    return text.translate(_ONE_BYTE)
