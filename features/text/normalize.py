"""Characters: one for one, so that places in a changed text are places in the text as given."""

BLANK = "\x01"
"""Stands for what is not read: a character of no word, nor of the space between words."""
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
"""What words are made of in a text in reading form."""
TYPOGRAPHY = str.maketrans("\u2018\u2019\u201b\u201c\u201d\u00a0", "'''\"\" ")
"""For `str.translate`: curly quotes and no-break spaces as they are typed."""


class _Reading(dict[int, str]):
    """For `str.translate`: the character that stands for another while phrases are looked for."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isspace():  # Python counts some control characters as space
            read = "\n" if character in "\n\r\v\f\x85\u2028\u2029" else " "
        elif code < 128:
            read = character.lower()
        elif 0x2010 <= code <= 0x2014:
            read = "-"
        elif code in TYPOGRAPHY:
            read = chr(TYPOGRAPHY[code])
        else:
            read = "z" if character.isalnum() else "."
        self[code] = read
        return read


_READING = _Reading()


def reading_letters(text: str) -> str:
    """Return the text in small ASCII letters, one character for each.

    Letters beyond ASCII become "z", signs beyond it a full stop, every dash a hyphen, a line's end
    a line feed and every other space a space.
    """
    return text.translate(_READING)
