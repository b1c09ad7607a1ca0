"""Encodings of text files."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.io.encodings import UTF8, as_utf8, find_encoding

TEXT = "id,caption\n1,Peña — “At once,” § 1114\n" * 9


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"", UTF8),
        (b"id,caption\n", UTF8),
        (TEXT.encode(), UTF8),
        (TEXT.encode("utf-8-sig"), UTF8),
        (TEXT.encode("cp1252"), "cp1252"),
        ("Peña".encode("cp1252"), "cp1252"),
        (TEXT.encode("mac_roman"), "mac_roman"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode() + b"Pe\xf1a\n" * 3, UTF8),  # mostly valid
    ],
)
def test_an_encoding_is_found_and_read_as_utf8(content: bytes, encoding: str) -> None:
    assert find_encoding(io.BytesIO(content)) == encoding
    read = as_utf8(io.BytesIO(content), encoding).read()
    expected = content if encoding == UTF8 else content.decode(encoding).encode()
    assert read == expected


def test_accents_after_a_megabyte_of_ascii_are_seen() -> None:
    content = b"plain text\n" * 200_000 + "Peña said\n".encode("cp1252")
    assert find_encoding(io.BytesIO(content)) == "cp1252"


def test_a_byte_that_the_encoding_lacks_is_passed_on() -> None:
    assert as_utf8(io.BytesIO(b"a\x81b"), "cp1252").read() == b"a\x81b"


@given(st.text(max_size=200))
def test_utf8_is_never_taken_for_another(text: str) -> None:
    content = text.encode("utf-8", "ignore")
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00" not in content:
        assert find_encoding(io.BytesIO(content)) == UTF8
