"""`synonyms.toml`: every wording stands for one thing, and for something that exists."""

import tomllib
from importlib.resources import files

import pytest

from data.court_lookup import look_up_court
from data.courts import court_entries
from data.schema import Ruling, allowed_values
from data.synonyms import columns, find_value, key, words

TABLES = tomllib.loads((files("data") / "synonyms.toml").read_text(encoding="utf-8"))


def test_every_header_is_of_one_field() -> None:
    seen = {key(name): name for name in Ruling.model_fields}
    for field, headers in TABLES["columns"].items():
        assert field in Ruling.model_fields
        for header in headers:
            assert seen.setdefault(key(header), field) == field, header
            assert columns()[key(header)][0] == field


def test_every_wording_is_of_one_value() -> None:
    for field, values in TABLES["values"].items():
        seen = {key(value): value for value in allowed_values(field)}
        for value, wordings in values.items():
            assert value in allowed_values(field)
            for wording in wordings:
                assert seen.setdefault(key(wording), value) == value, (field, wording)
                assert find_value(field, wording) == value, (field, wording)


def test_yes_is_not_no() -> None:
    yes, no = ({key(word) for word in TABLES["yes_no"][answer]} for answer in ("yes", "no"))
    assert not yes & no


def test_courts_exist() -> None:
    known = {entry["id"] for entry in court_entries()} | {"texdistct"}
    for court, names in TABLES["courts"].items():
        assert court in known
        assert {look_up_court(name) for name in names} == {court}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PI", "preliminary_injunction"),
        ("prelim. inj.", "preliminary_injunction"),
        ("P.I.", "preliminary_injunction"),
        ("Temporary Restraining Order", "tro"),
        ("Plaintiffs' Motion for a TRO", "tro"),
        ("Motion for TRO and Preliminary Injunction", "tro_and_pi"),
        ("Motion to Stay", "stay"),
        ("injunction", None),
        ("permanent injunction", None),
        ("motion to compel", None),
        ("motion", None),
        ("", None),
    ],
)
def test_kinds_of_motion(text: str, value: str | None) -> None:
    assert find_value("motion_type", text) == value


def test_words_are_lower_case_without_accents_and_points() -> None:
    assert words("T.R.O. & “Peña’s”") == ["tro", "and", "penas"]
