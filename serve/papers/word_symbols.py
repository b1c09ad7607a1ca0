"""Characters of symbol fonts, as Word files name them: by the code in a font, not by the letter."""

_SYMBOL = {
    0xA7: "\xa7", 0xB7: "\u2022", 0xA3: "\u2264", 0xB3: "\u2265", 0xB1: "\xb1", 0xB4: "\xd7",
    0xB9: "\u2260", 0xD2: "\xae", 0xD3: "\xa9", 0xD4: "\u2122", 0xE2: "\xae", 0xE3: "\xa9",
    0xE4: "\u2122", 0xBC: "...", 0xA2: "'", 0xB2: '"', 0xB0: "\xb0", 0xBE: "-", 0x2D: "-",
    0xAE: "->",
}  # fmt: skip
_BOXES = {
    0xFE: "[x]", 0xFD: "[x]", 0x78: "[x]", 0x52: "[x]", 0x51: "[x]", 0x54: "[x]", 0xFC: "[x]",
    0xFB: "[x]", 0xA8: "[ ]", 0x6F: "[ ]", 0x70: "[ ]", 0x71: "[ ]", 0x72: "[ ]", 0xA3: "[ ]",
    0x2A: "[ ]",
}  # fmt: skip
"""Boxes of Wingdings and its like, ticked or not."""
_TYPOGRAPHIC = {
    0x27: "\xa7", 0x26: "\xb6", 0x40: "'", 0x3D: "'", 0x3E: "'", 0x41: '"', 0x3F: '"', 0x42: "-",
    0x43: "\u2014", 0x53: "\xa7", 0x2B: "\xb6",
}  # fmt: skip
"""WordPerfect's typographic symbols, in papers that were made with it."""
_PRIVATE = 0xF000


def symbol(font: str, code: str) -> str | None:
    """Return the character at a hexadecimal code of a font; None if it is not known.

    Examples
    --------
    >>> symbol("Symbol", "F0A7"), symbol("Wingdings", "F0FE"), symbol("Times New Roman", "00A7")
    ('§', '[x]', '§')
    """
    try:
        number = int(code, 16)
    except ValueError:
        return None
    index = number - _PRIVATE if _PRIVATE <= number <= _PRIVATE + 0xFF else number
    name = font.lower().replace(" ", "")
    if "wingdings" in name or "webdings" in name:
        return _BOXES.get(index, "\u2022")
    if name.startswith("wp") or "typographic" in name:
        return _TYPOGRAPHIC.get(index)
    if name == "symbol":
        return _SYMBOL.get(index) or (
            chr(index) if 0x20 <= index < 0x7F and not chr(index).isalpha() else None
        )
    return chr(index) if 0x20 <= index <= 0x10FFFF and not 0xD800 <= index < 0xF900 else None
