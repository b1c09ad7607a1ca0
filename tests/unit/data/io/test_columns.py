"""Headers to fields: names, synonyms, `--map`, and which of several is read."""

import pytest

from data.io.columns import match_columns, read_column_map, value_of
from data.io.rows import UnreadableInput


def _fields(*columns: str, **column_map: str) -> dict[str, str | None]:
    matches = match_columns(columns, column_map)
    return {column: match.field if match else None for column, match in matches.items()}


def test_headers_are_matched_loosely() -> None:
    assert _fields("Motion Type", "CASE NAME", "Filed", "court ", "Pro Se?", "Colour") == {
        "Motion Type": "motion_type",
        "CASE NAME": "caption",
        "Filed": "decided",
        "court ": "court",
        "Pro Se?": "pro_se",
        "Colour": None,
    }


def test_of_several_columns_the_best_is_read() -> None:
    assert _fields("Filed", "Date Decided") == {"Filed": None, "Date Decided": "decided"}
    assert _fields("Filed", "decided") == {"Filed": None, "decided": "decided"}
    assert _fields("decided", "Ours", Ours="decided") == {"decided": None, "Ours": "decided"}
    assert _fields("Type", "kind", Type="") == {"Type": None, "kind": None}


def test_two_equal_columns_are_refused() -> None:
    with pytest.raises(UnreadableInput, match=r'could both be motion_type.*--map "MOTION TYPE='):
        match_columns(["Motion Type", "MOTION TYPE"])


def test_a_map_names_columns_and_fields() -> None:
    assert read_column_map(["Our = kind=motion_type", "Notes="]) == {
        "Our = kind": "motion_type",
        "Notes": "",
    }
    for settings, words in (
        (["x"], "expected"),
        (["=motion"], "expected"),
        (["a=case name"], "did you mean caption"),
        (["a=nonsense"], "enjoin schema"),
        (["a=motion", "a=court"], "more than once"),
        (["a=motion", "b=motion"], "more than one column"),
    ):
        with pytest.raises(ValueError, match=words):
            read_column_map(settings)


def test_the_value_of_a_field_is_found_under_its_header() -> None:
    assert value_of({"Motion ID": "row-7"}, "id", {}) == "row-7"
    assert value_of({"Motion ID": "a", "id": "b"}, "id", {}) == "b"
    assert value_of({"Motion ID": "a", "Nr": "c"}, "id", {"Nr": "id"}) == "c"
    assert value_of({"x": 1}, "id", {}) is None
