"""What separates the columns of a CSV file."""

import io

import pytest

from data.io.separators import find_separator


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("", ","),
        ("id,motion\na,b;c\n", ","),
        ("id;motion;motion_type\n", ";"),
        ("Motion Type;Case Name, short\n", ";"),
        ("id\tmotion\n", "\t"),
        ("id|motion\n", "|"),
        ("\ufeffid;motion\n", ";"),
        ("\n\nid;motion\n", ";"),
        ("sep=;\nid,x;motion\n", ";"),
        ("SEP=\t\nid\tmotion\n", "\t"),
        ('"id";"motion, the text";"court"\n', ";"),
        ("motion\n", ","),
        ("x;y\n", ";"),
        ('"id,motion\n', ","),
    ],
)
def test_the_header_tells_the_separator(text: str, separator: str) -> None:
    assert find_separator(io.BytesIO(text.encode())) == separator
