"""Find the encoding of a text file, and read it as UTF-8."""

import codecs
import io
from typing import BinaryIO, cast

UTF8 = "utf-8"
NAMES = {
    "cp1252": "Windows-1252",
    "cp437": "MS-DOS (code page 437)",
    "mac_roman": "Mac Roman",
    "utf-16": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-32": "UTF-32",
}
"""Encodings as users know them."""
_BLOCK_BYTES = 2**20
_MAX_SCANNED = 2**26
"""Bytes that are looked through; a byte after them that is not UTF-8 rejects its row."""
_MAX_SAMPLE = 2**15
_CONTEXT = 64
"""Bytes around one that is not UTF-8, by which its encoding is found."""
_SINGLE_BYTE = ["cp1252", "mac_roman", "cp437"]
"""Encodings in which Excel and its elders save text in the United States."""
_USUAL = (
    "\u201c\u201d\u2018\u2019\u2013\u2014\u2026\u00a7\u00b6\u2022\u00a9\u00ae\u2122\u00b0\u00bd\u00a0"
    "áàâäãåæçéèêëíìîïñóòôöõøúùûüßÁÉÍÑÓÖÜ"
)
"""What is not ASCII in an English brief: quotes, dashes, section signs, letters of names."""
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(stream: BinaryIO) -> str:
    """Find the encoding of a text from its start; reads the stream.

    A byte-order mark decides, then the NUL bytes of UTF-16. Text that is UTF-8 but for fewer bytes
    than it has UTF-8 characters is UTF-8: a few broken rows must not turn every accent of the
    others into two wrong letters. Other text is one of the encodings of spreadsheets.

    Returns
    -------
    `UTF8`, or a codec in `NAMES`.
    """
    block = stream.read(_BLOCK_BYTES)
    for bom, name in _BOMS:
        if block.startswith(bom):
            return name
    if name := _utf16_without_mark(block):
        return name
    decoder = codecs.getincrementaldecoder(UTF8)("surrogateescape")
    valid = invalid = scanned = 0
    sample = bytearray()
    while block and scanned < _MAX_SCANNED:
        scanned += len(block)
        if not block.isascii() or decoder.getstate()[0]:
            text = decoder.decode(block)
            broken = sum("\udc80" <= character <= "\udcff" for character in text)
            valid += sum(character > "\x7f" for character in text) - broken
            invalid += broken
            if broken and len(sample) < _MAX_SAMPLE:
                sample += _around_broken(text)
        block = stream.read(_BLOCK_BYTES)
    if valid >= invalid:
        return UTF8
    return _single_byte(bytes(sample[:_MAX_SAMPLE]))


def _single_byte(sample: bytes) -> str:
    """Return the likeliest encoding of a sample, of those of spreadsheets.

    charset-normalizer drops those that make no text; the one with most of the letters and signs of
    briefs is taken, since a quotation mark in Mac Roman is a capital letter in Windows-1252.
    """
    from charset_normalizer import from_bytes  # only files that are not UTF-8 need it

    matches = {
        match.encoding: str(match) for match in from_bytes(sample, cp_isolation=_SINGLE_BYTE)
    }
    likely = [name for name in _SINGLE_BYTE if name in matches]
    return max(likely, key=lambda name: sum(map(_USUAL.count, matches[name])), default="cp1252")


def _utf16_without_mark(block: bytes) -> str:
    """Return the codec of UTF-16 without a byte-order mark; "" for other text."""
    pairs = len(block) // 2
    if pairs < 2:
        return ""
    for name, zeros in (("utf-16-le", block[1::2]), ("utf-16-be", block[0::2])):
        other = block[0::2] if name == "utf-16-le" else block[1::2]
        if zeros.count(0) > pairs / 2 and other.count(0) < pairs / 20:
            return name
    return ""


def _around_broken(text: str) -> bytes:
    """Return the bytes near those that are not UTF-8, so that ASCII does not hide them."""
    parts, end = [], 0
    for place, character in enumerate(text):
        if "\udc80" <= character <= "\udcff" and place >= end:
            end = place + _CONTEXT
            parts.append(text[max(0, place - _CONTEXT) : end])
            if len(parts) * _CONTEXT > _MAX_SAMPLE:
                break
    return " ".join(parts).encode(UTF8, "surrogateescape")


def as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """Return the text of a stream in UTF-8.

    Bytes that the encoding lacks are passed on as they are, so that the readers of rows reject the
    rows they are in.
    """
    if encoding == UTF8:
        return stream
    return cast(BinaryIO, io.BufferedReader(_Transcoded(stream, encoding), _BLOCK_BYTES))


class _Transcoded(io.RawIOBase):
    """The bytes of a stream, decoded and encoded anew as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.stream = stream
        self.decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self.ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        while not self.ready:
            block = self.stream.read(_BLOCK_BYTES)
            text = self.decoder.decode(block, final=not block)
            self.ready = text.encode(UTF8, "surrogateescape")
            if not block:
                break
        part, self.ready = self.ready[: len(buffer)], self.ready[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
